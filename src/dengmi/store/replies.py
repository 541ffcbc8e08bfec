"""Scripts about replies of channels that write by themselves, and how far those have read."""

from dataclasses import asdict

from dengmi.core.records import Question
from dengmi.core.replies import Reply
from dengmi.store.clean import clean
from dengmi.store.conversations import forget_questions
from dengmi.store.inbox import as_question
from dengmi.store.steps import Row, Work, every, first, run


def cursor(name: str) -> Work[str]:
    """How far something was read; "" where nobody noted."""
    row = yield from first("cursor", name=name)
    return "" if row is None else str(row[0])


def put_cursor(name: str, value: str) -> Work[None]:
    """Note how far something was read."""
    yield from run("cursor_put", name=name, value=clean(value))


def begin(reply: Reply) -> Work[Reply]:
    """Note a reply that is to be made, or find it."""
    made = {**asdict(reply), "place": clean(reply.place), "sent": clean(reply.sent)}
    yield from run("reply_insert", **made)
    kept = yield from of(reply.question_id)
    assert kept is not None
    return kept


def sent(question_id: str, message: str) -> Work[None]:
    """Note the message that a reply is."""
    yield from run("reply_sent", question_id=question_id, sent=clean(message))


def end(question_id: str) -> Work[None]:
    """A reply is complete."""
    yield from run("reply_end", question_id=question_id)


def of(question_id: str) -> Work[Reply | None]:
    """The reply to a question."""
    row = yield from first("reply", question_id=question_id)
    return None if row is None else _reply(row)


def still_open(channel: str) -> Work[tuple[tuple[Question, Reply], ...]]:
    """The replies of a channel that are not complete, with their questions."""
    rows = yield from every("replies_open", channel=channel)
    return tuple((as_question(row[:12]), _reply(row[12:])) for row in rows)


def at(channel: str, place: str) -> Work[bool]:
    """Whether there is a reply at a place."""
    row = yield from first("reply_at", channel=channel, place=clean(place))
    return row is not None


def sent_as(channel: str, message: str) -> Work[str]:
    """The question whose reply is a message; "" for none."""
    row = yield from first("reply_sent_as", channel=channel, sent=clean(message))
    return "" if row is None else str(row[0])


def forget(channel: str, asker: str, room: str) -> Work[int]:
    """Delete what an asker asked in a room."""
    names = {"channel": channel, "asker": asker, "room": clean(room)}
    ids = [row[0] for row in (yield from every("replies_of_asker", **names))]
    yield from forget_questions(ids)
    return len(ids)


def _reply(row: Row) -> Reply:
    question_id, channel, place, message, done = row
    return Reply(
        question_id=question_id, channel=channel, place=place, sent=message, done=bool(done)
    )
