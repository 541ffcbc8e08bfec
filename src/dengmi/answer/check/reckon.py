"""Numbers that can be worked out of those of the sentences, whatever words tell it: sums and rests,
shares and multiples, products, rounded ones, times between two dates or hours, how many are listed.

Where `derive.py` asks for words that say how a number follows, this one only asks whether any plain
reckoning gives it. Some get there by chance, so it decides nothing; it tells what cannot be had from
the sentences at all.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import Literal

from dengmi.answer.check.amounts import Amount
from dengmi.answer.check.facts import Facts

Way = Literal["", "near", "sum", "ratio", "product", "few"]
"""How a number can be had: rounded, as a sum or difference, a share or multiple, a product, or by
counting what is listed; "" if in none of these ways."""

_MOST = 12
"""Amounts of the sentences that are looked at."""

_NEAR, _FAR = 0.06, 0.34
"""How far "about" may be from the number, and "more than" below it."""

_ROUGH = 0.08
_ROUND = frozenset((100 / 3, 200 / 3, *(10.0 * n for n in range(1, 10)), 25.0, 75.0, 2.0, 3.0, 4.0))
"""Shares and multiples that are told in one word, and how far they may be off."""

_FEW = 5
_DAY, _YEAR = 86400.0, 31557600.0
_LISTED = re.compile(r",|;|、|，|；|\band\b|\bor\b|[和与及或]")

_OVER = re.compile("[多余几]")

Plain = tuple[float, str]
"""A number in the base of its measure, and the measure."""


def reckoned(
    amount: Amount, claim: str, sources: Sequence[Facts], texts: Sequence[str] = ()
) -> Way:
    """How a number of a claim (in lower case) can be had from the numbers of its sentences, whose
    `texts` tell how much they list."""
    if not amount.bound and _OVER.search(claim[amount.end - 1 : amount.end + 1]):
        amount = replace(amount, bound="least")
    asked = amount.base if amount.measure else amount.value
    kind = "" if amount.measure == "nth" else amount.measure
    for facts in sources:  # over several sentences, chance would give nearly any number
        theirs = list(dict.fromkeys(_plain(facts)))[:_MOST]
        alike = [value for value, measure in theirs if measure == kind]
        ways: tuple[tuple[Way, Iterator[float]], ...] = (
            ("near", iter(alike)),
            ("sum", _sums(alike)),
            ("ratio", _shares(theirs, kind)),
            ("product", _products(theirs, kind)),
        )
        for way, values in ways:
            if any(_fits(amount, asked, value) for value in values):
                return way
    few = not kind and 2 <= amount.value <= _FEW and not amount.value % 1
    if few and any(len(_LISTED.findall(text)) + 1 >= amount.value for text in texts):
        return "few"
    return ""


def _plain(facts: Facts) -> Iterator[Plain]:
    for each in facts.amounts:
        nth = each.measure == "nth"
        yield (
            (each.base if each.measure and not nth else each.value),
            ("" if nth else each.measure),
        )
    years = [day.year for day in facts.days if day.year][:_MOST]
    for year in years:
        yield float(year), ""
    clocks = [clock.minutes * 60.0 for clock in facts.clocks][:_MOST]
    for one, other in combinations(clocks, 2):
        yield abs(one - other), "time"
    days = [day for day in facts.days if day.month][:_MOST]
    for first, last in combinations(days, 2):
        apart = (last.month - first.month) * 30.4375 + last.day - first.day
        yield abs(apart) * _DAY, "time"
        yield (abs(apart) + 1) * _DAY, "time"
    for one, other in combinations(years, 2):
        yield abs(one - other) * _YEAR, "time"
    for each in facts.amounts:
        if each.measure == "time" and each.base >= _YEAR:
            for year in years:
                yield year + round(each.base / _YEAR), ""
                yield year - round(each.base / _YEAR), ""


def _sums(values: Sequence[float]) -> Iterator[float]:
    for one, other in combinations(values, 2):
        yield one + other
        yield abs(one - other)
    if 2 < len(values) <= 6:
        yield sum(values)


def _shares(theirs: Sequence[Plain], kind: str) -> Iterator[float]:
    """Percentages and multiples; other measures have none."""
    if kind not in ("share", "times", ""):
        return
    scale = 100.0 if kind == "share" else 1.0
    for value, measure in theirs:
        if measure == "share" and kind == "share":
            yield 100.0 - value
        elif measure == "share" and kind == "times" and value:
            yield 100.0 / value
            yield 1 + value / 100
        elif measure == "times" and value:
            yield scale / value
    for (one, left), (other, right) in permutations(theirs, 2):
        if left == right and other:
            yield scale * one / other
            if kind:
                yield scale * abs(one / other - 1)


def _products(theirs: Sequence[Plain], kind: str) -> Iterator[float]:
    for (one, left), (other, right) in permutations(theirs, 2):
        if left not in (kind, ""):
            continue
        if right == "share":
            yield one * other / 100
            yield one * (1 - other / 100)
            yield one * (1 + other / 100)
            if other:
                yield 100 * one / other
        elif right in ("", "times"):
            yield one * other
            if other:
                yield one / other


def _fits(amount: Amount, asked: float, found: float) -> bool:
    """Whether a number tells what was found, as exactly as it is told."""
    if not found or not asked:
        return False
    if amount.bound == "least":
        return asked <= found * 1.001 and found <= asked * (1 + _FAR)
    if amount.bound == "most":
        return asked >= found * 0.999 and found >= asked * (1 - _FAR)
    if amount.about and abs(asked - found) <= _NEAR * found:
        return True
    if amount.measure in ("share", "times") and amount.value in _ROUND:
        return abs(asked - found) <= _ROUGH * found
    unit = asked / amount.value if amount.value else 0.0
    return abs(asked - found) <= max(0.501 * _step(amount.value) * unit, 1e-6 * found) and (
        abs(asked - found) <= _NEAR * found
    )


def _step(value: float) -> float:
    """The last digit that a number is told to: 100 for 4,300; 0.1 for 2.7."""
    told = f"{value:.4f}".rstrip("0").rstrip(".")
    if "." in told:
        return float(10.0 ** -len(told.partition(".")[2]))
    zeros = len(told) - len(told.rstrip("0"))
    return float(10.0 ** min(zeros, max(len(told) - 1, 0)))
