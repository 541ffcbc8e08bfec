"""What the judge sees of a claim beside the sentences it cites: a few plain numbers.

Alignment of words carries most. What must not differ (numbers, dates, units, names, negation,
direction, who did what) is looked at apart, because one wrong digit leaves all words in place.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from dengmi.answer.check import manner, signs
from dengmi.answer.check.agree import Wrong, wrong_facts
from dengmi.answer.check.align import (
    EXACT,
    KIN,
    LOOSE,
    Aligned,
    align,
    copied,
    crossed,
    substituted,
)
from dengmi.answer.check.contrast import contrasted
from dengmi.answer.check.denial import denied_wrongly, opposite, other_day
from dengmi.answer.check.edits import edited
from dengmi.answer.check.polarity import mispaired, reversed_parts
from dengmi.answer.check.reading import Read
from dengmi.answer.check.rivals import rivals
from dengmi.answer.check.roles import compared, mistaken, swapped
from dengmi.answer.check.states import of_another, unsaid
from dengmi.answer.check.strangers import has_name, wrong_names
from dengmi.answer.common import commonness
from dengmi.language.scripts import HAN

NAMES = (
    "held",
    "kin",
    "context",
    "lost",
    "lost_share",
    "strange",
    "strange_share",
    "substituted",
    "copied",
    "worst",
    "single",
    "reverse",
    "terms",
    "contained",
    "met",
    "length",
    "sources",
    "given",
    "numbers",
    "dates",
    "units",
    "bounds",
    "mistaken",
    "names",
    "negation",
    "opposite",
    "swapped",
    "crossed",
    "edited",
    "wide",
    "reversed",
    "mispaired",
    "rivals",
    "sure",
    "facts",
    "anchors",
    "foreign",
    "han",
    "spelled",
    "gap",
    "first_lost",
    "last_lost",
    "denials",
    "beyond",
    "told",
    "near",
    "sum",
    "ratio",
    "product",
    "few",
    "unsaid",
    "about",
    "order",
    "first_at",
    "last_at",
    "named",
    "clauses",
    *manner.NAMES,
)
"""The names of the numbers, in order."""

LATER = NAMES[NAMES.index("beyond") :]
"""Numbers that only the verdict looks at."""

RISING = frozenset(
    [
        "held",
        "kin",
        "context",
        "copied",
        "worst",
        "single",
        "reverse",
        "terms",
        "contained",
        "met",
        "anchors",
        "spelled",
    ]
)
CONTRARY = frozenset(
    [
        "numbers",
        "dates",
        "units",
        "bounds",
        "mistaken",
        "names",
        "negation",
        "opposite",
        "swapped",
        "crossed",
        "edited",
        "wide",
        "reversed",
        "mispaired",
        "rivals",
        "beyond",
    ]
)
"""Numbers of what disagrees."""

FALLING = CONTRARY | {"lost", "lost_share", "strange", "strange_share", "substituted"}
"""Numbers that, all else equal, can only speak for (against) a claim; training keeps to it."""

WAYS = ("told", "near", "sum", "ratio", "product", "few")

_MOST_LOST = 8.0
_MOST_MET = 40


@dataclass(frozen=True, slots=True)
class Laid:
    """A claim laid beside its sentences: the numbers of NAMES, what disagrees, and what seems to;
    whether it tells of a state that they do not tell of (`unsaid`), or of something else."""

    numbers: tuple[float, ...]
    wrong: tuple[str, ...]
    doubtful: tuple[str, ...] = ()
    unsaid: bool = False
    elsewhere: bool = False

    def number(self, name: str) -> float:
        """One of the numbers, by its name."""
        return self.numbers[NAMES.index(name)]

    @property
    def turned(self) -> bool:
        """Whether the claim turns round what its sentences say with their own words: of such claims
        only every ninth is true (docs/decisions/0044-learning-from-many.md)."""
        if self.number("foreign"):
            return False
        if self.number("copied") >= _DENIED_COPY and self.number("negation") > 0:
            return True
        own = self.number("lost_share") <= _OWN_WORDS
        return own and any(self.number(name) > 0 for name in _TURNED)

    @property
    def exchanged(self) -> bool:
        """Whether the claim copies a sentence but for one word, which no list knows as kindred:
        "goats keep the grass short" beside "sheep keep the grass short"."""
        put = self.number("substituted")
        if self.number("edited"):
            return True
        return self.number("copied") >= 0.7 and put >= 0.7 and self.number("lost") <= put + 0.3


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
    signed = (0.0,) * 10 if foreign else _signs(aligned, facts, context)
    mixed = 0 if foreign else mistaken(aligned, facts)
    words = _words(aligned)
    numbers = (
        *words,
        float(facts.numbers + _reckoned(facts)),
        float(facts.dates + (0 if foreign else other_day(aligned))),
        float(facts.units),
        float(facts.bounds),
        float(mixed),
        names,
        *signed,
        float(min(len(claim.facts.amounts) + len(claim.facts.days) + len(claim.facts.clocks), 9)),
        _anchors(claim, sources, facts),
        float(foreign),
        float(claim.lang == "zh"),
        *_shape(aligned),
        float(_beyond(facts, words)),
        *_reckoning(claim, sources, facts),
        *_order(aligned),
        *manner.manner(claim, sources),
    )
    return Laid(
        numbers,
        _named(numbers, _WRONG),
        _named(numbers, _SOFT),
        unsaid=not foreign and unsaid(aligned, leads),
        elsewhere=not foreign and of_another(aligned),
    )


def _shape(aligned: Aligned) -> tuple[float, ...]:
    """How much of the claim is spelled as in the sentences, whatever its words are cut to; what
    its longest stretch of lost words weighs, whether its first and last are lost; how often it
    denies more than they do."""
    claim, units = aligned.claim, aligned.claim.units
    there = frozenset().union(*(source.spelling for source in aligned.sources))
    mine = claim.spelling
    met = [aligned.found(n) or aligned.context[n] for n in range(len(units))]
    longest = run = 0.0
    for unit, known in zip(units, met, strict=True):
        run = 0.0 if known else run + unit.weight
        longest = max(longest, run)
    denials = len(claim.cues) - sum(len(source.cues) for source in aligned.sources)
    return (
        len(mine & there) / (len(mine) or 1),
        min(longest, _MOST_LOST),
        float(bool(met) and not met[0]),
        float(bool(met) and not met[-1]),
        float(max(-2, min(denials, 2))),
    )


_OWN_WORDS = 0.1
_DENIED_COPY = 0.7
_TURNED = ("reversed", "crossed", "opposite", "wide", "bounds")

_COPIED = NAMES.index("copied")
_LOST = NAMES.index("lost_share")
_AS_COPIED = 0.6
"""In a claim that copies this much of a sentence, or is told in its own words, a number that some
reckoning gives was only put in the place of another."""


def _beyond(facts: Wrong, words: Sequence[float]) -> int:
    """How many numbers of a claim neither stand in the sentences nor can be had from them."""
    own = words[_COPIED] >= _AS_COPIED or words[_LOST] <= _OWN_WORDS
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


def _order(aligned: Aligned) -> tuple[float, ...]:
    """Whether the words of the claim follow each other as in the sentence that has most of them (1:
    all, 0: none), where its first and last stand there (0 to 1, -1 if nowhere), how many names and
    clauses it has."""
    claim = aligned.claim
    by_source: dict[int, list[int]] = {}
    for match in aligned.matches:
        if match.quality >= KIN and match.place >= 0:
            by_source.setdefault(match.source, []).append(match.place)
    names = float(min(len(set(claim.names)), 5))
    clauses = float(min(len(claim.breaks) + 1, 8))
    if not by_source:
        return 0.5, -1.0, -1.0, names, clauses
    source, met = max(by_source.items(), key=lambda item: len(item[1]))
    met = met[:40]
    pairs = [one < other for one, other in combinations(met, 2) if one != other]
    length = len(aligned.sources[source].lower) or 1
    order = sum(pairs) / len(pairs) if pairs else 0.5
    return order, met[0] / length, met[-1] / length, names, clauses


def _anchors(claim: Read, sources: Sequence[Read], facts: Wrong) -> float:
    """How many exact facts and names of the claim the sentences have."""
    exact = len({amount.start for amount, _ in facts.held if amount.value != 1.0})
    exact += max(
        0, len(claim.facts.days) + len(claim.facts.clocks) + bool(claim.facts.week) - facts.dates
    )
    known = sum(has_name(sources, name) for name in set(claim.names) if name.sure)
    return min(exact + 0.7 * known, 5.0)


_LABEL = re.compile(rf"(?:[^\W\d_{HAN}][\w-]* ?|[{HAN}]{{2,4}} ?)$")


def _named_so(claim: Read, context: Sequence[Read]) -> frozenset[int]:
    """Where numbers of the claim start that are part of a name in the context: Nimbus 3."""
    found = set()
    for amount in claim.facts.amounts:
        label = _LABEL.search(claim.lower[: amount.start])
        if label and not amount.measure:
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


def _words(aligned: Aligned) -> tuple[float, ...]:
    """How much of the claim the sentences hold."""
    claim, sources = aligned.claim, aligned.sources
    units = claim.units
    total = claim.weight or 1.0
    exact = kin = loosely = around = 0.0
    clauses: dict[int, list[float]] = {}
    alone = [0.0] * len(sources)
    for unit, match, seen in zip(units, aligned.matches, aligned.context, strict=True):
        exact += unit.weight * (match.quality >= EXACT)
        loosely += unit.weight * (match.quality == LOOSE and not seen)
        kin += unit.weight * match.quality * (LOOSE != match.quality < EXACT)
        around += unit.weight * (seen and match.quality < KIN)
        row = clauses.setdefault(unit.clause, [0.0, 0.0])
        quality = 0.0 if match.quality == LOOSE else match.quality
        row[0] += unit.weight * (max(quality, 0.9) if seen else quality)
        row[1] += unit.weight
        if match.source >= 0:
            alone[match.source] += unit.weight * quality
    strange = sum(unit.weight for unit in aligned.lost)
    lost = strange + loosely
    worst = min((has / of for has, of in clauses.values() if of >= 1.0), default=exact / total)
    weights, all_terms = weighed(claim)
    met = {term for source in sources for term in claim.terms & source.terms}
    held = sum([weights[term] for term in met])
    return (
        exact / total,
        kin / total,
        around / total,
        min(lost, _MOST_LOST),
        lost / total,
        min(strange, _MOST_LOST),
        strange / total,
        min(substituted(aligned), _MOST_LOST),
        copied(aligned),
        worst,
        max(alone, default=0.0) / total,
        _reverse(aligned),
        held / (all_terms or 1.0),
        len(met) / (len(claim.terms) or 1),
        float(min(len(met), _MOST_MET)),
        float(min(len(units), 40)),
        float(min(len(sources), 6)),
        min(sum(len(source.order) for source in sources) / 10, 20.0),
    )


def _reverse(aligned: Aligned) -> float:
    """The share of a sentence's own words that the claim has: of the one it has most of."""
    best = 0.0
    for n, source in enumerate(aligned.sources):
        places = {match.place for match in aligned.matches if match.source == n}
        met = sum([unit.weight for unit in source.units if unit.start in places])
        best = max(best, met / (source.weight or 1.0))
    return best


def _signs(aligned: Aligned, facts: Wrong, context: Sequence[Read]) -> tuple[float, ...]:
    """What turns a claim round: negation, opposites, exchanged parties, all for some."""
    claim, sources = aligned.claim, aligned.sources
    turned = opposite(aligned)
    denied = denied_wrongly(aligned, bool(turned))
    if denied == 0 and turned and _parity(claim, sources):
        turned = 0
    there = [source.tone for source in sources]
    exchanged = swapped(aligned)
    if exchanged and turned and any(compared(claim, source) for source in sources):
        exchanged, turned = False, 0  # "A is dearer than B" for "B is cheaper than A"
    single = _single(facts)
    return (
        float(denied),
        float(turned + contrasted(aligned)),
        float(exchanged),
        float(crossed(aligned, single)),
        float(edited(claim, sources)),
        float(signs.too_wide(claim.tone, there)),
        float(reversed_parts(aligned)),
        mispaired(aligned, single),
        float(rivals(claim, sources, context)),
        float(signs.too_sure(claim.tone, there)),
    )


def _single(facts: Wrong) -> list[tuple[int, int, int]]:
    """The numbers of the claim that stand once in the sentences, with sentence and place."""
    by_start: dict[int, list[tuple[int, int]]] = {}
    for amount, (n, other) in facts.held:
        if amount.value != 1.0:
            by_start.setdefault(amount.start, []).append((n, other.start))
    return [(start, *found[0]) for start, found in by_start.items() if len(found) == 1]


def _parity(claim: Read, sources: Sequence[Read]) -> bool:
    """Whether one of the two denies and the other does not: "not closed" beside "open"."""
    return any(_denials(claim) % 2 != _denials(source) % 2 for source in sources)


def _denials(text: Read) -> int:
    """How often a text denies in clauses with a word that has an opposite, but for words such as
    无害 that have one themselves."""
    within = [place for _, place in text.sides]
    clauses = {text.clause_at(place) for place in within}
    return sum(
        text.clause_at(cue.start) in clauses and not any(at <= cue.start < at + 2 for at in within)
        for cue in text.cues
    )


_SOFT = (
    ("number", "numbers"),
    ("number", "mistaken"),
    ("number", "mispaired"),
    ("name", "names"),
    ("name", "rivals"),
    ("negation", "negation"),
    ("negation", "reversed"),
    ("comparison", "opposite"),
    ("comparison", "wide"),
    ("comparison", "bounds"),
    ("comparison", "swapped"),
    ("comparison", "crossed"),
)
"""What speaks against a claim without deciding: how much, the trees have learned."""

_WRONG = (
    ("number", "beyond"),
    ("date", "dates"),
    ("unit", "units"),
)
"""What no other words outweigh: exact facts that neither stand in the sentences nor follow from them."""


def _named(numbers: Sequence[float], rules: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    found = [reason for reason, name in rules if numbers[NAMES.index(name)] > 0]
    return tuple(dict.fromkeys(found))


def weight(term: str) -> float:
    """How telling a search term is, whatever the desk: 0.2 for the commonest to 1."""
    return 1.0 - 0.8 * commonness(term)


@lru_cache(maxsize=128)
def weighed(text: Read) -> tuple[Mapping[str, float], float]:
    """How telling each search term of a text is, and their sum."""
    weights = {term: weight(term) for term in text.terms}
    return weights, sum(weights.values())


def _foreign(claim: Read, sources: Sequence[Read]) -> bool:
    """Whether the sentences are in another language than the claim."""
    langs = {source.lang for source in sources if source.lang}
    return bool(claim.lang and langs and claim.lang not in langs)
