"""Sums of the ledger's lines: by day, desk, level or model, and what was saved by what."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal

from dengmi.core.records import Charge

By = Literal["day", "desk", "level", "model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """One row of a report. Money in millionths of `currency`.

    Attributes:
        key: the day (ISO), desk, level or model.
        answers: answers given: written, reused or joined.
        micros: what was paid.
        cache: saved because endpoints found the beginning of prompts in their caches.
        reuse, join: saved because an answer served again, or was shared while it was written.
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


def spending(charges: Iterable[Charge], by: By, zone: tzinfo = UTC) -> Sequence[Spending]:
    """The rows of a report, in order of their keys; each currency has rows of its own.

    Args:
        charges: lines of the ledger; those still open count with what they reserve.
        by: what a row stands for.
        zone: where days begin.
    """
    rows: dict[tuple[str, str], dict[str, int]] = {}
    key_of = _KEYS[by]
    for charge in charges:
        row = rows.setdefault((key_of(charge, zone), charge.currency), {})
        for name, amount in _amounts(charge).items():
            row[name] = row.get(name, 0) + amount
    return [
        Spending(key=key, currency=currency, **row) for (key, currency), row in sorted(rows.items())
    ]


def total(rows: Sequence[Spending]) -> Sequence[Spending]:
    """One row for each currency."""
    names = (
        "answers",
        "calls",
        "micros",
        "cache",
        "reuse",
        "join",
        "hit",
        "miss",
        "output",
        "lost",
    )
    return [
        Spending(
            key="",
            currency=currency,
            **{
                name: sum(getattr(row, name) for row in rows if row.currency == currency)
                for name in names
            },
        )
        for currency in sorted({row.currency for row in rows})
    ]


def _amounts(charge: Charge) -> dict[str, int]:
    if charge.purpose == "reuse":
        return {"answers": 1, "reuse": charge.full_micros}
    if charge.purpose == "join":
        return {"answers": 1, "join": charge.full_micros}
    paid = charge.reserved if charge.state == "reserved" else charge.micros
    return {
        "answers": int(charge.purpose == "answer"),
        "calls": 1,
        "micros": paid,
        "cache": max(charge.full_micros - charge.micros, 0),
        "hit": charge.tokens.hit,
        "miss": charge.tokens.miss,
        "output": charge.tokens.output,
        "lost": int(charge.state == "lost"),
    }


_KEYS: dict[By, Callable[[Charge, tzinfo], str]] = {
    "day": lambda charge, zone: datetime.fromtimestamp(charge.at, zone).date().isoformat(),
    "desk": lambda charge, _: charge.desk,
    "level": lambda charge, _: charge.level,
    "model": lambda charge, _: charge.model or "–",
}
