"""Sends the events of an answer as they come, as server-sent events (HTML standard, 9.2)."""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
from starlette.responses import StreamingResponse

from dengmi.core.events import Done, Event, Found
from dengmi.core.records import Question
from dengmi.server.context import Context

KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy hangs up."""

Render = Callable[[Event], tuple[str, object]]
"""An event as (name on the wire, value to be sent as JSON)."""


def stream(
    context: Context, question: Question, render: Render, *, thinking: bool = False
) -> StreamingResponse:
    """The response that tells an accepted question's answer.

    The answer is made by a task of its own. A reader who hangs up does not stop the quotes, but
    does leave a model that writes: it goes on only while somebody else waits for the same answer.

    Args:
        thinking: whether the model's thinking is told too.
    """
    told = _Told(context, question, thinking)
    context.crew.start(told.tell(), f"question {question.id}")
    return StreamingResponse(
        _lines(told, render),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


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
                self.queue.put_nowait(event)
        finally:
            self._climbing = None
            self.queue.put_nowait(None)
            await events.aclose()

    def leave(self) -> None:
        """The reader has gone."""
        if self._climbing is not None:
            self._climbing.cancel()


async def _lines(told: _Told, render: Render) -> AsyncIterator[bytes]:
    try:
        async for line in _events(told.queue, render):
            yield line
    finally:
        told.leave()


async def _events(queue: asyncio.Queue[Event | None], render: Render) -> AsyncIterator[bytes]:
    number = 0
    while True:
        try:
            event = queue.get_nowait() if not queue.empty() else await _next(queue)
        except TimeoutError:
            yield b": keep-alive\n\n"
            continue
        if event is None:
            return
        number += 1
        name, value = render(event)
        data = msgspec.json.encode(value)
        yield b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), number, data)


async def _next(queue: asyncio.Queue[Event | None]) -> Event | None:
    async with asyncio.timeout(KEEP_ALIVE):
        return await queue.get()
