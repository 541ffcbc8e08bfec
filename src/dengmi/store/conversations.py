"""Scripts about what was said before and what people thought of it."""

from collections.abc import Sequence

from dengmi.core.errors import NotFound
from dengmi.core.notes import note_of
from dengmi.core.records import Exchange
from dengmi.store import reuses
from dengmi.store.inbox import as_answer, as_question
from dengmi.store.steps import Work, every, first, run


def turns(
    desk: str, asker: str, conversation: str, before: float, limit: int
) -> Work[tuple[Exchange, ...]]:
    """The last turns of one asker's conversation, oldest first, each with its newest answer."""
    rows = yield from every(
        "exchange_questions",
        desk=desk,
        asker=asker,
        conversation=conversation,
        before=float(before),
        most=limit,
    )
    if not rows:
        return ()
    questions = [as_question(row) for row in reversed(rows)]
    found = yield from every("answers_of_questions", ids=[question.id for question in questions])
    newest = {answer.question_id: answer for answer in map(as_answer, found)}
    return tuple(Exchange(question=each, answer=newest.get(each.id)) for each in questions)


def all_turns(
    asked: Sequence[tuple[str, str, str, float, int]],
) -> Work[list[tuple[Exchange, ...]]]:
    """The same for several, read at once."""
    found = []
    for desk, asker, conversation, before, limit in asked:
        found.append((yield from turns(desk, asker, conversation, before, limit)))
    return found


def put_thumb(answer_id: str, asker: str, up: bool | None, at: float) -> Work[None]:
    """An asker's thumb on an answer; None takes it back. Enough thumbs down end its serving
    again, and that of the answer it serves again, until they are taken back; unless an operator
    has pinned it. Raises NotFound."""
    row = yield from first("answer", id=answer_id)
    if row is None:
        raise NotFound("answer_unknown", answer=answer_id[:60])
    if up is None:
        yield from run("thumb_gone", answer_id=answer_id, asker=asker)
    else:
        yield from run("thumb_put", answer_id=answer_id, asker=asker, up=up, at=float(at))
    yield from reuses.follow_thumbs(as_answer(row))


def forget(asker: str) -> Work[int]:
    """Delete what an asker said and got; how many questions went. An asker without a name is
    nobody, and nothing is deleted."""
    if not asker:
        return 0
    ids = [row[0] for row in (yield from every("questions_of_asker", asker=asker))]
    for query in ("thumbs_of_asker_gone", "conversations_nameless", "handovers_gone"):
        yield from run(query, asker=asker)
    yield from run("accounts_gone", owner=asker)
    yield from run("note_gone", id=note_of(asker))
    yield from forget_questions(ids)
    return len(ids)


def forget_questions(ids: Sequence[str]) -> Work[None]:
    """Delete questions with all that hangs on them. What they cost stays in the ledger."""
    hanging = ("late_gone", "replies_gone", "thumbs_gone", "reuses_gone", "answers_gone")
    for query in (*hanging, "charges_nameless", "notes_of_questions_gone"):
        yield from run(query, ids=list(ids))
    yield from run("questions_gone", ids=list(ids))
