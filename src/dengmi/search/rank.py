"""The order of the passages that BM25 found.

A passage's score is its BM25 (k1 1.2, b 0.75, over title, headings and text as one), plus the
question's weight found in its best sentence, plus that found in its best two neighbouring
sentences, plus that found in its title, plus that of pairs of words which follow each other in
the question and in the passage. Words of the title and the headings count as if they
stood in every sentence, because sentences rarely repeat what the article is about.
The factors were chosen on SciFact, SQuAD and CMRC together: see docs/decisions/0003-search.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

SENTENCE = 0.6
NEIGHBOURS = 0.2
TITLE = 0.2
PHRASE = 0.3
IDEAL = 1.0 + SENTENCE + NEIGHBOURS + TITLE / 2
"""Times the summed weights: a passage of usual length that holds every term once, in one
sentence, half of it in the title."""

_K1 = 1.2
_B = 0.75
_LENGTH = 0.2
"""How much of a sentence's length discounts what it holds."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that BM25 found: its id, score and day (see lexical), and what it was
    indexed with: lines of terms, title, headings, then one for each sentence."""

    passage_id: str
    bm25: float
    day: int
    terms: str


def idf(passages: int, holding: int) -> float:
    """Inverse document frequency as in BM25 (Robertson and Zaragoza 2009, never negative)."""
    return log(1 + (passages - holding + 0.5) / (holding + 0.5))


def ranked(
    found: Iterable[Found],
    weights: Mapping[str, float],
    pairs: Iterable[tuple[str, str]] = (),
) -> list[tuple[float, Found]]:
    """(score, passage), best first; equal scores in the order of passage ids.

    Args:
        found: candidates in any order.
        weights: every term of the question with its inverse document frequency times what it says.
        pairs: terms that follow each other in the question.
    """
    wanted = frozenset(weights)
    phrases = [(f" {a} {b} ", PHRASE * min(weights[a], weights[b])) for a, b in pairs]
    read = [(one, [line.split() for line in one.terms.split("\n")]) for one in found]
    if not read:
        return []
    usual_title = _mean(len(lines[0]) for _, lines in read)
    usual_sentence = _mean(len(line) for _, lines in read for line in lines[2:])
    scored = [
        (
            one.bm25
            + _reread(lines, wanted, weights, usual_title, usual_sentence)
            + _phrases(one.terms, phrases),
            one,
        )
        for one, lines in read
    ]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].passage_id))


def _mean(lengths: Iterable[int]) -> float:
    known = [length for length in lengths if length]
    return sum(known) / len(known) if known else 1.0


def _reread(
    lines: Sequence[Sequence[str]],
    wanted: frozenset[str],
    weights: Mapping[str, float],
    usual_title: float,
    usual_sentence: float,
) -> float:
    """What the sentences and the title add to BM25."""
    title = wanted.intersection(lines[0])
    about = title.union(wanted.intersection(lines[1])) if lines[1] else title
    base = _sum(about, weights)
    best = pair = 0.0
    before: frozenset[str] = frozenset()
    for line in lines[2:]:
        here = wanted.intersection(line)
        more = here - about
        held = base + (_sum(more, weights) if more else 0.0)
        best = max(best, held / (1 - _LENGTH + _LENGTH * len(line) / usual_sentence))
        both = more | before
        pair = max(pair, held if len(both) == len(more) else base + _sum(both, weights))
        before = more
    score = SENTENCE * best + NEIGHBOURS * pair
    if title:
        length = 1 - _B + _B * len(lines[0]) / usual_title
        score += TITLE * _sum(title, weights) * (_K1 + 1) / (1 + _K1 * length)
    return score


def _phrases(terms: str, phrases: Sequence[tuple[str, float]]) -> float:
    flat = f" {terms} ".replace("\n", " ") if phrases else ""
    return sum(worth for words, worth in phrases if words in flat)


def _sum(terms: frozenset[str], weights: Mapping[str, float]) -> float:
    """Summed in the order of the terms: float sums depend on order, sets have none."""
    return sum(map(weights.__getitem__, sorted(terms)))
