"""Days of desks: midnights, clocks that change, zones with odd quarters."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.gate.day import day_of, zone_name

ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Havana",  # clocks change at midnight
    "Pacific/Apia",
]


def _at(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_a_day_begins_at_the_midnight_of_its_zone() -> None:
    day = day_of(_at("2026-11-28T00:00:00", "Asia/Shanghai"), ZoneInfo("Asia/Shanghai"))
    assert day.date == "2026-11-28"
    assert datetime.fromtimestamp(day.since, UTC).isoformat() == "2026-11-27T16:00:00+00:00"
    before = day_of(day.since - 0.001, ZoneInfo("Asia/Shanghai"))
    assert (before.date, before.until) == ("2026-11-27", day.since)


@pytest.mark.parametrize(
    ("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)]
)
def test_days_are_as_long_as_the_clock_makes_them(date: str, hours: int) -> None:
    day = day_of(_at(f"{date}T12:00:00", "Europe/Berlin"), ZoneInfo("Europe/Berlin"))
    assert day.until - day.since == hours * 3600


@given(
    at=st.floats(min_value=1.5e9, max_value=2.2e9, allow_nan=False),
    zone=st.sampled_from(ZONES),
)
def test_a_time_is_within_its_day_and_days_begin_at_quarters(at: float, zone: str) -> None:
    day = day_of(at, ZoneInfo(zone))
    assert day.since <= at < day.until
    assert day.since % 900 == 0
    assert 3600 <= day.until - day.since <= 25 * 3600
    assert day_of(day.since, ZoneInfo(zone)).date == day.date


def test_zones_are_called_by_their_names() -> None:
    assert zone_name(0.0, ZoneInfo("Asia/Shanghai")) == "Asia/Shanghai"
    assert zone_name(0.0, UTC) == "UTC"
    assert zone_name(0.0, None)
