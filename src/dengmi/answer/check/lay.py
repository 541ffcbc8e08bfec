"""Lays a claim beside the sentences it cites: a few plain numbers.

Alignment of words carries most. What must not differ (numbers, dates, units, names, negation,
direction, who did what) is looked at apart, because one wrong digit leaves all words in place.
"""

import re
from collections.abc import Sequence

from dengmi.answer.check import manner
from dengmi.answer.check.agree import Wrong, wrong_facts
from dengmi.answer.check.align import align
from dengmi.answer.check.denial import other_day
from dengmi.answer.check.features import HELD, OWN_WORDS, TURNING, WAYS, Laid
from dengmi.answer.check.overlap import held, ordered, spelled
from dengmi.answer.check.reading import Read
from dengmi.answer.check.roles import mistaken
from dengmi.answer.check.states import let_in, of_another, unsaid
from dengmi.answer.check.strangers import has_name, wrong_names
from dengmi.answer.check.turning import turning
from dengmi.language.scripts import HAN


def lay(
    claim: Read, sources: Sequence[Read], context: Sequence[Read], leads: Sequence[Read] = ()
) -> Laid:
    """Lay a claim beside the sentences it cites; `context` (titles, headings, the sentences
    before) may supply words and names, but no numbers; `leads`, which lead in to them (some of the
    context), also what state they tell of."""
    aligned = align(claim, sources, context)
    foreign = _foreign(claim, sources)
    facts = wrong_facts(
        claim.facts,
        [source.facts for source in sources],
        _named_so(claim, context),
        claim.lower,
        [source.lower for source in sources],
    )
    names = wrong_names(claim, sources, context, foreign)
    turned = (0.0,) * len(TURNING) if foreign else turning(aligned, facts, context)
    mixed = 0 if foreign else mistaken(aligned, facts)
    words = held(aligned)
    numbers = (
        *words,
        float(facts.numbers + _reckoned(facts)),
        float(facts.dates + (0 if foreign else other_day(aligned))),
        float(facts.units),
        float(facts.bounds),
        float(mixed),
        names,
        *turned,
        float(min(len(claim.facts.amounts) + len(claim.facts.days) + len(claim.facts.clocks), 9)),
        _anchors(claim, sources, facts),
        float(foreign),
        float(claim.lang == "zh"),
        *spelled(aligned),
        float(_beyond(facts, words)),
        *_reckoning(claim, sources, facts),
        *ordered(aligned),
        *manner.manner(claim, sources),
    )
    return Laid(
        numbers,
        unsaid=not foreign and unsaid(aligned, leads),
        elsewhere=not foreign and of_another(aligned),
        said=not foreign and let_in(aligned),
    )


def _foreign(claim: Read, sources: Sequence[Read]) -> bool:
    """Whether the sentences are in another language than the claim."""
    langs = {source.lang for source in sources if source.lang}
    return bool(claim.lang and langs and claim.lang not in langs)


_LABEL = re.compile(rf"(?:[^\W\d_{HAN}][\w-]* ?|[{HAN}]{{2,4}} ?)$")


def _named_so(claim: Read, context: Sequence[Read]) -> frozenset[int]:
    """Where numbers of the claim start that are part of a name in the context: Nimbus 3."""
    found = set()
    for amount in claim.facts.amounts if context else ():
        if amount.measure:
            continue
        if label := _LABEL.search(claim.lower[: amount.start]):
            name = claim.lower[label.start() : amount.end]
            if any(_stands(name, part.lower) for part in context):
                found.add(amount.start)
    return frozenset(found)


def _stands(name: str, text: str) -> bool:
    """Whether a text has a name that ends with a number, and no longer number in its place."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not text[end : end + 1].isdecimal() and text[end : end + 1] != ".":
            return True
        at = text.find(name, at + 1)
    return False


def _anchors(claim: Read, sources: Sequence[Read], facts: Wrong) -> float:
    """How many exact facts and names of the claim the sentences have."""
    exact = len({amount.start for amount, _ in facts.held if amount.value != 1.0})
    exact += max(
        0, len(claim.facts.days) + len(claim.facts.clocks) + bool(claim.facts.week) - facts.dates
    )
    known = sum(has_name(sources, name) for name in set(claim.names) if name.sure)
    return min(exact + 0.7 * known, 5.0)


_COPIED, _LOST = HELD.index("copied"), HELD.index("lost_share")
_AS_COPIED = 0.6
"""In a claim that copies this much of a sentence, or is told in its own words, a number that some
reckoning gives was only put in the place of another."""


def _beyond(facts: Wrong, words: Sequence[float]) -> int:
    """How many numbers of a claim neither stand in the sentences nor can be had from them."""
    own = words[_COPIED] >= _AS_COPIED or words[_LOST] <= OWN_WORDS
    return facts.numbers + (_reckoned(facts) if own else 0)


def _reckoned(facts: Wrong) -> int:
    """How many numbers of a claim are had by reckoning alone, with no word that tells how."""
    return sum(count for way, count in facts.ways.items() if way != "told")


def _reckoning(claim: Read, sources: Sequence[Read], facts: Wrong) -> tuple[float, ...]:
    """How many numbers of the claim stand in no sentence but can be had from theirs, by the way of
    it; how many of theirs it leaves out, and how many of its own it calls about right."""
    used = {(n, other.start) for _, (n, other) in facts.held}
    every = sum(len(source.facts.amounts) for source in sources)
    return (
        *(float(facts.ways.get(way, 0)) for way in WAYS),
        float(min(every - len(used), 9)),
        float(sum(amount.about for amount in claim.facts.amounts)),
    )
