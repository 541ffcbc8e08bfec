"""Tells an open page or program how it stands with a question that waits, as server-sent events:
`pending` whenever the place changes, then `done` with the answer that holds."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress

import msgspec
from starlette.responses import StreamingResponse

from dengmi.answer.late.waits import Standing
from dengmi.server.stream import KEEP_ALIVE

LONGEST = 600.0
"""Seconds after which the reader has to come again, which browsers do by themselves."""

RETRY = 3_000
"""Milliseconds after which a reader comes again."""

Render = Callable[[Standing], object]
"""How it stands as a value to be sent as JSON."""


def later(standings: AsyncGenerator[Standing, None], render: Render) -> StreamingResponse:
    """The response that tells how it stands until the wait has ended.

    Args:
        standings: as `Waits.follow` gives them.
        render: how each of them is told.
    """
    return StreamingResponse(
        _lines(standings, render),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _lines(standings: AsyncGenerator[Standing, None], render: Render) -> AsyncIterator[bytes]:
    end = time.monotonic() + LONGEST
    number = 0
    yield b"retry: %d\n\n" % RETRY
    async with aclosing(standings):
        coming = asyncio.ensure_future(_next(standings))
        try:
            while time.monotonic() < end:
                if not (await asyncio.wait([coming], timeout=KEEP_ALIVE))[0]:
                    yield b": keep-alive\n\n"
                    continue
                standing = coming.result()
                if standing is None:
                    return
                number += 1
                name = b"pending" if standing.pending else b"done"
                data = msgspec.json.encode(render(standing))
                yield b"event: %b\nid: %d\ndata: %b\n\n" % (name, number, data)
                coming = asyncio.ensure_future(_next(standings))
        finally:
            coming.cancel()
            with suppress(asyncio.CancelledError):
                await coming


async def _next(standings: AsyncGenerator[Standing, None]) -> Standing | None:
    return await anext(standings, None)
