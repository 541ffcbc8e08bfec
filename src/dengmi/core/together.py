"""Calls that wait at the same time, made as one."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")

MOST = 32
"""Items of one call, at most."""

QUIET = 8
"""Calls in a row for one item behind which it is quiet: nobody who waits a moment gets company."""


class Together(Generic[A, R]):
    """Lets askers share calls: what is asked for while calls are under way goes into the next one.

    Nobody waits for company: a lone asker's call is made at once. Items are taken in the order
    they came, and done even when whoever asked has gone. Threads and transactions cost by the
    call, and so does the wait of several threads for one interpreter: that is what this saves.

    Args:
        call: does it for several items; a result for each, in order, or an error for the item.
            When it raises for several items, it is called again for each alone.
        lanes: calls under way at once, at most.
        most: items of one call, at most.
        direct: whether who asks may make the call itself while it is quiet: it changes nothing,
            goes on where whoever asked has gone, or is of no use then. A task for it would be two
            more rounds of the event loop, and in each whoever else is busy goes first.
    """

    def __init__(
        self,
        call: Callable[[Sequence[A]], Awaitable[Sequence[R | Exception]]],
        *,
        lanes: int = 1,
        most: int = MOST,
        direct: bool = False,
    ) -> None:
        self._call = call
        self._lanes = lanes
        self._most = most
        self._direct = direct
        self._lone = 0
        self._waiting: list[tuple[A, asyncio.Future[R]]] = []
        self._busy = 0
        self._tasks: set[asyncio.Future[None]] = set()

    async def __call__(self, item: A) -> R:
        """The item's result. Raises what the call raises or gives for it."""
        if self._direct and self._lone >= QUIET and self._busy < self._lanes:
            return await self._alone(item)
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._busy < self._lanes:
            self._busy += 1
            self._begin()
        return await future

    async def drain(self) -> None:
        """Wait until everything that was asked for is done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _alone(self, item: A) -> R:
        """Make a call for one item. The lane is then for those who came meanwhile."""
        self._busy += 1
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks.add(done)
        try:
            (result,) = await self._call([item])
        finally:
            self._tasks.discard(done)
            done.set_result(None)
            if self._waiting:
                self._lone = 0
                self._begin()
            else:
                self._busy -= 1
        if isinstance(result, Exception):
            raise result
        return result

    def _begin(self) -> None:
        """Work through what waits, in a context of its own: what is done is done for everyone, not
        for who came first."""
        task = asyncio.create_task(self._work(), context=contextvars.Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                self._lone = 0 if len(taken) > 1 else self._lone + 1
                await self._make(taken)
        finally:
            self._busy -= 1

    async def _make(self, taken: Sequence[tuple[A, "asyncio.Future[R]"]]) -> None:
        try:
            results = await self._call([item for item, _ in taken])
        # The border to any call: whatever went wrong belongs to who waits for it.
        except Exception as error:  # noqa: BLE001
            if len(taken) == 1:
                results = [error]
            else:
                for one in taken:
                    await self._make([one])
                return
        except BaseException:
            for _, future in taken:
                future.cancel()
            raise
        for (_, future), result in zip(taken, results, strict=True):
            if future.done():  # who waited was cancelled
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
