"""Requests whose head is too long or comes too slowly: refused, or any stranger fills the memory
with one header, and holds as many connections as there are with a byte a minute each. uvicorn
limits neither with httptools; bodies have limits of their own (`server/bodies.py`)."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST = 64 * 1024
"""Bytes of the head of a request, beside what the last read brought along."""

PATIENCE = 30.0
"""Seconds for the head of a request to be there: browsers open connections ahead of need."""

_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class Heads(HttpToolsProtocol):
    """uvicorn's protocol with both limits."""

    _late: asyncio.TimerHandle | None = None
    _came = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._there()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._late is not None:
            # What is here counts once more comes: one read may bring a head and half its body.
            if self._came > MOST:
                self.transport.write(_TOO_LONG)
                self.transport.close()
                return
            self._came += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._late is None:
            self._wait()

    def on_headers_complete(self) -> None:
        self._there()
        super().on_headers_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing is served over WebSockets, and who asks for them is answered as everybody is:
        that is nothing to warn the operator of."""

    def _wait(self) -> None:
        self._came = 0
        self._late = self.loop.call_later(PATIENCE, self._too_slow)

    def _there(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_slow(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._late = self.loop.call_later(PATIENCE, self._too_slow)  # an answer is on its way
        else:
            self._late = None
            self.transport.close()
