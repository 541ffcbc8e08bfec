"""Scripts about answers that operators pinned."""

from dataclasses import replace

from dengmi.core.pins import Pin
from dengmi.core.records import Answer
from dengmi.store.inbox import answer_of, as_answer
from dengmi.store.steps import Row, Work, every, first, run

_COLUMNS = 5
"""Columns of a pin before those of its answer."""


def keys() -> Work[frozenset[str]]:
    """The keys of all pins."""
    rows = yield from every("pin_keys")
    return frozenset(row[0] for row in rows)


def of_key(key: str) -> Work[tuple[tuple[Pin, Answer], ...]]:
    """The pinned answers of a key, the newest first."""
    rows = yield from every("pins_of_key", key=key)
    return tuple((as_pin(row[:_COLUMNS]), as_answer(row[_COLUMNS:])) for row in rows)


def of_answer(answer_id: str) -> Work[Pin | None]:
    """The pin of an answer."""
    row = yield from first("pin_of_answer", answer_id=answer_id)
    return None if row is None else as_pin(row)


def put(pin: Pin) -> Work[bool]:
    """Pin an answer; False where there is none."""
    answer = yield from answer_of(pin.answer_id)
    if answer is None:
        return False
    pin = replace(pin, answer_id=answer.origin or answer.id)
    yield from run(
        "pin_put",
        answer_id=pin.answer_id,
        key=pin.key,
        asked=pin.asked,
        at=float(pin.at),
        operator=pin.by,
    )
    yield from run("reuse_state", answer_id=pin.answer_id, state="pinned", reason="operator")
    return True


def take_off(answer_id: str) -> Work[bool]:
    """Take a pin off; False where there was none."""
    answer = yield from answer_of(answer_id)
    origin = (answer and answer.origin) or answer_id
    gone = yield from first("pin_delete", answer_id=origin)
    if gone is not None:
        yield from run("reuse_state", answer_id=origin, state="live", reason="operator")
    return gone is not None


def as_pin(row: Row) -> Pin:
    """A pin from its columns."""
    answer_id, key, asked, at, by = row
    return Pin(answer_id=answer_id, key=key, asked=asked, at=at, by=by)
