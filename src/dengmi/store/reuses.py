"""Scripts about answers that may serve again."""

from typing import Any

from dengmi.core.records import Answer, Reusable, ReuseState
from dengmi.store.inbox import as_answer
from dengmi.store.jsons import from_json, to_json
from dengmi.store.steps import Work, every, first, run

_COLUMNS = 8
"""Columns of a row that belong to the reusable; the answer's follow."""


def keep(reusable: Reusable) -> Work[None]:
    """Note an answer; one that is there already keeps its state."""
    yield from run(
        "reuse_insert",
        answer_id=reusable.answer_id,
        key=reusable.key,
        desk=reusable.desk,
        basis=to_json(dict(reusable.basis)),
        state=reusable.state,
        reason=reusable.reason,
        made_at=float(reusable.made_at),
        served=reusable.served,
    )


def of_key(key: str, limit: int) -> Work[tuple[tuple[Reusable, Answer], ...]]:
    """The answers of a key that are not void, pinned ones first, then the newest."""
    found = []
    for row in (yield from every("reuses_of_key", key=key, most=limit)):
        answer_id, kept_key, desk, basis, state, reason, made_at, served = row[:_COLUMNS]
        reusable = Reusable(
            answer_id=answer_id,
            key=kept_key,
            desk=desk,
            basis=from_json(basis, dict[str, Any]),
            state=state,
            reason=reason,
            made_at=made_at,
            served=served,
        )
        found.append((reusable, as_answer(row[_COLUMNS:])))
    return tuple(found)


def served(answer_id: str) -> Work[None]:
    """Count that an answer served again."""
    yield from run("reuse_served", answer_id=answer_id)


def set_state(answer_id: str, state: ReuseState, reason: str) -> Work[bool]:
    """Pin an answer, make it live again or void; False when it was never reusable."""
    row = yield from first("reuse_state", answer_id=answer_id, state=state, reason=reason)
    return row is not None
