"""When an earlier answer may serve again: only while today's search finds the same evidence.

What an answer stood on is kept as its `Basis`. A question that asks the same thing is searched
for anew, and the answer serves again only if every sentence it cites is found unchanged, in the
first places, with nothing above it that was not there before. That guards against articles that
changed and against a paraphrase that is none. Pure: no model, no I/O.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Literal

import msgspec

from dengmi.core.ids import content_hash, stable_id
from dengmi.core.records import HALL, Answer, Evidence, Hit
from dengmi.core.reuses import Reusable
from dengmi.language.asking import Asking, same_question

Standing = Literal[
    "stands", "pinned", "none", "another_question", "another_day", "gone", "changed", "sank",
    "outranked",
]  # fmt: skip
"""Whether an answer may serve again, or why not: nothing was kept under the key; words that must
agree differ; it told of another day; a cited passage is not found any more, reads differently,
is found too far down, or has something new above it."""

TOP = 3
"""A paraphrase must find one of the passages cited among its first so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A passage of the evidence: where it ranked, and the version of its text."""

    passage_id: str
    rank: int
    score: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Sentences `first` to `last` of a passage, and the version of their text. `around`: that of
    title and headings above them, without which "it is 38 metres high" is about something else; ""
    where nobody kept that."""

    passage_id: str
    first: int
    last: int
    text: str
    around: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an answer stood on.

    Attributes:
        asking: what was asked.
        seen: the evidence, in order.
        cited: the sentences cited.
        seq: the change the index stood at.
        made_at: when it was answered.
        day: the day it was answered, if the question depends on that; "" otherwise.
    """

    asking: Asking
    seen: tuple[Seen, ...]
    cited: tuple[Cited, ...]
    seq: int
    made_at: float
    day: str = ""

    def plain(self) -> dict[str, object]:
        """As plain values, for a record."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain


@dataclass(frozen=True, slots=True)
class Chosen:
    """The answer that serves again, if one does; else why the nearest to it does not."""

    answer: Answer | None
    standing: Standing


@lru_cache(maxsize=256)
def way_of(*parts: str) -> str:
    """One name for everything that shapes an answer beside question and evidence: the desk's
    voice, models, check, the version of the prompt."""
    return content_hash(*parts)


def reuse_key(asking: Asking, desk: str, level: str, way: str) -> str:
    """The key under which answers that might serve a question are kept."""
    return _key("ru", asking.key, desk, level, way)


_key = lru_cache(maxsize=512)(stable_id)
"""Remembered: each answer is looked for, and kept, under the same."""


def basis_of(
    asking: Asking, answer: Answer, evidence: Evidence, zone: tzinfo | None = UTC
) -> Basis | None:
    """What an answer stood on; None for one that may never serve again: it declined, cites
    nothing, cites what was not in the evidence, or itself serves another one again.

    Args:
        asking: the stand-alone question as read.
        answer: the answer, complete.
        evidence: what the question found.
        zone: where days begin; None: where this computer is.
    """
    seen = tuple(map(_seen, evidence.hits))
    hits = {hit.passage.id: hit for hit in evidence.hits}
    if not answer.grounded or answer.reused or not answer.citations:
        return None
    if any(one.passage_id not in hits for one in answer.citations):
        return None
    cited = tuple(
        Cited(passage_id=one.passage_id, first=one.first, last=one.last,
              text=content_hash(one.quote), around=_around(hits[one.passage_id]))
        for one in answer.citations
    )  # fmt: skip
    return Basis(
        asking=asking,
        seen=seen,
        cited=cited,
        seq=evidence.seq,
        made_at=answer.created_at,
        day=_day(answer.created_at, zone) if asking.timely else "",
    )


def basis_from(plain: object) -> Basis:
    """A basis from its plain values. Raises ValueError when they are those of another version."""
    return msgspec.convert(plain, Basis)


def still_stands(
    basis: Basis, asking: Asking, evidence: Evidence, now: float, zone: tzinfo | None = UTC
) -> Standing:
    """Whether an answer that stood on `basis` also answers this question now.

    Args:
        basis: what the answer stood on.
        asking: the new question as read.
        evidence: what the new question finds now.
        now: the time.
        zone: where days begin; None: where this computer is.
    """
    if not same_question(basis.asking, asking):
        return "another_question"
    if basis.day and basis.day != _day(now, zone):
        return "another_day"
    hits = {hit.passage.id: hit for hit in evidence.hits}
    for cited in basis.cited:
        if cited.passage_id not in hits:
            return "gone"
        if not _unchanged(cited, hits[cited.passage_id]):
            return "changed"
    return _still_first(basis, asking, evidence, [hits[one.passage_id].rank for one in basis.cited])


def _still_first(
    basis: Basis, asking: Asking, evidence: Evidence, ranks: Sequence[int]
) -> Standing:
    """Whether the passages cited, at these ranks now, are still among the first, with nothing
    above them that was not there before."""
    if min(ranks) > TOP and asking.form != basis.asking.form:
        return "sank"
    known = {one.passage_id: one.text for one in basis.seen}
    above = [hit.passage for hit in evidence.hits if hit.rank < max(ranks)]
    if any(known.get(passage.id) != _hash(passage.text) for passage in above):
        return "outranked"
    return "stands"


def choose(
    kept: Sequence[tuple[Reusable, Answer]],
    asking: Asking,
    evidence: Evidence,
    now: float,
    zone: tzinfo | None = UTC,
) -> Chosen:
    """The first of the answers kept under the question's key that may serve it now.

    A pinned answer serves whatever the evidence, as an operator wished, but only the same
    question. Not in the hall, where a desk that is private by now may stand behind it: `pins.py`
    knows.
    """
    standing: Standing = "none"
    for reusable, answer in kept:
        try:
            basis = basis_from(reusable.basis)
        except ValueError:
            continue
        pinned = reusable.state == "pinned" and evidence.query.desk != HALL
        if pinned and same_question(basis.asking, asking):
            return Chosen(answer, "pinned")
        standing = still_stands(basis, asking, evidence, now, zone)
        if standing == "stands":
            return Chosen(answer, standing)
    return Chosen(None, standing)


def _seen(hit: Hit) -> Seen:
    return Seen(
        passage_id=hit.passage.id,
        rank=hit.rank,
        score=hit.score,
        text=_hash(hit.passage.text),
    )


@lru_cache(maxsize=4_096)
def _hash(text: str) -> str:
    """The hash of a passage, remembered: the ones of the day are looked at again and again."""
    return content_hash(text)


def _around(hit: Hit) -> str:
    return _hash("\n".join((hit.head.title, *hit.passage.headings)))


def _unchanged(cited: Cited, hit: Hit) -> bool:
    passage = hit.passage
    if cited.around and cited.around != _around(hit):
        return False
    there = 1 <= cited.first <= cited.last <= len(passage.sentences)
    return there and content_hash(passage.quote(cited.first, cited.last)) == cited.text


def _day(at: float, zone: tzinfo | None) -> str:
    return datetime.fromtimestamp(at, zone).date().isoformat()
