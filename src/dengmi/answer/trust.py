"""How sure it is that the articles answer a question at all."""

import math
from collections.abc import Sequence
from functools import reduce
from operator import or_

from dengmi.answer.asked import Asked, names_of
from dengmi.answer.common import commonness
from dengmi.answer.features import NUMBERS, Matched, names
from dengmi.answer.rank import Ranked
from dengmi.answer.trees import adder

GROUNDED = 0.5
"""From this confidence on a question counts as answered by the articles."""

_TAKEN = names(
    """
    score_to_ideal score_to_next covered best_here topic own_share terms length cover
    own_cover focus rest near own_near run ordered ordered_share stretch terms_share density
    kin best_found best_missing rarest missed named subject
    """
)
_PLACES = tuple(NUMBERS.index(name) for name in _TAKEN)
_RUN = NUMBERS.index("run")

TRUST_NUMBERS = (
    *_TAKEN,
    *names(
        """
        most_covered mean_covered absent together runs_anywhere margin known_share held held_here
        held_best whole rare rare_here rare_passage rare_missing usual han wants_number wants_time
        wants_person wants_place wants_reason wants_name wants_manner wants_meaning wants_list
        """
    ),
)
"""The names of the numbers confidence is made of, in order."""

RISING = frozenset(
    names(
        """
    covered cover own_cover run terms_share most_covered together runs_anywhere known_share
    score_to_ideal near own_near kin rarest named
"""
    )
)
FALLING = frozenset(("missed", "absent"))
"""Numbers that, all else equal, can only raise (lower) the confidence; training keeps to it."""


def trust_numbers(
    asked: Asked, matched: Sequence[Matched], ranked: Sequence[Ranked]
) -> tuple[float, ...]:
    """What the confidence is made of, in the order of TRUST_NUMBERS.

    Most are shares; `held` … `whole` add up weights, because four telling words found are more
    than one of one; `rare` … count words that no list of common words knows. What kind of answer
    is wanted joins in, because a "why" takes more to be answered than a "when".
    """
    best = ranked[0].candidate
    passage = matched[best.passage]
    here = passage.sets[best.sentence]
    covered = [m.covered for m in matched]
    anywhere = reduce(or_, [m.all for m in matched])
    total = asked.total or 1.0
    second = ranked[1].strength if len(ranked) > 1 else ranked[0].strength - 1.0
    around = reduce(or_, passage.sets[max(best.sentence - 1, 0) : best.sentence + 2])
    return (
        *[best.numbers[place] for place in _PLACES],
        max(covered),
        sum(covered) / len(covered),
        asked.worth[asked.every & ~anywhere] / total,
        asked.worth[around] / total,
        max([r.candidate.numbers[_RUN] for r in ranked[:8]]),
        min(ranked[0].strength - second, 5.0),
        passage.all.bit_count() / max(len(asked.weights), 1),
        passage.covered * total,
        asked.worth[here & passage.own],
        max(covered) * total,
        total,
        *_rare(asked, passage.all, here),
        float(asked.han),
        *asked.kinds,
    )


def _rare(asked: Asked, passage: int, sentence: int) -> tuple[float, float, float, float, float]:
    """Terms on no list of common words: in the question, sentence, passage, and not in the
    passage; then how common the question's terms are on average."""
    common = [(commonness(term), asked.bits[term]) for term in names_of(asked)]
    rare = sum([bit for value, bit in common if not value])
    many, found = rare.bit_count(), (rare & passage).bit_count()
    return (
        float(many),
        float((rare & sentence).bit_count()),
        float(found),
        float(many - found),
        sum([value for value, _ in common]) / max(len(common), 1),
    )


def confidence(numbers: Sequence[float]) -> float:
    """The probability that the articles answer, from 0 to 1."""
    value = adder("trust")(numbers)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(value, 30.0))))
