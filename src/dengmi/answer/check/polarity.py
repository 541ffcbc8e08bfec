"""What of a sentence is denied and what is not, part by part: "heating but not electricity" told as
"electricity but not heating"; and which number goes with which words."""

import re
from collections.abc import Sequence
from functools import lru_cache

from dengmi.answer.check.align import EXACT, Aligned
from dengmi.answer.check.reading import Read

_PIECE = re.compile(
    r"[,;:，；：。、]|\b(?:and|or|while|whereas|but|although|though|against|unless)\b"
    r"|而(?!且)|但是?|[和与或]"
)
_BREAK = re.compile(r"[,;，；。]|\b(?:while|whereas|but|although|though)\b|而(?!且)|但是?")
_DENIES = re.compile(
    r"\b(?:not|no|never|cannot|without|neither|nor|forbidden|banned|prohibited|rare(?:ly)?|excluded)\b"
    r"|n['’]t\b|[不未无](?![过久少仅但断同论管必足满到])|没有?|禁止|严禁|不准|罕见|少见|除外"
)
_LEAST = 0.5
_TELLING = 0.3


def reversed_parts(aligned: Aligned) -> bool:
    """Whether a claim denies what a sentence affirms and affirms what it denies."""
    return any(_reversed(aligned, n, source) for n, source in enumerate(aligned.sources))


def _reversed(aligned: Aligned, n: int, source: Read) -> bool:
    claim = aligned.claim
    here, there = _denied(claim.lower), _denied(source.lower)
    if len(set(here.values())) < 2 and len(set(there.values())) < 2:
        return False
    more = less = same = 0.0
    for unit, match in zip(claim.units, aligned.matches, strict=True):
        if match.source != n or match.quality < EXACT or match.place < 0:
            continue
        if source.lower.count(unit.term) > 1 or claim.lower.count(unit.term) > 1:
            continue
        mine = here[_piece_at(claim.lower, unit.start)]
        theirs = there[_piece_at(source.lower, match.place)]
        same += unit.weight * (mine == theirs)
        more += unit.weight * (theirs and not mine)
        less += unit.weight * (mine and not theirs)
    if _all_denied(aligned, n, source, here, there):
        return True
    if len(set(here.values())) == 2 and len(set(there.values())) == 2:
        return more >= _TELLING and less >= _TELLING and more + less > same
    return False


def _all_denied(
    aligned: Aligned, n: int, source: Read, here: dict[int, bool], there: dict[int, bool]
) -> bool:
    """Whether a claim of one part denies what only parts of a sentence tell that deny nothing,
    though another part denies: "the garden may not be watered either"."""
    if list(here.values()) != [True] or len(set(there.values())) < 2 or aligned.claim.soft:
        return False
    denied = told = 0.0
    for unit, match in zip(aligned.claim.units, aligned.matches, strict=True):
        if match.source != n or match.quality < EXACT or match.place < 0:
            continue
        if source.lower.count(unit.term) > 1 or _DENIES.search(unit.term):
            continue
        if there[_piece_at(source.lower, match.place)]:
            denied += unit.weight
        else:
            told += unit.weight
    return told >= _LEAST and denied < _TELLING


@lru_cache(maxsize=2048)
def _breaks(lower: str) -> tuple[int, ...]:
    return tuple(hit.start() for hit in _BREAK.finditer(lower))


def _piece_at(lower: str, place: int) -> int:
    return sum(at <= place for at in _breaks(lower))


@lru_cache(maxsize=2048)
def _denied(lower: str) -> dict[int, bool]:
    """By part of a text, whether it denies."""
    edges = (0, *_breaks(lower), len(lower))
    return {
        n: _DENIES.search(lower[edges[n] : edges[n + 1]]) is not None for n in range(len(edges) - 1)
    }


def mispaired(aligned: Aligned, held: Sequence[tuple[int, int, int]]) -> float:
    """How much more the words beside the numbers of a claim go with other numbers in a sentence than
    with these, where both tell two numbers or more. `held`: each number of the claim that stands once
    in the sentences, with the sentence and the place there."""
    worst = 0.0
    for n, source in enumerate(aligned.sources):
        pairs = [(start, place) for start, at, place in held if at == n]
        if len(source.facts.amounts) < 2 or not pairs:
            continue
        worst = max(worst, _mispaired(aligned, n, source, pairs))
    return worst


def _mispaired(aligned: Aligned, n: int, source: Read, pairs: Sequence[tuple[int, int]]) -> float:
    claim = aligned.claim
    mine = _owners(claim)
    theirs = _owners(source)
    goes = dict(pairs)
    right = wrong = 0.0
    for unit, match in zip(claim.units, aligned.matches, strict=True):
        if match.source != n or match.quality < EXACT or match.place < 0:
            continue
        if source.lower.count(unit.term) > 1 or claim.lower.count(unit.term) > 1:
            continue
        number = mine.get(_stretch_at(claim.lower, unit.start))
        other = theirs.get(_stretch_at(source.lower, match.place))
        if number is None or other is None or number not in goes:
            continue
        if other == goes[number]:
            right += unit.weight
        elif _rivals(source, other, goes[number]):
            wrong += unit.weight
    return max(wrong - right, 0.0)


def _rivals(source: Read, one: int, other: int) -> bool:
    """Whether two numbers of a sentence measure the same."""
    found = [each.measure for each in source.facts.amounts if each.start in (one, other)]
    return len(found) == 2 and found[0] == found[1]


@lru_cache(maxsize=2048)
def _stretches(lower: str) -> tuple[int, ...]:
    return tuple(hit.start() for hit in _PIECE.finditer(lower))


def _stretch_at(lower: str, place: int) -> int:
    return sum(at <= place for at in _stretches(lower))


@lru_cache(maxsize=2048)
def _owners(text: Read) -> dict[int, int]:
    """By stretch of a text, where its only number starts."""
    found: dict[int, list[int]] = {}
    for amount in text.facts.amounts:
        found.setdefault(_stretch_at(text.lower, amount.start), []).append(amount.start)
    return {stretch: starts[0] for stretch, starts in found.items() if len(starts) == 1}
