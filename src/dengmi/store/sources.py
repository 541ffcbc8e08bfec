"""Scripts about sources."""

from collections.abc import Mapping
from typing import Any

from dengmi.core.errors import NotFound
from dengmi.core.ids import stable_id
from dengmi.core.outcomes import Outcome
from dengmi.core.records import HALL, Source, SourceKind
from dengmi.store.articles import Stored, lock, remove_stored
from dengmi.store.jsons import from_json, to_json
from dengmi.store.steps import Row, Work, every, first, run


def add(
    desk: str, kind: SourceKind, address: str, options: Mapping[str, object], now: float
) -> Work[Source]:
    """The source of that desk, kind and address, with these options. Raises NotFound."""
    if (yield from first("desk", name=desk)) is None:
        rows = yield from every("desks")
        raise NotFound("desk_unknown", desk=desk, known=", ".join(row[0] for row in rows))
    source_id = stable_id("s", desk, kind, address)
    yield from run(
        "source_put",
        id=source_id,
        desk=desk,
        kind=kind,
        address=address,
        options=to_json(dict(options)),
        added_at=now,
    )
    source = yield from one(source_id)
    assert source is not None
    return source


def listed(desk: str | None) -> Work[tuple[Source, ...]]:
    """The sources of one desk or, for None or the hall, of all."""
    if desk in (None, HALL):
        rows = yield from every("sources")
    else:
        rows = yield from every("sources_of_desk", desk=desk)
    return tuple(_source(row) for row in rows)


def one(source_id: str) -> Work[Source | None]:
    """A source by its id."""
    row = yield from first("source", id=source_id)
    return None if row is None else _source(row)


def remove(source_id: str) -> Work[int]:
    """Remove a source with its articles; how many went."""
    yield from lock()
    rows = yield from every("articles_of_source_all", source_id=source_id)
    yield from remove_stored([Stored(*row) for row in rows])
    yield from run("source_delete", id=source_id)
    return len(rows)


def mark_synced(source_id: str, at: float) -> Work[None]:
    """Note when a source was last synced."""
    yield from run("source_synced", id=source_id, at=float(at))


def note_outcome(source_id: str, outcome: Outcome) -> Work[None]:
    """Keep how the last sync of a source ended."""
    yield from run(
        "outcome_put", source_id=source_id, at=float(outcome.at), report=to_json(outcome)
    )


def outcomes() -> Work[dict[str, Outcome]]:
    """How the last syncs ended, by source."""
    rows = yield from every("outcomes")
    return {source_id: from_json(report, Outcome) for source_id, _, report in rows}


def _source(row: Row) -> Source:
    id_, desk, kind, address, options, added_at, synced_at, articles = row
    return Source(
        id=id_,
        desk=desk,
        kind=kind,
        address=address,
        options=from_json(options, dict[str, Any]),
        added_at=added_at,
        synced_at=synced_at,
        articles=articles,
    )
