"""Puts the sentences of the evidence in order of how likely each holds the answer."""

from collections.abc import Sequence
from typing import NamedTuple

from dengmi.answer.features import Candidate
from dengmi.answer.trees import adder

_FIRST_TREES = 30
_SECOND_ROUND = 7


class Ranked(NamedTuple):
    """A sentence with its strength; only differences of strengths mean anything."""

    strength: float
    candidate: Candidate


def rank(candidates: Sequence[Candidate]) -> list[Ranked]:
    """The candidates, strongest first.

    All are judged by the first trees, the best of these by all trees.
    """
    some, rest = adder("rank", 0, _FIRST_TREES), adder("rank", _FIRST_TREES)
    first = sorted([Ranked(some(c.numbers), c) for c in candidates], key=_order)
    second = sorted(
        [Ranked(strength + rest(c.numbers), c) for strength, c in first[:_SECOND_ROUND]],
        key=_order,
    )
    return second + first[_SECOND_ROUND:]


def _order(ranked: Ranked) -> tuple[float, int, int]:
    return -ranked.strength, ranked.candidate.passage, ranked.candidate.sentence
