"""Scripts about notes: small values that outlive a stop."""

from collections.abc import Mapping
from typing import Any

from dengmi.store.jsons import from_json, to_json
from dengmi.store.steps import Work, every, first, run


def put(note_id: str, kind: str, value: Mapping[str, object], now: float) -> Work[None]:
    """Keep a value under an id, in place of what is there."""
    yield from run("note_put", id=note_id, kind=kind, value=to_json(dict(value)), at=float(now))


def take(note_id: str) -> Work[Mapping[str, Any] | None]:
    """What was noted, to whoever comes first; None afterwards."""
    row = yield from first("note_take", id=note_id)
    return None if row is None else from_json(row[0], dict[str, Any])


def of_kind(kind: str) -> Work[Mapping[str, Mapping[str, Any]]]:
    """Everything that is noted under a kind, by its id, oldest first."""
    rows = yield from every("notes", kind=kind)
    return {row[0]: from_json(row[1], dict[str, Any]) for row in rows}
