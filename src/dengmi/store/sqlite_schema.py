"""Opens SQLite connections and brings a file's schema up to date."""

import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from dengmi.core.errors import BadSettings, DengmiError
from dengmi.store.migrations import RECORDS, Migration, known, missing, whole_schema
from dengmi.store.sqlite_errors import is_busy

BUSY_SECONDS = 30.0
"""How long a writer waits for another process before it gives up."""

OLDEST = (3, 35, 0)
"""The first SQLite with RETURNING."""


def connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode, to be used by one thread."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    # FULL: a commit is on the disk before it is acknowledged, even when the power fails.
    # The decision record has the cost. The cache counts in KiB (negative means that).
    connection.executescript(
        "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
        "PRAGMA trusted_schema = OFF;"
        f"PRAGMA cache_size = {-4000 if readonly else -16000};"
        f"PRAGMA query_only = {int(readonly)};"
    )
    return connection


def roll_back(connection: sqlite3.Connection) -> None:
    """End a transaction that went wrong, unless SQLite has ended it by itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def prepare(path: Path) -> tuple[str, ...]:
    """Make the file, or bring it up to date; the names of the migrations applied.

    Raises BadSettings for a file that is not Dengmi's or comes from a newer version, DengmiError
    when a migration fails, and sqlite3's errors.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        raise BadSettings("store_sqlite_old", version=sqlite3.sqlite_version)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(path)
    try:
        return _prepare(connection, path)
    finally:
        connection.close()


def _prepare(connection: sqlite3.Connection, path: Path) -> tuple[str, ...]:
    migrations = known("sqlite")
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if tables and "migrations" not in tables:
        raise BadSettings("store_foreign", where=str(path))
    if tables and not missing(migrations, _recorded(connection), str(path)):
        _use_wal(connection)
        return ()
    _use_wal(connection)
    return apply(connection, path, migrations)


def apply(
    connection: sqlite3.Connection, path: Path, migrations: tuple[Migration, ...]
) -> tuple[str, ...]:
    """Apply what is missing, the whole schema at once to an empty file."""
    applied: list[str] = []
    while True:
        connection.execute("BEGIN IMMEDIATE")  # one process at a time looks and acts
        try:
            done = _apply_next(connection, path, migrations)
            connection.execute("COMMIT")
        except BaseException:
            roll_back(connection)
            raise
        applied += done
        if len(done) != 1:
            return tuple(applied)


def _apply_next(
    connection: sqlite3.Connection, path: Path, migrations: tuple[Migration, ...]
) -> list[str]:
    """One missing migration; every one of them when the file is empty; none when none is."""
    fresh = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    connection.execute(RECORDS)
    todo = missing(migrations, _recorded(connection), str(path))
    if not todo:
        return []
    script = whole_schema("sqlite") if fresh else todo[0].sql
    todo = todo if fresh else todo[:1]
    try:
        for statement in statements(script):
            connection.execute(statement)
    except sqlite3.Error as error:
        if is_busy(error) or getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_ERROR:
            raise
        raise DengmiError(
            "store_migration_failed", where=str(path), migration=todo[0].name, reason=str(error)
        ) from error
    connection.executemany(
        "INSERT INTO migrations (name, checksum, applied_at) VALUES (?, ?, ?)",
        [(each.name, each.checksum, time.time()) for each in todo],
    )
    return [each.name for each in todo]


def statements(script: str) -> Iterator[str]:
    """The single statements of a script: SQLite runs only one at a time inside a transaction."""
    part = ""
    for piece in re.split(r"(?<=;)", script):
        part += piece
        if sqlite3.complete_statement(part):  # a semicolon in a text or comment ends nothing
            yield part
            part = ""
    if part.strip():
        yield part


def _recorded(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT name, checksum FROM migrations"))


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, in which readers and the writer do not wait for each other.

    SQLite's own busy timeout does not cover this switch, hence the loop.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
