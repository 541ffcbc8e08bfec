"""What the ranker sees of each sentence: plain numbers, free of the size of the desk.

Words of an article's title and of the headings above a passage carry no weight inside it: they
are what the whole passage is about and tell none of its sentences from the others. (The one
finding that helped most, in Chinese and in English.)
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from dengmi.answer.asked import MEANING, PERSON, QUANTITY, Asked
from dengmi.answer.aspects import ASPECTS
from dengmi.answer.reading import Reading, distinct_terms, read_passage
from dengmi.answer.sums import Sums
from dengmi.core.records import Evidence, Hit

PASSAGES = 6
"""Passages looked at: the best ones."""

WORTH = 0.65
"""Share of the best passage's score below which a passage is not looked at."""

_HEADING = re.compile(
    r"(?=.{1,60}\Z)[^\d.!?:;。！？：；，,]{1,16}|(?=.{1,60}\Z)[^\d.!?:;。！？：；，,\u2e80-\uffff]+"
)
"""A lone line that reads like a heading: short, without any mark or number."""

_SUBJECT = 60
"""Characters before a sentence's verb within which its subject is looked for."""

CANDIDATES = 18
"""Sentences ranked: those that hold the most of the question."""


def names(listed: str) -> tuple[str, ...]:
    """The words of a text, as names."""
    return tuple(listed.split())


class Matched(NamedTuple):
    """A passage of the evidence beside the question. Sets of terms are numbers (see `sums`).

    Attributes:
        hit, reading: the passage.
        found: by sentence, the places where terms stand, in order: (place, number of the term).
        sets: by sentence, the terms found.
        own: the terms that stand neither in its title nor in its headings; only these weigh here.
        all: every term found in text, title or headings.
        covered: share of the question's weight in `all`.
        topic: share of the question's weight that title and headings hold.
        points: a BM25 score of the text alone, without knowledge of the desk.
        telling: how much terms tell the passage's sentences apart; that of all is about 1.
        kin: by sentence, the terms of which it may hold a relative, with how sure that is.
        named: share of the title's terms that the question names.
        heavy: those of `own` that weigh no less than the third heaviest of them.
        rarest: what these three weigh together.
    """

    hit: Hit
    reading: Reading
    found: Sequence[Sequence[tuple[int, int]]]
    sets: Sequence[int]
    own: int
    all: int
    covered: float
    topic: float
    points: float
    telling: Sums
    kin: Mapping[int, Mapping[int, float]]
    named: float
    heavy: int
    rarest: float

    def idle(self, n: int) -> bool:
        """Whether sentence n (from 0) is no answer to anything: it is nothing but a heading, or
        gives orders to a language model."""
        passage, text = self.hit.passage, self.reading.sentence(n)
        if n in self.reading.orders or text == self.hit.head.title or text in passage.headings:
            return True
        alone = len(passage.sentences) == 1 and passage.sentences[n].kind == "prose"
        return alone and _HEADING.fullmatch(text) is not None


class Candidate(NamedTuple):
    """A sentence (counted from 0) of a passage (its place in the evidence) with its numbers."""

    passage: int
    sentence: int
    numbers: tuple[float, ...]


def match(asked: Asked, evidence: Evidence) -> list[Matched]:
    """The best passages, each laid beside the question. Those scored below WORTH of the best one
    hardly ever hold the best sentence, and reading them is most of the work."""
    hits = [hit for hit in evidence.hits[:PASSAGES] if hit.passage.sentences]
    least = WORTH * max([hit.score for hit in hits], default=0.0)
    return [match_one(asked, hit) for hit in hits if hit.score >= least]


def match_one(asked: Asked, hit: Hit) -> Matched:
    """A passage laid beside the question."""
    reading = read_passage(hit.passage)
    title, headings = distinct_terms(hit.head.title), hit.passage.headings
    above = distinct_terms("\n".join(headings)) if headings else frozenset[str]()
    sets = [0] * len(reading.starts)
    found: list[list[tuple[int, int]]] = [[] for _ in sets]
    topic = named = own = 0
    points, telling = 0.0, [0.0] * len(asked.order)
    size = 1.2 * (0.25 + 0.75 * min(len(hit.passage.text) / (500 if asked.han else 700), 4.0))
    for term, weight in asked.weights.items():
        bit = asked.bits[term]
        n = bit.bit_length() - 1
        if term in title:
            named += 1
            topic |= bit
        elif term in above:
            topic |= bit
        else:
            own |= bit
        places = _places(asked, reading, term)
        if not places:
            continue
        points += weight * 2.2 * len(places) / (len(places) + size)
        times = 0
        for at in places:
            sentence = reading.sentence_at(at)
            if sentence not in reading.orders:  # what they say answers nothing
                found[sentence].append((at, n))
                times += not sets[sentence] & bit
                sets[sentence] |= bit
        if times:  # terms that few sentences of the passage hold tell more
            telling[n] = (bool(own & bit) * weight + 0.05) * math.log1p(len(sets) / times)
    for here in found:
        here.sort()
    every = sum(telling) or 1.0
    whole = reduce(or_, sets, topic)
    weights = asked.heaviest.falling(own)
    three = [weight for weight, _ in weights[:3]]
    return Matched(
        hit=hit,
        reading=reading,
        found=found,
        sets=sets,
        own=own,
        all=whole,
        covered=asked.worth[whole] / (asked.total or 1.0),
        topic=asked.worth[topic] / (asked.total or 1.0),
        points=points,
        telling=Sums([value / every for value in telling]),
        kin=_kin(asked, own, reading),
        named=named / max(len(title), 1),
        heavy=sum([bit for weight, bit in weights if weight >= three[-1]]),
        rarest=sum(three, 0.0),
    )


def _places(asked: Asked, reading: Reading, term: str) -> Sequence[int]:
    """Where a term of the question stands in a passage, in order."""
    if term in asked.wide:
        return reading.places(term)
    return reading.telling(term) if term in ASPECTS else reading.held(term)


def _kin(asked: Asked, own: int, reading: Reading) -> dict[int, dict[int, float]]:
    """Where relatives of terms stand: the beginning of an English word (invent, inventor), one
    character of a Chinese pair."""
    found: dict[int, dict[int, float]] = {}
    signs: dict[str, list[int]] = {}
    for term in asked.weights:
        bit = asked.bits[term]
        if not bit & own:
            continue
        if term in asked.wide:
            for sign in term if len(term) == 2 else ():
                if sign not in signs:
                    signs[sign] = reading.sentences_with(sign)
                for n in signs[sign]:
                    here = found.setdefault(n, {})
                    here[bit] = here.get(bit, 0.0) + 0.25
        elif len(term) >= 4 and term.isalpha():
            for at in reading.places(term[: max(4, len(term) - 3)]):
                if not at or not reading.plain[at - 1].isalpha():
                    found.setdefault(reading.sentence_at(at), {})[bit] = 1.0
    return found


def candidates(asked: Asked, evidence: Evidence, matched: Sequence[Matched]) -> list[Candidate]:
    """The sentences worth ranking, with their numbers (see NUMBERS for the names)."""
    if not matched or not asked.weights:
        return []
    total, worth = asked.total, asked.worth
    top = max([m.hit.score for m in matched]) or 1.0
    rough: list[tuple[float, int, int]] = []
    cover: list[list[float]] = []
    for p, m in enumerate(matched):
        here = [worth[terms & m.own] / total for terms in m.sets]
        cover.append(here)
        lift = 0.8 * m.hit.score / top
        for n, value in enumerate(here):
            if (m.sets[n] or not n) and not m.idle(n):
                raw = worth[m.sets[n]] / total
                rough.append((-(value + 0.3 * raw + lift), p, n))
    rough.sort()
    shared = _shared(asked, evidence, matched, cover)
    ahead: dict[int, tuple[float, ...]] = {}
    chosen = []
    for _, p, n in rough[:CANDIDATES]:
        if p not in ahead:
            ahead[p] = _of_passage(shared, p)
        numbers = (*ahead[p], *_of_sentence(shared, p, n), *_of_kind(shared, p, n))
        chosen.append(Candidate(p, n, numbers))
    return chosen


class _Shared(NamedTuple):
    """What is the same for all candidates: `cover` is by passage and sentence the share of the
    question that is found there, `best` the most of a passage; `titles` says how many passages
    have one title, `local` sums up weights, each shared among the passages that hold the term."""

    asked: Asked
    evidence: Evidence
    matched: Sequence[Matched]
    cover: Sequence[Sequence[float]]
    best: Sequence[float]
    titles: Mapping[str, int]
    local: Sums


def _shared(
    asked: Asked, evidence: Evidence, matched: Sequence[Matched], cover: Sequence[Sequence[float]]
) -> _Shared:
    holding = [m.all for m in matched]
    spread = []
    for term, bit in asked.bits.items():
        times = sum([held & bit != 0 for held in holding])
        spread.append(asked.weights[term] / (times or 1))
    titles = Counter([_title(m) for m in matched])
    return _Shared(asked, evidence, matched, cover, list(map(max, cover)), titles, Sums(spread))


def _title(m: Matched) -> str:
    return m.hit.head.title or str(m.hit.head.pk)


_PASSAGE_NUMBERS = names(
    """
    rank score_to_top score_to_ideal points_to_best score_to_next covered best_here best_rank
    topic same_article sentences own_share terms han named
    """
)


def _of_passage(shared: _Shared, p: int) -> tuple[float, ...]:
    m = shared.matched[p]
    asked = shared.asked
    score = m.hit.score
    scores = [other.hit.score for other in shared.matched]
    top = max(scores) or 1.0
    best_points = max([other.points for other in shared.matched]) or 1.0
    best = shared.best[p]
    return (
        float(p),
        score / top,
        score / (shared.evidence.ideal or 1.0),
        m.points / best_points,
        (score - max([*scores[:p], *scores[p + 1 :]], default=0.0)) / top,
        m.covered,
        best,
        float(sum([other > best for other in shared.best])),
        m.topic,
        float(shared.titles[_title(m)]),
        float(len(m.sets)),
        asked.worth[m.own] / asked.total,
        len(asked.weights) / (2.0 if asked.han else 1.0),
        float(asked.han),
        m.named,
    )


_SENTENCE_NUMBERS = names(
    """
    place place_share length cover own_cover focus gap with_previous with_next rest near
    own_near run ordered ordered_share stretch terms_share density kin best_found best_missing
    rarest local leans last missed subject defines
    """
)


def _of_sentence(shared: _Shared, p: int, n: int) -> tuple[float, ...]:
    asked, m = shared.asked, shared.matched[p]
    worth, own, total = asked.worth, m.own, asked.total
    here, places, told = m.sets[n], m.found[n], m.reading.told(n)
    mine, lacked = here & own, asked.every & ~here
    last = len(m.sets) - 1
    size = max(told.length, 1.0)
    own_cover = shared.cover[p][n]
    run, ordered, pairs = _runs(asked, places)
    subject = _subject(asked, m, n)
    heaviest = asked.heaviest[own] or 1.0
    cover = worth[here]
    kin = m.kin.get(n)
    return (
        float(n),
        n / (last + 1),
        math.log1p(size),
        cover / total,
        own_cover,
        m.telling[here],
        shared.best[p] - own_cover,
        worth[m.sets[n - 1] & own & ~here] / total if n else 0.0,
        worth[m.sets[n + 1] & own & ~here] / total if n < last else 0.0,
        m.covered - cover / total,
        asked.near[here] / asked.near_total,
        asked.near[mine] / asked.near_total,
        run / total,
        float(ordered),
        ordered / pairs if pairs else 0.0,
        (places[-1][0] - places[0][0]) / (1.7 if asked.han else 6.0) if places else 0.0,
        here.bit_count() / len(asked.weights),
        here.bit_count() / size,
        sum([worth[t] * sure for t, sure in kin.items() if not t & here]) / total if kin else 0.0,
        asked.heaviest[mine] / heaviest,
        asked.heaviest[lacked & own] / heaviest,
        min(worth[here & m.heavy] / (m.rarest or 1.0), 1.0),
        shared.local[mine] / total,
        told.leans,
        float(n == last),
        asked.heaviest[lacked] / total,
        subject,
        subject * asked.kinds[MEANING],
    )


def _subject(asked: Asked, m: Matched, n: int) -> float:
    """The share of the question's weight that stands before the sentence's first "is"."""
    verb = m.reading.told(n).verb
    if verb < 0 or not m.found[n] or verb - m.reading.starts[n] > _SUBJECT:
        return 0.0
    before = reduce(or_, [1 << term for at, term in m.found[n] if at < verb], 0)
    return asked.worth[before] / asked.total


def _runs(asked: Asked, places: Sequence[tuple[int, int]]) -> tuple[float, int, int]:
    """Of the matched places: the heaviest unbroken run, ordered neighbours, neighbours."""
    step = 3 if asked.han else 12
    worth, order = asked.worth, asked.order
    best = run = 0.0
    ordered = pairs = 0
    last, last_term = -99, -1
    for at, term in places:
        weight = worth[1 << term]
        run = run + weight if at - last <= step else weight
        best = max(best, run)
        if term != last_term and last_term >= 0:
            pairs += 1
            ordered += order[last_term] < order[term] and at - last < 3 * step
        last, last_term = at, term
    return best, ordered, pairs


_KIND_NUMBERS = names(
    """
    new_numbers new_names wants_number wants_time wants_person wants_place wants_reason
    wants_name wants_manner wants_meaning wants_list offers_number offers_time offers_person
    offers_place offers_reason offers_name offers_manner offers_meaning offers_list
    """
)
_MOST = (3, 3, 4, 3, 2, 3, 2, 2, 5)


def _of_kind(shared: _Shared, p: int, n: int) -> tuple[float, ...]:
    asked, reading = shared.asked, shared.matched[p].reading
    told = reading.told(n)
    numbers = sum([number not in asked.text for number in told.numbers])
    names = sum([name not in asked.text for name in told.names])
    offers = [0.0] * len(asked.kinds)
    for kind in asked.wanted:
        count = numbers if kind == QUANTITY else reading.offers(n, kind)
        if kind == PERSON:
            count += names
        offers[kind] = 1.0 + min(count, _MOST[kind])
    return (float(min(numbers, 4)), float(min(names, 6)), *asked.kinds, *offers)


NUMBERS = (*_PASSAGE_NUMBERS, *_SENTENCE_NUMBERS, *_KIND_NUMBERS)
"""The names of a candidate's numbers, in order."""
