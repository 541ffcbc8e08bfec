"""Keeps how soon first replies came, so that the console tells of a whole day, by desk, though the
server was started anew. A question costs a step in memory; once a minute each process adds what it
counted to the store, and nothing where it counted nothing."""

import asyncio
import logging

from dengmi.core.clock import Clock
from dengmi.core.counts import Counts
from dengmi.core.errors import DengmiError
from dengmi.core.firsts import QUARTER, FirstReplies, Firsts

log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two times that counts are added to the store: by so much a reply may count too
late."""

KEPT = 40 * 86_400.0
"""Seconds that they are kept."""

_HOURLY = 60


class FirstsKeeper:
    """Adds the first replies of this process to those in the store."""

    def __init__(self, counts: Counts, store: Firsts, clock: Clock) -> None:
        self._counts = counts
        self._store = store
        self._clock = clock
        self._added: dict[str, tuple[int, ...]] = {}
        self._adding = asyncio.Lock()

    async def keep(self) -> None:
        """Add what was counted every minute, and once more at the end, until cancelled."""
        turn = 0
        try:
            while True:
                await asyncio.sleep(EVERY)
                await self._try()
                turn += 1
                if turn % _HOURLY == 1:
                    await self._forget()
        finally:
            await self._try()

    async def add(self) -> None:
        """Add what was counted since the last time. Raises DengmiError; it is added later then."""
        async with self._adding:
            now = {
                key[1]: times.buckets
                for key, times in self._counts.copy().times.items()
                if key[0] == "first_reply_of"
            }
            quarter = int(self._clock.now() // QUARTER)
            fresh = [
                FirstReplies(desk=desk, quarter=quarter, bucket=place, count=count - before)
                for desk, buckets in now.items()
                for place, (count, before) in enumerate(
                    zip(buckets, self._added.get(desk, (0,) * len(buckets)), strict=True)
                )
                if count != before
            ]
            if not fresh:
                return
            before, self._added = self._added, now  # who stops here must not add them again
            try:
                await self._store.add_firsts(fresh)
            except DengmiError:
                self._added = before
                raise

    async def _try(self) -> None:
        try:
            await self.add()
        except DengmiError as error:
            log.warning("first replies could not be kept: %s", error.code)

    async def _forget(self) -> None:
        try:
            await self._store.forget_firsts(self._clock.now() - KEPT)
        except DengmiError as error:
            log.warning("old first replies could not be forgotten: %s", error.code)
