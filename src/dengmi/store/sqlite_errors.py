"""What SQLite's errors mean to people."""

import sqlite3
from pathlib import Path

from dengmi.core.errors import BadInput, BadSettings, Conflict, DengmiError, Unavailable

_UNAVAILABLE = {
    sqlite3.SQLITE_FULL: "store_full",
    sqlite3.SQLITE_READONLY: "store_read_only",
    sqlite3.SQLITE_PERM: "store_read_only",
    sqlite3.SQLITE_CANTOPEN: "store_cannot_open",
    sqlite3.SQLITE_BUSY: "store_locked",
    sqlite3.SQLITE_LOCKED: "store_locked",
    sqlite3.SQLITE_IOERR: "store_io",
    sqlite3.SQLITE_CORRUPT: "store_damaged",
}


def translate(error: BaseException, path: Path) -> BaseException:
    """The DengmiError that tells what happened to the database at `path`.

    Errors that are not the database's come back as they are.
    """
    if isinstance(error, OverflowError):
        return BadInput("store_bad_value", reason=str(error))
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return Unavailable("store_cannot_open", where=str(path), reason=reason)
    return _of_sqlite(error, str(path)) if isinstance(error, sqlite3.Error) else error


def _of_sqlite(error: sqlite3.Error, where: str) -> DengmiError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return BadSettings("store_not_database", where=where)
    if code == sqlite3.SQLITE_CONSTRAINT:
        return Conflict("store_conflict", reason=str(error))
    if code == sqlite3.SQLITE_TOOBIG:
        return BadInput("store_bad_value", reason=str(error))
    if code in _UNAVAILABLE:
        return Unavailable(_UNAVAILABLE[code], where=where, reason=str(error))
    return DengmiError("store_failed", where=where, reason=str(error))


def is_busy(error: BaseException) -> bool:
    """Whether another connection is only in the way for now."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
