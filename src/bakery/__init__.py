"""Three cakes at once: serve, order, trace and draw, from a notebook cell."""

from bakery.trace import Span, Trace

__all__ = ["Span", "Trace"]
