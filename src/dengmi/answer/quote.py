"""Quote answers: the exact sentences of the articles that answer a question best. No model, no
I/O; the same question over the same evidence always gives the same quotes."""

from collections.abc import Sequence
from dataclasses import dataclass

from dengmi.answer.asked import Asked, read_question
from dengmi.answer.features import Matched, candidates, match
from dengmi.answer.rank import Ranked, rank
from dengmi.answer.standing import with_neighbours
from dengmi.answer.trust import GROUNDED, confidence, is_greeting, trust_numbers
from dengmi.core.records import Citation, Evidence

_ALIKE = 0.75
"""Above this share of common letter triples two sentences say the same."""


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
    if not ranked or most < 1 or is_greeting(question):
        return Quoted((), 0.0, False)
    sure = confidence(trust_numbers(asked, matched, ranked))
    chosen = _chosen(matched, ranked, most)
    citations = _citations(asked, matched, _ranges(matched, chosen, neighbours))
    if sure < GROUNDED:
        return Quoted((), sure, False, citations)
    return Quoted(citations, sure, True)


def _chosen(matched: Sequence[Matched], ranked: Sequence[Ranked], most: int) -> list[Ranked]:
    """The strongest sentences, none saying again what another says."""
    chosen: list[Ranked] = []
    seen: list[str] = []
    for entry in ranked:
        candidate = entry.candidate
        reading = matched[candidate.passage].reading
        plain = reading.plain[reading.starts[candidate.sentence] : reading.ends[candidate.sentence]]
        if any(_alike(plain, other) for other in seen):
            continue
        chosen.append(entry)
        seen.append(plain)
        if len(chosen) == most:
            break
    return chosen


def _alike(one: str, other: str) -> bool:
    short, long = sorted((len(one), len(other)))
    if short < _ALIKE * long:
        return False
    left, right = _triples(one), _triples(other)
    return one == other or len(left & right) > _ALIKE * max(len(left), len(right))


def _triples(text: str) -> frozenset[str]:
    letters = "".join(filter(str.isalnum, text))
    return frozenset(map("".join, zip(letters, letters[1:], letters[2:], strict=False)))


def _ranges(matched: Sequence[Matched], chosen: Sequence[Ranked], neighbours: bool) -> list[_Range]:
    """What to quote, the strongest first; ranges that touch become one."""
    ranges: list[_Range] = []
    for entry in chosen:
        p, n = entry.candidate.passage, entry.candidate.sentence
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
    found: set[tuple[int, int]] = set()
    for places in matched.found[chosen.first : chosen.last + 1]:
        for at, term in places:
            if term in asked.wide:
                found.add((at - base, at + len(term) - base))
            else:
                forms = reading.forms_at(at)
                found.update((s - base, e - base) for form, s, e in forms if form == term)
    marks: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
        else:
            marks.append((start, end))
    return tuple(marks)
