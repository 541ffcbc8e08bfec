"""Who did what to whom: claims in which two parties or two numbers have changed places."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from dengmi.answer.check.agree import Wrong
from dengmi.answer.check.align import EXACT, KIN, Aligned
from dengmi.answer.check.reading import Read, Unit
from dengmi.answer.check.signs import THAN

_PASSIVE = re.compile(
    r"\bby\b|\bfrom\b|\bgets?\b|\bgot\b|\breceive[sd]?\b|[被由受让从](?!于)|得到|获得"
)
_DONE_BY = re.compile(
    r"\b(?:is|are|was|were|been|being|be)\b(?: \w+){0,3}? \w+(?:ed|en|wn|ought|ade|ilt|old|eld)\b"
    r"[^;,]{0,60}\bby\b|被"
)
_RANGE = re.compile(
    r"\bfrom (?P<a>[^,;.]{1,30}?) to (?P<b>[^,;.]{1,30}?)(?= (?:in|on|at|for|by|with|every|per|and"
    r"|between|since|within|this|last)\b|[,;.]|$)"
    r"|[从由自](?P<c>[^，。；]{1,16}?)(?:涨|跌|升|降|增|减|提高|下降"
    r"|上升)?[到至](?P<d>[^，。；]{1,16})"
)
_GAP = 26


def swapped(aligned: Aligned) -> bool:
    """Whether two parties have changed places, with the rest as in a sentence."""
    return any(
        _exchanged(aligned, n, source) or turned(aligned.claim, source)
        for n, source in enumerate(aligned.sources)
    )


def _exchanged(aligned: Aligned, n: int, source: Read) -> bool:
    """Whether three stretches that follow each other stand in a sentence the other way round:
    "A beats B" beside "B beats A"."""
    claim = aligned.claim
    placed = [
        (at, match.place)
        for at, (unit, match) in enumerate(zip(claim.units, aligned.matches, strict=True))
        if match.source == n and match.quality >= KIN and match.place >= 0
        and source.lower.count(unit.term) <= 1 and claim.lower.count(unit.term) == 1
    ]  # fmt: skip
    places = [place for _, place in placed]
    if len(set(places)) < len(places):
        return False
    if places == sorted(places):  # the same order: no stretch stands elsewhere
        return False
    same = _voices(claim.lower) == _voices(source.lower)
    names = {name.term for name in claim.names}
    order = {place: rank for rank, place in enumerate(sorted(places))}
    blocks: list[list[int]] = []
    kinds: list[set[bool]] = []
    clauses: list[set[int]] = []
    parts: list[set[int]] = []
    exact: list[bool] = []
    for at, place in placed:
        rank, unit = order[place], claim.units[at]
        if not (blocks and blocks[-1][-1] + 1 == rank):
            blocks.append([])
            kinds.append(set())
            clauses.append(set())
            parts.append(set())
            exact.append(True)
        blocks[-1].append(rank)
        kinds[-1].add(any(unit.term in name for name in names))
        clauses[-1].add(unit.clause)
        parts[-1].add(claim.part_at(unit.start))
        exact[-1] &= aligned.matches[at].quality >= EXACT
    for at in range(len(blocks) - 2):
        left, middle, right = blocks[at : at + 3]
        if right[-1] + 1 == middle[0] and middle[-1] + 1 == left[0]:
            back = [*blocks[:at], right, middle, left, *blocks[at + 3 :]]
            rest = [rank for block in back for rank in block]
            if not (kinds[at] & kinds[at + 2] and rest == sorted(rest)):
                continue
            near = len(set().union(*clauses[at : at + 3])) == 1
            named = kinds[at] == kinds[at + 2] == {True}
            if (near and (same or named)) or (exact[at] and exact[at + 2] and _parted(parts, at)):
                spans = _told(claim, placed, blocks, at), _told(source, placed, blocks, at, 1)
                if _voices(spans[0]) == _voices(spans[1]):
                    return True
    return same and _made_object(aligned, placed)


def _parted(parts: Sequence[set[int]], at: int) -> bool:
    """Whether the three blocks from `at` on are told of in two clauses with one more block: "B does
    this, while A does that", or "A does that, while B does this"."""
    left, middle, right = (parts[at + n] for n in range(3))
    after = parts[at + 3] if at + 3 < len(parts) else set()
    before = parts[at - 1] if at else set()
    return bool(
        (after & right and left & middle and not middle & right)
        or (before & left and middle & right and not left & middle)
    )


def _told(
    text: Read,
    placed: Sequence[tuple[int, int]],
    blocks: Sequence[Sequence[int]],
    at: int,
    there: int = 0,
) -> str:
    """The stretch of the claim, or of the sentence (`there`), from the first of three blocks to the
    last."""
    before = sum(len(block) for block in blocks[:at])
    chosen = placed[before : before + sum(len(block) for block in blocks[at : at + 3])]
    if there:
        starts = sorted(place for _, place in chosen)
        return text.lower[starts[0] : starts[-1] + _GAP]
    return text.lower[text.units[chosen[0][0]].start : text.units[chosen[-1][0]].end]


def _made_object(aligned: Aligned, placed: Sequence[tuple[int, int]]) -> bool:
    """Whether the claim makes the subject ("it" in the sentence) the object: "Hjelm bought Lumen"
    beside "it bought Hjelm", in an article about Lumen."""
    claim = aligned.claim
    for (left, there), (middle, first) in pairwise(placed):
        after = middle + 1
        if (
            first < there <= first + _GAP
            and after < len(claim.units)
            and aligned.context[after]
            and not aligned.found(after)
            and len(claim.units[after].term) > 1
            and claim.units[after].clause == claim.units[left].clause
            and not any(aligned.context[n] for n in range(left + 1))
        ):
            return True
    return False


def turned(claim: Read, source: Read) -> bool:
    """Whether both compare or tell a way from here to there, with the two sides exchanged."""
    return compared(claim, source) or _ways(claim.lower, source.lower)


@lru_cache(maxsize=2048)
def _voices(lower: str) -> tuple[bool, bool]:
    """Whether a text has words of getting, and of being done by somebody."""
    return _PASSIVE.search(lower) is not None, _DONE_BY.search(lower) is not None


@lru_cache(maxsize=2048)
def _ranges(lower: str) -> tuple[tuple[str, str], ...]:
    """The ways from here to there that a text tells."""
    return tuple([_sides(hit) for hit in _RANGE.finditer(lower)])


def _ways(claim: str, source: str) -> bool:
    here = _ranges(claim)
    for a, b in here:
        for c, d in _ranges(source):
            if (_like(a, d) and _like(b, c)) and not (_like(a, c) or _like(b, d)):
                return True
    return False


def _sides(hit: re.Match[str]) -> tuple[str, str]:
    return (hit["a"] or hit["c"]).strip(), (hit["b"] or hit["d"]).strip()


def _like(left: str, right: str) -> bool:
    short, long = sorted((_bare(left), _bare(right)), key=len)
    return bool(short) and (short in long)


def _bare(text: str) -> str:
    return re.sub(r"\b(?:the|a|an)\b|[每约元]|(?<=\d)[a-z%]+|\W", "", text)


@lru_cache(maxsize=2048)
def _than(lower: str) -> re.Match[str] | None:
    return THAN.search(lower)


def compared(claim: Read, source: Read) -> bool:
    """ "A beats B" beside "B beats A"."""
    here, there = _than(claim.lower), _than(source.lower)
    if here is None or there is None or here.group() != there.group():
        return False
    left, right = _around(claim.units, here.span())
    before, after = _around(source.units, there.span())
    left, right = left - right, right - left
    before, after = before - after, after - before
    crosses = (left & after) and (right & before)
    return bool(crosses) and not (left & before) and not (right & after)


def _around(units: Sequence[Unit], span: tuple[int, int]) -> tuple[set[str], set[str]]:
    return (
        {unit.term for unit in units if unit.end <= span[0]},
        {unit.term for unit in units if unit.start >= span[1]},
    )


_MOST_PAIRS = 400
"""Pairs of equal numbers, of a claim and its sentences, that are looked at: each is compared with
every rival, and a row of a hundred percentages would hold everybody up."""


def mistaken(aligned: Aligned, wrong: Wrong) -> int:
    """How many numbers of the claim belong, in the sentences, to something else: the sentence has
    another number of that measure beside the words that the claim has beside this one."""
    by_amount: dict[int, bool] = {}
    if len(wrong.held) > _MOST_PAIRS:
        return 0
    for amount, (n, other) in wrong.held:
        if not amount.measure and (amount.value == 1.0 or amount.value % 1):
            continue  # "a", 一次; version 4.2
        source = aligned.sources[n]
        rivals = [
            a for a in source.facts.amounts
            if a.measure == other.measure and a.base != other.base
        ]  # fmt: skip
        at = amount.start
        bad = False
        if rivals:
            mine = _near(aligned, n, source, at, other.start)
            bad = any(_near(aligned, n, source, at, r.start) > mine + 0.4 for r in rivals) and (
                mine < 0.3
            )
        by_amount[at] = by_amount.get(at, True) and bad
    return sum(by_amount.values())


def _near(aligned: Aligned, n: int, source: Read, at: int, there: int) -> float:
    """How much of the clause around a number of the claim stands in the clause around a number
    of a sentence, and in no other of its clauses."""
    here = aligned.claim.clause_at(at)
    clause = source.clause_at(there)
    total = 0.0
    for unit, match in zip(aligned.claim.units, aligned.matches, strict=True):
        if unit.clause != here or match.source != n or match.quality < KIN or match.place < 0:
            continue
        if source.lower.count(unit.term) == 1 and source.clause_at(match.place) == clause:
            total += unit.weight
    return total
