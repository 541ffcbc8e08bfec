"""Scripts about what operators look through."""

from collections.abc import Sequence
from dataclasses import replace

from dengmi.core.charges import Outlay
from dengmi.core.pins import Pin
from dengmi.core.records import Answer, Claim, Cost, Verdict
from dengmi.core.review import FINAL, Asked, Life, Person, Tally, Wanted
from dengmi.store.charges import FOREVER, as_charge, as_outlay
from dengmi.store.conversations import forget_questions
from dengmi.store.inbox import answer_of, as_answer, as_question, finish
from dengmi.store.jsons import from_json
from dengmi.store.pins import of_answer, put
from dengmi.store.reuses import as_reusable, keep, set_state
from dengmi.store.steps import Row, Work, every, first, run

_GIST = 12
"""Columns of a question before those of its answer."""


def asked(wanted: Wanted) -> Work[tuple[Asked, ...]]:
    """Questions, newest first."""
    at, id_ = wanted.before or (FOREVER, "")
    rows = yield from every(
        "asked",
        since=float(wanted.since),
        until=FOREVER if wanted.until is None else float(wanted.until),
        at=float(at),
        id=id_,
        desk=wanted.desk,
        channel=wanted.channel,
        state=wanted.state,
        level=wanted.level,
        thumb=wanted.thumb,
        pattern=_pattern(wanted.text),
        verdict=_verdict(wanted.verdict) if wanted.verdict else "",
        poor=_verdict("unsupported") if wanted.poor else "",
        pinned="yes" if wanted.pinned else "",
        most=wanted.limit,
    )
    return tuple(map(_asked, rows))


def channels() -> Work[tuple[str, ...]]:
    """The channels that questions came through."""
    rows = yield from every("asked_channels")
    return tuple(row[0] for row in rows)


def life(question_id: str) -> Work[Life | None]:
    """One question with all that is kept of it."""
    row = yield from first("question", id=question_id)
    if row is None:
        answer = yield from answer_of(question_id)
        if answer is not None:
            row = yield from first("question", id=answer.question_id)
    if row is None:
        return None
    question = as_question(row)
    answers = yield from every("answers_of_questions", ids=[question.id])
    lines = yield from every("charges_of_question", id=question.id)
    thumbs = [bool(up) for _, up in (yield from every("thumbs_of_question", id=question.id))]
    failure = yield from first("question_failure", id=question.id)
    found = tuple(map(as_answer, answers))
    reuse, pin = None, None
    if found:
        of = found[-1].origin or found[-1].id
        reuse = yield from first("reuse_of_answer", answer_id=of)
        pin = yield from of_answer(of)
    return Life(
        question=question,
        failure=failure[0] if failure else "",
        answers=found,
        charges=tuple(map(as_charge, lines)),
        reuse=None if reuse is None else as_reusable(reuse),
        pin=pin,
        ups=thumbs.count(True),
        downs=thumbs.count(False),
    )


def questions_by(desk: str, since: float, until: float, stretch: float) -> Work[tuple[Tally, ...]]:
    """Questions counted."""
    rows = yield from every(
        "questions_by", desk=desk, since=float(since), until=float(until), stretch=float(stretch)
    )
    return tuple(
        Tally(begin=number * stretch, channel=channel, count=count)
        for number, channel, count in rows
    )


def answers_by(desk: str, since: float, until: float, stretch: float) -> Work[tuple[Tally, ...]]:
    """Answers counted."""
    rows = yield from every(
        "answers_by", desk=desk, since=float(since), until=float(until), stretch=float(stretch)
    )
    return tuple(
        Tally(
            begin=number * stretch,
            level=level,
            reused=bool(reused),
            grounded=bool(grounded),
            count=count,
        )
        for number, level, reused, grounded, count in rows
    )


def thumbs(desk: str, since: float, until: float) -> Work[tuple[int, int]]:
    """How many thumbs went up, and down."""
    rows = yield from every("thumbs_between", desk=desk, since=float(since), until=float(until))
    counts = {bool(up): int(count) for up, count in rows}
    return counts.get(True, 0), counts.get(False, 0)


def outlays_by_channel(
    desk: str, since: float, until: float
) -> Work[tuple[tuple[str, Outlay], ...]]:
    """Lines of the ledger added up by channel."""
    rows = yield from every("charges_by_channel", desk=desk, since=float(since), until=float(until))
    return tuple((row[0], as_outlay(row[1:], 0.0)) for row in rows)


def outlays_by_group(
    desk: str, since: float, until: float, named: Sequence[str]
) -> Work[tuple[tuple[str, Outlay], ...]]:
    """Lines of the ledger added up by who they are for."""
    rows = yield from every(
        "charges_by_group",
        desk=desk,
        since=float(since),
        until=float(until),
        named=list(named),
    )
    return tuple((row[0], as_outlay(row[1:], 0.0)) for row in rows)


def correct(answer_id: str, answer: Answer, pin: Pin) -> Work[bool]:
    """Put another answer in the place of one. Raises NotFound."""
    before = yield from answer_of(answer_id)
    if before is None:
        return False
    of = before.origin or answer_id
    row = yield from first("reuse_of_answer", answer_id=of)
    (failed,) = yield from finish([answer])
    if failed is not None:
        raise failed
    yield from set_state(of, "void", "corrected")
    if row is not None:
        kept = as_reusable(row)
        yield from keep(
            replace(
                kept,
                answer_id=answer.id,
                state="pinned",
                reason="operator",
                made_at=answer.created_at,
                served=0,
            )
        )
    yield from put(pin)
    return True


def person(asker: str) -> Work[Person]:
    """Everything that is kept of an asker; nothing of one without a name."""
    if not asker:
        return Person(asker=asker, questions=(), thumbs=(), names=())
    questions = [as_question(row) for row in (yield from every("questions_of_person", asker=asker))]
    rows = yield from every("answers_of_questions", ids=[each.id for each in questions])
    answers: dict[str, list[Answer]] = {}
    for answer in map(as_answer, rows):
        answers.setdefault(answer.question_id, []).append(answer)
    given = yield from every("thumbs_of_asker", asker=asker)
    names = yield from every("names_of_person", asker=asker)
    return Person(
        asker=asker,
        questions=tuple((each, tuple(answers.get(each.id, ()))) for each in questions),
        thumbs=tuple((answer_id, bool(up), at) for answer_id, up, at in given),
        names=tuple((id_, title, at) for id_, title, at in names),
    )


def forget_before(desk: str, before: float, limit: int) -> Work[int]:
    """Delete the oldest questions of a desk; how many went."""
    rows = yield from every(
        "questions_old", desk=desk, before=float(before), most=limit, states=list(FINAL)
    )
    ids: Sequence[str] = [row[0] for row in rows]
    if ids:
        yield from forget_questions(ids)
        yield from run("names_left")
    return len(ids)


def _pattern(text: str) -> str:
    """What to look for as a pattern of LIKE; "" for nothing."""
    words = text.strip().lower()
    for special in "\\%_":
        words = words.replace(special, f"\\{special}")
    return f"%{words}%" if words else ""


def _verdict(verdict: str) -> str:
    """A pattern that finds a verdict among claims as they are kept."""
    return f'%"verdict":"{verdict}"%'


def _asked(row: Row) -> Asked:
    question = as_question(row[:_GIST])
    id_, level, grounded, reused, currency, micros, took_ms, claims, ups, downs = row[_GIST:]
    if id_ is None:
        return Asked(question=question)
    verdicts: dict[Verdict, int] = {}
    for claim in from_json(claims, tuple[Claim, ...]):
        if claim.verdict is not None:
            verdicts[claim.verdict] = verdicts.get(claim.verdict, 0) + 1
    return Asked(
        question=question,
        answer_id=id_,
        level=level,
        grounded=bool(grounded),
        reused=bool(reused),
        cost=Cost(currency=currency, micros=micros),
        took_ms=took_ms,
        verdicts=verdicts,
        ups=ups,
        downs=downs,
    )
