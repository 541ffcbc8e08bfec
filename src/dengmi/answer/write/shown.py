"""The sentences a model is shown, and the numbers it cites them by: [3.2] is the second sentence
of the third passage."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dengmi.answer.orders import hidden
from dengmi.core.records import Evidence, Head, Hit, Passage
from dengmi.language.tokens import estimate_tokens

Ref = tuple[int, int]
"""(passage, sentence), both from 1."""

_FAR = 0.5
"""Passages scored below this share of the best are not shown, but for the first few."""

_ALWAYS = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """The passages a model was shown so far, in the order of their numbers."""

    places: tuple[tuple[Head, Passage], ...] = ()

    def more(self, passages: Iterable[tuple[Head, Passage]]) -> "Shown":
        """These and further ones behind them; what was shown before keeps its number."""
        known = {passage.id for _, passage in self.places}
        new = tuple(place for place in passages if place[1].id not in known)
        return Shown(self.places + new)

    def has(self, ref: Ref) -> bool:
        """Whether a sentence of this number is shown."""
        p, s = ref
        if not (1 <= p <= len(self.places) and 1 <= s <= len(self.places[p - 1][1].sentences)):
            return False
        return s not in hidden(self.places[p - 1][1])

    def means(self, ref: Ref) -> bool:
        """Whether p.s can only be the number of a sentence: one was shown, and no figure of what
        was shown is written so."""
        figure = re.compile(rf"(?<![\d.]){ref[0]}\.{ref[1]}(?!\d)")
        return self.has(ref) and not any(figure.search(one.text) for _, one in self.places)

    def refs(self) -> Iterable[Ref]:
        """The numbers of every sentence that is shown."""
        for p, (_, passage) in enumerate(self.places, 1):
            kept_back = hidden(passage)
            for sentence in passage.sentences:
                if sentence.n not in kept_back:
                    yield p, sentence.n

    def number_of(self, passage_id: str) -> int | None:
        """The number of a passage."""
        for p, (_, passage) in enumerate(self.places, 1):
            if passage.id == passage_id:
                return p
        return None


def chosen(evidence: Evidence, most_tokens: int) -> list[tuple[Head, Passage]]:
    """The passages worth showing, within a budget: the best one, then others in canonical order.

    That order depends on the articles alone, not on the question: questions about the same articles
    then begin with the same text, which an endpoint finds in its prefix cache. The best one leads
    because it is the same for most questions about its subject, while what comes along with it
    varies (`benchmarks/cost.py`).
    """
    kept: list[Hit] = []
    left = most_tokens
    for hit in evidence.hits:
        if len(kept) >= _ALWAYS and hit.score < _FAR * evidence.hits[0].score:
            break
        tokens = tokens_of(hit.head, hit.passage)
        if kept and tokens > left:
            continue
        kept.append(hit)
        left -= tokens
    kept[1:] = sorted(kept[1:], key=lambda hit: (hit.head.pk, hit.passage.n))
    return [(hit.head, hit.passage) for hit in kept]


def tokens_of(head: Head, passage: Passage) -> int:
    """About how many tokens a passage takes in a prompt."""
    return _tokens(passage.text) + _tokens(head.title) + 5 * len(passage.sentences)


@lru_cache(maxsize=4_096)
def _tokens(text: str) -> int:
    """Of a passage or title: those of the day are looked at again and again."""
    return estimate_tokens(text)


def in_order(
    ids: Sequence[str], found: Mapping[str, tuple[Head, Passage]]
) -> list[tuple[Head, Passage]]:
    """The passages of these ids that still exist, in the order of the ids."""
    return [found[each] for each in ids if each in found]
