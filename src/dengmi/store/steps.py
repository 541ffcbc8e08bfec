"""How the store speaks to a database: scripts that yield steps.

A script is a generator. It yields one `Step` at a time, gets that step's rows back, and returns
its result. It never waits for anything else, so a connector can run a whole script in one go: on
SQLite's own thread without a thread switch per statement, on PostgreSQL with an await per step.
The scripts are the same for both.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

from dengmi.store.jsons import from_json

T = TypeVar("T")
Row = Sequence[Any]
Params = Mapping[str, object]


class Step(NamedTuple):
    """One named query with its parameters. `all` gives rows back, `many` runs once per item."""

    verb: Literal["all", "many"]
    query: str
    params: Params | Sequence[Params]


Work = Generator[Step, Any, T]


def every(query: str, **params: object) -> Work[list[Row]]:
    """Run a query; all rows."""
    rows: list[Row] = yield Step("all", query, params)
    return rows


def first(query: str, **params: object) -> Work[Row | None]:
    """Run a query; its first row, or None."""
    rows: list[Row] = yield Step("all", query, params)
    return rows[0] if rows else None


def packed(query: str, **params: object) -> Work[list[Row]]:
    """Run a query that gives its rows as one JSON list (`ROWS`, see `queries`)."""
    (row,) = yield Step("all", query, params)
    rows: list[Row] = from_json(row[0], list[Any])
    return rows


def run(query: str, **params: object) -> Work[None]:
    """Run a query for its effect."""
    yield Step("all", query, params)


def many(query: str, items: Sequence[Params]) -> Work[None]:
    """Run a query once for each of these parameters."""
    if items:
        yield Step("many", query, items)
