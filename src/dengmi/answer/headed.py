"""Sections whose heading says the question: their first sentence is the answer.

A page of questions and answers, a manual: the heading holds the words of the question and the text
below need not repeat them, so no sentence could be told by its words.
"""

from collections.abc import Sequence
from typing import NamedTuple

from dengmi.answer.asked import MANNER, MEANING, Asked, asks, read_question
from dengmi.answer.orders import is_order
from dengmi.answer.reading import distinct_terms
from dengmi.core.records import Hit
from dengmi.language.han import simplified

_COVERED = 0.8
"""Share of the question's weight that the heading must hold."""

_ASKING, _NAMING = 0.3, 0.5
"""Share of the heading's terms that the question must hold, of one that asks and one that names
what is meant."""

CLOSE = 0.5
"""From this share on, heading and question say the same."""


class Headed(NamedTuple):
    """A passage (its place in the evidence) that opens a section.

    `covered` is the share of the question's weight that the section's heading holds, `share` the
    share of the heading's terms that the question holds.
    """

    passage: int
    covered: float
    share: float


def headed(asked: Asked, hits: Sequence[Hit]) -> list[Headed]:
    """The passages that open a section whose heading says the question, the closest first.

    A heading that asks ("How much does it cost?") is taken for any question. Another one is taken
    only where the question wants a way, and the title of an article only where it wants a meaning
    and the first sentence names what is meant.
    """
    found = []
    for at, hit in enumerate(hits):
        heading = _opens(hit)
        first = hit.passage.quote(1)
        if not heading or first == heading:
            continue
        covered = _covered(asked, heading)
        if covered < _COVERED:
            continue
        own = read_question(heading, {}).weights.keys()
        share = len(own & asked.weights.keys()) / (len(own) or 1)
        if asks(heading):
            enough = share >= _ASKING
        elif hit.passage.headings:
            enough = MANNER in asked.wanted and share >= CLOSE
        else:
            named = _covered(asked, first) >= _COVERED
            enough = MEANING in asked.wanted and share >= _NAMING and named
        if enough and not is_order(first):
            found.append(Headed(at, covered, share))
    return sorted(found, key=lambda one: (-one.share, one.passage))


def _opens(hit: Hit) -> str:
    """The heading that the passage stands first below (the title, for the first passage), or ""."""
    if hit.passage.headings:
        return hit.passage.headings[-1]
    return hit.head.title if hit.passage.n == 1 else ""


def _covered(asked: Asked, text: str) -> float:
    """The share of the question's weight that a text holds; Chinese also inside its words."""
    there, plain = distinct_terms(text), simplified(text)
    held = [w for t, w in asked.weights.items() if t in there or (t in asked.wide and t in plain)]
    return sum(held) / asked.total
