"""Stores for the contract suite: the same tests on SQLite, and on PostgreSQL where it is found."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster

from dengmi.store.open import open_store
from dengmi.store.store import SqlStore
from tests.postgres import Server, server

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def driver_may_look(no_blocking: BlockBuster) -> None:
    """asyncpg looks for a password file and certificates whenever it connects."""
    for function in no_blocking.functions.values():
        function.can_block_in("asyncpg/connect_utils.py", {"_parse_connect_dsn_and_args"})


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server with a database `template` that has Dengmi's tables."""
    with server() as running:
        asyncio.run(_make_template(running))
        yield running


async def _make_template(running: Server) -> None:
    await _admin(running, "CREATE DATABASE template")
    store = open_store(running.address("template"))
    await store.open()
    await store.close()


async def _admin(running: Server, sql: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(running.address("postgres"))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture
async def new_postgres(postgres: Server) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Makes a database, with Dengmi's tables or `empty`; its address. Dropped after the test:
    a thousand left-over files each are slow to remove in the end."""
    names = []

    async def make(*, empty: bool = False) -> str:
        name = f"test_{next(_numbers)}"
        copied = "" if empty else " TEMPLATE template"
        await _admin(postgres, f"CREATE DATABASE {name}{copied}")
        names.append(name)
        return postgres.address(name)

    yield make
    for name in names:
        await _admin(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def new_address(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Awaitable[str]]:
    """Makes the address of a store that nobody has used, on each database in turn."""
    if request.param == "postgres":
        made: Callable[..., Awaitable[str]] = request.getfixturevalue("new_postgres")
        return made

    async def make(*, empty: bool = False) -> str:
        return str(tmp_path / f"store-{next(_numbers)}.sqlite")

    return make


@pytest.fixture
async def address(new_address: Callable[..., Awaitable[str]]) -> str:
    """The address of a fresh store."""
    return await new_address()


@pytest.fixture
async def store(address: str) -> AsyncIterator[SqlStore]:
    """A fresh open store."""
    opened = open_store(address)
    await opened.open()
    yield opened
    await opened.close()
