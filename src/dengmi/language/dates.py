"""Which time a question asks about: "latest", 最近, 2025年, last week, since March 2024."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dengmi.language.han import simplified
from dengmi.language.periods import Period, periods


@dataclass(frozen=True, slots=True)
class DateWish:
    """What a question says about time.

    `newest`: newer articles are wanted first. `since`, `until`: ISO days, both inclusive. Take
    it as a preference: what happened in a year is often told later.
    """

    newest: bool = False
    since: str | None = None
    until: str | None = None


_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent|recent|recently|lately|up[- ]to[- ]date|these days"
    r"|right now)\b"
    "|最新|最近|近期|近日|近来|新近|这几天|这些天|目前|眼下|当前",
    re.IGNORECASE,
)
_FROM_BEFORE = re.compile(r"(?:\bsince|\bafter|\bfrom|自从|自|从)(?: the)? ?$", re.IGNORECASE)
_FROM_AFTER = re.compile(
    r" ?(?:以来|至今|之后|以后|起|开始|后(?![半来])|onwards?\b|or later\b)", re.IGNORECASE
)
_TO_BEFORE = re.compile(
    r"(?:\bbefore|\buntil|\btill|\bby|\bup to|earlier than|截至|截止|直到)"
    "(?: the)? ?$",
    re.IGNORECASE,
)
_TO_AFTER = re.compile(r" ?(?:以前|之前|前(?![半后往])|or earlier\b)", re.IGNORECASE)
_STRICTLY = re.compile(r"(?:\bafter|\bbefore|\bearlier than) ?$", re.IGNORECASE)
_LONGEST = 24
"""Characters that the longest words before a period take, and some more."""

_BETWEEN = re.compile(r" ?(?:-|~|—|–|到|至|to|and|until|till|through) ?", re.IGNORECASE)


def wanted_dates(question: str, today: date) -> DateWish:
    """The time a question asks about, counted from `today`."""
    text = simplified(question)
    since: list[date] = []
    until: list[date] = []
    closed: list[Period] = []
    for period in _joined(text, periods(text, today)):
        strictly = _before(_STRICTLY, text, period.start) is not None
        opens_after = _FROM_AFTER.match(text, period.end)
        closes_after = _TO_AFTER.match(text, period.end)
        if _before(_FROM_BEFORE, text, period.start) or opens_after:
            since.append(_next(period.last) if strictly else period.first)
        elif _before(_TO_BEFORE, text, period.start) or closes_after:
            exclusive = strictly or closes_after
            until.append(_previous(period.first) if exclusive else period.last)
        else:
            closed.append(period)
    if closed:
        since.append(min(period.first for period in closed))
        until.append(max(period.last for period in closed))
    return DateWish(
        newest=_NEWEST.search(text) is not None,
        since=max(since).isoformat() if since else None,
        until=min(until).isoformat() if until else None,
    )


def _joined(text: str, found: list[Period]) -> list[Period]:
    """Neighbours such as "2020 to 2023" made one."""
    joined: list[Period] = []
    for period in found:
        if joined and _BETWEEN.fullmatch(text[joined[-1].end : period.start]):
            left = joined.pop()
            first, last = min(left.first, period.first), max(left.last, period.last)
            # A "from" before it opens this range and means nothing more.
            opened = _before(_FROM_BEFORE, text, left.start)
            start = opened.start() if opened else left.start
            joined.append(Period(start, period.end, first, last))
        else:
            joined.append(period)
    return joined


def _before(words: re.Pattern[str], text: str, end: int) -> re.Match[str] | None:
    """The words that stand right before a place, looked for in its neighbourhood alone: a text may
    mention thousands of days."""
    return words.search(text, max(0, end - _LONGEST), end)


def _next(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day


def _previous(day: date) -> date:
    return day - timedelta(days=1) if day > date.min else day
