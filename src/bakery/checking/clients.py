"""More clients of httpx that ask a stand-in service: the plain one, and those that an answer makes itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import httpx

from bakery.checking.service import Service, Transport, asked_for, in_words_of_httpx, patience_of, whole


def plain_client(service: Service, base: str = "http://service") -> httpx.Client:
    """A plain client, without an `await`: where it waits, everybody waits. No answer comes to it in parts."""
    return httpx.Client(transport=_PlainTransport(service), base_url=base)


@contextmanager
def every_client(service: Service) -> Iterator[list[httpx.AsyncClient]]:
    """Meanwhile each `httpx.AsyncClient` that is made asks this service; the list has them all."""
    made: list[httpx.AsyncClient] = []
    begin = httpx.AsyncClient.__init__

    def note(client: httpx.AsyncClient, **named: Any) -> None:
        # A transport of its own also saves each of them the reading of certificates.
        begin(client, **{"transport": Transport(service), **named})
        made.append(client)

    with patch.object(httpx.AsyncClient, "__init__", note):
        yield made


class _PlainTransport(httpx.BaseTransport):
    def __init__(self, service: Service) -> None:
        self._service = service

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        says = self._service.note(asked_for(request, request.read()))
        patience = patience_of(request)
        late = patience is not None and patience < says.seconds
        time.sleep(patience if patience is not None and late else says.seconds)
        with in_words_of_httpx():
            if late:
                raise TimeoutError
            if says.breaks:
                raise ConnectionError("the connection was closed")
        return whole(says)
