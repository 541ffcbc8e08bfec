"""Scripts about answers that may serve again.

An answer that serves again is stored as an answer of its own with its `origin`. What is said
about such a one (a thumb, a pin) is said about its origin.
"""

from collections.abc import Sequence
from typing import Any

from dengmi.core.errors import NotFound
from dengmi.core.records import Answer
from dengmi.core.reuses import Reusable, ReuseState
from dengmi.core.thumbs import disliked
from dengmi.store.inbox import answer_of, as_answer, reusable_row
from dengmi.store.jsons import from_json
from dengmi.store.steps import Row, Work, every, first, run

_COLUMNS = 8
"""Columns of a reusable before those of its answer."""


def keep(reusable: Reusable) -> Work[None]:
    """Note an answer that is stored; one that is noted already keeps its state. Raises NotFound."""
    if (yield from first("answer", id=reusable.answer_id)) is None:
        raise NotFound("answer_unknown", answer=reusable.answer_id[:60])
    yield from run("reuse_insert", **reusable_row(reusable))


def of_key(key: str, limit: int) -> Work[tuple[tuple[Reusable, Answer], ...]]:
    """The answers of a key that are not void, pinned ones first, then the newest."""
    rows = yield from every("reuses_of_key", key=key, most=limit)
    return tuple((as_reusable(row[:_COLUMNS]), as_answer(row[_COLUMNS:])) for row in rows)


def of_keys(
    wanted: Sequence[tuple[str, int]],
) -> Work[list[tuple[tuple[Reusable, Answer], ...]]]:
    """The same for several (key, limit), each looked for once."""
    found = {}
    for key, limit in dict.fromkeys(wanted):
        found[key, limit] = yield from of_key(key, limit)
    return [found[each] for each in wanted]


def set_state(answer_id: str, state: ReuseState, reason: str) -> Work[bool]:
    """Pin an answer, make it live again or void; False when it was never reusable. Of one that
    serves another one again, that one's state."""
    origin = yield from _origin(answer_id)
    if state != "pinned":
        yield from run("pin_delete", answer_id=origin)
    row = yield from first("reuse_state", answer_id=origin, state=state, reason=reason)
    return row is not None


def follow_thumbs(answer: Answer) -> Work[None]:
    """An answer with enough thumbs down (`dengmi.core.thumbs`) serves nobody again, until they are
    taken back."""
    origin = answer.origin or answer.id
    yield from run("reuse_held", answer_id=origin)
    downs = yield from every("downs", answer_id=origin)
    over = disliked((asker, bool(known)) for asker, known in downs)
    state, reason = ("void", "thumb") if over else ("live", "")
    yield from run("reuse_thumbed", answer_id=origin, state=state, reason=reason)


def _origin(answer_id: str) -> Work[str]:
    """The answer that this one serves again, or itself."""
    answer = yield from answer_of(answer_id)
    return (answer and answer.origin) or answer_id


def as_reusable(row: Row) -> Reusable:
    """Whether an answer may serve again, from its columns."""
    answer_id, key, desk, basis, state, reason, made_at, times = row
    return Reusable(
        answer_id=answer_id,
        key=key,
        desk=desk,
        basis=from_json(basis, dict[str, Any]),
        state=state,
        reason=reason,
        made_at=made_at,
        served=times,
    )
