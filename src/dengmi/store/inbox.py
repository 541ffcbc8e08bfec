"""Scripts about questions and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from dengmi.core.errors import NotFound
from dengmi.core.ids import stable_id
from dengmi.core.inbox import Census
from dengmi.core.records import Answer, Citation, Claim, Cost, Head, Question, QuestionState
from dengmi.core.reuses import Reusable
from dengmi.store.clean import clean
from dengmi.store.jsons import from_json, to_json
from dengmi.store.owed import of_question
from dengmi.store.steps import Row, Work, every, first, many, packed, run


def record(questions: Sequence[Question]) -> Work[list[tuple[Question, bool]]]:
    """Write questions down, or find them: each (as kept, whether it is new).

    A question is found by desk, channel and the channel's key, or by its id.
    """
    wanted = [(_as_kept(each), _dedup_id(each)) for each in questions]
    taken = yield from every(
        "questions_taken",
        ids=[kept.id for kept, _ in wanted],
        dedup_ids=[dedup_id for _, dedup_id in wanted if dedup_id],
    )
    known: dict[str, Question] = {}
    for *row, dedup_id in taken:
        _know(known, as_question(row), dedup_id)
    results: list[tuple[Question, bool]] = []
    fresh = []
    for kept, dedup_id in wanted:
        found = known.get(dedup_id or kept.id) or known.get(kept.id)
        if found is None:
            _know(known, kept, dedup_id)
            fresh.append({**_columns(kept), "dedup_id": dedup_id, "failure": ""})
        results.append((found or kept, found is None))
    yield from many("questions_insert", fresh)
    owed = [kept for kept, new in results if new and kept.owed_at]
    yield from many("deliveries_insert", [of_question(each) for each in owed])
    return results


def _know(known: dict[str, Question], question: Question, dedup_id: str | None) -> None:
    """Note a question under its id and its channel's key."""
    known[question.id] = question
    if dedup_id:
        known[dedup_id] = question


def finish(
    answers: Sequence[Answer], kept: Sequence[Reusable] = ()
) -> Work[list[Exception | None]]:
    """Store answers and their questions' final states; nothing for one that is stored already.
    For each None, or NotFound when there is no such question. An answer that serves another one
    again is counted at that one.

    Args:
        kept: which of the answers may serve again.
    """
    there = yield from packed("questions_there", ids=[each.question_id for each in answers])
    questions = {row[0] for row in there}
    stored = {row[0] for row in (yield from every("answers_taken", ids=[a.id for a in answers]))}
    results: list[Exception | None] = []
    fresh: dict[str, Answer] = {}
    for answer in answers:
        if answer.question_id in questions:
            if answer.id not in stored:
                fresh.setdefault(answer.id, answer)
            results.append(None)
        else:
            results.append(NotFound("store_question_unknown", question=answer.question_id))
    states = {each.question_id: _state(each) for each in fresh.values()}
    for state in sorted(set(states.values())):
        ids = [each for each, its in states.items() if its == state]
        yield from run("questions_end", state=state, ids=ids)
    yield from many("answers_insert", [_answer(each) for each in fresh.values()])
    may = [reusable_row(each) for each in kept if each.answer_id in fresh]
    yield from many("reuse_insert", may)
    again = [{"answer_id": each.origin} for each in fresh.values() if each.reused]
    yield from many("reuse_served", again)
    return results


def reusable_row(reusable: Reusable) -> dict[str, Any]:
    """An answer that may serve again, as its columns."""
    return {
        "answer_id": reusable.answer_id,
        "key": reusable.key,
        "desk": reusable.desk,
        "basis": to_json(dict(reusable.basis)),
        "state": reusable.state,
        "reason": reusable.reason,
        "made_at": float(reusable.made_at),
        "served": reusable.served,
    }


def _state(answer: Answer) -> QuestionState:
    return "answered" if answer.grounded else "unanswered"


_NAMES = tuple(field.name for field in fields(Question))


def _columns(question: Question) -> dict[str, object]:
    """A question's values by name; `asdict` would copy each of them."""
    return {name: getattr(question, name) for name in _NAMES}


def _as_kept(question: Question) -> Question:
    """A new question as it will be read again."""
    texts = {
        name: clean(value) for name, value in _columns(question).items() if isinstance(value, str)
    }
    return replace(question, asked_at=float(question.asked_at), **texts)  # type: ignore[arg-type]


def _answer(answer: Answer) -> dict[str, Any]:
    """An answer as its columns."""
    return {
        "id": answer.id,
        "question_id": answer.question_id,
        "desk": answer.desk,
        "question": answer.question,
        "level": answer.level,
        "wanted": answer.wanted,
        "text": answer.text,
        "grounded": answer.grounded,
        "confidence": float(answer.confidence),
        "citations": to_json(answer.citations),
        "nearest": to_json(answer.nearest),
        "followups": to_json(answer.followups),
        "reused": answer.reused,
        "currency": answer.cost.currency,
        "micros": answer.cost.micros,
        "usage": to_json(dict(answer.usage)),
        "took_ms": float(answer.took_ms),
        "created_at": float(answer.created_at),
        "lang": answer.lang,
        "standalone": answer.standalone,
        "claims": to_json(answer.claims),
        "evidence": to_json(answer.evidence),
        "origin": answer.origin,
        "model": answer.model,
        "full_micros": answer.full_cost.micros,
    }


def fail(question_id: str, code: str) -> Work[None]:
    """Give a question without an answer its final state."""
    yield from run("question_failed", id=question_id, failure=code)


def claim(owner: str, known: Census) -> Work[tuple[Question, ...]]:
    """Take over questions that no living process works on, oldest first."""
    rows = yield from every(
        "questions_claim",
        owner=owner,
        gone=list(known.gone),
        alive=list(known.alive),
        busy=list(known.busy),
        before=float(known.before),
    )
    return tuple(sorted(map(as_question, rows), key=lambda each: (each.asked_at, each.id)))


def leave(owner: str) -> Work[None]:
    """The questions without a final state of a process that ends are nobody's."""
    yield from run("questions_leave", owner=owner)


def unanswered(desk: str, limit: int) -> Work[tuple[Question, ...]]:
    """The newest questions that the articles did not answer."""
    rows = yield from every("questions_unanswered", desk=desk, most=limit)
    return tuple(as_question(row) for row in rows)


def question_of(question_id: str) -> Work[Question | None]:
    """A question by its id."""
    row = yield from first("question", id=question_id)
    return None if row is None else as_question(row)


def answer_of(answer_id: str) -> Work[Answer | None]:
    """An answer by its own id, or a question's newest by the question's."""
    row = yield from first("answer", id=answer_id)
    if row is None:
        row = yield from first("answer_of_question", id=answer_id)
    return None if row is None else as_answer(row)


def _dedup_id(question: Question) -> str | None:
    """What stands for the channel's key in the index; None where there is no key."""
    if not question.dedup:
        return None
    return stable_id("d", clean(question.desk), clean(question.channel), clean(question.dedup))


def as_question(row: Row) -> Question:
    """A question from its columns."""
    (id_, desk, text, wanted, channel, asker, conversation, dedup, lang, asked_at, state, payer) = (
        row
    )
    return Question(
        id=id_,
        desk=desk,
        text=text,
        wanted=wanted,
        channel=channel,
        asker=asker,
        conversation=conversation,
        dedup=dedup,
        lang=lang,
        asked_at=asked_at,
        state=state,
        payer=payer,
    )


def as_answer(row: Row) -> Answer:
    """An answer from its columns."""
    (id_, question_id, desk, question, level, wanted, text, grounded, confidence) = row[:9]
    (citations, nearest, followups, reused, currency, micros, usage) = row[9:16]
    took_ms, created_at, lang, standalone, claims, evidence, origin, model, full_micros = row[16:]
    return Answer(
        id=id_,
        question_id=question_id,
        desk=desk,
        question=question,
        level=level,
        wanted=wanted,
        text=text,
        grounded=bool(grounded),
        confidence=confidence,
        citations=_citations(citations),
        nearest=from_json(nearest, tuple[Head, ...]),
        followups=from_json(followups, tuple[str, ...]),
        reused=bool(reused),
        cost=Cost(currency=currency, micros=micros),
        usage=_usage(usage),
        took_ms=took_ms,
        created_at=created_at,
        lang=lang,
        standalone=standalone,
        claims=_claims(claims),
        evidence=from_json(evidence, tuple[str, ...]),
        origin=origin,
        model=model,
        full_cost=Cost(currency=currency, micros=full_micros),
    )


@lru_cache(maxsize=512)
def _citations(text: str) -> tuple[Citation, ...]:
    """Remembered: an answer that serves again is read for everybody who asks the same."""
    return from_json(text, tuple[Citation, ...])


@lru_cache(maxsize=512)
def _claims(text: str) -> tuple[Claim, ...]:
    return from_json(text, tuple[Claim, ...])


def _usage(text: str) -> Mapping[str, int]:
    numbers: dict[str, Any] = from_json(text, dict[str, Any])
    return {name: int(number) for name, number in numbers.items()}
