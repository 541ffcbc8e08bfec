"""What only one process may do at a time: hold an account or a connection, tell an operator.

Of the processes of one server, one locks a file of the home. Where several servers use one database
(`store.shared`), it then takes a lock of the database too: the system takes both off a process
however it ends, and the next one takes over.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from dengmi.core.errors import DengmiError
from dengmi.core.lock import FileLock
from dengmi.core.ports import Locks
from dengmi.server.context import Context

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks whether it is this process's turn."""

Work = Callable[[], Awaitable[object]]


async def alone(context: Context, place: str, work: Work) -> None:
    """Do something until it ends, alone, and then let others.

    Args:
        place: names it: a path in the home, without an ending.
    """
    seat = Seat(context, place)
    try:
        await seat.held(work)
    finally:
        seat.free()


class Seat:
    """The right to do something, held by one process at a time.

    Args:
        place: names it: a path in the home, without an ending.
        every: seconds between two looks whether it is free.
    """

    def __init__(self, context: Context, place: str, *, every: float = EVERY) -> None:
        self._file = FileLock(context.parts.settings.home / f"{place}.lock")
        self._locks = context.locks
        self._name = f"place {place}"
        self._every = every
        self._held = False

    async def held(self, work: Work) -> None:
        """Do something as long as this process has the right, from whenever it gets it; over again
        where it was lost, because the database was away. Afterwards the right is still held."""
        while not await asyncio.to_thread(self._file.take):  # noqa: ASYNC110 - held elsewhere
            await asyncio.sleep(self._every)
        if self._locks is None:
            await work()
            return
        while True:
            await self._taken(self._locks)
            if await self._done(self._locks, work):
                return
            log.warning("%s: the database was away; somebody else may have it now", self._name)

    def free(self) -> None:
        """Let others have it."""
        if self._locks is not None and self._held:
            self._locks.free(self._name)
        self._held = False
        self._file.free()

    async def _taken(self, locks: Locks) -> None:
        said = False
        while True:
            try:
                self._held = await locks.take(self._name)
            except DengmiError as error:
                if not said:
                    log.warning("%s: %s", self._name, error)
                said = True
            if self._held:
                return
            await asyncio.sleep(self._every)

    async def _done(self, locks: Locks, work: Work) -> bool:
        """Whether the work came to its end before the lock was lost."""
        working = asyncio.ensure_future(work())
        losing = asyncio.ensure_future(locks.lost(self._name))
        try:
            await asyncio.wait((working, losing), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                self._held = False
                return False
            await working
            return True
        finally:
            for each in (working, losing):
                each.cancel()
            await asyncio.gather(working, losing, return_exceptions=True)
