"""Scripts about replies of channels that write by themselves, and how far those have read."""

from dataclasses import asdict

from dengmi.core.deliveries import Delivery
from dengmi.core.records import Question
from dengmi.store.clean import clean
from dengmi.store.inbox import as_question
from dengmi.store.steps import Row, Work, every, first, run


def cursor(name: str) -> Work[str]:
    """How far something was read; "" where nobody noted."""
    row = yield from first("cursor", name=name)
    return "" if row is None else str(row[0])


def put_cursor(name: str, value: str) -> Work[None]:
    """Note how far something was read."""
    yield from run("cursor_put", name=name, value=clean(value))


def begin(delivery: Delivery) -> Work[Delivery]:
    """Note a reply that is to be made, or find it."""
    made = {**asdict(delivery), "place": clean(delivery.place), "sent": clean(delivery.sent)}
    yield from run("delivery_insert", **made)
    kept = yield from of(delivery.question_id)
    assert kept is not None
    return kept


def sent(question_id: str, message: str) -> Work[None]:
    """Note the message that a reply is."""
    yield from run("delivery_sent", question_id=question_id, sent=clean(message))


def end(question_id: str) -> Work[None]:
    """A reply is complete."""
    yield from run("delivery_end", question_id=question_id)


def of(question_id: str) -> Work[Delivery | None]:
    """The reply to a question."""
    row = yield from first("delivery", question_id=question_id)
    return None if row is None else _delivery(row)


def still_open(channel: str) -> Work[tuple[tuple[Question, Delivery], ...]]:
    """The replies of a channel that are not complete, with their questions."""
    rows = yield from every("deliveries_open", channel=channel)
    return tuple((as_question(row[:12]), _delivery(row[12:])) for row in rows)


def at(channel: str, place: str) -> Work[bool]:
    """Whether there is a reply at a place."""
    row = yield from first("delivery_at", channel=channel, place=clean(place))
    return row is not None


def _delivery(row: Row) -> Delivery:
    question_id, channel, place, message, done = row
    return Delivery(
        question_id=question_id, channel=channel, place=place, sent=message, done=bool(done)
    )
