"""Stretches of days, where the days of this installation begin."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeVar

from dengmi.server.console.visit import Visit

T = TypeVar("T")

QUARTER = 900.0
"""Seconds of a quarter of an hour: days and hours begin at one in every time zone of today."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days `first` to `last`, both included; `since` and `until` are their ends in Unix seconds."""

    first: date
    last: date
    since: float
    until: float

    def each(self) -> list[date]:
        """Every day of them."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=n) for n in range(count)]


def today_of(visit: Visit) -> date:
    """The day it is."""
    return visit.moment(visit.now).date()


def days(first: date, last: date, zone: tzinfo | None) -> Days:
    """These days with their ends."""
    until = _begin(last + timedelta(days=1), zone)
    return Days(first, last, _begin(first, zone), until)


def asked_days(visit: Visit, usual: int, most: int = 400) -> Days:
    """The days that an address asks for (?since= and ?until=), by default so many until today;
    what is no day counts as not asked for."""
    last = _day(visit.query("until")) or today_of(visit)
    first = _day(visit.query("since")) or last - timedelta(days=usual - 1)
    first = max(min(first, last), last - timedelta(days=most - 1))
    return days(first, last, visit.office.zone)


def summed(
    rows: Iterable[tuple[float, T, int]], zone: tzinfo | None, of: Callable[[datetime], str]
) -> dict[str, dict[T, int]]:
    """Counts (time, kind, count) added up by a part of their time, such as the hour."""
    found: dict[str, dict[T, int]] = {}
    for at, kind, count in rows:
        part = found.setdefault(of(datetime.fromtimestamp(at, UTC).astimezone(zone)), {})
        part[kind] = part.get(kind, 0) + count
    return found


def _begin(day: date, zone: tzinfo | None) -> float:
    return datetime.combine(day, time.min, zone).timestamp()


def _day(words: str) -> date | None:
    try:
        found = date.fromisoformat(words)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2200, 1, 1) else None
