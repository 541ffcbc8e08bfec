"""Loads the named queries of the .sql files.

A query starts with `-- name: its_name`, then a comment that says what it is for, then the SQL.
Parameters are written `:name`. A list is written `IN (:names::text[])` or `IN (:names::bigint[])`
and becomes whatever the dialect has for it. `SELECT ROWS (a, b)` gives all rows as one JSON list of
lists, "[]" for none: SQLite's driver lets go of the interpreter for every row it fetches, and waits
for it again while an answer is worked on. Everything else must be SQL that both dialects take.
"""

import re
from pathlib import Path
from typing import Literal, NamedTuple

Dialect = Literal["sqlite", "postgres"]

HERE = Path(__file__).parent / "sql"
_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_LIST = re.compile(r"IN \(:(\w+)::(text|bigint)\[\]\)")
_ROWS = re.compile(r"ROWS \(([^()]*)\)")
_PARAM = re.compile(r"(?<![:\w]):([a-z_]\w*)")


_INSERT = re.compile(r"INSERT INTO (\w+) \(([\w\s,]+)\)\s+VALUES \(([:\w\s,]+)\)")


class Query(NamedTuple):
    """SQL as its driver wants it. `params` are the parameter names in positional order.

    `table` is set for a plain insert of columns that are called as the parameters are: many rows
    may then go in by the dialect's fastest way.
    """

    sql: str
    params: tuple[str, ...]
    table: str | None = None


def load(dialect: Dialect) -> dict[str, Query]:
    """Every query by its name, in the words of a dialect."""
    files = [*sorted((HERE / "queries").glob("*.sql")), HERE / dialect / "queries.sql"]
    queries: dict[str, Query] = {}
    for file in files:
        _, *parts = _NAME.split(file.read_text(encoding="utf-8"))
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            if name in queries:
                raise ValueError(f"two queries are called {name}")
            queries[name] = _translate(_without_comments(text), dialect)
    return queries


def _without_comments(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return "\n".join(lines).strip().rstrip(";")


def _translate(sql: str, dialect: Dialect) -> Query:
    """Number the parameters. PostgreSQL says $1 and has arrays; SQLite says ?1 and reads lists
    from JSON."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        mark = "?" if dialect == "sqlite" else "$"
        return f"{mark}{names.index(match[1]) + 1}"

    if dialect == "sqlite":
        sql = _LIST.sub(r"IN (SELECT value FROM json_each(:\1))", sql)
        sql = _ROWS.sub(r"json_group_array(json_array(\1))", sql)
    else:
        sql = _LIST.sub(r"= ANY(:\1::\2[])", sql)
        sql = _ROWS.sub(r"coalesce(json_agg(json_build_array(\1))::text, '[]')", sql)
    numbered = _PARAM.sub(number, sql)
    plain = _INSERT.fullmatch(sql)
    same = plain and re.findall(r"\w+", plain[2]) == names
    return Query(numbered, tuple(names), plain[1] if plain and same else None)
