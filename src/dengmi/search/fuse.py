"""Joins the ranking by words with that by meaning."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

_T = TypeVar("_T", bound=Hashable)


def fused(words: Mapping[_T, float], near: Sequence[tuple[_T, float]], worth: float) -> list[_T]:
    """One ranking out of two.

    Both are made numbers of one kind: of the words, how much of the question a passage has; of
    the meaning, where a passage stands between the nearest of those found (1) and the farthest
    (0), since models differ in what they call near. Better than to add up places (reciprocal
    ranks): those forget how much better the first is than the second.

    Args:
        words: share of the best possible score, 0 to 1, of each passage, the best first.
        near: likeness of each passage near in meaning, the nearest first.
        worth: how much meaning counts; words count 1.
    """
    gained = dict(words)
    if near:
        nearest, farthest = near[0][1], near[-1][1]
        spread = max(nearest - farthest, 1e-9)
        for one, likeness in near:
            gained[one] = gained.get(one, 0.0) + worth * (likeness - farthest) / spread
    return sorted(gained, key=lambda one: -gained[one])
