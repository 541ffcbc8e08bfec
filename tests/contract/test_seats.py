"""What only one process may do at a time, among servers that share a PostgreSQL database."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from dengmi.server.channels.alone import Seat
from dengmi.server.context import Context, make_context
from dengmi.store import postgres_locks
from dengmi.wire import open_parts
from tests.http.conftest import settings_of

pytestmark = pytest.mark.parametrize("new_address", ["postgres"], indirect=True)

PATIENCE = 30.0


class Holder:
    """A server with a seat; `times` is how often it got it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.seat = Seat(context, "matrix/town", every=0.05)
        self.inside = asyncio.Event()
        self.times = 0
        self.task = asyncio.create_task(self.seat.held(self._work))

    async def _work(self) -> None:
        self.times += 1
        self.inside.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.inside.clear()

    async def has_it(self) -> bool:
        """Wait until it has the right."""
        async with asyncio.timeout(PATIENCE):
            await self.inside.wait()
        return True

    async def stop(self) -> None:
        """An orderly end."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.seat.free()


@pytest.fixture
async def make(address: str, tmp_path: Path) -> AsyncIterator[Callable[[str], Awaitable[Holder]]]:
    """Makes a server with a home of its own on the database that all share."""
    async with AsyncExitStack() as stack:

        async def made(name: str) -> Holder:
            settings = settings_of(
                tmp_path / name, DENGMI_STORE_URL=address, DENGMI_STORE_SHARED="true"
            )
            parts = await stack.enter_async_context(open_parts(settings))
            holder = Holder(make_context(parts))
            assert holder.context.locks is not None
            stack.push_async_callback(holder.context.locks.close)
            stack.push_async_callback(holder.stop)
            return holder

        yield made


async def test_one_server_at_a_time_and_the_next_when_it_stops(
    make: Callable[[str], Awaitable[Holder]],
) -> None:
    one = await make("one")
    assert await one.has_it()
    other = await make("other")
    await asyncio.sleep(0.3)
    assert not other.inside.is_set()
    await one.stop()
    assert await other.has_it()
    assert (one.times, other.times) == (1, 1)


async def test_the_next_takes_over_when_a_server_dies(
    make: Callable[[str], Awaitable[Holder]],
) -> None:
    one = await make("one")
    assert await one.has_it()
    other = await make("other")
    # Killed, its connections end; nothing else of it does anything any more.
    one.context.locks._connection.terminate()  # type: ignore[union-attr]
    one.task.cancel()
    assert await other.has_it()


async def test_who_loses_the_database_stops_before_it_goes_on(
    make: Callable[[str], Awaitable[Holder]], address: str
) -> None:
    one = await make("one")
    assert await one.has_it()
    admin = await asyncpg.connect(address)
    try:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'dengmi locks' AND datname = current_database()"
        )
    finally:
        await admin.close()
    async with asyncio.timeout(PATIENCE):
        while one.times < 2:  # noqa: ASYNC110 - begun anew inside
            await asyncio.sleep(0.02)
    assert await one.has_it()


async def test_a_silent_database_counts_as_gone(
    make: Callable[[str], Awaitable[Holder]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told that the line is cut: a look finds out, and the work ends. It goes on only
    when the database has let go of the lock."""
    monkeypatch.setattr(postgres_locks, "LOOK", 0.05)
    monkeypatch.setattr(postgres_locks, "_SECONDS", 1.0)
    one = await make("one")
    assert await one.has_it()
    backend = one.context.locks._connection.get_server_pid()  # type: ignore[union-attr]
    os.kill(backend, signal.SIGSTOP)
    try:
        async with asyncio.timeout(PATIENCE):
            while one.inside.is_set():  # noqa: ASYNC110 - ended inside
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        assert one.times == 1
    finally:
        os.kill(backend, signal.SIGCONT)
    assert await one.has_it()
    assert one.times == 2
