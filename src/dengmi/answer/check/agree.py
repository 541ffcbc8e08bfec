"""Do the exact facts of a claim stand in the sentences it cites?"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dengmi.answer.check.amounts import Amount
from dengmi.answer.check.derive import derived
from dengmi.answer.check.facts import Facts
from dengmi.answer.check.reckon import reckoned
from dengmi.answer.check.times import Clock, Day

_SAME = 1e-6
_NEAR = 0.05
"""How far "about 3,000" may be from what the sentence says."""

_DAY = 86400.0

_FLIPPED = re.compile(
    r"\b(?:under|below|less|fewer|shorter|younger|smaller)\b[^.;]{0,40}\b(?:not|cannot|never|no)\b"
    r"|(?:不到|不足|不满|低于|少于|小于)[^，。；]{0,14}(?:不能|不得|不可|不准|不许|禁止)"
    r"|\b(?:hardly|barely|scarcely|few|nobody|none|no one)\b|几乎没|很少|极少"
)
"""What turns a bound round: "hardly any under fifty" for "nearly all over fifty"."""

_RATES = (
    frozenset(("second", "minute", "hour", "day", "week", "month", "quarter", "year")),
    frozenset(("kg", "t", "g", "l", "斤", "克", "亩", "平方米")),
)
"""Rates of which one rules out the others."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """How many of a claim's facts the sentences do not have, by kind; `bounds`: at least/at most.

    `held` pairs each amount of the claim that they have with that of theirs. `ways`: of numbers that
    do not stand there, how many can be had from theirs, by the way of it: words of the claim tell
    how ("told"), or some reckoning gives it (`reckon.py`). These are not in `numbers`.
    """

    numbers: int = 0
    dates: int = 0
    units: int = 0
    bounds: int = 0
    held: tuple[tuple[Amount, tuple[int, Amount]], ...] = ()
    ways: Mapping[str, int] = field(default_factory=dict)


def wrong_facts(
    claim: Facts,
    sources: Sequence[Facts],
    names: frozenset[int] = frozenset(),
    text: str = "",
    texts: Sequence[str] = (),
) -> Wrong:
    """Compare a claim's facts with those of its sentences, taken together; numbers that start at
    `names` are parts of known names. `text`: the claim, `texts`: the sentences, in lower case."""
    theirs = [(n, amount) for n, facts in enumerate(sources) for amount in facts.amounts]
    numbers = units = bounds = 0
    held: list[tuple[Amount, tuple[int, Amount]]] = []
    ways: Counter[str] = Counter()
    for amount in claim.amounts:
        same = [(n, other) for n, other in theirs if _same(amount, other)]
        if amount.measure == "nth" and any(other.measure == "nth" for _, other in theirs):
            same = [(n, other) for n, other in same if other.measure == "nth"]
        if not same:
            if amount.start in names:
                continue
            way = _missing(amount, claim, text, sources, texts)
            units += way == "unit"
            numbers += way == "number"
            ways[way] += way not in ("", "unit", "number")
            continue
        bounds += not _FLIPPED.search(text) and all(
            amount.bound and other.bound and amount.bound != other.bound for _, other in same
        )
        held += [(amount, place) for place in same]
    dates = sum(not _day_held(day, sources) for day in claim.days)
    dates += sum(not _clock_held(clock, sources) for clock in claim.clocks)
    week = frozenset().union(*(facts.week for facts in sources))
    if claim.week - week and not (not week and any("day" in facts.rates for facts in sources)):
        dates += 1
    when = frozenset().union(*(facts.when for facts in sources))
    dates += bool(claim.when and when and not claim.when & when)
    rates = frozenset().union(*(facts.rates for facts in sources))
    for kind in _RATES:
        mine, there = claim.rates & kind, rates & kind
        said = claim.amounts or "day" in kind
        units += bool(said and mine and there and not mine & there)
    return Wrong(numbers, dates, units, bounds, tuple(held), ways)


def _missing(
    amount: Amount,
    claim: Facts,
    text: str,
    sources: Sequence[Facts],
    texts: Sequence[str],
) -> str:
    """What to think of a number that no sentence has as such: "" where it stands there otherwise,
    "told" or the way of reckoning that gives it, else "unit" or "number", which is wrong."""
    theirs = [(n, other) for n, facts in enumerate(sources) for other in facts.amounts]
    if _elsewhere(amount, sources) and not _replaced(amount, claim, theirs):
        return ""
    if _every(amount, sources) or (_only_one(amount) and not _rivals(amount, theirs)):
        return ""
    if amount.value == 2.0 and not amount.measure and any(each.pair for each in sources):
        return ""
    if derived(amount, text, sources, texts):
        return "told"
    clash = amount.measure and any(
        abs(other.value - amount.value) < _SAME and other.measure for _, other in theirs
    )
    return "unit" if clash else reckoned(amount, text, sources, texts) or "number"


def _same(claim: Amount, other: Amount) -> bool:
    """Whether two amounts say the same, as far as both say it."""
    left, right = claim.value, other.value
    if claim.measure == other.measure:
        left, right = claim.base, other.base
    elif claim.measure.startswith("money") and other.measure.startswith("money"):
        if "money-cent" not in (claim.measure, other.measure):
            return False
        left *= 0.01 if claim.measure == "money-cent" else 1.0
        right *= 0.01 if other.measure == "money-cent" else 1.0
    elif {claim.measure, other.measure} == {"heat", "degree"}:
        left, right = claim.value, other.value
    elif claim.measure and other.measure and "nth" not in (claim.measure, other.measure):
        return False
    slack = (
        0.005 if claim.measure == "share" and left % 1 else 0.02 if claim.measure == "time" else 0
    )
    if claim.measure == "time" and (left >= 25 * _DAY) == (right >= 25 * _DAY) and left < 25 * _DAY:
        slack = 0
    if math.isclose(left, right, rel_tol=max(_SAME, slack)):
        return True
    near = claim.about and right and abs(left - right) / abs(right) <= _NEAR
    if near or (claim.about and right and _whole(claim, left, right)):
        return True
    round_ = claim.about or claim.bound == "least"
    if round_ and not other.bound and _at_least(claim.value, right, left):
        return True
    return _rounded(claim.value, other.value) if claim.measure == other.measure else False


def _at_least(value: float, right: float, left: float) -> bool:
    """Whether "more than 2,000" is 2,140: the round number below it."""
    if value < 10 or value % 1 or not left:
        return False
    digits = f"{value:.0f}".rstrip("0")
    step = left / value * 10 ** (len(f"{value:.0f}") - len(digits))
    if left == 50.0 and right > left and right < 100.0:
        return True  # "more than half" is 57 %
    return len(digits) <= 2 and step > left / value and left <= right < left + step * 0.6


def _whole(claim: Amount, left: float, right: float) -> bool:
    """Whether "nearly three tonnes" is 2.8 tonnes: the next whole number of its unit."""
    unit = left / claim.value if claim.value else 0.0
    near = abs(left - right) <= 0.1 * abs(right) and 2 <= claim.value < 100
    return near and not claim.value % 1 and bool(unit) and abs(right / unit - claim.value) < 0.5


def _rounded(value: float, other: float) -> bool:
    """Whether a number of three digits or more is another one, rounded, 3.24 million as 3.2, or a
    whole one is the nearest to another: 14 for 14.2."""
    if value >= 10 and not value % 1 and other % 1:
        return abs(other - value) < 0.5
    if value < 1000 or other < 1000:
        return False
    digits = len(f"{value:.0f}".rstrip("0"))
    if digits < 2 or digits >= len(f"{other:.0f}".rstrip("0")):
        return False
    step = float(10 ** (len(f"{value:.0f}") - digits))
    return abs(round(other / step) * step - value) < _SAME


def _only_one(amount: Amount) -> bool:
    """Whether it is a bare "one", which often only means "a"."""
    return amount.value == 1.0


_LASTS = {
    60.0: "minute",
    3600.0: "hour",
    _DAY: "day",
    7 * _DAY: "week",
    30.4375 * _DAY: "month",
    365.25 * _DAY: "year",
}


def _every(amount: Amount, sources: Sequence[Facts]) -> bool:
    """Whether it is one day, week, month or year, and the sentences say "every day" and so on."""
    unit = _LASTS.get(amount.base) if amount.measure == "time" else None
    return unit is not None and any(unit in facts.rates for facts in sources)


def _rivals(amount: Amount, theirs: Sequence[tuple[int, Amount]]) -> bool:
    """Whether the sentences have another number of its unit, or "one" of another unit."""
    return bool(amount.measure) and any(
        other.measure == amount.measure
        and (other.value == 1.0 or math.isclose(other.base, other.value * amount.base))
        for _, other in theirs
    )


def _replaced(amount: Amount, claim: Facts, theirs: Sequence[tuple[int, Amount]]) -> bool:
    """Whether the sentences have a number of this measure that the claim has not: then this one
    stands in its place, and a date with the same number ("5 berths", in May) does not bear it out."""
    told = {clock.minutes / 60 % 12 for clock in claim.clocks} | {day.day for day in claim.days}
    return any(
        other.measure == amount.measure
        and other.value not in told
        and not any(_same(mine, other) for mine in claim.amounts)
        for _, other in theirs
    )


def _elsewhere(amount: Amount, sources: Sequence[Facts]) -> bool:
    """Whether a number stands in the sentences as a year, a day or an hour."""
    value = amount.value
    if amount.measure in ("", "nth"):
        for facts in sources:
            if any(value in (day.year, day.month, day.day) for day in facts.days):
                return True
            if any(value in (c.minutes / 60, c.minutes / 60 % 12) for c in facts.clocks):
                return True
    if amount.measure == "time":
        for facts in sources:
            if amount.base == value * _DAY and any(day.day == value for day in facts.days):
                return True
            if any(
                day.month == value and not day.day and not day.year and amount.base > 20 * _DAY
                for day in facts.days
            ):
                return True
    return False


def _day_held(day: Day, sources: Sequence[Facts]) -> bool:
    """Whether every part of a date stands in the sentences, and no date there says otherwise."""
    days = [other for facts in sources for other in facts.days]
    values = {amount.value for facts in sources for amount in facts.amounts}
    if day.year:
        if day.decade:
            years = any(day.year <= (o.year or 0) < day.year + 10 for o in days)
            years = years or any(day.year <= value < day.year + 10 for value in values)
            if not day.year % 100:  # the 1600s: the 17th century
                years = years or day.year // 100 + 1 in values
        else:
            years = any(
                o.year == day.year or (o.decade and o.year <= day.year < o.year + 10) for o in days
            )
        if not years and float(day.year) not in values and not _years_on(day.year, sources):
            return False
    if day.month:
        fitting = [
            o for o in days
            if o.month == day.month
            and (not day.day or not o.day or o.day == day.day)
            and (not day.year or not o.year or o.year == day.year)
        ]  # fmt: skip
        if not fitting:
            return False
        if day.day and not any(o.day == day.day for o in fitting):
            return any(o.day == day.day and not o.month for o in days)
        return True
    if day.day:
        return any(o.day == day.day for o in days) or float(day.day) in values
    return True


def _years_on(year: int, sources: Sequence[Facts]) -> bool:
    """Whether a year follows from another and a number of years: 1889 from 1886, three years on."""
    known = {day.year for facts in sources for day in facts.days if day.year and not day.decade}
    steps = {
        amount.value
        for facts in sources
        for amount in facts.amounts
        if amount.measure == "time" and math.isclose(amount.base, amount.value * 365.25 * _DAY)
    }
    return any(year - other in steps for other in known)


def _clock_held(clock: Clock, sources: Sequence[Facts]) -> bool:
    for facts in sources:
        for other in facts.clocks:
            if clock.minutes == other.minutes:
                return True
            if (clock.loose or other.loose) and (clock.minutes - other.minutes) % 720 == 0:
                return True
        if clock.minutes % 60 == 0 and any(
            amount.value in (clock.minutes / 60, clock.minutes / 60 % 12) and not amount.measure
            for amount in facts.amounts
        ):
            return True
    return False
