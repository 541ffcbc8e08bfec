"""How alike two near-duplicate sketches are.

A sketch is a MinHash signature: a tuple of unsigned 32-bit numbers, compared place by place. The
share of equal places estimates the Jaccard similarity of the two texts' shingle sets (Broder 1997),
with a standard error of sqrt(s(1-s)/k): 0.05 for k = 64 places at s = 0.8.
"""

from operator import eq

ALIKE = 0.8
"""From this likeness on two articles count as the same text published twice."""


def alike(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """The share of equal places, 0.0 to 1.0; 0.0 for empty sketches or different lengths."""
    if not a or len(a) != len(b):
        return 0.0
    same: int = sum(map(eq, a, b))
    return same / len(a)
