"""What models cost when, from dated price sheets. Money is in millionths, never a float."""

import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from dengmi.settings.options import ModelSettings, PriceSettings

BEIJING = timezone(timedelta(hours=8))

_MICROS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Millionths of the currency unit for a million tokens: prompt tokens found in the cache,
    other prompt tokens, output tokens. `sheet` names where it stands; "" where none is known."""

    currency: str
    hit: int
    miss: int
    output: int
    sheet: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a price at all; models of one's own have none and cost nothing."""
        return bool(self.sheet)


FREE = Price(currency="CNY", hit=0, miss=0, output=0)


@dataclass(frozen=True, slots=True)
class _Sheet:
    since: float
    name: str
    by_currency: Mapping[str, tuple[int, int, int]]
    night: Mapping[str, tuple[int, int, int]]
    peak: int


def price_of(settings: ModelSettings, at: float, currency: str = "CNY") -> Price:
    """What a model of the settings costs at a time (Unix seconds).

    Its own `price` counts first. Otherwise the sheet of the DeepSeek API, for that endpoint only,
    whichever kind it is called: the same model elsewhere has another price. In the currency asked
    for where the sheet has it.
    """
    if settings.price is not None:
        return _own(settings.price)
    if settings.kind != "deepseek" and not _is_deepseek(settings.base_url):
        return FREE
    return price_at(settings.model, at, currency)


def _is_deepseek(address: str) -> bool:
    host = (urlsplit(address).hostname or "").lower()
    return host == "deepseek.com" or host.endswith(".deepseek.com")


def price_at(model: str, at: float, currency: str = "CNY") -> Price:
    """The DeepSeek API's price of a model at a time; FREE for a model without a sheet."""
    book = _book()
    sheets = book.sheets.get(book.names.get(model, ""), ())
    place = bisect_right([sheet.since for sheet in sheets], at) - 1
    if place < 0:
        return FREE
    sheet = sheets[place]
    found = currency if currency in sheet.by_currency else "USD"
    rates = sheet.by_currency[found]
    if sheet.night and book.is_night(at):
        rates = sheet.night[found]
    times = sheet.peak if sheet.peak > 1 and book.is_peak(at) else 1
    hit, miss, output = (rate * times for rate in rates)
    name = f"{sheet.name}{' peak' if times > 1 else ''}"
    return Price(currency=found, hit=hit, miss=miss, output=output, sheet=name)


def is_peak(at: float) -> bool:
    """Whether peak prices hold at a time (Unix seconds), where a sheet has any."""
    return _book().is_peak(at)


class _Book:
    """All sheets, with the calendar they refer to."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.names: Mapping[str, str] = data["models"]
        self.sheets: dict[str, Sequence[_Sheet]] = {}
        for model in sorted(set(self.names.values())):
            own = [_sheet(each) for each in data["sheet"] if each["model"] == model]
            self.sheets[model] = sorted(own, key=lambda sheet: sheet.since)
        self._hours: Sequence[tuple[int, int]] = [tuple(each) for each in data["peak"]["hours"]]
        self._weekends_off_since: date = data["peak"]["weekends_off_since"]
        self._night: tuple[int, int] = tuple(data["night"]["utc_minutes"])
        self._holidays = frozenset(_days(data["holidays"]["days"]))

    def is_peak(self, at: float) -> bool:
        there = datetime.fromtimestamp(at, BEIJING)
        day = there.date()
        weekend = there.weekday() >= 5 and day >= self._weekends_off_since
        if weekend or day in self._holidays:
            return False
        return any(first <= there.hour < last for first, last in self._hours)

    def is_night(self, at: float) -> bool:
        there = datetime.fromtimestamp(at, UTC)
        minute = there.hour * 60 + there.minute
        first, last = self._night
        return minute >= first or minute < last


def _sheet(each: Mapping[str, Any]) -> _Sheet:
    since: datetime = each["since"]
    return _Sheet(
        since=since.timestamp(),
        name=f"{each['model']} {since.date().isoformat()}",
        by_currency=_currencies(each),
        night=_currencies(each.get("night", {})),
        peak=int(each.get("peak", 1)),
    )


def _currencies(each: Mapping[str, Any]) -> Mapping[str, tuple[int, int, int]]:
    return {name.upper(): _rates(each[name]) for name in ("usd", "cny") if name in each}


def _rates(numbers: Sequence[float]) -> tuple[int, int, int]:
    hit, miss, output = (round(number * _MICROS) for number in numbers)
    return hit, miss, output


def _own(price: PriceSettings) -> Price:
    hit, miss, output = _rates((price.hit, price.miss, price.output))
    return Price(currency=price.currency, hit=hit, miss=miss, output=output, sheet="settings")


def _days(ranges: Sequence[Sequence[str]]) -> list[date]:
    days = []
    for first, last in ranges:
        day, end = date.fromisoformat(first), date.fromisoformat(last)
        while day <= end:
            days.append(day)
            day += timedelta(days=1)
    return days


@cache
def _book() -> _Book:
    return _Book(tomllib.loads(files(__package__).joinpath("prices.toml").read_text("utf-8")))
