"""Traces as they are measured where orders are served in rounds."""

from bakery.trace import Span, Trace


def queue(
    orders: int, bakers: int = 1, seconds: float = 1.0, *, noise: float = 0.0, title: str = ""
) -> Trace:
    """Measured: orders in rounds, each serving a little (`noise`) longer than planned."""
    spans: list[Span] = []
    for number in range(orders):
        lane, begun = f"order {number + 1}", number // bakers * seconds * (1 + noise)
        done = begun + seconds * (1 + noise)
        spans.append(Span(lane, "wait", 0.0, begun + 0.001))
        spans.append(Span(lane, "serve", begun + 0.001, done))
        spans.append(Span(lane, "wait", done, done + 0.002))
    return Trace(tuple(spans), title=title)
