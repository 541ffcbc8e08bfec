"""From an address to a store."""

from pathlib import Path

from dengmi.core.clock import Clock, SystemClock
from dengmi.core.errors import BadSettings
from dengmi.store.connector import Connector
from dengmi.store.store import SqlStore


def open_store(address: str, clock: Clock | None = None) -> SqlStore:
    """The store at an address; nothing is touched before its `open()`.

    Args:
        address: the path of a SQLite file, or `postgresql://user:password@host/database`.
        clock: where times come from; the machine's own by default.
    Raises:
        BadSettings: a PostgreSQL address, but its driver is not installed.
    """
    return SqlStore(_connector(address), clock or SystemClock())


def _connector(address: str) -> Connector:
    if address.startswith(("postgresql://", "postgres://")):
        try:
            from dengmi.store.postgres import PostgresConnector
        except ModuleNotFoundError as missing:
            raise BadSettings("store_driver_missing") from missing
        return PostgresConnector(address)
    from dengmi.store.sqlite import SqliteConnector

    return SqliteConnector(Path(address))
