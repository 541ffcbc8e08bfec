"""What the ranker sees of each sentence: plain numbers, free of the size of the desk.

Words of an article's title and of the headings above a passage carry no weight inside it: they
are what the whole passage is about and tell none of its sentences from the others. (The one
finding that helped most, in Chinese and in English.)
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from dengmi.answer.asked import MEANING, PERSON, QUANTITY, Asked
from dengmi.answer.aspects import ASPECTS
from dengmi.answer.reading import Reading, distinct_terms, read_passage
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
    """A passage of the evidence beside the question.

    Attributes:
        hit, reading: the passage.
        found: by sentence, the places where terms stand: (place, term), in order.
        sets: by sentence, the terms found.
        own: the terms' weights in this passage; 0 for those of its title and headings.
        all: every term found in text, title or headings.
        covered: share of the question's weight in `all`.
        topic: share of the question's weight that title and headings hold.
        points: a BM25 score of the text alone, without knowledge of the desk.
        telling: how much a term tells the passage's sentences apart; sums to about 1.
        kin: by sentence, the terms of which it may hold a relative, with how sure that is.
        named: share of the title's terms that the question names.
        rarest: weight of the third rarest term here, and the sum of the three.
    """

    hit: Hit
    reading: Reading
    found: Sequence[Sequence[tuple[int, str]]]
    sets: Sequence[frozenset[str]]
    own: Mapping[str, float]
    all: frozenset[str]
    covered: float
    topic: float
    points: float
    telling: Mapping[str, float]
    kin: Mapping[int, Mapping[str, float]]
    named: float
    rarest: tuple[float, float]

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
    topic = title.union(distinct_terms("\n".join(headings)) if headings else ())
    found: list[list[tuple[int, str]]] = [[] for _ in reading.starts]
    points = 0.0
    size = 1.2 * (0.25 + 0.75 * min(len(hit.passage.text) / (500 if asked.han else 700), 4.0))
    held = reading.held(asked.weights)
    for term, weight in asked.weights.items():
        if term in ASPECTS:
            places = reading.telling(term)
        else:
            places = reading.places(term) if term in asked.wide else held.get(term, [])
        for at in places:
            found[reading.sentence_at(at)].append((at, term))
        if places:
            points += weight * 2.2 * len(places) / (len(places) + size)
    for places_here in found:
        places_here.sort()
    for n in reading.orders:  # what they say answers nothing
        found[n] = []
    sets = [frozenset([term for _, term in places_here]) for places_here in found]
    whole = topic.intersection(asked.weights).union(*sets)
    total = asked.total or 1.0
    own = {t: 0.0 if t in topic else weight for t, weight in asked.weights.items()}
    rarest = sorted(own.values(), reverse=True)[:3]
    return Matched(
        hit=hit,
        reading=reading,
        found=found,
        sets=sets,
        own=own,
        all=frozenset(whole),
        covered=sum([asked.weights[t] for t in whole]) / total,
        topic=sum([weight for t, weight in asked.weights.items() if t in topic]) / total,
        points=points,
        telling=_telling(own, sets),
        kin=_kin(asked, own, reading),
        named=len(title.intersection(asked.weights)) / max(len(title), 1),
        rarest=(rarest[-1], sum(rarest)) if rarest else (0.0, 0.0),
    )


def _telling(own: Mapping[str, float], sets: Sequence[frozenset[str]]) -> dict[str, float]:
    """Terms that few sentences of the passage hold tell more."""
    counts = Counter(chain.from_iterable(sets))
    size = math.log1p(len(sets)) or 1.0
    values = {
        term: (own[term] + 0.05) * math.log1p(len(sets) / times) / size
        for term, times in counts.items()
    }
    every = sum(values.values()) or 1.0
    return {term: value / every for term, value in values.items()}


def _kin(asked: Asked, own: Mapping[str, float], reading: Reading) -> dict[int, dict[str, float]]:
    """Where relatives of terms stand: the beginning of an English word (invent, inventor), one
    character of a Chinese pair."""
    found: dict[int, dict[str, float]] = {}
    signs: dict[str, list[int]] = {}
    for term, weight in own.items():
        if not weight:
            continue
        if term in asked.wide:
            for sign in term if len(term) == 2 else ():
                if sign not in signs:
                    signs[sign] = reading.sentences_with(sign)
                for n in signs[sign]:
                    here = found.setdefault(n, {})
                    here[term] = here.get(term, 0.0) + 0.25
        elif len(term) >= 4 and term.isalpha():
            for at in reading.places(term[: max(4, len(term) - 3)]):
                if not at or not reading.plain[at - 1].isalpha():
                    found.setdefault(reading.sentence_at(at), {})[term] = 1.0
    return found


def candidates(asked: Asked, evidence: Evidence, matched: Sequence[Matched]) -> list[Candidate]:
    """The sentences worth ranking, with their numbers (see NUMBERS for the names)."""
    if not matched or not asked.weights:
        return []
    total = asked.total
    top = max([m.hit.score for m in matched]) or 1.0
    rough: list[tuple[float, int, int]] = []
    cover: list[list[float]] = []
    for p, m in enumerate(matched):
        own = m.own
        here = [sum([own[t] for t in s]) / total for s in m.sets]
        cover.append(here)
        lift = 0.8 * m.hit.score / top
        weights = asked.weights
        for n, value in enumerate(here):
            if (m.sets[n] or not n) and not m.idle(n):
                raw = sum([weights[t] for t in m.sets[n]]) / total
                rough.append((value + 0.3 * raw + lift, p, n))
    rough.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    spread = Counter(term for m in matched for term in m.all)
    titles = Counter(m.hit.head.title or str(m.hit.head.pk) for m in matched)
    shared = _Shared(asked, evidence, matched, cover, spread, titles)
    ahead: dict[int, tuple[float, ...]] = {}
    chosen = []
    for _, p, n in rough[:CANDIDATES]:
        if p not in ahead:
            ahead[p] = _of_passage(shared, p)
        numbers = (*ahead[p], *_of_sentence(shared, p, n), *_of_kind(shared, p, n))
        chosen.append(Candidate(p, n, numbers))
    return chosen


class _Shared(NamedTuple):
    asked: Asked
    evidence: Evidence
    matched: Sequence[Matched]
    cover: Sequence[Sequence[float]]
    spread: Mapping[str, int]
    titles: Mapping[str, int]


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
    top = max([m.hit.score for m in shared.matched]) or 1.0
    others = [other.hit.score for other in shared.matched if other is not m]
    best_points = max([other.points for other in shared.matched]) or 1.0
    best = max(shared.cover[p])
    return (
        float(p),
        score / top,
        score / (shared.evidence.ideal or 1.0),
        m.points / best_points,
        (score - max(others, default=0.0)) / top,
        m.covered,
        best,
        float(sum([max(c) > best for c in shared.cover])),
        m.topic,
        float(shared.titles[m.hit.head.title or str(m.hit.head.pk)]),
        float(len(m.sets)),
        sum(m.own.values()) / asked.total,
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
    weights, own, total = asked.weights, m.own, asked.total
    here, places = m.sets[n], m.found[n]
    count, size = len(m.sets), max(m.reading.length(n), 1.0)
    own_cover = shared.cover[p][n]
    run, ordered, pairs = _runs(asked, places)
    unit = 1.7 if asked.han else 6.0
    subject = _subject(asked, m, n)
    heaviest = max(own.values()) or 1.0
    cover, near, own_near, telling, local, rare, best_found = _held(shared, m, here)
    lacked = [t for t in weights if t not in here]
    return (
        float(n),
        n / count,
        math.log1p(size),
        cover / total,
        own_cover,
        telling,
        max(shared.cover[p]) - own_cover,
        sum([own[t] for t in m.sets[n - 1] - here]) / total if n else 0.0,
        sum([own[t] for t in m.sets[n + 1] - here]) / total if n + 1 < count else 0.0,
        m.covered - cover / total,
        near / asked.near_total,
        own_near / asked.near_total,
        run / total,
        float(ordered),
        ordered / pairs if pairs else 0.0,
        (places[-1][0] - places[0][0]) / unit if places else 0.0,
        len(here) / len(weights),
        len(here) / size,
        sum([own[t] * sure for t, sure in m.kin.get(n, {}).items() if t not in here]) / total,
        best_found / heaviest,
        max([own[t] for t in lacked], default=0.0) / heaviest,
        min(rare / (m.rarest[1] or 1.0), 1.0),
        local / total,
        1.0 if m.reading.leans(n) else 0.0,
        float(n == count - 1),
        max([weights[t] for t in lacked], default=0.0) / total,
        subject,
        subject if asked.kinds[MEANING] else 0.0,
    )


def _held(shared: _Shared, m: Matched, here: frozenset[str]) -> tuple[float, ...]:
    """Sums over the terms a sentence holds, in one loop: the innermost part of every answer."""
    weights, near_by, own, telling_by = shared.asked.weights, shared.asked.near, m.own, m.telling
    third = m.rarest[0]
    cover = near = own_near = telling = local = rare = best = 0.0
    for term in here:
        weight, mine, close = weights[term], own[term], near_by[term]
        cover += weight
        near += weight * close
        own_near += mine * close
        telling += telling_by[term]
        local += mine / shared.spread[term]
        best = max(best, mine)
        if mine >= third:
            rare += mine
    return cover, near, own_near, telling, local, rare, best


def _subject(asked: Asked, m: Matched, n: int) -> float:
    """The share of the question's weight that stands before the sentence's first "is"."""
    verb = m.reading.verb(n)
    if verb < 0 or not m.found[n] or verb - m.reading.starts[n] > _SUBJECT:
        return 0.0
    terms_before = {term for at, term in m.found[n] if at < verb}
    return sum([asked.weights[term] for term in sorted(terms_before)]) / asked.total


def _runs(asked: Asked, places: Sequence[tuple[int, str]]) -> tuple[float, int, int]:
    """Of the matched places: the heaviest unbroken run, ordered neighbours, neighbours."""
    step = 3 if asked.han else 12
    weights, order = asked.weights, asked.order
    best = run = 0.0
    ordered = pairs = 0
    last, last_term = -99, ""
    for at, term in places:
        close = at - last <= step
        run = run + weights[term] if close else weights[term]
        best = max(best, run)
        if last_term and term != last_term:
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
    numbers = reading.new_numbers(n, asked.text)
    names = reading.new_names(n, asked.text)
    offers = []
    for kind, wanted in enumerate(asked.kinds):
        if not wanted:
            offers.append(0.0)
            continue
        count = numbers if kind == QUANTITY else reading.offers(n, kind)
        if kind == PERSON:
            count += names
        offers.append(1.0 + min(count, _MOST[kind]))
    return (float(min(numbers, 4)), float(min(names, 6)), *map(float, asked.kinds), *offers)


NUMBERS = (*_PASSAGE_NUMBERS, *_SENTENCE_NUMBERS, *_KIND_NUMBERS)
"""The names of a candidate's numbers, in order."""
