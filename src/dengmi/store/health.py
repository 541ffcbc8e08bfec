"""Whether a SQLite file is whole, as far as SQLite can tell without reading every index."""

import sqlite3
import time
from pathlib import Path

from dengmi.core.errors import Unavailable
from dengmi.store.sqlite_errors import translate
from dengmi.store.sqlite_schema import connect

LONGEST = 20.0
"""Seconds after which a large file is taken for whole as far as it was read."""

_STEPS = 100_000
"""Steps of SQLite's machine between two looks at the clock."""


def check_file(path: Path) -> None:
    """Look at every page of a database file that exists. Blocking.

    Raises:
        DengmiError: it is damaged ("store_damaged"), or cannot be read.
    """
    until = time.monotonic() + LONGEST
    try:
        connection = connect(path, readonly=True)
        try:
            connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            connection.close()
    except (sqlite3.Error, OSError) as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            return
        raise translate(error, path) from error
    if found != "ok":
        raise Unavailable("store_damaged", where=str(path), reason=" ".join(found.split())[:200])
