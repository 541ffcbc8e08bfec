"""A snapshot: one SQLite file with every table, as of one moment. Either database writes it and
either can be filled from it."""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from dengmi.core.errors import BadInput, BadSettings, Conflict
from dengmi.store.connector import Connector
from dengmi.store.migrations import whole_schema
from dengmi.store.sqlite_schema import connect, prepare, roll_back, statements
from dengmi.store.steps import Row

TABLES = (
    "desks",
    "sources",
    "outcomes",
    "reposts",
    "bands",
    "articles",
    "article_versions",
    "passages",
    "changes",
    "questions",
    "answers",
    "late",
    "deliveries",
    "replies",
    "cursors",
    "thumbs",
    "conversations",
    "handovers",
    "reuses",
    "charges",
    "used",
    "alerts",
    "secrets",
    "notes",
    "operators",
    "invites",
    "sessions",
    "deeds",
    "access_keys",
    "edits",
    "accounts",
    "pins",
    "firsts",
    "tally",
)
"""Every table but `migrations`; those that others point at come first."""

BLOCK = 1000
"""Rows copied at a time."""

MUST_BE_EMPTY = (
    "sources",
    "articles",
    "changes",
    "questions",
    "answers",
    "charges",
    "notes",
    "operators",
)

Table = tuple[str, Sequence[str], Iterator[Sequence[Row]]]


def vacuum_into(source: Path, path: Path) -> None:
    """Copy a SQLite database that others go on using. Raises Conflict."""
    must_be_free(path)
    connection = connect(source)
    try:
        connection.execute("VACUUM INTO ?", (str(path),))
    finally:
        connection.close()


def must_be_free(path: Path) -> None:
    """Refuse to write a snapshot over a file. Raises Conflict."""
    if path.exists():
        raise Conflict("store_not_empty", where=str(path))


async def change_of(path: Path) -> int:
    """The change a snapshot stands at."""
    return await asyncio.to_thread(_change_of, path)


async def load(path: Path, into: Connector) -> None:
    """Fill an empty database from a snapshot.

    A snapshot of an older version is brought up to date first, on a copy. Raises BadInput for a
    file that is not a snapshot, BadSettings for one of a newer version, Conflict when the
    database is not empty.
    """
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="dengmi-"))
    try:
        await asyncio.to_thread(_checked_copy, path, folder / "store.sqlite")
        connection = await asyncio.to_thread(connect, folder / "store.sqlite", readonly=True)
        try:
            await into.copy_in(tables(connection))
        finally:
            await asyncio.to_thread(connection.close)
    except sqlite3.Error as error:
        raise BadInput("store_bad_snapshot", where=str(path), reason=str(error)) from error
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, True)


def tables(connection: sqlite3.Connection) -> Iterator[Table]:
    """Every table of a snapshot: its name, its columns, and its rows in blocks."""
    for table in TABLES:
        info = connection.execute(f"PRAGMA table_info({table})").fetchall()
        columns = [row[1] for row in info]
        truths = [n for n, row in enumerate(info) if row[2] == "boolean"]
        yield table, columns, _blocks(connection, table, columns, truths)


def fill_sqlite(path: Path, content: Iterable[Table]) -> None:
    """Fill an empty SQLite store in one transaction."""
    connection = connect(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        _must_be_empty(connection, path)
        fill(connection, content)
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise
    finally:
        connection.close()


def _must_be_empty(connection: sqlite3.Connection, path: Path) -> None:
    for table in MUST_BE_EMPTY:
        if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():  # noqa: S608
            raise Conflict("store_not_empty", where=str(path))


def fill(connection: sqlite3.Connection, content: Iterable[Table]) -> None:
    """Put the rows in; the tables with starting content lose that first."""
    connection.execute("DELETE FROM desks")
    connection.execute("DELETE FROM tally")
    for table, columns, blocks in content:
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
        for block in blocks:
            connection.executemany(sql, block)


def _blocks(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], truths: Sequence[int]
) -> Iterator[Sequence[Row]]:
    cursor = connection.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608
    while rows := cursor.fetchmany(BLOCK):
        if truths:
            yield [
                tuple(bool(value) if n in truths else value for n, value in enumerate(row))
                for row in rows
            ]
        else:
            yield rows


def _change_of(path: Path) -> int:
    connection = connect(path, readonly=True)
    try:
        number: int = connection.execute("SELECT change FROM tally").fetchone()[0]
        return number
    finally:
        connection.close()


def _checked_copy(path: Path, copy: Path) -> None:
    """Copy the file, bring the copy up to date, and check that it is nothing but our tables."""
    try:
        shutil.copyfile(path, copy)
        prepare(copy)
        connection = connect(copy, readonly=True)
        try:
            health = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            same = health == "ok" and objects(connection) == _expected_objects()
        finally:
            connection.close()
    except (sqlite3.Error, OSError) as error:
        raise BadInput("store_bad_snapshot", where=str(path), reason=str(error)) from error
    except BadSettings as error:
        if error.code == "store_newer":
            raise BadSettings(error.code, **{**error.params, "where": str(path)}) from error
        raise BadInput("store_bad_snapshot", where=str(path), reason=error.code) from error
    if not same:
        raise BadInput("store_bad_snapshot", where=str(path), reason="schema")


def objects(connection: sqlite3.Connection) -> dict[str, object]:
    """What the schema consists of, by name: columns, keys and conditions, however it was written.
    The record of migrations is left out: it is made before the schema."""
    found: dict[str, object] = {}
    for kind, name, table, sql in connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name <> 'migrations'"
    ).fetchall():
        if kind == "table":
            columns = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
            keys = connection.execute(f"PRAGMA foreign_key_list({name})").fetchall()
            found[name] = (kind, tuple(columns), tuple(sorted(keys)))
        elif kind == "index":
            columns = connection.execute(f"PRAGMA index_xinfo({name})").fetchall()
            found[name] = (kind, table, tuple(columns), " ".join((sql or "").split()))
        else:
            found[name] = (kind, sql)
    return found


def _expected_objects() -> dict[str, object]:
    connection = sqlite3.connect(":memory:")
    try:
        for statement in statements(whole_schema("sqlite")):
            connection.execute(statement)
        return objects(connection)
    finally:
        connection.close()
