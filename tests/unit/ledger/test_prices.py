"""Prices at their moments, and sums in whole millionths."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.charges import Tokens
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
    old = price_at("deepseek-reasoner", _at("2025-03-01T12:00"))
    assert (old.currency, old.hit, old.miss, old.output) == ("CNY", 10**6, 4 * 10**6, 16 * 10**6)
    night = price_at("deepseek-chat", _at("2025-03-01T00:29"))
    assert (night.currency, night.hit, night.output) == ("CNY", 250_000, 4_000_000)
    assert price_at("deepseek-flash", _at("2025-10-01T12:00")).currency == "USD"


MOMENTS = {
    "deepseek-chat": {
        "2025-02-08T16:00": ((14, 140, 280), (70, 270, 1_100)),
        "2025-09-05T16:00": ((70, 270, 1_100), (70, 560, 1_680)),
        "2025-09-29T00:00": ((70, 560, 1_680), (28, 280, 420)),
        "2026-04-24T00:00": ((28, 280, 420), (28, 140, 280)),
        "2026-04-26T12:15": ((28, 140, 280), (2.8, 140, 280)),
    },
    "deepseek-v4-flash": {
        "2026-08-16T16:00": ((2.8, 140, 280), (7, 220, 660)),
        "2026-09-09T16:00": ((7, 220, 660), (3, 150, 600)),
    },
    "deepseek-v4-pro": {
        "2026-04-26T12:15": ((145, 1_740, 3_480), (3.625, 435, 870)),
        "2026-08-16T16:00": ((3.625, 435, 870), (22, 660, 1_980)),
    },
    "deepseek-reasoner": {
        "2025-09-05T16:00": ((140, 550, 2_190), (70, 560, 1_680)),
        "2026-04-24T00:00": ((28, 280, 420), (28, 140, 280)),
    },
}
"""What changed when: thousandths of a dollar for a million tokens, before and after."""


@pytest.mark.parametrize(
    ("model", "at", "before", "after"),
    [(model, at, *rates) for model, all_ in MOMENTS.items() for at, rates in all_.items()],
)
def test_one_second_earlier_the_earlier_sheet_holds(
    model: str, at: str, before: tuple, after: tuple
) -> None:
    for moment, rates in ((_at(at) - 1, before), (_at(at), after)):
        price = price_at(model, moment, "USD")
        assert [price.hit, price.miss, price.output] == [round(rate * 1_000) for rate in rates]


def test_before_its_first_sheet_a_model_has_no_price() -> None:
    assert not price_at("deepseek-v4-pro", _at("2026-04-23T23:59")).known
    assert price_at("deepseek-v4-pro", _at("2026-04-24T00:00")).known


@pytest.mark.parametrize(
    ("at", "peak"),
    [
        ("2026-11-27T00:59", False), ("2026-11-27T01:00", True), ("2026-11-27T03:59", True),
        ("2026-11-27T04:00", False), ("2026-11-27T06:00", True), ("2026-11-27T09:59", True),
        ("2026-11-27T10:00", False), ("2026-11-28T02:00", False), ("2026-10-05T02:00", False),
        ("2026-08-22T02:00", True), ("2026-08-23T02:00", False),  # Saturday and Sunday
        ("2026-09-20T02:00", False), ("2026-10-10T02:00", False),  # worked, but a weekend
        ("2026-10-08T02:00", True), ("2026-09-25T02:00", False),
        ("2027-02-04T02:00", True), ("2027-02-05T02:00", False), ("2027-02-12T02:00", False),
        ("2027-02-15T02:00", True), ("2027-06-08T02:00", True), ("2027-06-09T02:00", False),
    ],
)  # fmt: skip
def test_peak_hours_are_those_of_beijing(at: str, peak: bool) -> None:
    assert is_peak(_at(at)) is peak


@given(st.integers(int(_at("2026-08-24T00:00")), int(_at("2027-12-31T16:00"))))
def test_peak_hours_are_told_from_beijing_time_all_year(at: int) -> None:
    there = datetime.fromtimestamp(at, timezone(timedelta(hours=8)))
    working = there.weekday() < 5 and there.date() not in FREE_DAYS
    assert is_peak(at) is (working and there.hour in (9, 10, 11, 14, 15, 16, 17))


def _free(*first_and_length: tuple[str, int]) -> set[date]:
    starts = [(date.fromisoformat(first), length) for first, length in first_and_length]
    return {first + timedelta(days=n) for first, length in starts for n in range(length)}


FREE_DAYS = _free(
    ("2026-09-25", 3), ("2026-10-01", 7), ("2027-01-01", 3), ("2027-02-05", 8), ("2027-04-03", 3),
    ("2027-05-01", 5), ("2027-06-09", 1), ("2027-09-15", 1), ("2027-10-01", 7),
)  # fmt: skip
"""First day and number of days, as the notices tell them."""


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


@pytest.mark.parametrize(
    ("kind", "address", "known"),
    [
        ("openai", "https://api.deepseek.com", True),
        ("openai", "https://API.DeepSeek.com/v1", True),
        ("deepseek", "", True),
        ("openai", "https://deepseek.com.example/v1", False),
        ("openai", "http://127.0.0.1:8000/v1", False),
    ],
)
def test_the_endpoint_of_deepseek_has_its_price_whatever_it_is_called(
    kind: str, address: str, known: bool
) -> None:
    settings = ModelSettings(kind=kind, base_url=address, model="deepseek-flash")  # type: ignore[arg-type]
    assert price_of(settings, _at("2026-11-28T12:00")).known == known
