"""Brings a PostgreSQL database up to date. Everything lives in a schema called `dengmi`, so the
database may be shared with others."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from dengmi.core.errors import DengmiError
from dengmi.store.migrations import RECORDS, Migration, known, missing, whole_schema

SCHEMA = "dengmi"

LOCK = 0x64656E676D69
"""The advisory lock under which one process at a time changes the schema: "dengmi" in ASCII."""


async def prepare(connection: Any, where: str) -> Sequence[str]:
    """Make the tables, or bring them up to date; the names of the migrations applied.

    Raises BadSettings for a database of a newer version, DengmiError when a migration fails, and
    the driver's errors.
    """
    migrations = await asyncio.to_thread(known, "postgres")
    if not await connection.fetchval("SELECT to_regnamespace($1) IS NOT NULL", SCHEMA):
        await _make_schema(connection)
    elif await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f"{SCHEMA}.migrations"):
        recorded = await _recorded(connection)
        if recorded and not missing(migrations, recorded, where):
            return ()
    applied: list[str] = []
    while True:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            done = await _apply_next(connection, migrations, where)
        applied += done
        if len(done) != 1:
            return tuple(applied)


async def _make_schema(connection: Any) -> None:
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")


async def _apply_next(connection: Any, migrations: tuple[Migration, ...], where: str) -> list[str]:
    """One missing migration; every one of them when there is no table; none when none is."""
    await connection.execute(RECORDS)
    recorded = await _recorded(connection)
    todo = missing(migrations, recorded, where)
    if not todo:
        return []
    script = todo[0].sql if recorded else await asyncio.to_thread(whole_schema, "postgres")
    todo = todo[:1] if recorded else todo
    try:
        await connection.execute(script)
    except (asyncpg.SyntaxOrAccessError, asyncpg.DataError, asyncpg.FeatureNotSupportedError) as e:
        raise DengmiError(
            "store_migration_failed", where=where, migration=todo[0].name, reason=str(e)
        ) from e
    await connection.executemany(
        "INSERT INTO migrations (name, checksum, applied_at) VALUES ($1, $2, $3)",
        [(each.name, each.checksum, time.time()) for each in todo],
    )
    return [each.name for each in todo]


async def _recorded(connection: Any) -> dict[str, str]:
    rows = await connection.fetch("SELECT name, checksum FROM migrations")
    return {row[0]: row[1] for row in rows}
