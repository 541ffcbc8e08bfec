"""Who goes first where everybody shares one processor: first replies, before everything else.

A first reply takes milliseconds, and somebody looks at an empty screen until it is there. Reading
what models write, checking and storing it can wait for a moment; how long is bounded, so that
under any load both go on.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST = 16
"""First replies made at once: enough that searches of several are made as one."""

LONGEST = 0.1
"""Seconds that other work gives way at the most, each time."""


class Turns:
    """Turns on one event loop. `most`: first replies made at once; others wait as they came."""

    def __init__(self, most: int = MOST, longest: float = LONGEST) -> None:
        self._most = most
        self._longest = longest
        self._busy = 0
        self._firsts: deque[asyncio.Future[None]] = deque()
        self._others: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def crowded(self) -> bool:
        """Whether somebody waits for a first reply to begin."""
        return bool(self._firsts)

    @property
    def waiting(self) -> int:
        """How many wait for a first reply to begin."""
        return len(self._firsts)

    @asynccontextmanager
    async def first(self) -> AsyncIterator[None]:
        """A turn to make a first reply, held until the block ends."""
        if self._busy >= self._most:
            await self._queued()
        else:
            self._busy += 1
        try:
            yield
        finally:
            self._end()

    async def give_way(self) -> None:
        """Let first replies go before what comes next: returns at once where none waits."""
        if not self._firsts:
            return
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._others.append((loop.time() + self._longest, turn))
        if self._timer is None:
            self._timer = loop.call_later(self._longest, self._overdue)
        await turn

    async def _queued(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._firsts.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._firsts.remove(turn)
                self._let()
            else:  # given in the same moment
                self._end()
            raise

    def _end(self) -> None:
        """A first reply was made: the next one begins, or other work goes on."""
        while self._firsts:
            turn = self._firsts.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._busy -= 1
        self._let()

    def _let(self) -> None:
        """Let other work go on, a piece in each round of the loop, while no first reply waits."""
        while self._others and not self._firsts:
            _, turn = self._others.popleft()
            if not turn.done():
                turn.set_result(None)
                asyncio.get_running_loop().call_soon(self._let)
                return

    def _overdue(self) -> None:
        """Let go on whoever has given way for long enough."""
        loop = asyncio.get_running_loop()
        while self._others and (self._others[0][0] <= loop.time() or self._others[0][1].done()):
            _, turn = self._others.popleft()
            if not turn.done():
                turn.set_result(None)
        self._timer = loop.call_at(self._others[0][0], self._overdue) if self._others else None
