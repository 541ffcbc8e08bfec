"""Finds the sentences that bear a claim out best."""

from collections.abc import Sequence

from dengmi.answer.check.overlap import weighed
from dengmi.answer.check.reading import Read

_NEIGHBOURS = 0.3
"""What a pair of words in the same order counts beside the words."""

_WORTH = 0.04
"""Share of the claim's weight that another sentence must add."""


def covering(claim: Read, sentences: Sequence[Read], most: int) -> list[tuple[int, float]]:
    """The sentences that together hold the most of a claim: (place, share of the claim's weight it
    adds), the best first, then each the one that adds most to those before."""
    weights, total = weighed(claim)
    total = total or 1.0
    held = []
    for place, sentence in enumerate(sentences):
        both = claim.terms & sentence.terms
        if both:
            worth = sum([weights[term] for term in both])
            if len(both) > 1:
                worth += _NEIGHBOURS * len(claim.pairs & sentence.pairs)
            held.append((worth, -place, both))
    held.sort(key=lambda each: each[:2], reverse=True)
    chosen: list[tuple[int, float]] = []
    covered: set[str] = set()
    left = held[:32]
    while left and len(chosen) < most:
        gains = [sum([weights[term] for term in both - covered]) for _, _, both in left]
        at = 0 if not chosen else max(range(len(left)), key=gains.__getitem__)
        if chosen and gains[at] < _WORTH * total:
            break
        _, place, both = left.pop(at)
        chosen.append((-place, gains[at] / total))
        covered |= both
    return chosen
