"""Who goes first where everybody shares one processor: first replies, before everything else.

A first reply takes milliseconds, and somebody looks at an empty screen until it is there. Checking
and storing what models write can wait for a moment. A reply comes back to the event loop about ten
times (store, search, store again), and each time waits for whatever runs in that round: so a short
round holds one piece of work that takes milliseconds, and a longer one, with thousands of streams,
more of them.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST = 16
"""First replies made at once: enough that searches of several are made as one."""

LONGEST = 0.1
"""Seconds after which other work gets every second piece, however many first replies there are."""


PIECE = 0.01
"""Seconds of a round for which it may hold one piece more."""


class Turns:
    """Turns on one event loop. `most`: first replies made at once; others wait as they came."""

    def __init__(self, most: int = MOST, longest: float = LONGEST) -> None:
        self._most = most
        self._longest = longest
        self._busy = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._firsts: deque[asyncio.Future[None]] = deque()
        self._others: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._round = False
        self._began = 0.0
        self._yielded = False

    @property
    def crowded(self) -> bool:
        """Whether first replies wait: what nobody asked for is better left out."""
        return bool(self._waiting or self._firsts)

    @property
    def waiting(self) -> int:
        """How many wait for a first reply to begin."""
        return len(self._waiting)

    @asynccontextmanager
    async def first(self) -> AsyncIterator[None]:
        """A place to make a first reply in, held until the block ends."""
        if self._busy >= self._most:
            await self._place()
        else:
            self._busy += 1
        try:
            yield
        finally:
            self._end()

    async def go(self) -> None:
        """A turn for a piece of work of a first reply that takes milliseconds."""
        if self._round:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._firsts.append(turn)
            await turn
        else:
            self._begin()

    async def give_way(self) -> None:
        """A turn for a piece of other work that takes milliseconds: behind first replies."""
        if self._round:
            loop = asyncio.get_running_loop()
            turn: asyncio.Future[None] = loop.create_future()
            self._others.append((loop.time() + self._longest, turn))
            await turn
        else:
            self._begin()

    def _begin(self) -> None:
        """Nobody has had this round yet."""
        loop = asyncio.get_running_loop()
        self._round, self._began = True, loop.time()
        loop.call_soon(self._next)

    def _next(self) -> None:
        """Give the next round to those whose turn it is."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        left = most = 1 + int((now - self._began) / PIECE)
        self._began = now
        while left and (turn := self._chosen()):
            if not turn.done():  # else who waited has gone
                turn.set_result(None)
                left -= 1
        if left < most:
            loop.call_soon(self._next)
        else:
            self._round = False

    def _chosen(self) -> "asyncio.Future[None] | None":
        if not self._firsts:
            return self._others.popleft()[1] if self._others else None
        overdue = self._others and self._others[0][0] <= asyncio.get_running_loop().time()
        self._yielded = bool(overdue) and not self._yielded
        return self._others.popleft()[1] if self._yielded else self._firsts.popleft()

    async def _place(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._waiting.remove(turn)
            else:  # given in the same moment
                self._end()
            raise

    def _end(self) -> None:
        """A first reply was made: the next one begins."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._busy -= 1
