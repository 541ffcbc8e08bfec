"""Copies a whole PostgreSQL store into a SQLite file, and the other way."""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dengmi.core.errors import Conflict
from dengmi.store import sqlite_errors
from dengmi.store.postgres_schema import SCHEMA
from dengmi.store.snapshot import BLOCK, MUST_BE_EMPTY, TABLES, Table, must_be_free
from dengmi.store.sqlite_schema import connect, prepare
from dengmi.store.steps import Row


async def out(path: Path, connection: Any) -> None:
    """Write every row, as of one moment, into a fresh SQLite file. Raises Conflict."""
    try:
        await _out(path, connection)
    except sqlite3.Error as error:
        raise sqlite_errors.translate(error, path) from error


async def _out(path: Path, connection: Any) -> None:
    await asyncio.to_thread(must_be_free, path)
    await asyncio.to_thread(prepare, path)
    file = await asyncio.to_thread(connect, path)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await asyncio.to_thread(_begin, file)
            for table in TABLES:
                await _copy_table(connection, file, table)
        await asyncio.to_thread(_finish, file)
    finally:
        await asyncio.to_thread(file.close)


async def _copy_table(connection: Any, file: sqlite3.Connection, table: str) -> None:
    info = await asyncio.to_thread(_columns, file, table)
    names = ", ".join(info)
    insert = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(info))})"  # noqa: S608
    cursor = await connection.cursor(f"SELECT {names} FROM {table}")  # noqa: S608
    while rows := await cursor.fetch(BLOCK):
        await asyncio.to_thread(_insert, file, insert, [tuple(row) for row in rows])


async def fill(content: Iterable[Table], where: str, connection: Any) -> None:
    """Fill an empty PostgreSQL store in one transaction. Raises Conflict."""
    async with connection.transaction():
        await connection.execute("SELECT 1 FROM tally FOR UPDATE")
        for table in MUST_BE_EMPTY:
            if await connection.fetchval(f"SELECT 1 FROM {table} LIMIT 1"):  # noqa: S608
                raise Conflict("store_not_empty", where=where)
        await connection.execute("DELETE FROM desks")
        await connection.execute("DELETE FROM tally")
        each = iter(content)
        while (item := await asyncio.to_thread(next, each, None)) is not None:
            table, columns, blocks = item
            while block := await asyncio.to_thread(next, blocks, None):
                await connection.copy_records_to_table(
                    table, schema_name=SCHEMA, columns=list(columns), records=block
                )


def _insert(file: sqlite3.Connection, sql: str, rows: Sequence[Row]) -> None:
    file.executemany(sql, rows)  # the cursor must not outlive this thread's turn


def _columns(file: sqlite3.Connection, table: str) -> Sequence[str]:
    return [row[1] for row in file.execute(f"PRAGMA table_info({table})")]


def _begin(file: sqlite3.Connection) -> None:
    file.execute("PRAGMA journal_mode = DELETE")
    file.execute("BEGIN IMMEDIATE")
    for table in ("tally", "desks"):
        file.execute(f"DELETE FROM {table}")  # noqa: S608


def _finish(file: sqlite3.Connection) -> None:
    file.execute("COMMIT")
