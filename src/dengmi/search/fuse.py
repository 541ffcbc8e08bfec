"""Joins rankings made in different ways."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

_T = TypeVar("_T", bound=Hashable)

STEADY = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""


def fused(*rankings: Sequence[_T]) -> list[_T]:
    """One ranking out of several by reciprocal rank; equals in the order first met."""
    gained: dict[_T, float] = {}
    for ranking in rankings:
        for place, one in enumerate(ranking, 1):
            gained[one] = gained.get(one, 0.0) + 1 / (STEADY + place)
    return sorted(gained, key=lambda one: -gained[one])
