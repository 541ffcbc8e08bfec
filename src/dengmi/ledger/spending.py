"""Sums of the ledger: by day, desk, level or model, and what was saved by what."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, tzinfo
from typing import Literal

from dengmi.core.charges import Outlay

By = Literal["day", "desk", "level", "model"]

QUARTER = 900.0
"""Seconds of a quarter of an hour: days begin at one of them in every time zone of today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """One row of a report. Money in millionths of `currency`.

    Attributes:
        key: the day (ISO), desk, level or model.
        answers: answers given: written, reused or joined.
        calls: calls of models.
        micros: what was paid.
        cache: saved because endpoints found the beginning of prompts in their caches.
        reuse, join: saved because an answer served again, or was shared while it was written.
        lost: calls that ended with the process.
    """

    key: str
    currency: str
    answers: int = 0
    calls: int = 0
    micros: int = 0
    cache: int = 0
    reuse: int = 0
    join: int = 0
    hit: int = 0
    miss: int = 0
    output: int = 0
    lost: int = 0

    @property
    def full(self) -> int:
        """What it would have cost without reuse, join and cache."""
        return self.micros + self.cache + self.reuse + self.join


_COUNTED = tuple(field.name for field in fields(Spending) if field.name not in ("key", "currency"))


def spending(outlays: Iterable[Outlay], by: By, zone: tzinfo | None = UTC) -> Sequence[Spending]:
    """The rows of a report, in order of their keys; each currency has rows of its own.

    Args:
        outlays: what was added up of the ledger; for days, by `QUARTER`. Lines still open count
            with what they reserve.
        by: what a row stands for.
        zone: where days begin; None: where this computer is, summer time included.
    """
    rows: dict[tuple[str, str], dict[str, int]] = {}
    key_of = _KEYS[by]
    for outlay in outlays:
        row = rows.setdefault((key_of(outlay, zone), outlay.currency), {})
        for name, amount in _amounts(outlay).items():
            row[name] = row.get(name, 0) + amount
    return [
        Spending(key=key, currency=currency, **row) for (key, currency), row in sorted(rows.items())
    ]


def total(rows: Sequence[Spending]) -> Sequence[Spending]:
    """One row for each currency."""
    found = []
    for currency in sorted({row.currency for row in rows}):
        own = [row for row in rows if row.currency == currency]
        sums = {name: sum(getattr(row, name) for row in own) for name in _COUNTED}
        found.append(Spending(key="", currency=currency, **sums))
    return found


def _amounts(outlay: Outlay) -> dict[str, int]:
    if outlay.purpose == "reuse":
        return {"answers": outlay.answers, "reuse": outlay.full_micros}
    if outlay.purpose == "join":
        return {"answers": outlay.answers, "join": outlay.full_micros}
    is_open = outlay.state == "reserved"
    return {
        "answers": outlay.answers,
        "calls": outlay.lines,
        "micros": outlay.reserved if is_open else outlay.micros,
        "cache": 0 if is_open else outlay.full_micros - outlay.micros,
        "hit": outlay.tokens.hit,
        "miss": outlay.tokens.miss,
        "output": outlay.tokens.output,
        "lost": outlay.lines if outlay.state == "lost" else 0,
    }


def _day(outlay: Outlay, zone: tzinfo | None) -> str:
    there = datetime.fromtimestamp(outlay.begin, UTC).astimezone(zone)
    return there.date().isoformat()


_KEYS: dict[By, Callable[[Outlay, tzinfo | None], str]] = {
    "day": _day,
    "desk": lambda outlay, _: outlay.desk,
    "level": lambda outlay, _: outlay.level,
    "model": lambda outlay, _: outlay.model or "–",
}
