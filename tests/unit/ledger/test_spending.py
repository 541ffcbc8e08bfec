"""Sums of the ledger: rows, savings by cause, days of a time zone."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.charges import Outlay, Tokens
from dengmi.ledger.spending import QUARTER, spending, total


def _outlay(**fields: object) -> Outlay:
    made: dict[str, object] = {
        "begin": 0.0,
        "desk": "guide",
        "level": "quick",
        "model": "flash",
        "purpose": "answer",
        "currency": "CNY",
        "state": "settled",
        "answers": 1,
        "lines": 1,
    }
    return Outlay(**(made | fields))


def test_each_cause_saves_by_itself() -> None:
    rows = spending(
        [
            _outlay(lines=2, micros=30, full_micros=100, tokens=Tokens(hit=7, miss=3, output=2)),
            _outlay(purpose="reuse", full_micros=50),
            _outlay(purpose="join", answers=3, lines=3, full_micros=150),
            _outlay(purpose="rewrite", answers=0, micros=5, full_micros=5),
        ],
        "level",
    )
    (row,) = rows
    assert (row.key, row.answers, row.calls) == ("quick", 5, 3)
    assert (row.micros, row.cache, row.reuse, row.join, row.full) == (35, 70, 50, 150, 305)
    assert (row.hit, row.miss, row.output) == (7, 3, 2)


def test_what_is_open_or_lost_counts_with_its_reserve() -> None:
    (row,) = spending(
        [
            _outlay(state="reserved", answers=0, reserved=9),
            _outlay(state="lost", answers=0, lines=2, reserved=8, micros=8, full_micros=8),
        ],
        "desk",
    )
    assert (row.micros, row.full, row.calls, row.lost, row.answers) == (17, 17, 3, 2, 0)


def test_currencies_are_never_added() -> None:
    outlays = [_outlay(micros=1), _outlay(micros=2, currency="USD"), _outlay(micros=4, model="pro")]
    rows = spending(outlays, "model")
    assert [(row.key, row.currency, row.micros) for row in rows] == [
        ("flash", "CNY", 1), ("flash", "USD", 2), ("pro", "CNY", 4),
    ]  # fmt: skip
    assert [(row.currency, row.micros) for row in total(rows)] == [("CNY", 5), ("USD", 2)]


@pytest.fixture
def in_berlin() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def _at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_days_begin_where_they_begin_in_summer_and_in_winter(in_berlin: None) -> None:
    moments = ("2026-07-01T21:45", "2026-07-01T22:00", "2026-12-01T22:45", "2026-12-01T23:00")
    outlays = [_outlay(begin=_at(moment)) for moment in moments]
    here = ["2026-07-01", "2026-07-02", "2026-12-01", "2026-12-02"]
    assert [row.key for row in spending(outlays, "day", None)] == here
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    there = spending([_outlay(begin=_at("2026-07-01T18:15"))], "day", kathmandu)
    assert [row.key for row in there] == ["2026-07-02"]
    assert [row.key for row in spending(outlays, "day", UTC)] == ["2026-07-01", "2026-12-01"]


_AMOUNT = st.integers(0, 10**9)


@given(
    st.lists(
        st.builds(
            lambda n, micros, more, purpose, currency, model: _outlay(
                begin=n * QUARTER,
                micros=0 if purpose in ("reuse", "join") else micros,
                full_micros=micros + more,
                purpose=purpose,
                currency=currency,
                model=model,
            ),
            st.integers(0, 10**6),
            _AMOUNT,
            _AMOUNT,
            st.sampled_from(["answer", "rewrite", "judge", "reuse", "join", "test"]),
            st.sampled_from(["CNY", "USD"]),
            st.sampled_from(["flash", "pro", ""]),
        ),
        max_size=30,
    ),
    st.sampled_from(["day", "desk", "level", "model"]),
)
def test_rows_add_up_to_the_ledger_however_they_are_cut(outlays: list[Outlay], by: str) -> None:
    rows = spending(outlays, by)
    for row in total(rows):
        own = [outlay for outlay in outlays if outlay.currency == row.currency]
        assert row.micros == sum(outlay.micros for outlay in own)
        assert row.full == sum(outlay.full_micros for outlay in own)
        assert min(row.cache, row.reuse, row.join) >= 0
