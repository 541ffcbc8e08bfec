"""Sends the events of an answer as they come, as server-sent events (HTML standard, 9.2).

Thousands may read at once, and many of them the same answer. So what has come up to a moment leaves
as one piece, an event that several are told is written as JSON once, and a stream that says
nothing costs a timer every fifteen seconds.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import lru_cache

import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from dengmi.core.events import Cited, Done, Event, Found, Text, Thinking
from dengmi.core.records import Exchange, Question
from dengmi.server.context import Context
from dengmi.server.pump import Pump, begun
from dengmi.server.staying import Staying

KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy hangs up."""

SILENCE = b": keep-alive\n\n"

Render = Callable[[Event], tuple[str, object]]
"""An event as (name on the wire, value to be sent as JSON)."""


def stream(
    context: Context,
    question: Question,
    render: Render,
    *,
    thinking: bool = False,
    alike: bool = False,
    staying: Staying | None = None,
) -> Response:
    """The response that tells an accepted question's answer.

    The answer is made by a task of its own. A reader who hangs up does not stop the quotes, but
    does leave a model that writes: it goes on only while somebody else waits for the same answer.

    Args:
        thinking: whether the model's thinking is told too.
        alike: whether others get the same `render`: what they are told alike is rendered once.
        staying: where the answer is kept when it is to be written on although its reader hangs up.
    """
    told = start(context, question, thinking=thinking)
    if staying is not None:
        staying.keep(question, told)
    return _Stream(told, context.pump, render, alike=alike, stays=staying is not None)


def event_stream(lines: AsyncIterator[bytes]) -> StreamingResponse:
    """The response made of these lines."""
    return StreamingResponse(
        lines,
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


def start(
    context: Context,
    question: Question,
    *,
    thinking: bool = False,
    turns: Sequence[Exchange] | None = None,
) -> "Told":
    """Have an accepted question answered by a task of its own. The reader calls `leave` at the
    end, whatever happened."""
    told = Told(context, question, thinking=thinking, turns=turns)
    context.crew.start(told.tell(), f"question {question.id}")
    return told


class Told:
    """An answer on its way to one reader."""

    def __init__(
        self,
        context: Context,
        question: Question,
        *,
        thinking: bool,
        turns: Sequence[Exchange] | None = None,
    ) -> None:
        self._context = context
        self._question = question
        self._thinking = thinking
        self._turns = turns
        self._climbing: asyncio.Task[None] | None = None
        self._left = False
        self._come: deque[Event | None] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self.at_once: Callable[[], None] | None = None
        self.at_end: Callable[[], object] | None = None

    async def tell(self) -> None:
        """Put the events where the reader takes them, None behind the last."""
        events = self._context.parts.ladder.run(
            self._question, thinking=self._thinking, turns=self._turns, hear=self._put
        )
        try:
            async for event in events:
                if isinstance(event, Found) and event.level != "quote":
                    if self._left:  # before the model was called
                        return
                    self._climbing = asyncio.current_task()
                elif isinstance(event, Done):
                    self._climbing = None
                self._put(event)
        finally:
            self._climbing = None
            self._put(None)
            if self.at_end is not None:
                self.at_end()
            await events.aclose()

    async def next(self, patience: float | None = None) -> Event | None:
        """The next event, None behind the last. Raises TimeoutError after so many seconds."""
        if not self._come:
            async with asyncio.timeout(patience):
                await self.wait()
        return self._come.popleft()

    @property
    def idle(self) -> bool:
        """Whether the reader waits for something to take."""
        return self._waiting is not None and not self._waiting.done()

    async def wait(self) -> None:
        """Wait until there is something to take, or until `wake`. While it waits, `at_once` is
        called instead where it is set, and may take what has come."""
        if not self._come:
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None

    def wake(self) -> None:
        """End the reader's waiting."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def take(self) -> list[Event | None]:
        """Everything that has come; None is behind the last event."""
        come = list(self._come)
        self._come.clear()
        return come

    def _put(self, event: Event | None) -> None:
        self._come.append(event)
        if self.at_once is not None and event is not None and self.idle:
            self.at_once()
        else:
            self.wake()

    def leave(self) -> None:
        """The reader has gone. Where somebody else reads the same answer, it is written on."""
        watched = self._context.parts.ladder.audience.watched(self._question.id)
        self._left = not watched
        if self._climbing is not None and not watched:
            self._climbing.cancel()


class _Stream(Response):
    """The response itself."""

    media_type = "text/event-stream"

    def __init__(self, told: Told, pump: Pump, render: Render, *, alike: bool, stays: bool) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._told = told
        self._pump = pump
        self._render = render
        self._alike = alike
        self._stays = stays
        self._number = 0
        self._silent = False
        self._gone = self._ended = self._pumped = False
        self._send: Send | None = None
        self._rest: Awaitable[None] | None = None
        self._failed: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        loop = asyncio.get_running_loop()
        hanging = asyncio.create_task(self._hung_up(receive))
        self._timer = loop.call_later(KEEP_ALIVE / 2, self._tick, loop)
        try:
            head = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
            await send(head)
            self._send, self._told.at_once = send, self._soon
            closed = False
            while lines := await self._next():
                closed = self._ended
                await send({"type": "http.response.body", "body": lines, "more_body": not closed})
            if not closed:
                await send({"type": "http.response.body", "body": b""})
        finally:
            self._told.at_once = None
            hanging.cancel()
            self._timer.cancel()
            if not self._stays:
                self._told.leave()

    async def _hung_up(self, receive: Receive) -> None:
        """Wait until the reader has gone."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._told.wake()

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        """Nothing may have been said since the last time: then the reader is told so."""
        if self._silent:
            self._told.wake()
        self._silent = True
        self._timer = loop.call_later(KEEP_ALIVE / 2, self._tick, loop)

    @property
    def _over(self) -> bool:
        """Whether there is nothing more to send, or nobody to send it to."""
        return self._ended or self._gone

    async def _next(self) -> bytes:
        """All lines there are, as soon as there are any; a comment in long silence; b"" at the
        end."""
        if self._over:
            return b""
        await self._told.wait()
        if self._failed is not None:
            raise self._failed
        if self._rest is not None:  # the reader is slow: first what was begun
            rest, self._rest = self._rest, None
            await rest
            return await self._next()
        if self._gone:
            return b""
        events = self._told.take()
        self._silent = False
        if not events:
            return SILENCE
        lines = [self._line(event) for event in events if event is not None]
        self._ended = events[-1] is None
        return b"".join(lines)

    def _soon(self) -> None:
        """Something has come: it is sent with what others are told in this moment."""
        if not self._pumped:
            self._pumped = True
            self._pump.add(self._now)

    def _now(self) -> None:
        """Send what has come without waking the task, which waits for more; what the network does
        not take at once, and the end, is left to it."""
        self._pumped = False
        if not self._told.idle or self._send is None:
            return
        events = self._told.take()
        if not events:
            return
        self._silent = False
        lines = b"".join([self._line(event) for event in events if event is not None])
        body = {"type": "http.response.body", "body": lines, "more_body": True}
        try:
            self._rest = begun(self._send(body))
        except Exception as error:  # noqa: BLE001 - it is this reader's alone, whose task raises it
            self._failed = error
        if self._rest is not None or self._failed is not None:
            self._told.wake()

    def _line(self, event: Event) -> bytes:
        self._number += 1
        shared = self._alike and isinstance(event, Text | Cited | Thinking)
        name, data = (_shared if shared else _encoded)(self._render, event)
        return b"event: %b\nid: %d\ndata: %b\n\n" % (name, self._number, data)


def _encoded(render: Render, event: Event) -> tuple[bytes, bytes]:
    """An event's name and data on the wire."""
    name, value = render(event)
    return name.encode(), msgspec.json.encode(value)


_shared = lru_cache(maxsize=1_024)(_encoded)
"""The same, remembered while others may be told the same."""
