"""Numbers that stand in no sentence but follow from those that do: 45 years from 1857 to 1902, half
off from 9 to 4.50, the fifth after the first four, 120 where 160 are 40 more."""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from dengmi.answer.check.amounts import Amount
from dengmi.answer.check.facts import Facts
from dengmi.answer.check.units import units

_YEAR = 31557600.0
_MOST = 12
"""Amounts of the sentences that are looked at."""

_APART = re.compile(
    r"\b(?:off|less|more|fewer|cheaper|dearer|longer|shorter|higher|lower|older|younger|sav\w+"
    r"|differ\w+|apart|discount|reduc\w+|remain\w*|left|later|earlier|after|gap|between|extra"
    r"|faster|slower|up|down|by|rose|risen|fell|fallen|increas\w+|decreas\w+|gone|went|bigger"
    r"|smaller|than)\b"
    r"|[多少高低省差减增晚早贵快慢涨跌降升]|便宜|优惠|折|剩|相隔|之间|间隔|缩短|延长"
)
"""What a claim tells a difference with."""

_MORE = re.compile(
    r" (?:\w+ )?(?:more|fewer|less|later|earlier|older|younger|above|below|longer|shorter|extra)\b"
    r"|\w{0,2}[以之]?[后前]"
)
_MORE_HAN = re.compile(r"(?:(?<!最)[多少](?!于)|增加?|减少?|早|晚)了?约?大?约?$")
"""What a sentence tells a difference with, beside the number that it is counted from."""

_REST = re.compile(
    r"\b(?:not?|never|other|others|rest|remaining|left|without|them)\b|n['’]t\b|[没未不剩]|其余|其他|其中|另"
)
"""What a claim tells the rest of a number with, or a part of a sum."""

_EACH = re.compile(r"\b(?:each|every|per|apiece|an? \w+)\b|[每各]|/")
_OTHER = re.compile(r"\b(?:other|remaining) $|(?:另外|其余|其他)的?$")
_PAIRS = re.compile(r"(?:\b(?:pairs?|couples?)\b|对)")
_OFTEN = re.compile(
    r"(?: times)? (?:(?:a|an|per|each|every) (?P<unit>minute|hour|day|week|month|year)\b"
    r"|(?P<ly>hourly|daily|weekly|monthly|yearly)\b)"
)
_LY = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_OFTEN_HAN = re.compile(
    r"(?P<ly>(?!))?(?:每|一|每一)个?(?P<unit>分钟|小时|钟头|天|周|星期|月|年)[^\d，。；]{0,4}$"
)
_HALF_YEAR = re.compile(r"\b(?:first|second) half\b|half[- ]year|[上下]半年")
_ONWARDS = re.compile(r"(?: \w+)? onwards?|[^，。；]{0,3}(?:起|开始|以后|之后)")
_NEAR = 24
"""Characters around a number that are about it."""


def derived(
    amount: Amount, claim: str, sources: Sequence[Facts], texts: Sequence[str] = ()
) -> bool:
    """Whether a number of a claim (in lower case) follows from numbers of the sentences, whose
    `texts` (in lower case) tell how their numbers belong together."""
    theirs = [other for facts in sources for other in facts.amounts][:_MOST]
    long = amount.measure == "time" and amount.base >= _YEAR
    if long and any(abs(amount.base / _YEAR - n) < 0.01 for n in _spans(sources, theirs)):
        return True
    if amount.measure == "nth":  # from the fifth on: after the first four
        return _ONWARDS.match(claim, amount.end) is not None and any(
            other.value == amount.value - 1 and other.measure != "nth" for other in theirs
        )
    if amount.measure in ("share", "times") and any(
        _close(amount, found) for found in _ratios(theirs, amount.measure == "times")
    ):
        return True
    same = [other for other in theirs if _alike(amount, other)]
    if any(
        math.isclose(amount.base, other.base * share, rel_tol=1e-6)
        for each in theirs if each.measure == "share" and 0 < each.value < 100
        for share in (each.value / 100, 1 - each.value / 100)
        for other in same
    ):  # fmt: skip
        return True
    return (
        _difference(
            amount, claim, [each for each in theirs if each.measure in ("", amount.measure)]
        )
        or _others(amount, claim, theirs)
        or _often(amount, claim, theirs)
        or _half_year(amount, texts)
        or _counted_on(amount, sources, texts)
        or _part(amount, claim, theirs)
        or _multiplied(amount, sources, texts)
    )


def _alike(one: Amount, other: Amount) -> bool:
    return one.measure == other.measure


def _around(text: str, amount: Amount) -> str:
    return text[max(amount.start - _NEAR, 0) : amount.end + _NEAR]


def _difference(amount: Amount, claim: str, same: Sequence[Amount]) -> bool:
    """Whether a claim tells how far two amounts are apart."""
    unit = amount.base / amount.value if amount.value else 0.0
    bases = [other.base if other.measure else other.value * unit for other in same]
    return bool(amount.measure and _APART.search(_around(claim, amount))) and any(
        math.isclose(amount.base, abs(a - b), rel_tol=1e-6) for a, b in combinations(bases, 2)
    )


def _others(amount: Amount, claim: str, theirs: Sequence[Amount]) -> bool:
    """Whether a claim tells of "the other two" where a sentence has three."""
    return _OTHER.search(claim[: amount.start]) is not None and any(
        not other.measure and other.value == amount.value + 1 for other in theirs
    )


def _often(amount: Amount, claim: str, theirs: Sequence[Amount]) -> bool:
    """Whether "four times an hour" is told of what happens every 15 minutes."""
    hit = _OFTEN.match(claim, amount.end) or _OFTEN_HAN.search(claim[: amount.start])
    if hit is None or not amount.value or amount.measure not in ("", "times"):
        return False
    word = hit["unit"] or _LY[hit["ly"]]
    unit = units()["个月" if word == "月" else word]
    return any(
        other.measure == "time" and math.isclose(other.base, unit.size / amount.value, rel_tol=0.02)
        for other in theirs
    )


def _half_year(amount: Amount, texts: Sequence[str]) -> bool:
    """Whether six months are the first or second half of a year."""
    months = amount.measure == "time" and math.isclose(amount.base, _YEAR / 2, rel_tol=0.01)
    return months and any(_HALF_YEAR.search(text) for text in texts)


def _counted_on(amount: Amount, sources: Sequence[Facts], texts: Sequence[str]) -> bool:
    """Whether a sentence has the number as another one with so many more or fewer: "160, 40 more
    than now"; "around the year 90, some thirty years later"."""
    for facts, text in zip(sources, texts, strict=False):
        for base, step in permutations(facts.amounts[:_MOST], 2):
            if not _alike(amount, base) or step.measure not in ("", base.measure, "time"):
                continue
            if step.value in (1.0, base.value):
                continue
            told = _MORE.match(text, step.end) or _MORE_HAN.search(text[: step.start])
            if told and any(
                math.isclose(amount.value, found, rel_tol=1e-6)
                for found in (base.value + step.value, base.value - step.value)
            ):
                return True
    return False


def _part(amount: Amount, claim: str, theirs: Sequence[Amount]) -> bool:
    """Whether a claim tells the rest of a number, or the sum of two, and names the other one."""
    named = _REST.search(claim)
    mine = {each.value for each in theirs if not each.measure}
    if amount.measure or not named or len(mine) < 2:
        return False
    return any(
        math.isclose(amount.value, found, rel_tol=1e-6)
        for one, other in combinations(sorted(mine), 2)
        for found in (one + other, other - one)
    )


def _multiplied(amount: Amount, sources: Sequence[Facts], texts: Sequence[str]) -> bool:
    """Whether it is a price for each times how many there are, or a number of pairs."""
    for facts, text in zip(sources, texts, strict=False):
        for each in facts.amounts[:_MOST]:
            pairs = not each.measure and _PAIRS.search(text[each.end - 1 : each.end + 8])
            if pairs and math.isclose(amount.value, 2 * each.value):
                return True
    if not any(_EACH.search(text) for text in texts):
        return False
    every = [other for facts in sources for other in facts.amounts][:_MOST]
    return any(
        math.isclose(amount.base, price.base * count.value, rel_tol=1e-6)
        for price in every if _alike(amount, price) and price.measure
        for count in every if not count.measure and count.value > 1
    )  # fmt: skip


def _spans(sources: Sequence[Facts], amounts: Sequence[Amount]) -> Iterator[float]:
    """The years between any two that the sentences name."""
    years = {float(day.year) for facts in sources for day in facts.days if day.year}
    years |= {
        each.value for each in amounts
        if not each.measure and 1000 <= each.value <= 2100 and not each.value % 1
    }  # fmt: skip
    for first, last in permutations(years, 2):
        yield last - first


def _ratios(amounts: Sequence[Amount], times: bool) -> Iterator[float]:
    """How many times (or how many percent of, or more or less than) one amount is another."""
    for one, other in permutations(amounts, 2):
        if one.measure == other.measure and other.base and one.measure not in ("nth", "share"):
            ratio = one.base / other.base
            if times:
                yield ratio
            elif ratio < 1:
                yield 100 * ratio
                yield 100 * (1 - ratio)


def _close(amount: Amount, found: float) -> bool:
    slack = 0.05 if amount.about or amount.bound else 0.01
    return abs(amount.value - found) <= slack * found
