"""Scripts about questions that wait for a better answer."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from dengmi.core.late import Late, LateState
from dengmi.core.records import Answer, Level, Question
from dengmi.store.clean import clean
from dengmi.store.inbox import as_question, finish
from dengmi.store.steps import Row, Work, every, first, packed, run

Entry = tuple[Answer, Late, int, int]
"""An answer that stands meanwhile, who waits, and how many may: of one asker, and in all."""


def enter(entries: Sequence[Entry]) -> Work[list[Late | Exception | None]]:
    """Store answers and let their questions wait; for each as it is kept, None where no more may
    wait, or NotFound when there is no such question.

    An asker's questions take one turn after another, from the first turn that is waited for now:
    whoever has many in the line stands behind those who have few, and so does who had turns before
    while others waited. However many one asker has in the line, what somebody waits for already may
    be waited for too: it takes no turn.
    """
    stored = yield from finish([answer for answer, *_ in entries])
    results: list[Late | Exception | None] = []
    for (_, late, each, most), trouble in zip(entries, stored, strict=True):
        if trouble is not None:
            results.append(trouble)
            continue
        known = yield from first("late", question_id=late.question_id)
        if known is not None:
            results.append(as_late(known))
            continue
        entered = yield from _entered(_clean(late), each, most)
        results.append(entered)
    return results


def _entered(late: Late, each: int, most: int) -> Work[Late | None]:
    ends = yield from first("late_ends")
    own = yield from first("late_own", whose=late.whose)
    assert ends is not None
    assert own is not None
    if ends[0] >= most:
        return None
    if own[0] >= each and (yield from first("late_company", topic=late.topic)) is None:
        return None
    late = replace(late, turn=max(ends[1] + late.turn, own[1] + 1))
    yield from run("late_insert", **asdict(late))
    return late


def claim(owner: str, level: Level, now: float, lease: float) -> Work[tuple[Question, Late] | None]:
    """Take the next one that waits for a level and may be tried now."""
    row = yield from first(
        "late_claim", owner=owner, level=level, now=float(now), lease=float(lease)
    )
    return (yield from _with_question(row))


def claim_topics(
    owner: str,
    level: Level,
    topics: Sequence[str],
    *,
    passed: Sequence[str],
    times: tuple[float, float],
    most: int,
) -> Work[tuple[tuple[Question, Late], ...]]:
    """Take those that wait for one of these topics, but for some questions. `times`: now, and when
    the lease ends."""
    rows = yield from every(
        "late_claim_topics",
        owner=owner,
        level=level,
        topics=list(topics),
        passed=list(passed),
        now=float(times[0]),
        lease=float(times[1]),
        most=most,
    )
    waiting = sorted(map(as_late, rows), key=lambda each: (each.turn, each.since))
    asked = yield from every("questions_of", ids=[each.question_id for each in waiting])
    questions = {each.id: each for each in map(as_question, asked)}
    return tuple((questions[each.question_id], each) for each in waiting)


def topics(level: Level, now: float) -> Work[tuple[str, ...]]:
    """What is waited for at a level and has been answered meanwhile."""
    rows = yield from every("late_topics", level=level, now=float(now))
    return tuple(row[0] for row in rows)


def claim_untold(
    owner: str, channels: Sequence[str], now: float, lease: float
) -> Work[tuple[Question, Late] | None]:
    """Take an answer that a channel is to be handed."""
    row = yield from first(
        "late_claim_untold",
        owner=owner,
        channels=list(channels),
        now=float(now),
        lease=float(lease),
    )
    return (yield from _with_question(row))


def done(late: Late, answer: Answer) -> Work[bool]:
    """Store the better answer and end the wait, if it is still held. What no model was called for
    was no turn."""
    late = late if answer.usage else replace(late, turn=-1)
    held = yield from _end(late, "answered", answer.id)
    if held:
        (trouble,) = yield from finish([answer])
        if trouble is not None:
            raise trouble
    return held


def end(late: Late, state: LateState) -> Work[bool]:
    """End the wait of one that is held."""
    return (yield from _end(late, state, ""))


def release(late: Late, due: float) -> Work[bool]:
    """Let go of one that is held; of an answer that is to be handed over too."""
    query = "late_release" if late.state == "waiting" else "late_untold_again"
    return (yield from first(query, due=float(due), **_held(late))) is not None


def told(late: Late, now: float) -> Work[bool]:
    """The answer was handed over."""
    return (yield from first("late_told", now=float(now), **_held(late))) is not None


def hold(owner: str, lease: float) -> Work[None]:
    """What a process holds stays its own for longer."""
    yield from run("late_hold", owner=owner, lease=float(lease))


def free(owners: Sequence[str]) -> Work[None]:
    """What processes that are gone held may be taken."""
    yield from run("late_free", owners=list(owners))


def withdraw(question_id: str) -> Work[bool]:
    """The asker waits no longer."""
    return (yield from first("late_withdraw", question_id=question_id)) is not None


def expire(now: float) -> Work[tuple[str, ...]]:
    """End the wait of those whose time is over."""
    rows = yield from every("late_expire", now=float(now))
    return tuple(row[0] for row in rows)


def lower(level: Level, there: Level | None, now: float) -> Work[int]:
    """Have those that wait for a level wait for another one, or no longer."""
    if there is None:
        rows = yield from every("late_close", level=level, now=float(now))
    else:
        rows = yield from every("late_lower", level=level, there=there, now=float(now))
    return len(rows)


def of(question_or_answer: str) -> Work[Late | None]:
    """What is known of a question that waits or waited."""
    row = yield from first("late_of", id=question_or_answer)
    return None if row is None else as_late(row)


def ahead(late: Late) -> Work[int]:
    """How many stand before one."""
    row = yield from first(
        "late_ahead", turn=late.turn, since=float(late.since), question_id=late.question_id
    )
    assert row is not None
    count: int = row[0]
    return count


def line() -> Work[tuple[str, ...]]:
    """All that wait, the next one first."""
    rows = yield from packed("late_waiting")
    return tuple(row[0] for row in rows)


def due(level: Level, now: float) -> Work[bool]:
    """Whether one that waits for a level may be tried now."""
    row = yield from first("late_due", level=level, now=float(now))
    return row is not None and row[0] > 0


def as_late(row: Row) -> Late:
    """From the columns in the order of the queries."""
    question_id, level, channel, whose, cause, state, turn, since, until, due, tries = row[:11]
    owner, lease, answer_id, told_at, topic = row[11:]
    return Late(
        question_id=question_id,
        level=level,
        channel=channel,
        whose=whose,
        cause=cause,
        state=state,
        turn=turn,
        since=since,
        until=until,
        due=due,
        tries=tries,
        owner=owner,
        lease=lease,
        answer_id=answer_id,
        told_at=told_at,
        topic=topic,
    )


def _end(late: Late, state: LateState, answer_id: str) -> Work[bool]:
    told = {"state": state, "answer_id": answer_id, "turn": late.turn, **_held(late)}
    return (yield from first("late_end", **told)) is not None


def _held(late: Late) -> dict[str, object]:
    """What names one that is held."""
    return {"question_id": late.question_id, "owner": late.owner, "tries": late.tries}


def _with_question(row: Row | None) -> Work[tuple[Question, Late] | None]:
    if row is None:
        return None
    late = as_late(row)
    asked = yield from first("question", id=late.question_id)
    assert asked is not None  # the database sees to it
    return as_question(asked), late


def _clean(late: Late) -> Late:
    return replace(
        late,
        channel=clean(late.channel),
        whose=clean(late.whose),
        topic=clean(late.topic),
        since=float(late.since),
        until=float(late.until),
        due=float(late.due),
        lease=float(late.lease),
    )
