"""Three cakes at once: serve, order, trace and draw, from a notebook cell."""

from bakery.ordering import order
from bakery.serving import Shop, serve
from bakery.trace import Span, Trace

__all__ = ["Shop", "Span", "Trace", "order", "serve"]
