"""Locks that servers on one PostgreSQL database have in common: advisory locks of a session.

They hold as long as the connection does, which is the only one of its kind in a process: a process
that ends, or a machine that is gone, lets go of them. Where the connection breaks, what was held is
held no more; the next call makes another one.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any, Literal

import asyncpg  # type: ignore[import-untyped]

from dengmi.core.together import Together

_SESSION = {
    "application_name": "dengmi locks",
    # Without these the database notices only after two hours that a machine is gone.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_SECONDS = 10.0

LOOK = 5.0
"""Seconds between two looks whether the connection lives. With `_SECONDS` for the answer, who holds
a lock knows of a broken line before the database gives the lock to somebody else (25 s)."""

_Call = tuple[Literal["take", "free", "look"], str]
"""What to do with a lock, and its name."""


class PostgresLocks:
    """Locks by name (see `core.ports.Locks`).

    Args:
        address: of the database.
        translated: makes the error that people can read of a driver's.
    """

    def __init__(self, address: str, translated: Callable[[BaseException], BaseException]) -> None:
        self._address = address
        self._translated = translated
        self._connection: Any = None
        self._held: dict[str, Any] = {}
        self._calls: Together[_Call, bool] = Together(self._all)
        self._ongoing: set[asyncio.Future[bool]] = set()

    async def take(self, name: str) -> bool:
        """Take a lock; False where another server has it. Raises Unavailable."""
        # Goes on where whoever asked has gone: then it is let go of again.
        taking = self._begun(("take", name))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            taking.add_done_callback(lambda done: self._unwanted(done, name))
            raise

    def free(self, name: str) -> None:
        """Let go of a lock, as soon as that can be."""
        self._begun(("free", name))

    async def lost(self, name: str) -> None:
        """Wait until a lock that was taken is held no more: the connection broke."""
        while await self._calls(("look", name)):
            connection, ended = self._held[name], asyncio.Event()
            told = partial(_told, ended)
            connection.add_termination_listener(told)
            try:
                async with asyncio.timeout(LOOK):
                    await ended.wait()
            except TimeoutError:
                pass
            finally:
                connection.remove_termination_listener(told)

    async def close(self) -> None:
        """Let go of everything."""
        await self._calls.drain()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    def _begun(self, call: _Call) -> "asyncio.Future[bool]":
        ongoing = asyncio.ensure_future(self._calls(call))
        self._ongoing.add(ongoing)
        ongoing.add_done_callback(self._ended)
        return ongoing

    def _ended(self, done: "asyncio.Future[bool]") -> None:
        self._ongoing.discard(done)
        if not done.cancelled():
            done.exception()  # looked at: who wants it gets it from `take`

    def _unwanted(self, done: "asyncio.Future[bool]", name: str) -> None:
        if not done.cancelled() and done.exception() is None and done.result():
            self.free(name)

    async def _all(self, calls: Sequence[_Call]) -> Sequence[bool | Exception]:
        return [await self._one(*call) for call in calls]

    async def _one(self, what: str, name: str) -> bool | Exception:
        number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
        try:
            if what == "take":
                connection = await self._open()
                got = await connection.fetchval("SELECT pg_try_advisory_lock($1)", number)
                if got:
                    self._held[name] = connection
                return bool(got)
            held = self._held.get(name)
            if what == "look":
                return held is not None and await _lives(held)
            self._held.pop(name, None)
            if held is not None and not held.is_closed():
                await held.fetchval("SELECT pg_advisory_unlock($1)", number)
        # The border to the driver: its errors are of many families.
        except Exception as error:  # noqa: BLE001
            translated = self._translated(error)
            return translated if isinstance(translated, Exception) else error
        return True

    async def _open(self) -> Any:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._address, timeout=_SECONDS, command_timeout=_SECONDS, server_settings=_SESSION
            )
        return self._connection


async def _lives(connection: Any) -> bool:
    """Whether the database still answers; where it does not, the connection ends here too."""
    try:
        await connection.fetchval("SELECT 1")
    # The border to the driver: its errors are of many families.
    except Exception:  # noqa: BLE001
        connection.terminate()
    return not connection.is_closed()


def _told(ended: asyncio.Event, _: object) -> None:
    ended.set()
