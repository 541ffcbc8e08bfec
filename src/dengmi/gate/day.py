"""Where days begin and end. Pure: the time and the zone come in."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day: Unix seconds from its midnight to the next, and its date (ISO)."""

    since: float
    until: float
    date: str


def day_of(at: float, zone: tzinfo | None) -> Day:
    """The day that a time (Unix seconds) lies in.

    Days last 23 or 25 hours where clocks change, and the time is always within its own day.

    Args:
        zone: where the day is; None: where this computer is.
    """
    date = datetime.fromtimestamp(at, UTC).astimezone(zone).date()
    since, until = (
        datetime.combine(each, time.min, zone).timestamp() for each in (date, date + timedelta(1))
    )
    return Day(since, until, date.isoformat())


def zone_name(at: float, zone: tzinfo | None) -> str:
    """What a zone is called: its own name, or its distance from UTC, such as UTC+8."""
    named = getattr(zone, "key", "")
    if named:
        return str(named)
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")
