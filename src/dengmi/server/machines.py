"""One making for several servers that share a database, on one machine or many.

Whoever leads a making in its server takes a lock of the database too, before it writes. Where
another server has that, the making waits for it and then looks for what is stored: who asks there
has the answer when it is complete, not while it comes.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator

from dengmi.answer.led import Lead, Leads
from dengmi.answer.write.writer import Out
from dengmi.core.errors import DengmiError
from dengmi.core.ports import Locks

log = logging.getLogger(__name__)

_SOON, _SELDOM = 0.1, 1.0  # seconds between two tries, at first and after a while


class Machines:
    """The makings of servers on one database.

    Args:
        leads: decides within this server.
        locks: what the servers have in common.
    """

    def __init__(self, leads: Leads, locks: Locks) -> None:
        self._leads = leads
        self._locks = locks

    def take(self, key: str) -> Lead | None:
        """Take the lead within this server, at once; None where another process has it."""
        lead = self._leads.take(key)
        return None if lead is None else _Lead(self._locks, key, lead)

    async def seek(self, key: str) -> Lead:
        """Take the lead within this server, or find the way to the process that has it."""
        lead = await self._leads.seek(key)
        return _Lead(self._locks, key, lead) if lead.ours else lead


class _Lead:
    """The lead within this server, and behind it among all."""

    def __init__(self, locks: Locks, key: str, lead: Lead) -> None:
        self.ours = True
        self._locks = locks
        self._key = key
        self._lead = lead
        self._held = False

    def begun(self) -> None:
        self._lead.begun()

    async def alone(self) -> bool:
        wait = _SOON
        try:
            while not await self._locks.take(self._key):
                await asyncio.sleep(wait)
                wait = min(2 * wait, _SELDOM)
            self._held = True
        except DengmiError as error:
            log.warning("an answer is written without asking the other servers: %s", error)
        return False

    def pieces(self, after: int, /) -> AsyncGenerator[Out, None]:
        return self._lead.pieces(after)

    def free(self) -> None:
        self._lead.free()
        if self._held:
            self._held = False
            self._locks.free(self._key)
