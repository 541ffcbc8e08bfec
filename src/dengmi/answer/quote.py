"""Quote answers: the exact sentences of the articles that answer a question best. No model, no
I/O; the same question over the same evidence always gives the same quotes."""

from collections.abc import Sequence
from dataclasses import dataclass

from dengmi.answer.asked import Asked, read_question
from dengmi.answer.features import Candidate, Matched, candidates, match, match_one
from dengmi.answer.headed import CLOSE, Headed, headed
from dengmi.answer.rank import Ranked, rank
from dengmi.answer.standing import with_neighbours
from dengmi.answer.trust import GROUNDED, confidence, trust_numbers
from dengmi.core.records import Citation, Evidence
from dengmi.language.greeting import greeting_of

_ALIKE = 0.75
"""Above this share of common letter triples two sentences say the same."""

_BEHIND = 4.0
"""A sentence this much weaker than the strongest is not quoted: it is about something else.
Measured on SQuAD and CMRC: of three quotes 2.4 and 2.1 are left and at most 0.1 % of the answers
lost; at 2.5, 1.9 and 1.5 quotes, and 1.4 and 0.8 %."""

_SAID = 0.5
"""Least confidence that a heading which says the question lends to its section."""


_TOLD = 0.7
"""Least confidence where one sentence holds every word of a question and tells of the aspect that
it asks for: "门票价格是三十元" answers "门票多少钱". Questions of so few words are rare among those
that the trees were trained on."""

_UNTOLD = 0.3
"""Most confidence where it is asked where to eat, and the best passage tells of no such place: that
the temple stands south of the hill answers "where" and nothing more."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote answer.

    Attributes:
        citations: what answers, the strongest first; empty unless grounded.
        confidence: how likely it is that the articles answer the question, 0 to 1.
        grounded: whether that is enough.
        nearest: when not grounded, the sentences that come nearest; never to be shown as an answer.
    """

    citations: tuple[Citation, ...]
    confidence: float
    grounded: bool
    nearest: tuple[Citation, ...] = ()


_Place = tuple[int, int]
"""A passage (its place in the evidence) and one of its sentences, both from 0."""


@dataclass(slots=True)
class _Range:
    """Sentences `first` to `last` (from 0) of a passage."""

    passage: int
    first: int
    last: int


def quote(question: str, evidence: Evidence, most: int = 3, *, neighbours: bool = True) -> Quoted:
    """Choose the best sentences of the evidence.

    Args:
        question: as asked.
        evidence: the ranked passages the question retrieved.
        most: sentences chosen at the most (neighbours that make them readable not counted).
        neighbours: quote along what a sentence needs to stand alone.
    """
    asked = read_question(question, evidence.weights)
    matched = match(asked, evidence)
    ranked = rank(candidates(asked, evidence, matched))
    if not ranked or most < 1 or greeting_of(question):
        return Quoted((), 0.0, False)
    sure = confidence(trust_numbers(asked, matched, ranked))
    if _told_in(asked, matched, ranked[0].candidate):
        sure = max(sure, _TOLD)
    if asked.whole & ~matched[ranked[0].candidate.passage].all:  # it says nothing of where to
        sure = min(sure, _UNTOLD)
    hits = [hit for hit in evidence.hits if hit.passage.sentences]
    said = headed(asked, hits)
    if any(one.passage >= len(matched) for one in said):
        matched += [match_one(asked, hit) for hit in hits[len(matched) :]]
    if said and said[0].share >= CLOSE:
        sure = max(sure, _SAID + (1 - _SAID) * said[0].share * said[0].covered)
    chosen = _chosen(matched, _worth(ranked, said), most)
    citations = _citations(asked, matched, _ranges(matched, chosen, neighbours))
    if sure < GROUNDED:
        return Quoted((), sure, False, citations)
    return Quoted(citations, sure, True)


def _told_in(asked: Asked, matched: Sequence[Matched], best: Candidate) -> bool:
    """Whether a sentence tells of what is asked for (a price, a way), of all that is named."""
    held = matched[best.passage].sets[best.sentence]
    return len(asked.weights) > 1 and held == asked.every and asked.aspects != 0


def _worth(ranked: Sequence[Ranked], said: Sequence[Headed]) -> list[_Place]:
    """The sentences worth quoting, the best first: those that open a section whose heading says
    the question, then the strongest; of other sections only while none says just the question."""
    sections = {one.passage for one in said if one.share >= CLOSE}
    least = ranked[0].strength - _BEHIND
    found = [(one.passage, 0) for one in said]
    for strength, candidate in ranked:
        place = (candidate.passage, candidate.sentence)
        near = not sections or candidate.passage in sections
        if near and strength >= least and place not in found:
            found.append(place)
    return found


def _chosen(matched: Sequence[Matched], places: Sequence[_Place], most: int) -> list[_Place]:
    """The first sentences of these, none saying again what another says."""
    chosen: list[_Place] = []
    seen: list[_Said] = []
    for passage, sentence in places:
        reading = matched[passage].reading
        said = _Said(reading.plain[reading.starts[sentence] : reading.ends[sentence]])
        if any(map(said.again, seen)):
            continue
        chosen.append((passage, sentence))
        if len(chosen) == most:
            break
        seen.append(said)
    return chosen


class _Said:
    """What a sentence says, to be compared with others."""

    __slots__ = ("_triples", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._triples: set[tuple[str, str, str]] | None = None

    @property
    def triples(self) -> set[tuple[str, str, str]]:
        """Every three letters that follow each other."""
        if self._triples is None:
            letters = "".join(filter(str.isalnum, self.text))
            self._triples = set(zip(letters, letters[1:], letters[2:], strict=False))
        return self._triples

    def again(self, other: "_Said") -> bool:
        """Whether the other says the same."""
        short, long = sorted((len(self.text), len(other.text)))
        if short < _ALIKE * long:
            return False
        if self.text == other.text:
            return True
        left, right = self.triples, other.triples
        short, long = sorted((len(left), len(right)))
        return short > _ALIKE * long and len(left & right) > _ALIKE * long


def _ranges(matched: Sequence[Matched], chosen: Sequence[_Place], neighbours: bool) -> list[_Range]:
    """What to quote, the strongest first; ranges that touch become one."""
    ranges: list[_Range] = []
    for p, n in chosen:
        m = matched[p]
        first, last = with_neighbours(m.hit.passage, m.reading, n) if neighbours else (n, n)
        new = _Range(p, first, last)
        for old in [r for r in ranges if r.passage == p]:
            if old.first <= new.last + 1 and new.first <= old.last + 1:
                old.first, old.last = min(old.first, new.first), max(old.last, new.last)
                if new in ranges:
                    ranges.remove(new)
                new = old
        if new not in ranges:
            ranges.append(new)
    return ranges


def _citations(
    asked: Asked, matched: Sequence[Matched], ranges: Sequence[_Range]
) -> tuple[Citation, ...]:
    citations = []
    for place, chosen in enumerate(ranges, 1):
        hit = matched[chosen.passage].hit
        text = hit.passage.quote(chosen.first + 1, chosen.last + 1)
        citations.append(
            Citation(
                n=place,
                head=hit.head,
                passage_id=hit.passage.id,
                first=chosen.first + 1,
                last=chosen.last + 1,
                quote=text,
                marks=_marks(asked, matched[chosen.passage], chosen),
            )
        )
    return tuple(citations)


def _marks(asked: Asked, matched: Matched, chosen: _Range) -> tuple[tuple[int, int], ...]:
    """Where words of the question stand in a quote; ranges that overlap or touch become one."""
    reading = matched.reading
    base = reading.starts[chosen.first]
    terms = list(asked.bits)
    found: set[tuple[int, int]] = set()
    for places in matched.found[chosen.first : chosen.last + 1]:
        for at, place in places:
            term = terms[place]
            if term in asked.wide:
                found.add((at - base, at + len(term) - base))
            else:
                forms = reading.forms_at(at)
                found.update([(s - base, e - base) for form, s, e in forms if form == term])
    marks: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
        else:
            marks.append((start, end))
    return tuple(marks)
