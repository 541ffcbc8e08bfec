"""The schema: built at once or step by step, by one process or several, from any version."""

import asyncio
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from dengmi.core.errors import BadSettings, DengmiError
from dengmi.store import migrations, sqlite_schema
from dengmi.store.migrations import Migration, known
from dengmi.store.open import open_store
from dengmi.store.snapshot import objects
from dengmi.store.sqlite_schema import apply, connect, prepare, statements

WHOLE = {name: migrations.whole_schema(name) for name in ("sqlite", "postgres")}
OURS = {name: known(name) for name in ("sqlite", "postgres")}
NAMES = tuple(each.name for each in OURS["sqlite"])


def test_both_dialects_have_the_same_migrations() -> None:
    assert tuple(each.name for each in OURS["postgres"]) == NAMES
    numbers = [int(name[:4]) for name in NAMES]
    assert len(set(numbers)) == len(numbers) and min(numbers) == 1  # one is left out where need be


def test_sqlite_schema_is_the_same_both_ways(tmp_path: Path) -> None:
    whole, steps = connect(tmp_path / "whole"), connect(tmp_path / "steps")
    for statement in statements(WHOLE["sqlite"]):
        whole.execute(statement)
    for migration in OURS["sqlite"]:
        for statement in statements(migration.sql):
            steps.execute(statement)
    assert objects(whole) == objects(steps)
    whole.close()
    steps.close()


async def test_postgres_schema_is_the_same_both_ways(new_postgres) -> None:
    import asyncpg

    async def built(*scripts: str) -> list[tuple]:
        connection = await asyncpg.connect(await new_postgres(empty=True))
        try:
            for script in scripts:
                await connection.execute(script)
            rows = await connection.fetch(
                "SELECT table_name, column_name, ordinal_position, data_type, is_nullable,"
                " column_default FROM information_schema.columns WHERE table_schema = 'public'"
                " UNION ALL SELECT tablename, indexname, 0, indexdef, '', '' FROM pg_indexes"
                " WHERE schemaname = 'public'"
                " UNION ALL SELECT conrelid::regclass::text, conname, 0,"
                " pg_get_constraintdef(oid), '', '' FROM pg_constraint"
                " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2, 3, 4"
            )
            return [tuple(row) for row in rows]
        finally:
            await connection.close()

    whole = await built(WHOLE["postgres"])
    assert whole == await built(*(each.sql for each in OURS["postgres"]))
    assert len(whole) > 100


async def test_the_dialects_have_the_same_tables_and_columns(new_postgres) -> None:
    import asyncpg

    here = await asyncio.to_thread(_columns_of_sqlite)
    connection = await asyncpg.connect(await new_postgres())
    rows = await connection.fetch(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'dengmi' AND table_name <> 'migrations'"
    )
    await connection.close()
    assert here == {tuple(row) for row in rows}


def _columns_of_sqlite() -> set[tuple[str, str]]:
    sqlite = sqlite3.connect(":memory:")
    for statement in statements(WHOLE["sqlite"]):
        sqlite.execute(statement)
    names = [row[0] for row in sqlite.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    here = {
        (name, row[1]) for name in names for row in sqlite.execute(f"PRAGMA table_info({name})")
    }
    sqlite.close()
    return here


async def test_migrate_names_what_it_applied(
    new_address: Callable[..., Awaitable[str]],
) -> None:
    address = await new_address(empty=True)
    for expected in (NAMES, ()):
        store = open_store(address)
        assert await store.migrate() == expected
        assert await store.counts()
        await store.close()
        await store.close()


async def test_a_closed_store_says_so(new_address: Callable[..., Awaitable[str]]) -> None:
    store = open_store(await new_address())
    with pytest.raises(DengmiError) as caught:
        await store.counts()
    assert caught.value.code == "store_closed"
    with pytest.raises(DengmiError):
        await store.ensure_desk("guide")


async def test_many_may_open_a_new_store_at_once(
    new_address: Callable[..., Awaitable[str]],
) -> None:
    address = await new_address(empty=True)
    stores = [open_store(address) for _ in range(6)]
    applied = await asyncio.gather(*(each.migrate() for each in stores))
    assert sorted(applied, key=len)[-1] == NAMES
    assert sum(map(len, applied)) == len(NAMES)
    await asyncio.gather(*(each.ensure_desk(f"d{n}") for n, each in enumerate(stores)))
    assert len(await stores[0].desks()) == 6
    await asyncio.gather(*(each.close() for each in stores))


OPENER = """
import asyncio, sys
from dengmi.store.open import open_store

async def main():
    store = open_store(sys.argv[1])
    await store.open()
    for n in range(20):
        await store.ensure_desk(f"{sys.argv[2]}-{n}")
    await store.close()

asyncio.run(main())
"""


async def test_processes_may_open_and_write_a_new_store_at_once(
    new_address: Callable[..., Awaitable[str]],
) -> None:
    address = await new_address(empty=True)
    running = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", OPENER, address, str(n))
        for n in range(3)
    ]
    assert [await each.wait() for each in running] == [0, 0, 0]
    store = open_store(address)
    await store.open()
    assert len(await store.desks()) == 60
    await store.close()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("INSERT INTO {}migrations VALUES ('9999_future', 'x', 0)", "store_newer"),
        ("UPDATE {}migrations SET checksum = 'x' WHERE name = '0001_shelf'", "store_altered"),
    ],
)
async def test_a_database_of_another_version_is_refused(
    new_address: Callable[..., Awaitable[str]], sql: str, code: str
) -> None:
    address = await new_address()
    store = open_store(address)
    await store.open()
    await store.close()
    if address.startswith("postgresql"):
        import asyncpg

        connection = await asyncpg.connect(address)
        await connection.execute(sql.format("dengmi."))
        await connection.close()
    else:
        file = sqlite3.connect(address)
        with file:
            file.execute(sql.format(""))
        file.close()
    with pytest.raises(BadSettings) as caught:
        await store.open()
    assert caught.value.code == code
    assert "where" in caught.value.params


def test_migrations_stop_at_the_first_failure(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    prepare(path)
    more = (
        Migration("0901_good", "CREATE TABLE one (n bigint);", "a"),
        Migration("0902_bad", "CREATE TABLE two (n bigint); INSERT INTO three VALUES (1);", "b"),
        Migration("0903_never", "CREATE TABLE four (n bigint);", "c"),
    )
    connection = connect(path)
    with pytest.raises(DengmiError) as caught:
        apply(connection, path, (*OURS["sqlite"], *more))
    assert caught.value.code == "store_migration_failed"
    assert caught.value.params["migration"] == "0902_bad"
    tables = set(objects(connection))
    assert "one" in tables
    assert not tables & {"two", "four"}
    fixed = (*more[:1], Migration("0902_bad", "CREATE TABLE two (n bigint);", "b2"), more[2])
    assert apply(connection, path, (*OURS["sqlite"], *fixed)) == ("0902_bad", "0903_never")
    connection.close()


async def test_postgres_migrations_stop_at_the_first_failure(
    new_postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dengmi.store import postgres_schema

    more = (
        Migration("0901_good", "CREATE TABLE one (n bigint);", "a"),
        Migration("0902_bad", "CREATE TABLE two (n bigint); INSERT INTO three VALUES (1);", "b"),
    )
    ours = OURS["postgres"]
    monkeypatch.setattr(postgres_schema, "known", lambda dialect: (*ours, *more))
    address = await new_postgres()
    store = open_store(address)
    with pytest.raises(DengmiError) as caught:
        await store.open()
    assert caught.value.code == "store_migration_failed"
    monkeypatch.setattr(postgres_schema, "known", lambda dialect: (*ours, more[0]))
    assert await store.migrate() == ()
    await store.close()


def test_an_older_snapshot_is_brought_up_to_date(tmp_path: Path) -> None:
    """A file that stopped after the first migration gets the rest, and nothing else changes."""
    path = tmp_path / "old.sqlite"
    connection = connect(path)
    applied = apply_only_first(connection, path)
    connection.execute("INSERT INTO desks VALUES ('guide', 'Guide', 1.0)")
    connection.close()
    assert applied == (NAMES[0],)
    assert prepare(path) == NAMES[1:]
    connection = connect(path)
    assert connection.execute("SELECT name FROM desks").fetchall() == [("guide",)]
    connection.close()


def apply_only_first(connection: sqlite3.Connection, path: Path) -> tuple[str, ...]:
    first = OURS["sqlite"][:1]
    connection.execute(migrations.RECORDS)  # not an empty file any more: step by step
    return sqlite_schema.apply(connection, path, first)


def test_what_was_kept_as_jobs_is_kept_as_notes(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    connection = connect(path)
    before = [each for each in OURS["sqlite"] if each.name < "0026"]
    connection.execute(migrations.RECORDS)
    sqlite_schema.apply(connection, path, before)
    row = ("wechat:q_1", "owed", '{"to": "ann"}', "open", 5.0, 0, "")
    connection.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    sqlite_schema.apply(connection, path, OURS["sqlite"])
    kept = connection.execute("SELECT id, kind, value, at FROM notes").fetchall()
    assert kept == [("wechat:q_1", "owed", '{"to": "ann"}', 5.0)]
    connection.close()
