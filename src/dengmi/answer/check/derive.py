"""Numbers that stand in no sentence but follow from those that do: 45 years from 1857 to 1902, half
off from 9 to 4.50, the fifth after the first four."""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import permutations

from dengmi.answer.check.facts import Amount, Facts

_YEAR = 31557600.0
_MOST = 12
"""Amounts of the sentences that are looked at."""

_APART = re.compile(
    r"\b(?:off|less|more|fewer|cheaper|dearer|longer|shorter|higher|lower|older|younger|sav\w+"
    r"|differ\w+|apart|discount|reduc\w+|remain\w*|left|later|earlier|after|gap|between|extra)\b"
    r"|[多少高低省差减增晚早贵]|便宜|优惠|折|剩|相隔|之间|间隔|涨|跌|降|升"
)
"""What a claim tells a difference with."""

_ONWARDS = re.compile(r"(?: \w+)? onwards?|[^，。；]{0,3}(?:起|开始|以后|之后)")
_NEAR = 24
"""Characters around a number that are about it."""


def derived(amount: Amount, claim: str, sources: Sequence[Facts]) -> bool:
    """Whether a number of a claim follows from numbers of the sentences."""
    theirs = [other for facts in sources for other in facts.amounts][:_MOST]
    if amount.measure == "time" and amount.base >= _YEAR:
        return any(abs(amount.base / _YEAR - n) < 0.01 for n in _spans(sources, theirs))
    if amount.measure == "nth":  # from the fifth on: after the first four
        return _ONWARDS.match(claim, amount.end) is not None and any(
            other.value == amount.value - 1 and other.measure != "nth" for other in theirs
        )
    if amount.measure in ("share", "times"):
        return any(_close(amount, found) for found in _ratios(theirs, amount.measure == "times"))
    same = [other for other in theirs if other.measure == amount.measure]
    if any(
        math.isclose(amount.base, other.base * share, rel_tol=1e-6)
        for each in theirs if each.measure == "share" and 0 < each.value < 100
        for share in (each.value / 100, 1 - each.value / 100)
        for other in same
    ):  # fmt: skip
        return True
    around = claim[max(amount.start - _NEAR, 0) : amount.end + _NEAR]
    return bool(amount.measure and _APART.search(around)) and any(
        math.isclose(amount.base, abs(a.base - b.base), rel_tol=1e-6)
        for a, b in permutations(same, 2)
    )


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
