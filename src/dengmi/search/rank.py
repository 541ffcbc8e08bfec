"""The order of the passages that BM25 found.

A passage's score is its BM25 (k1 1.2, b 0.75, over title, headings and text as one), plus the
question's weight found in its best sentence, plus that found in its best two neighbouring
sentences, plus that found in its title, plus that of pairs of words which follow each other in
the question and in the passage. Words of the title and the headings count as if they
stood in every sentence, because sentences rarely repeat what the article is about.
A word that the passage lacks counts for a part where another one of its family stands there,
told by how it begins ("diagnosis" for "diagnostic"): stems alone keep many of those apart.
The factors were chosen on SciFact, SQuAD and CMRC together: see docs/decisions/0003-search.md.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import log
from typing import NamedTuple

from dengmi.search.asked import FIRST_HAN

SENTENCE = 0.6
NEIGHBOURS = 0.2
TITLE = 0.4
PHRASE = 0.3
KIN = 0.5
"""What a word that begins alike counts beside the word itself. From 0.4 to 0.6 SciFact and SQuAD
change by no more than 0.002; from 0.8 on SQuAD loses."""

IDEAL = 1.0 + SENTENCE + NEIGHBOURS + TITLE / 4
"""Times the summed weights: a passage of usual length that holds every term once, in one
sentence, a quarter of it in the title."""

_BREAK = re.compile("\n")
_K1 = 1.2
_B = 0.75
_LENGTH = 0.2
"""How much of a sentence's length discounts what it holds."""

_LEAST_KIN = 5
"""Shorter terms have no kin: too many words begin with their letters by chance."""

_EMPTY = 2
"""Characters of a line without terms."""


class Found(NamedTuple):
    """A passage that BM25 found: its id, score and day (see lexical), and the terms it was
    indexed with: a line for the title, one for the headings, then one for each sentence, every
    term with a space on both sides. `ends` is where the lines end; see `ends_of`."""

    passage_id: str
    bm25: float
    day: int
    terms: str
    ends: Sequence[int] = ()


def ends_of(terms: str) -> Sequence[int]:
    """Where the lines of a passage's terms end: kept with them, as ranking lays every passage that
    it looks at out in its lines."""
    ends = array("I", [hit.start() for hit in _BREAK.finditer(terms)])
    ends.append(len(terms))
    return ends


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
    wanted = [(f" {term} ", weight, _beginning(term)) for term, weight in weights.items()]
    phrases = [(f" {a} {b} ", PHRASE * min(weights[a], weights[b])) for a, b in pairs]
    read = [(one, one.ends or ends_of(one.terms)) for one in found]
    usual_title = _mean([ends[0] for _, ends in read])
    usual_sentence = _mean(
        [right - left - 1 for _, ends in read for left, right in pairwise(ends[1:])]
    )
    scored = []
    for one, ends in read:
        text, held, more = one.terms, [], 0.0
        for term, weight, beginning in wanted:
            at = text.find(term)
            if at >= 0:
                held.append((term, weight, at))
            elif beginning and (at := text.find(beginning)) >= 0:
                held.append((beginning, KIN * weight, at))
                more += KIN * weight  # its BM25, standing there once
        more += _reread(text, ends, held, usual_title, usual_sentence)
        for words, worth in phrases:
            if words in text:
                more += worth
        scored.append((one.bm25 + more, one))
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].passage_id))


def _beginning(term: str) -> str:
    """What words of the term's family begin with, after a space: a letter more than its first
    half; "" for numbers, identifiers, short terms and scripts without spaces."""
    long = len(term) >= _LEAST_KIN and term < FIRST_HAN and term.isalpha()
    return f" {term[: max(4, len(term) // 2 + 1)]}" if long else ""


def _mean(lengths: Iterable[int]) -> float:
    known = [length for length in lengths if length > _EMPTY]
    return sum(known) / len(known) if known else 1.0


def _reread(
    text: str,
    ends: Sequence[int],
    held: Sequence[tuple[str, float, int]],
    usual_title: float,
    usual_sentence: float,
) -> float:
    """What the sentences and the title add to BM25: `held` are the terms that stand in the
    passage, in spaces, or the beginnings of their kin, with their weights and first places."""
    in_title = base = 0.0
    lines: dict[int, dict[int, float]] = {}
    for n, (term, weight, first) in enumerate(held):
        line = bisect_left(ends, first)
        if line > 1:
            while line < len(ends):
                lines.setdefault(line, {})[n] = weight
                at = text.find(term, ends[line])
                line = bisect_left(ends, at) if at >= 0 else len(ends)
        else:
            base += weight
            if not line:
                in_title += weight
    best = both = base
    for line, here in lines.items():
        whole = base
        for weight in here.values():
            whole += weight
        length = ends[line] - ends[line - 1] - 1
        best = max(best, whole / (1 - _LENGTH + _LENGTH * length / usual_sentence))
        for n, weight in lines.get(line - 1, {}).items():
            if n not in here:
                whole += weight
        both = max(both, whole)
    score = SENTENCE * best + NEIGHBOURS * both
    if in_title:
        long = 1 - _B + _B * ends[0] / usual_title
        score += TITLE * in_title * (_K1 + 1) / (1 + _K1 * long)
    return score
