"""Words whose exchange turns a sentence round: negations, opposites, degrees."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|without|cannot|hardly|rarely|barely"
    r"|lacks?|lacked|fails? to|failed to|unable|refus\w+ to|stopped|except)\b|n['’]t\b"
    r"|(?:并未|尚未|未曾|从未|未能|没有|没能|不再|不能|不会|不是|不得|不可|不应|不必|禁止|严禁|无法|无需|不"
    r"|没|未|无|非|勿|莫|拒绝|除外)",
    re.IGNORECASE,
)
"""What negates. `EMPTY_NEGATION` takes out words that only look like it."""

EMPTY_NEGATION = re.compile(
    r"\bnot only\b|\bno doubt\b|\bnot least\b|\bno less than\b|\bno more than\b|\bnothing but\b"
    r"|不仅|不但|不只|不断|不同|不过|不久|不少|不论|不管|不禁|不料|不如|不止|不得不|无论|无数|无疑|无比|非常|未来"
    r"|除非|非洲|无锡|无人机|无线|无限|无机|不等式|不锈钢|没收|是否|能否|不变|不良|不足|不已|不易|不一",
    re.IGNORECASE,
)

_HEDGES = re.compile(
    r"\b(?:may|might|could|can|possibly|perhaps|probably|likely|suggest\w*|expected"
    r"|plans? to|planned|proposed|estimated|about|around|approximately|nearly|almost"
    r"|up to|at least|usually|often"
    r"|sometimes|some|most|partly|reportedly|allegedly)\b"
    r"|可能|或许|也许|大概|预计|计划|拟|有望|建议|约|大约|左右|近|将近|至少|最多|通常|往往|有时|部分|大多|据称|据说",
    re.IGNORECASE,
)
_ABSOLUTES = re.compile(
    r"\b(?:all|every|each|always|only|must|never|none|entirely|completely|fully|exactly|certainly"
    r"|definitely|proved?|proven|guarantee\w*|everyone|everywhere|whole|solely|sole)\b"
    r"|所有|全部|每个|每位|都|总是|只有|仅|必须|一定|完全|必然|证明|保证|唯一|从来|全体|一律|均|彻底",
    re.IGNORECASE,
)


class _Table(NamedTuple):
    """Which side of which pair a word is on: "3l", "3r"."""

    latin: Mapping[str, str]
    han: Mapping[str, str]
    han_word: re.Pattern[str]


@cache
def _table() -> _Table:
    latin: dict[str, str] = {}
    han: dict[str, str] = {}
    text = files(__package__).joinpath("opposites.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for n, line in enumerate(lines):
        for side, listed in zip("lr", line.split(" / "), strict=True):
            for word in listed.split():
                (latin if word.isascii() else han).setdefault(word, f"{n}{side}")
    return _Table(latin, han, re.compile("|".join(sorted(han, key=len, reverse=True))))


_LATIN_WORD = re.compile(r"[a-z](?:[a-z.]*[a-z])?")
_ENDINGS = 3
"""Letters that may follow the beginning of a word: increas-ing."""


def sides(text: str) -> frozenset[str]:
    """Which sides of which pairs of opposites a text (Simplified, lower case) has words of."""
    table = _table()
    found = set(map(table.han.__getitem__, table.han_word.findall(text)))
    for word in set(_LATIN_WORD.findall(text)):
        for end in range(len(word), max(len(word) - _ENDINGS - 1, 1), -1):
            if side := table.latin.get(word[:end]):
                found.add(side)
                break
    return frozenset(found)


THAN = re.compile(
    r"\bthan\b|\bbeats?\b|\bdefeated\b|\bversus\b|比|超过|击败|战胜|高于|低于|多于|少于|优于"
)


def turned_round(claim: str, source: str) -> bool:
    """Whether both compare, and what the claim has before the comparing word the source has after
    it, and the other way round: "A beats B" beside "B beats A"."""
    here, there = THAN.search(claim), THAN.search(source)
    if here is None or there is None or here.group().lower() != there.group().lower():
        return False
    left, right = _words(claim[: here.start()]), _words(claim[here.end() :])
    before, after = _words(source[: there.start()]), _words(source[there.end() :])
    crossed = len((left - right) & (after - before)) and len((right - left) & (before - after))
    straight = len((left - right) & (before - after)) + len((right - left) & (after - before))
    return bool(crossed) and straight == 0


def _words(text: str) -> frozenset[str]:
    lower = text.lower()
    latin = re.findall(r"[a-z0-9][\w'-]+", lower) if not lower.isascii() else lower.split()
    han = re.findall("[\u4e00-\u9fff]+", lower)
    return frozenset(latin) | {run[n : n + 2] for run in han for n in range(len(run) - 1)}


def extent(text: str) -> tuple[int, int]:
    """How many words of a text speak of doubt or degree, and how many of no exception."""
    return len(_HEDGES.findall(text)), len(_ABSOLUTES.findall(text))
