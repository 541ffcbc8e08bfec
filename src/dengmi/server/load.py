"""What the server has to do: its own counts, and those of the other processes that share it."""

import asyncio
import os
import time
from collections import deque
from collections.abc import Sequence

import msgspec

from dengmi.core.clock import Clock
from dengmi.core.counts import Counted, Counts
from dengmi.core.paying import Charges
from dengmi.gate.limits import Limits
from dengmi.gate.uses import Use, uses
from dengmi.server.board import Board
from dengmi.server.follow import Follower
from dengmi.server.shown import Shown, Whole, whole

EVERY = 1.0
"""Seconds between two times that a process shows itself to the others."""

STEP = 5.0
"""Seconds between two copies from which the last minute is known."""

MINUTE = 60.0


class Load:
    """Tells what is under way and what was counted.

    Args:
        counts: what this process counts.
        follower: tells how far the index is.
        clock: tells the time.
        charges: knows what of each budget is used; `limits` knows the budgets.
        board: where the processes of one server meet; None where this is the only one.
    """

    def __init__(
        self,
        counts: Counts,
        follower: Follower,
        clock: Clock,
        charges: Charges,
        limits: Limits,
        *,
        board: Board | None = None,
    ) -> None:
        self.counts = counts
        self._follower = follower
        self._clock = clock
        self._charges = charges
        self._limits = limits
        self._board = board
        self._began = clock.now()
        self._copies: deque[tuple[float, Counted]] = deque([(clock.steady(), Counted())])

    async def keep(self) -> None:
        """Show this process to the others and remember the last minute, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            self.remember()
            if self._board is not None:
                await asyncio.to_thread(self._board.show, self.own())

    def remember(self) -> None:
        """Take a copy of the counts when it is time for one."""
        now = self._clock.steady()
        if now - self._copies[-1][0] >= STEP:
            self._copies.append((now, self.counts.copy()))
        while len(self._copies) > 1 and now - self._copies[1][0] >= MINUTE:
            self._copies.popleft()

    def own(self) -> Shown:
        """This process."""
        counted = self.counts.copy()
        counted = Counted(
            {**counted.counts, ("cpu",): time.process_time()}, counted.times, counted.now
        )
        then, earlier = self._copies[0]
        return Shown(
            at=self._clock.now(),
            began=self._began,
            pid=os.getpid(),
            counted=counted,
            minute=counted.since(earlier),
            seconds=max(0.001, self._clock.steady() - then),
            facts=msgspec.to_builtins(self.counts.facts()),
            store_seq=self._follower.store_seq,
            index_seq=self._follower.index_seq,
        )

    async def whole(self) -> Whole:
        """All processes of this server together. What the others counted in the last second may
        be missing; a sum asked for later is never smaller, whichever process is asked."""
        own = self.own()
        others = await asyncio.to_thread(self._exchanged, own) if self._board else ()
        return whole([own, *others], self._clock.now())

    async def budgets(self) -> Sequence[Use]:
        """How much of each budget of today is used, by all who share the store."""
        now = self._clock.now()
        return await uses(self._charges, self._limits, now) if self._limits.budgets(now) else ()

    def _exchanged(self, own: Shown) -> Sequence[Shown]:
        assert self._board is not None
        self._board.show(own)
        return self._board.others()
