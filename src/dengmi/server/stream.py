"""Sends the events of an answer as they come, as server-sent events (HTML standard, 9.2)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
from starlette.responses import StreamingResponse

from dengmi.core.events import Done, Event, Found
from dengmi.core.records import Exchange, Question
from dengmi.server.context import Context

KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy hangs up."""

SILENCE = b": keep-alive\n\n"

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
    return event_stream(_lines(start(context, question, thinking=thinking), render))


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
        self.queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._context = context
        self._question = question
        self._thinking = thinking
        self._turns = turns
        self._climbing: asyncio.Task[None] | None = None
        self._left = False

    async def tell(self) -> None:
        """Put the events into the queue, None behind the last."""
        events = self._context.parts.ladder.run(
            self._question, thinking=self._thinking, turns=self._turns
        )
        try:
            async for event in events:
                if isinstance(event, Found) and event.level != "quote":
                    if self._left:  # before the model was called
                        return
                    self._climbing = asyncio.current_task()
                elif isinstance(event, Done):
                    self._climbing = None
                self.queue.put_nowait(event)
        finally:
            self._climbing = None
            self.queue.put_nowait(None)
            await events.aclose()

    async def next(self, patience: float | None = None) -> Event | None:
        """The next event, None behind the last. Raises TimeoutError after so many seconds."""
        if not self.queue.empty():
            return self.queue.get_nowait()
        async with asyncio.timeout(patience):
            return await self.queue.get()

    def leave(self) -> None:
        """The reader has gone."""
        self._left = True
        if self._climbing is not None:
            self._climbing.cancel()


async def _lines(told: Told, render: Render) -> AsyncIterator[bytes]:
    try:
        async for line in _events(told, render):
            yield line
    finally:
        told.leave()


async def _events(told: Told, render: Render) -> AsyncIterator[bytes]:
    """The lines of the events; what has come up to a moment leaves as one piece."""
    number = 0
    while True:
        try:
            event = await told.next(KEEP_ALIVE)
        except TimeoutError:
            yield SILENCE
            continue
        lines: list[bytes] = []
        while event is not None:
            number += 1
            name, value = render(event)
            data = msgspec.json.encode(value)
            lines.append(b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), number, data))
            if told.queue.empty():
                break
            event = await told.next()
        if lines:
            yield b"".join(lines)
        if event is None:
            return
