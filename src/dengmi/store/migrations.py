"""Which migrations there are, and which of them a database still needs.

A database that is new gets the whole `schema.sql` and all migrations recorded as applied. An older
one gets the missing migrations, each in its own transaction, up to the first that fails.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from dengmi.core.errors import BadSettings
from dengmi.store.queries import HERE, Dialect

RECORDS = """
CREATE TABLE IF NOT EXISTS migrations (
    name text PRIMARY KEY NOT NULL,
    checksum text NOT NULL,
    applied_at double precision NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the schema. `checksum` is of its SQL, whatever the line ends."""

    name: str
    sql: str
    checksum: str


def known(dialect: Dialect) -> tuple[Migration, ...]:
    """Every migration of this version of Dengmi, in order."""
    found = []
    for file in sorted((HERE / dialect / "migrations").glob("*.sql")):
        sql = file.read_text(encoding="utf-8")
        digest = hashlib.blake2b(sql.encode(), digest_size=16).hexdigest()
        found.append(Migration(file.stem, sql, digest))
    return tuple(found)


def whole_schema(dialect: Dialect) -> str:
    """The SQL that builds a new database at once."""
    return (HERE / dialect / "schema.sql").read_text(encoding="utf-8")


def missing(
    migrations: tuple[Migration, ...], recorded: Mapping[str, str], where: str
) -> tuple[Migration, ...]:
    """The migrations that a database still needs, given what it records (name → checksum).

    Raises BadSettings when the database was made by a newer version, or when a migration it was
    built with is not the one that is here under that name.
    """
    names = {migration.name for migration in migrations}
    unknown = sorted(set(recorded) - names)
    if unknown:
        raise BadSettings("store_newer", where=where, migration=unknown[-1])
    for migration in migrations:
        if recorded.get(migration.name, migration.checksum) != migration.checksum:
            raise BadSettings("store_altered", where=where, migration=migration.name)
    return tuple(each for each in migrations if each.name not in recorded)
