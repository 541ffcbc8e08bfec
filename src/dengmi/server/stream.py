"""Sends the events of an answer as they come, as server-sent events (HTML standard, 9.2)."""

import asyncio
from collections.abc import Callable

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dengmi.core.events import Done, Event, Found
from dengmi.core.records import Question
from dengmi.server.context import Context

KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy hangs up."""

Render = Callable[[Event], tuple[str, object]]
"""An event as (name on the wire, value to be sent as JSON)."""


def stream(
    context: Context, question: Question, render: Render, *, thinking: bool = False
) -> Response:
    """The response that tells an accepted question's answer.

    The answer is made by a task of its own. A reader who hangs up does not stop the quotes, but
    does leave a model that writes: it goes on only while somebody else waits for the same answer.

    Args:
        thinking: whether the model's thinking is told too.
    """
    told = _Told(context, question, thinking)
    context.crew.start(told.tell(), f"question {question.id}")
    return _Stream(told, render)


class _Told:
    """An answer on its way to one reader."""

    def __init__(self, context: Context, question: Question, thinking: bool) -> None:
        self.queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._context = context
        self._question = question
        self._thinking = thinking
        self._climbing: asyncio.Task[None] | None = None

    async def tell(self) -> None:
        """Put the events into the queue, None behind the last."""
        events = self._context.parts.ladder.run(self._question, thinking=self._thinking)
        try:
            async for event in events:
                if isinstance(event, Found) and event.level != "quote":
                    self._climbing = asyncio.current_task()
                elif isinstance(event, Done):
                    self._climbing = None
                    self._context.metrics.answer(event.answer)
                self.queue.put_nowait(event)
        finally:
            self._climbing = None
            self.queue.put_nowait(None)
            await events.aclose()

    def leave(self) -> None:
        """The reader has gone."""
        if self._climbing is not None:
            self._climbing.cancel()


class _Stream(Response):
    """The response: what has come up to a moment leaves as one piece, and each piece that waits
    for the reader is one wakeup, one system call and one packet less."""

    media_type = "text/event-stream"

    def __init__(self, told: _Told, render: Render) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._told = told
        self._render = render
        self._number = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        hanging = asyncio.create_task(self._hung_up(receive))
        try:
            await send(start)
            while lines := await self._next():
                await send({"type": "http.response.body", "body": lines, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            hanging.cancel()
            self._told.leave()

    async def _hung_up(self, receive: Receive) -> None:
        """Wait until the reader has gone."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._told.leave()
        self._told.queue.put_nowait(None)

    async def _next(self) -> bytes:
        """All events there are, as soon as there are any; a comment in long silence; b"" at the
        end."""
        queue = self._told.queue
        try:
            event = queue.get_nowait() if not queue.empty() else await _next(queue)
        except TimeoutError:
            return b": keep-alive\n\n"
        lines: list[bytes] = []
        while event is not None:
            lines.append(self._line(event))
            if queue.empty():
                break
            event = queue.get_nowait()
        else:
            queue.put_nowait(None)  # once more, for the next look
        return b"".join(lines)

    def _line(self, event: Event) -> bytes:
        self._number += 1
        name, value = self._render(event)
        data = msgspec.json.encode(value)
        return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), self._number, data)


async def _next(queue: asyncio.Queue[Event | None]) -> Event | None:
    async with asyncio.timeout(KEEP_ALIVE):
        return await queue.get()
