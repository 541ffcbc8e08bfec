"""Sends the events of an answer as they come, as server-sent events (HTML standard, 9.2)."""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
from starlette.responses import StreamingResponse

from dengmi.core.events import Done, Event
from dengmi.core.records import Question
from dengmi.server.context import Context

KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy hangs up."""

Render = Callable[[Event], tuple[str, object]]
"""An event as (name on the wire, value to be sent as JSON)."""


def stream(context: Context, question: Question, render: Render) -> StreamingResponse:
    """The response that tells an accepted question's answer.

    The answer is made by a task of its own: a reader who hangs up does not stop it.
    """
    queue: asyncio.Queue[Event | None] = asyncio.Queue()
    context.crew.start(_answer(context, question, queue), f"question {question.id}")
    return StreamingResponse(
        _lines(queue, render),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _answer(context: Context, question: Question, queue: asyncio.Queue[Event | None]) -> None:
    try:
        async for event in context.parts.ladder.run(question):
            if isinstance(event, Done):
                context.metrics.answer(event.answer)
            queue.put_nowait(event)
    finally:
        queue.put_nowait(None)


async def _lines(queue: asyncio.Queue[Event | None], render: Render) -> AsyncIterator[bytes]:
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
