"""One connection that speaks HTTP/1.1: a request goes out, its response comes in as bytes arrive.

httptools parses, asyncio carries; nothing else stands between an endpoint's token and who waits
for it. httpx took 5 of the 14 ms of processor time of an answer, most of it for each token anew
(docs/decisions/0012-written-answers.md).
"""

import asyncio
from collections.abc import Callable

import httptools

MOST_WAITING = 1 << 18
"""Bytes of a body that wait to be read, from which on no more are taken from the network."""

_LONGEST_HEAD = 1 << 16
_INTERIM = range(100, 200)
_BODILESS = frozenset((204, 304))


class Lost(Exception):
    """The connection ended before the response did. `begun`: some of the response was there."""

    def __init__(self, reason: str, *, begun: bool) -> None:
        super().__init__(reason)
        self.begun = begun


class Wire(asyncio.Protocol):
    """A connection, opened. One request at a time: `send`, then `head`, then `read` until b"", or
    `listen` and `more` until False."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._news: asyncio.Future[None] | None = None
        self._open = True
        self._idle = True
        self._paused = False
        self._timer: asyncio.TimerHandle | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._begin()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._take: Callable[[bytes], object] | None = None
        self._worth: Callable[[], bool] = bool
        self._told = False
        self._until: float | None = None
        self._body: list[bytes] = []
        self._waiting = 0
        self._taken = 0
        self._headers: dict[str, str] = {}
        self._headed = self._ended = self._kept = self._to_the_end = False
        self._lost: Lost | None = None

    # -- what the user of a connection calls

    @property
    def free(self) -> bool:
        """Whether the next request may be sent."""
        return self._open and self._idle

    @property
    def status(self) -> int:
        """The status of the response, once its head is there."""
        return self._parser.get_status_code()

    def header(self, name: str) -> str:
        """A header of the response by its name in lower case; "" without it."""
        return self._headers.get(name, "")

    def send(self, request: bytes) -> None:
        """Send a request. Whatever goes wrong is told when the response is read."""
        assert self._transport is not None
        self._go_on()
        self._begin()
        self._idle = False
        if not self._open:
            self._lose("closed before it was used")
        self._transport.write(request)

    async def head(self) -> None:
        """Wait until the head of the response is there. Raises Lost."""
        while not self._headed:
            await self._next()

    async def read(self) -> bytes:
        """What has come of the body, as soon as there is any; b"" at its end. Raises Lost."""
        while not self._body:
            if self._ended:
                return b""
            await self._next()
        data = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body, self._waiting = [], 0
        self._go_on()
        return data

    def listen(self, take: Callable[[bytes], object], worth: Callable[[], bool]) -> None:
        """Have the body taken as it comes, what has come already first. Thousands of tokens a
        second come in, and waking a task for each costs more than reading it.

        Args:
            take: is given what came of the body.
            worth: is asked then, and tells whether it is worth waking whoever waits for `more`.
                Neither raises anything.
        """
        self._take, self._worth = take, worth
        if self._body:
            self._weigh(take)

    async def more(self) -> bool:
        """Wait until something came that is worth it; False at the end of the body. Raises Lost,
        and TimeoutError after the time of `wait_until`."""
        self._waiting = 0
        if self._resting is None:
            self._go_on()
        while not self._told:
            if self._ended:
                return False
            if self._until is not None and asyncio.get_running_loop().time() >= self._until:
                raise TimeoutError
            await self._next()
        self._told = False
        return True

    def rest(self, seconds: float) -> None:
        """Take nothing from the network for a moment: what comes meanwhile is then read at once,
        which costs little more than reading one piece of it."""
        if self._paused or self._idle or not self._open or self._transport is None:
            return
        self._paused = True
        self._transport.pause_reading()
        self._resting = asyncio.get_running_loop().call_later(seconds, self._go_on)

    def wait_until(self, until: float | None) -> None:
        """How long `more` waits, as the event loop counts time; None: as long as it takes. May be
        set at any time, for each token anew: one timer serves them all."""
        self._until = until
        if until is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None or until < self._timer.when():
            if self._timer is not None:
                self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_at(until, self._late)

    def _late(self) -> None:
        """The timer's time has come: whoever waits has waited long enough, or waits on."""
        self._timer = None
        if self._until is None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() < self._until:
            self._timer = loop.call_at(self._until, self._late)
        elif self._news is not None and not self._news.done():
            self._news.set_exception(TimeoutError())

    def tunnelled(self) -> asyncio.Transport:
        """The bare connection behind a response without a body: the answer to CONNECT."""
        assert self._transport is not None
        return self._transport

    def close(self) -> None:
        """Hang up."""
        self._open = False
        self.wait_until(None)
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if self._transport is not None:
            self._transport.abort()

    async def _next(self) -> None:
        """Wait for anything new."""
        if self._lost is not None:
            raise self._lost
        self._news = asyncio.get_running_loop().create_future()
        try:
            await self._news
        finally:
            self._news = None

    def _go_on(self) -> None:
        """Take more from the network again."""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if self._paused and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        self._paused = False

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def _lose(self, reason: str) -> None:
        self._open = False
        self._lost = self._lost or Lost(reason, begun=self._taken > 0)
        self._wake()

    # -- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected, or carried by TLS from now on."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Some bytes of the response. Bytes that nobody asked for end the connection."""
        if self._idle:
            self.close()
            return
        self._taken += len(data)
        headed, ended = self._headed, self._ended
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if self._take is not None and self._body:
                self._weigh(self._take)
            if not self._ended:
                self._lose(f"no HTTP: {error}"[:100])
            self.close()
            return
        if not self._headed and self._taken > _LONGEST_HEAD:
            self._lose("too long a head")
            self.close()
        if self._take is not None and self._body:
            self._weigh(self._take)
        if self._waiting > MOST_WAITING and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        news = self._body or self._told or self._lost
        if news or headed != self._headed or ended != self._ended:
            self._wake()

    def _weigh(self, take: Callable[[bytes], object]) -> None:
        """Have what came taken: whoever waits is woken if it is worth it. What is not does not
        count as waiting."""
        body, self._body = self._body, []
        take(body[0] if len(body) == 1 else b"".join(body))
        if self._worth():
            self._told = True
        elif not self._told:
            self._waiting = 0

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side has closed, or the network broke."""
        if self._to_the_end and exc is None:
            self._end()
        if not self._ended:
            self._lose(f"closed: {exc}" if exc else "closed")
        self._open = False
        self._wake()

    # -- what the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1").strip()

    def on_headers_complete(self) -> None:
        """The head is whole; that of an interim response does not count."""
        if self.status in _INTERIM:
            self._headers = {}
            return
        self._headed = True
        self._kept = self._parser.should_keep_alive()
        sized = "content-length" in self._headers or "transfer-encoding" in self._headers
        self._to_the_end = not sized and self.status not in _BODILESS

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body.append(body)
        self._waiting += len(body)

    def on_message_complete(self) -> None:
        """The response is whole."""
        if self._headed:
            self._end()

    def _end(self) -> None:
        self._ended = self._idle = True
        self._to_the_end = False
        self._open = self._open and self._kept
