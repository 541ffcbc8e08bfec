"""Scripts about the ledger's lines."""

from dengmi.core.records import Charge, Outlay, Tokens
from dengmi.store.steps import Row, Work, every, first, run

FOREVER = 1e15
"""Unix seconds that no line is later than."""


def reserve(charge: Charge) -> Work[None]:
    """Write a line; nothing happens when its id is there already."""
    yield from run(
        "charge_insert",
        id=charge.id,
        question_id=charge.question_id,
        desk=charge.desk,
        level=charge.level,
        purpose=charge.purpose,
        model=charge.model,
        asker=charge.asker,
        channel=charge.channel,
        reserved=charge.reserved,
        at=float(charge.at),
        owner=charge.owner,
        **_outcome(charge),
    )


def settle(charge: Charge) -> Work[bool]:
    """Complete a reserved line, once: False when it was completed before."""
    return (yield from first("charge_settle", id=charge.id, **_outcome(charge))) is not None


def still_open(before: float) -> Work[tuple[Charge, ...]]:
    """Lines reserved before a time and never completed, oldest first."""
    rows = yield from every("charges_open", before=float(before))
    return tuple(map(_charge, rows))


def between(desk: str | None, since: float, until: float | None) -> Work[tuple[Charge, ...]]:
    """Lines of a time, oldest first; those of one desk where it is named."""
    end = FOREVER if until is None else float(until)
    if desk is None:
        rows = yield from every("charges_between", since=float(since), until=end)
    else:
        rows = yield from every("charges_of_desk", desk=desk, since=float(since), until=end)
    return tuple(map(_charge, rows))


def outlays(
    desk: str | None, since: float, until: float | None, stretch: float | None
) -> Work[tuple[Outlay, ...]]:
    """Lines of a time added up, for each stretch of so many seconds where that is given."""
    rows = yield from every(
        "charges_added",
        desk=desk or "",
        since=float(since),
        until=FOREVER if until is None else float(until),
        stretch=float(stretch or FOREVER),
    )
    return tuple(_outlay(row, stretch or 0.0) for row in rows)


def _outcome(charge: Charge) -> dict[str, object]:
    """What is known only when a call has ended."""
    settled_at = charge.settled_at
    return {
        "version": charge.version,
        "currency": charge.currency,
        "micros": charge.micros,
        "full_micros": charge.full_micros,
        "hit": charge.tokens.hit,
        "miss": charge.tokens.miss,
        "output": charge.tokens.output,
        "reasoning": charge.tokens.reasoning,
        "state": charge.state,
        "settled_at": None if settled_at is None else float(settled_at),
    }


def _charge(row: Row) -> Charge:
    (id_, question_id, desk, level, purpose, model, version, asker, channel, currency) = row[:10]
    (reserved, micros, full_micros, hit, miss, output, reasoning, state, at) = row[10:19]
    settled_at, owner = row[19:]
    return Charge(
        id=id_,
        question_id=question_id,
        desk=desk,
        level=level,
        purpose=purpose,
        model=model,
        version=version,
        asker=asker,
        channel=channel,
        currency=currency,
        reserved=reserved,
        micros=micros,
        full_micros=full_micros,
        tokens=Tokens(hit=hit, miss=miss, output=output, reasoning=reasoning),
        state=state,
        at=at,
        settled_at=settled_at,
        owner=owner,
    )


def _outlay(row: Row, stretch: float) -> Outlay:
    (number, desk, level, model, purpose, currency, state, answers, lines) = row[:9]
    # PostgreSQL adds whole numbers up to decimals.
    reserved, micros, full_micros, hit, miss, output, reasoning = map(int, row[9:])
    return Outlay(
        begin=number * stretch,
        desk=desk,
        level=level,
        model=model,
        purpose=purpose,
        currency=currency,
        state=state,
        answers=answers,
        lines=lines,
        reserved=reserved,
        micros=micros,
        full_micros=full_micros,
        tokens=Tokens(hit=hit, miss=miss, output=output, reasoning=reasoning),
    )
