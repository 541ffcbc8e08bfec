"""Lays the words of a claim beside the sentences it cites: which stand there, which do not, and in
what order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from dengmi.answer.check.kin import close
from dengmi.answer.check.reading import Read, Unit, head_of

EXACT, KIN, PART, LOOSE = 1.0, 0.85, 0.6, 0.5
_MIXED = 4
"""Words at the least where two pieces each mix two others."""

_NUMBER = 0.6
"""What a number weighs among words."""

_FOUND = 0.5
"""Quality from which a word counts as found."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a word of the claim stands: how surely, in which sentence, at what place."""

    quality: float
    source: int = -1
    place: int = -1


@dataclass(frozen=True, slots=True)
class Aligned:
    """A claim beside its sentences: one match for each of its content words."""

    claim: Read
    sources: Sequence[Read]
    matches: tuple[Match, ...]
    context: tuple[bool, ...]

    def found(self, n: int) -> bool:
        """Whether word n of the claim stands in a sentence."""
        return self.matches[n].quality >= _FOUND

    @property
    def lost(self) -> list[Unit]:
        """The words of the claim that stand neither in the sentences nor in their context."""
        return [
            unit
            for n, unit in enumerate(self.claim.units)
            if not self.found(n) and not self.context[n]
        ]


def align(claim: Read, sources: Sequence[Read], context: Sequence[Read]) -> Aligned:
    """Find every content word of the claim."""
    there = [places(claim, source) for source in sources]
    first = [
        [Match(place[0], n, place[1]) for n, row in enumerate(there) if (place := row[at])]
        for at in range(len(claim.units))
    ]
    # A word that stands in several sentences is taken from the one that holds most.
    worth = [0.0] * len(sources)
    for unit, found in zip(claim.units, first, strict=True):
        for match in found:
            worth[match.source] += match.quality * unit.weight
    matches = tuple(
        max(found, key=lambda m: (m.quality, worth[m.source])) if found else Match(0.0)
        for found in first
    )
    around = [places(claim, part) for part in context]
    seen = tuple(any(row[at] for row in around) for at in range(len(claim.units)))
    return Aligned(claim, sources, matches, seen)


@lru_cache(maxsize=512)
def places(claim: Read, text: Read) -> tuple[tuple[float, int] | None, ...]:
    """How surely a text has each content word of a claim, and where. Remembered: a claim is laid
    beside the same sentence alone and together with others."""
    return tuple([_in(unit, text) for unit in claim.units])


def _in(unit: Unit, text: Read) -> tuple[float, int] | None:
    """How surely a text has a word, and where."""
    if unit.han:
        return _han_in(unit, text)
    places = text.stems.get(unit.term)
    if places:
        return EXACT, places[0]
    shared = unit.groups & text.groups
    if shared and close(shared):
        return KIN, _kin_place(unit, text)
    if len(unit.term) >= 5 and (places := text.heads.get(head_of(unit.term))):
        return PART, places[0]
    if shared:
        return LOOSE, _kin_place(unit, text)
    return None


def _han_in(unit: Unit, text: Read) -> tuple[float, int] | None:
    at = text.lower.find(unit.term)
    if at >= 0:
        return EXACT, at
    if unit.groups and unit.groups & text.groups:
        return KIN, _kin_place(unit, text)
    if len(unit.term) < 2:
        return None
    if len(unit.term) > 2:  # 博物馆 beside 博物院
        parts = [unit.term[n : n + 2] for n in range(len(unit.term) - 1)]
        places = [at for part in parts if (at := text.lower.find(part)) >= 0]
        if places:
            return (PART if len(places) > 1 else 0.4), places[0]
    signs = text.signs
    first = min([signs[sign] for sign in unit.term if sign in signs], default=-1)
    return (0.4, first) if first >= 0 else None


def _kin_place(unit: Unit, text: Read) -> int:
    kin = text.kin
    return min([kin[group] for group in unit.groups if group in kin], default=-1)


def crossed(aligned: Aligned, held: Sequence[tuple[int, int, int]] = ()) -> bool:
    """Whether two clauses of the claim each mix what two clauses of a sentence keep apart, so that
    each says of the one what the sentence says of the other. `held`: numbers of the claim with the
    sentence that has them and their place there."""
    if not (aligned.claim.breaks or aligned.claim.parts):
        return False
    for n, source in enumerate(aligned.sources):
        if not (source.breaks or source.parts):
            continue
        spots = [
            (unit.start, match.place, unit.weight)
            for unit, match in zip(aligned.claim.units, aligned.matches, strict=True)
            if match.source == n and match.quality >= EXACT and match.place >= 0
            and source.lower.count(unit.term) == 1 and unit.term[0] != "每"
        ]  # fmt: skip
        if len(spots) < _MIXED and not held:
            continue
        numbers = [(start, place, _NUMBER) for start, at, place in held if at == n]
        told = {aligned.claim.clause_at(start) for start, _, _ in numbers}
        counted = [spot for spot in spots if aligned.claim.clause_at(spot[0]) in told]
        if (
            _crossed(aligned.claim, source, spots, 0.5, Read.clause_at)
            or _crossed(aligned.claim, source, spots, 0.3, Read.part_at)
            or _crossed(aligned.claim, source, counted + numbers, 0.5, Read.clause_at)
        ):
            return True
    return False


def _crossed(
    claim: Read,
    source: Read,
    spots: Sequence[tuple[int, int, float]],
    least: float,
    piece: Callable[[Read, int], int],
) -> bool:
    """The same of one sentence, by the places of words in both, whose weight in each mixed pair of
    pieces is at least `least`; `piece`: the number of the piece of a text that a place is in."""
    if len(spots) < _MIXED:
        return False
    # By piece of the claim, the pieces of the sentence that its words stand in alone.
    table: dict[int, dict[int, float]] = {}
    for start, place, weight in spots:
        there = piece(source, place)
        row = table.setdefault(piece(claim, start), {})
        row[there] = row.get(there, 0.0) + weight
    rows = list(table.values())
    for at, left in enumerate(rows):
        for right in rows[at + 1 :]:
            both = left.keys() & right.keys()
            if len(both) >= 2 and _balanced(left, right, both) >= least:
                return True
    return False


def _balanced(left: dict[int, float], right: dict[int, float], both: set[int]) -> float:
    one, two = sorted(both, key=lambda c: -(left[c] + right[c]))[:2]
    return min(left[one], left[two], right[one], right[two])


def substituted(aligned: Aligned) -> float:
    """The weight of lost words that stand exactly where a sentence has another word that the claim
    does not have: "recycled steel" beside "recycled aluminium"."""
    units = aligned.claim.units
    total = 0.0
    used = [
        {m.place for m in aligned.matches if m.source == n} for n in range(len(aligned.sources))
    ]
    for n, unit in enumerate(units):
        if aligned.found(n) or aligned.context[n]:
            continue
        before = _neighbour(aligned, n, -1)
        after = _neighbour(aligned, n, 1)
        if (before and _free_next(aligned, before, 1, used)) or (
            after and _free_next(aligned, after, -1, used)
        ):
            total += unit.weight
    return total


def _neighbour(aligned: Aligned, n: int, step: int) -> Match | None:
    other = n + step
    if not 0 <= other < len(aligned.matches):
        return None
    match = aligned.matches[other]
    return match if match.quality >= EXACT and match.place >= 0 else None


def _free_next(aligned: Aligned, match: Match, step: int, used: list[set[int]]) -> bool:
    """Whether the word next to a match in its sentence is one that the claim does not have."""
    source = aligned.sources[match.source]
    places = [unit.start for unit in source.units]
    at = next((n for n, place in enumerate(places) if place >= match.place), -1)
    other = at + step
    if at < 0 or not 0 <= other < len(places):
        return False
    taken = used[match.source]
    unit = source.units[other]
    if any(unit.start <= place < unit.end for place in taken):
        return False
    return not any(unit.groups & mine.groups for mine in aligned.claim.units)


def copied(aligned: Aligned) -> float:
    """The share of neighbouring words of the claim that stand side by side in a sentence too."""
    matches = aligned.matches
    if len(matches) < 2:
        return 0.0
    near = 0
    for left, right in pairwise(matches):
        if left.source == right.source >= 0 and left.quality >= KIN and right.quality >= KIN:
            near += 0 < right.place - left.place <= 24
    return near / (len(matches) - 1)
