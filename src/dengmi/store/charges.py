"""Scripts about the ledger's lines."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dengmi.core.charges import Charge, Outlay, Tokens
from dengmi.core.limits import Alert, Decision, Reserved, Span, Used
from dengmi.core.paying import Decide
from dengmi.store.jsons import from_json, to_json
from dengmi.store.steps import Row, Work, every, first, run

QUARTER = 900
"""Seconds of the stretches in which use is counted: days begin at one in every time zone of
today, so a desk's day may be moved and its budget set at any time."""

FOREVER = 1e15
"""Unix seconds that no line is later than."""


def reserve(
    asked: Sequence[tuple[Charge, Sequence[Span], Decide | None]],
) -> Work[list[Reserved]]:
    """Write lines, one after the other, each unless what decides on it refuses; one that is no
    longer reserved closes the line that may be there."""
    yield from run("charges_lock")
    made = []
    for charge, spans, decide in asked:
        if charge.state == "reserved":
            made.append((yield from _reserve(charge, spans, decide)))
        else:
            yield from _settle(charge)
            made.append(Reserved(charge=charge))
    return made


def note(charges: Sequence[Charge]) -> Work[list[Reserved]]:
    """Write lines of what has happened already; nothing can refuse them."""
    noted = []
    for charge in charges:
        noted.append((yield from _reserve(charge, (), None)))
    return noted


def _reserve(charge: Charge, spans: Sequence[Span], decide: Decide | None) -> Work[Reserved]:
    is_new = (yield from first("question_counted", id=charge.question_id)) is None
    decision = Decision()
    if decide is not None and spans:
        found = yield from used(spans)
        decision = decide(replace(charge, counted=is_new), found)
    alerts = []
    for alert in decision.alerts:
        if (yield from _told_first(alert)):
            alerts.append(alert)
    if decision.refused is not None:
        return Reserved(charge=charge, refused=decision.refused, alerts=tuple(alerts))
    counted = is_new and charge.purpose == "answer" and charge.state == "reserved"
    charge = replace(charge, counted=counted)
    if (yield from _insert(charge)):
        is_open = charge.state == "reserved"
        yield from _count(
            charge,
            micros=charge.reserved if is_open else charge.micros,
            tokens=charge.held if is_open else _sum(charge.tokens),
            questions=int(counted),
        )
    return Reserved(charge=charge, alerts=tuple(alerts))


def _insert(charge: Charge) -> Work[bool]:
    """Write a line; whether it was not there already."""
    row = yield from first(
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
        payer=charge.payer,
        held=charge.held,
        counted=charge.counted,
        **_outcome(charge),
    )
    return row is not None


def settle(charges: Sequence[Charge]) -> Work[list[bool]]:
    """Complete reserved lines, each once: False for one that was completed before."""
    yield from run("charges_lock")
    done = []
    for charge in charges:
        done.append((yield from _settle(charge)))
    return done


def _settle(charge: Charge) -> Work[bool]:
    """Complete a reserved line; False where there is none that is open."""
    row = yield from first("charge_settle", id=charge.id, **_outcome(charge))
    if row is None:
        return False
    desk, payer, at, reserved, held, counted = row
    kept = replace(charge, desk=desk, payer=payer, at=at)
    # How many tokens a lost call took is not known: all that it held stay counted.
    tokens = held if charge.state == "lost" else _sum(charge.tokens)
    yield from _count(
        kept,
        micros=charge.micros - reserved,
        tokens=tokens - held,
        questions=0 if tokens else -int(counted),
    )
    return True


def _count(charge: Charge, *, micros: int, tokens: int, questions: int) -> Work[None]:
    """Add to what the desk and the payer of a line used."""
    if not (micros or tokens or questions):
        return
    for holder, name in (("desk", charge.desk), ("payer", charge.payer)):
        if name:
            yield from run(
                "used_add",
                holder=holder,
                name=name,
                quarter=int(charge.at // QUARTER) * QUARTER,
                currency=charge.currency,
                micros=micros,
                tokens=tokens,
                questions=questions,
            )


def used(spans: Sequence[Span]) -> Work[list[Used]]:
    """What was used in each of these spans."""
    found = []
    for span in spans:
        rows = yield from every(
            "used_between",
            holder=span.holder,
            name=span.name,
            since=int(span.since // QUARTER) * QUARTER,
            until=int(-(-span.until // 1)),
        )
        found.append(
            Used(
                questions=sum(int(row[3]) for row in rows),
                tokens=sum(int(row[2]) for row in rows),
                money={row[0]: int(row[1]) for row in rows},
            )
        )
    return found


def _told_first(alert: Alert) -> Work[bool]:
    """Keep an alert; whether nobody was told before."""
    params = to_json(dict(alert.params))
    row = yield from first(
        "alert_insert", id=alert.id, code=alert.code, params=params, at=float(alert.at)
    )
    return row is not None


def alerts(since: float) -> Work[tuple[Alert, ...]]:
    """Alerts since a time, oldest first."""
    rows = yield from every("alerts_since", since=float(since))
    return tuple(
        Alert(id=id_, code=code, params=from_json(params, dict[str, Any]), at=at)
        for id_, code, params, at in rows
    )


def forget_used(before: float) -> Work[None]:
    """Forget what was used and told before a time."""
    yield from run("used_forget", before=int(before))
    yield from run("alerts_forget", before=float(before))


def _sum(tokens: Tokens) -> int:
    return tokens.hit + tokens.miss + tokens.output


def still_open(before: float) -> Work[tuple[Charge, ...]]:
    """Lines reserved before a time and never completed, oldest first."""
    rows = yield from every("charges_open", before=float(before))
    return tuple(map(as_charge, rows))


def between(desk: str | None, since: float, until: float | None) -> Work[tuple[Charge, ...]]:
    """Lines of a time, oldest first; those of one desk where it is named."""
    end = FOREVER if until is None else float(until)
    if desk is None:
        rows = yield from every("charges_between", since=float(since), until=end)
    else:
        rows = yield from every("charges_of_desk", desk=desk, since=float(since), until=end)
    return tuple(map(as_charge, rows))


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
    return tuple(as_outlay(row, stretch or 0.0) for row in rows)


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


def as_charge(row: Row) -> Charge:
    """A line of the ledger from its columns."""
    (id_, question_id, desk, level, purpose, model, version, asker, channel, currency) = row[:10]
    (reserved, micros, full_micros, hit, miss, output, reasoning, state, at) = row[10:19]
    settled_at, owner, payer, held, counted = row[19:]
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
        payer=payer,
        held=held,
        counted=bool(counted),
    )


def as_outlay(row: Row, stretch: float) -> Outlay:
    """Lines added up from their columns, in stretches of so many seconds."""
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
