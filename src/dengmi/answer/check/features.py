"""What the judge sees of a claim beside the sentences it cites: a few plain numbers.

Lexical alignment carries most: what share of the claim's words stand in the sentences, and in the
same order. What must not differ (numbers, dates, units, names, negation, direction) is looked at
apart, because one wrong digit leaves all words in place.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from dengmi.answer.check.facts import Facts, exact_facts, names_in
from dengmi.answer.check.opposites import EMPTY_NEGATION, NEGATION, extent, sides, turned_round
from dengmi.answer.common import commonness
from dengmi.language.detect import language_of
from dengmi.language.han import simplified
from dengmi.language.words import spans, terms

_SCOPE = 30
"""Characters behind a negation that it turns round, in English; a third of it in Chinese."""

_CLAUSE = re.compile("[,;:，；：。.!?！？、]")
_LEAST_KIN = 4

_TELLING = 0.5
"""Words negated on one side must weigh this much together."""


class Read:
    """A text read for judging: its words at once, the rest when it is asked for.

    Attributes:
        terms, order, pairs: its search terms, as they follow each other, and neighbours.
        heads: what its words begin with.
        lang: its language.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.order = tuple(terms(text)) if text else ()
        self.terms = frozenset(self.order)
        self.pairs = frozenset(zip(self.order, self.order[1:], strict=False))
        self.lang = language_of(text)

    @cached_property
    def heads(self) -> frozenset[str]:
        return frozenset(_head(term) for term in self.order if len(term) >= _LEAST_KIN)

    @cached_property
    def facts(self) -> Facts:
        return exact_facts(self.text)

    @cached_property
    def names(self) -> frozenset[str]:
        return names_in(self.text)

    @cached_property
    def said(self) -> tuple[frozenset[str], frozenset[str]]:
        """(terms that stand behind a negation, terms that stand elsewhere)."""
        return _said(self.text)

    @cached_property
    def sides(self) -> frozenset[str]:
        return sides(simplified(self.text).lower())

    @cached_property
    def extent(self) -> tuple[int, int]:
        """(words of doubt, words without exception)."""
        return extent(self.text)


@lru_cache(maxsize=4096)
def read(text: str) -> Read:
    """A text, read; remembered, since the same sentences are judged again and again."""
    return Read(text)


NAMES = (
    *(
        "held",
        "held_weight",
        "held_context",
        "pairs",
        "kin",
        "length",
    ),
    *(
        "size",
        "numbers_wrong",
        "dates_wrong",
        "units_wrong",
        "names_wrong",
        "negation",
    ),
    *(
        "opposite",
        "swapped",
        "doubt_lost",
        "certain_new",
        "order",
        "foreign",
    ),
    *(
        "han",
        "facts",
    ),
)
"""The names of the numbers, in order."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A claim laid beside its sentences: the numbers of NAMES, and what disagrees."""

    numbers: tuple[float, ...]
    wrong: tuple[str, ...]


def lay(claim: Read, sources: Sequence[Read], context: Read) -> Laid:
    """Lay a claim beside the sentences it cites; `context` (titles, headings, the sentences
    before) may supply words and names, but no numbers."""
    held_terms = frozenset().union(*(source.terms for source in sources))
    heads = frozenset().union(*(source.heads for source in sources))
    pairs = frozenset().union(*(source.pairs for source in sources))
    wide = held_terms | context.terms
    weights = {term: weight(term) for term in claim.terms}
    total = sum(weights.values()) or 1.0
    missing = [term for term in weights if term not in wide]
    near = sum(weights[term] for term in missing if _kin(term, heads))
    facts = _wrong_facts(claim.facts, [source.facts for source in sources])
    names = _wrong_names(claim, sources, context)
    foreign = _foreign(claim, sources)
    shared = claim.terms & held_terms
    negation = 0.0 if foreign else _negation(claim, sources, shared)
    opposite = 0.0 if foreign else _opposite(claim.sides, sources)
    if negation and opposite:
        negation = opposite = 0.0  # "not closed" beside "open"
    swapped = 0.0 if foreign else float(any(turned_round(claim.text, s.text) for s in sources))
    doubt = max(0, min(1, max((s.extent[0] for s in sources), default=0)) - claim.extent[0])
    certain = max(0, claim.extent[1] - max((s.extent[1] for s in sources), default=0))
    numbers = (
        len(shared) / (len(claim.terms) or 1),
        sum(weights[term] for term in shared) / total,
        sum(weights[term] for term in weights if term in wide) / total,
        len(claim.pairs & pairs) / (len(claim.pairs) or 1),
        near / total,
        float(min(len(claim.order), 60)),
        float(min(sum(len(source.order) for source in sources), 200)),
        *facts,
        names,
        negation,
        opposite,
        swapped,
        float(doubt),
        float(min(certain, 2)),
        _ordered(claim, sources),
        float(foreign),
        float(claim.lang == "zh"),
        float(len(claim.facts.numbers) + len(claim.facts.dates)),
    )
    return Laid(numbers, _named(numbers))


_WRONG = (
    ("number", "numbers_wrong"),
    ("date", "dates_wrong"),
    ("unit", "units_wrong"),
    ("name", "names_wrong"),
    ("negation", "negation"),
    ("comparison", "opposite"),
    ("comparison", "swapped"),
)


def _named(numbers: Sequence[float]) -> tuple[str, ...]:
    found = [reason for reason, name in _WRONG if numbers[NAMES.index(name)] > 0]
    return tuple(dict.fromkeys(found))


def weight(term: str) -> float:
    """How telling a word is, whatever the desk: 0.2 for the commonest to 1."""
    return 1.0 - 0.8 * commonness(term)


def _head(term: str) -> str:
    return term[: max(_LEAST_KIN, len(term) // 2 + 1)]


def _kin(term: str, heads: frozenset[str]) -> bool:
    return len(term) >= _LEAST_KIN and _head(term) in heads


def _foreign(claim: Read, sources: Sequence[Read]) -> bool:
    """Whether the sentences are in another language than the claim."""
    langs = {source.lang for source in sources if source.lang}
    return bool(claim.lang and langs and claim.lang not in langs)


def _wrong_facts(claim: Facts, sources: Iterable[Facts]) -> tuple[float, float, float]:
    """How many numbers, dates and units of a claim the sentences do not have."""
    sources = list(sources)
    numbers = frozenset().union(*(source.numbers for source in sources))
    dates = frozenset().union(*(source.dates for source in sources))
    measured = frozenset().union(*(source.measured for source in sources))
    lost = [n for n in claim.numbers - numbers if n not in ("1", "0") and not _rounded(n, numbers)]
    units = [
        (n, unit)
        for n, unit in claim.measured
        if n in numbers and (n, unit) not in measured and any(m == n for m, _ in measured)
    ]
    return float(len(lost)), float(len(claim.dates - dates)), float(len(units))


def _rounded(number: str, numbers: frozenset[str]) -> bool:
    """Whether a number is one of these, rounded to fewer digits."""
    for other in numbers:
        if "." in other and "." not in number and number == f"{float(other):.0f}":
            return True
    return False


def _wrong_names(claim: Read, sources: Sequence[Read], context: Read) -> float:
    """The share of the claim's names that neither the sentences nor their context have."""
    if not claim.names:
        return 0.0
    known = frozenset().union(context.names, *(source.names for source in sources))
    words = frozenset().union(context.terms, *(source.terms for source in sources))
    lost = [
        name for name in claim.names if name not in known and not words.intersection(terms(name))
    ]
    return len(lost) / len(claim.names)


def _said(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The terms that a negation stands before, and those that stand free of any."""
    plain = simplified(text)
    plain = EMPTY_NEGATION.sub(lambda found: " " * len(found.group()), plain)
    scopes = []
    for cue in NEGATION.finditer(plain):
        reach = _SCOPE if cue.group().isascii() else _SCOPE // 3
        stop = _CLAUSE.search(plain, cue.end())
        scopes.append((cue.end(), min(cue.end() + reach, stop.start() if stop else len(plain))))
    if not scopes:
        return frozenset(), frozenset(terms(text))
    negated: set[str] = set()
    free: set[str] = set()
    for term, start, end in spans(plain):
        if any(first <= start < last for first, last in scopes):
            negated.add(term)
        elif not any(start < last and first < end for first, last in scopes):
            free.add(term)
    return frozenset(negated or ("",)), frozenset(free)


def _negation(claim: Read, sources: Sequence[Read], shared: frozenset[str]) -> float:
    """1 where a word of both stands behind a negation in one of them only."""
    negated, free = claim.said
    there = frozenset().union(*(source.said[0] for source in sources))
    free_there = frozenset().union(*(source.said[1] for source in sources))
    if negated and not there:
        return 1.0
    new = (negated & shared) - there - (free if not negated <= shared else frozenset())
    lost = ((there - free_there) & shared) - negated
    return 1.0 if sum(weight(term) for term in new | lost) > _TELLING else 0.0


def _opposite(sides: frozenset[str], sources: Sequence[Read]) -> float:
    """How many pairs of opposites the claim has one side of and the sentences only the other."""
    there = frozenset().union(*(source.sides for source in sources))
    turned = 0
    for side in sides:
        other = side[:-1] + ("r" if side[-1] == "l" else "l")
        turned += other in there and side not in there and other not in sides
    return float(turned)


def _ordered(claim: Read, sources: Sequence[Read]) -> float:
    """The share of neighbouring shared terms that stand in the same order in a sentence."""
    best = 0.0
    for source in sources:
        place: Mapping[str, int] = {term: n for n, term in reversed(tuple(enumerate(source.order)))}
        seen = [place[term] for term in claim.order if term in place]
        if len(seen) > 1:
            steps = [after >= before for before, after in pairwise(seen)]
            best = max(best, sum(steps) / len(steps))
    return best
