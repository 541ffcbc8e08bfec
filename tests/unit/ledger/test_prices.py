"""Prices at their moments, and sums in whole millionths."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.records import Tokens
from dengmi.ledger.costs import cost, full_cost, most
from dengmi.ledger.prices import Price, is_peak, price_at, price_of
from dengmi.settings.options import ModelSettings, PriceSettings


def _at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("model", "at", "rates"),
    [
        ("deepseek-flash", "2026-11-28T12:00", (3_000, 150_000, 600_000)),  # a Saturday
        ("deepseek-flash", "2026-11-27T02:00", (6_000, 300_000, 1_200_000)),  # peak
        ("deepseek-flash", "2026-10-01T02:00", (3_000, 150_000, 600_000)),  # National Day
        ("deepseek-v4-flash", "2026-09-09T15:59", (7_000, 220_000, 660_000)),
        ("deepseek-v4-flash", "2026-09-09T16:00", (3_000, 150_000, 600_000)),
        ("deepseek-flash", "2026-08-16T15:59", (2_800, 140_000, 280_000)),
        ("deepseek-v4-pro", "2026-11-27T07:00", (44_000, 1_320_000, 3_960_000)),
        ("deepseek-reasoner", "2025-03-01T17:00", (35_000, 135_000, 550_000)),  # night
        ("deepseek-reasoner", "2025-03-01T12:00", (140_000, 550_000, 2_190_000)),
    ],
)
def test_every_sheet_holds_from_its_moment_on(model: str, at: str, rates: tuple) -> None:
    price = price_at(model, _at(at), "USD")
    assert (price.hit, price.miss, price.output) == rates
    assert price.currency == "USD"
    assert price.known


def test_prices_in_yuan_where_the_sheet_has_them() -> None:
    price = price_at("deepseek-flash", _at("2026-11-28T12:00"))
    assert (price.currency, price.hit, price.miss, price.output) == (
        "CNY", 20_000, 1_000_000, 4_000_000,
    )  # fmt: skip
    assert price_at("deepseek-flash", _at("2026-05-01T12:00")).currency == "USD"


@pytest.mark.parametrize(
    ("at", "peak"),
    [
        ("2026-11-27T00:59", False), ("2026-11-27T01:00", True), ("2026-11-27T03:59", True),
        ("2026-11-27T04:00", False), ("2026-11-27T06:00", True), ("2026-11-27T09:59", True),
        ("2026-11-27T10:00", False), ("2026-11-28T02:00", False), ("2026-10-05T02:00", False),
    ],
)  # fmt: skip
def test_peak_hours_are_those_of_beijing(at: str, peak: bool) -> None:
    assert is_peak(_at(at)) is peak


def test_other_endpoints_cost_what_the_settings_say_or_nothing() -> None:
    own = PriceSettings(currency="EUR", hit=0.1, miss=0.2, output=0.3)
    priced = ModelSettings(kind="openai", model="deepseek-flash", price=own)
    assert price_of(priced, 0.0).miss == 200_000
    free = price_of(ModelSettings(kind="openai", model="deepseek-flash"), _at("2026-11-28T12:00"))
    assert not free.known
    assert cost(free, Tokens(miss=10**9, output=10**9)) == 0
    assert not price_at("nobody-knows", 2e9).known
    assert not price_at("deepseek-flash", 0.0).known


_COUNT = st.integers(0, 10**7)
_RATE = st.integers(0, 10**7)


@given(_COUNT, _COUNT, _COUNT, _RATE, _RATE, _RATE)
def test_sums_are_whole_never_negative_and_within_the_reservation(
    hit: int, miss: int, output: int, a: int, b: int, c: int
) -> None:
    price = Price(currency="CNY", hit=min(a, b), miss=max(a, b), output=c, sheet="x")
    tokens = Tokens(hit=hit, miss=miss, output=output)
    paid, full = cost(price, tokens), full_cost(price, tokens)
    assert 0 <= paid <= full == most(price, hit + miss, output)
    assert abs(paid - (hit * price.hit + miss * price.miss + output * c) / 10**6) < 1 + paid * 1e-9
