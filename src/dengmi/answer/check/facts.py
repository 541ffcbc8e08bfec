"""The exact facts of a text: numbers with their units, dates, times of day and weekdays, in one
form whatever language and spelling they are written in."""

import re
from dataclasses import dataclass
from functools import lru_cache

from dengmi.answer.check.amounts import Amount, amounts
from dengmi.answer.check.rates import rates_in
from dengmi.answer.check.times import Clock, Day, days_in_digits, stretches, times
from dengmi.language.han import simplified

LONGEST = 4000
"""Characters looked at; claims and sentences are far shorter."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The exact facts of a text, in the order they stand. `rates`: what "per day", 每月 … name;
    `when`: "last year", 本月 and the like; `pair`: whether it speaks of both."""

    amounts: tuple[Amount, ...] = ()
    days: tuple[Day, ...] = ()
    clocks: tuple[Clock, ...] = ()
    week: frozenset[int] = frozenset()
    rates: frozenset[str] = frozenset()
    when: frozenset[str] = frozenset()
    pair: bool = False

    def __bool__(self) -> bool:
        return bool(self.amounts or self.days or self.clocks or self.week)


_PAIR = re.compile(
    r"\b(?:both|pair|couple|twins?)\b|双(?=[方向边侧重人线层])|[一两]对|俩|二者|两者"
)
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}


def plain(text: str) -> str:
    """A text in Simplified characters, half-width and lower case, at the same length."""
    text = text[:LONGEST]
    if text.isascii():
        return text.lower()
    narrow = simplified(text.translate(_NARROW))
    lower = narrow.lower()
    return lower if len(lower) == len(narrow) else narrow


@lru_cache(maxsize=8192)
def exact_facts(text: str) -> Facts:
    """The numbers, units, dates and times of a text in Chinese or English."""
    lower = days_in_digits(plain(text))
    days: list[Day] = []
    clocks: list[Clock] = []
    week: set[int] = set()
    rest = list(lower)
    for start, end, found in times(lower):
        rest[start:end] = "\n" * (end - start)
        if isinstance(found, Day):
            days.append(found)
        elif isinstance(found, Clock):
            clocks.append(found)
        else:
            week |= found.days
    left = "".join(rest)
    return Facts(
        amounts=tuple(sorted(amounts(left, lower), key=lambda amount: amount.start)),
        days=tuple(days),
        clocks=tuple(clocks),
        week=frozenset(week),
        rates=rates_in(lower),
        when=stretches(lower),
        pair=_PAIR.search(lower) is not None,
    )
