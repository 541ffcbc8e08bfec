"""Measures of search and answers against what was expected. Pure."""

import math
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dengmi.answer.check.judge import Source, judge, source_of, states_fact
from dengmi.core.records import Answer, Citation, Evidence, Head, Passage
from dengmi.language.han import simplified
from dengmi.language.scripts import HAN

DEPTH = 10
"""Articles looked at."""

MONEY = ("micros", "full_micros")
"""Measures in millionths of a currency: what was paid, and without reuse and cache."""

TIME = "took_ms"

_PIECE = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_SMALL = frozenset(("a", "an", "the"))
_CITED = re.compile(r"\s*\[(?:\d+|\?)\]")
_ROUNDS = 1_000
_MANY = 2_000
"""Questions from which a mean is as good as normally distributed."""

Known = Mapping[str, tuple[Head, Passage]]
"""Passages with their articles, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A question with what is known of its answer: `answers` are accepted spellings, `articles`
    ids, addresses or titles of articles that answer it."""

    question: str
    answers: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    desk: str = ""
    lang: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A measure in two runs, over the questions that have it in both: means, and the mean change
    with its 95 % interval by paired bootstrap."""

    before: float
    now: float
    mean: float
    low: float
    high: float
    questions: int


def measures(
    expected: Expected, evidence: Evidence, answer: Answer | None, passages: Known
) -> dict[str, float]:
    """The measures of one question. What needs something that was not expected is left out.

    Args:
        evidence: what search found for the question.
        answer: None where it failed.
        passages: those that the answer cites.
    """
    grounded = answer is not None and answer.grounded
    found: dict[str, float] = {}
    if expected.articles:
        found |= retrieval(expected.articles, evidence)
    if expected.answers:
        text = _CITED.sub("", answer.text) if answer and grounded else ""
        found["contains"] = float(contains(text, expected.answers))
        found["f1"] = max(f1(text, gold) for gold in expected.answers)
    found["failed"] = float(answer is None)
    if answer is None:
        return found
    found["declined"] = float(not grounded)
    if grounded and answer.claims:
        found |= citations(answer, passages)
    found[TIME] = answer.took_ms
    found["micros"] = float(answer.cost.micros)
    found["full_micros"] = float(max(answer.full_cost.micros, answer.cost.micros))
    return found


def summary(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of every measure over the questions that have it; of time the median and the 95th
    percentile. Money is left out: it has currencies."""
    names = dict.fromkeys(name for row in rows for name in row if name not in MONEY)
    found: dict[str, float] = {"questions": float(len(rows))}
    for name in names:
        values = sorted(row[name] for row in rows if name in row)
        if name == TIME:
            found["median_ms"] = _rank(values, 0.5)
            found["p95_ms"] = _rank(values, 0.95)
        else:
            found[name] = math.fsum(values) / len(values)
    return found


def compare(pairs: Sequence[tuple[Mapping[str, float], Mapping[str, float]]], name: str) -> Change:
    """A measure before and now, over pairs of the same question. Always the same for the same
    pairs."""
    both = [(a[name], b[name]) for a, b in pairs if name in a and name in b]
    if not both:
        return Change(before=0.0, now=0.0, mean=0.0, low=0.0, high=0.0, questions=0)
    changes = [now - before for before, now in both]
    low, high = _interval(changes)
    return Change(
        before=_mean([before for before, _ in both]),
        now=_mean([now for _, now in both]),
        mean=_mean(changes),
        low=low,
        high=high,
        questions=len(both),
    )


def retrieval(wanted: Sequence[str], evidence: Evidence) -> dict[str, float]:
    """hit@1, hit@10, reciprocal rank and nDCG@10 over articles, each counted once."""
    heads = list({hit.head.pk: hit.head for hit in evidence.hits}.values())[:DEPTH]
    left = set(wanted)
    many = min(len(left), DEPTH)
    right = []
    for head in heads:
        # Of several articles with the same title the first one counts.
        names = left.intersection((head.id, head.url, head.title, *head.addresses))
        right.append(bool(names))
        left -= names
    first = right.index(True) + 1 if True in right else 0
    gained = sum(1 / math.log2(n + 2) for n, good in enumerate(right) if good)
    best = sum(1 / math.log2(n + 2) for n in range(many))
    return {
        "hit@1": float(first == 1),
        "hit@10": float(first > 0),
        "mrr": 1 / first if first else 0.0,
        "ndcg@10": gained / best,
    }


def contains(text: str, golds: Sequence[str]) -> bool:
    """Whether a text has one of these answers in it, whole words and whatever the script."""
    plain = f" {' '.join(pieces(text))} "
    return any(f" {' '.join(gold)} " in plain for gold in map(pieces, golds) if gold)


def f1(text: str, gold: str) -> float:
    """The overlap of words (characters in Chinese) of two texts, as SQuAD and CMRC measure it."""
    here, there = pieces(text), pieces(gold)
    both = sum((Counter(here) & Counter(there)).values())
    if not both:
        return 0.0
    precision, recall = both / len(here), both / len(there)
    return 2 * precision * recall / (precision + recall)


def pieces(text: str) -> list[str]:
    """Words in lower case without English articles, and Chinese characters, simplified."""
    plain = simplified(unicodedata.normalize("NFKC", text)).casefold()
    return [piece for piece in _PIECE.findall(plain) if piece not in _SMALL]


def citations(answer: Answer, passages: Known) -> dict[str, float]:
    """Precision: of the sentences that cite, how many are borne out by what they cite. Recall: of
    those that state something, how many are borne out by what they cite. Empty where there are
    none. By the built-in judge, whatever the desk's own verdicts."""
    cited = {citation.n: citation for citation in answer.citations}
    citing = right = facts = 0
    for claim in answer.claims:
        text = answer.text[claim.start : claim.end]
        if not states_fact(text):
            continue
        facts += 1
        sources = [
            source for n in claim.cited if n in cited for source in _sources(cited[n], passages)
        ]
        if sources:
            citing += 1
            right += judge(text, sources).verdict == "supported"
    found = {"cite_precision": right / citing} if citing else {}
    return found | ({"cite_recall": right / facts} if facts else {})


def _sources(citation: Citation, passages: Known) -> list[Source]:
    """The sentences that a citation stands for, with what helps to understand them."""
    if citation.passage_id not in passages:
        return [Source(citation.quote, citation.head.title)]
    head, passage = passages[citation.passage_id]
    return [source_of(head, passage, n) for n in range(citation.first, citation.last + 1)]


def _rank(values: Sequence[float], share: float) -> float:
    """The smallest value that so many of the sorted values do not exceed."""
    return values[max(math.ceil(share * len(values)) - 1, 0)]


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _interval(values: Sequence[float]) -> tuple[float, float]:
    """Where the mean lies in 95 of 100 samples: drawn again and again where there are few."""
    if len(values) >= _MANY:
        mean = _mean(values)
        variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
        reach = 1.96 * math.sqrt(variance / len(values))
        return mean - reach, mean + reach
    chance = random.Random(len(values))  # noqa: S311 - statistics
    means = sorted(_mean(chance.choices(values, k=len(values))) for _ in range(_ROUNDS))
    return means[int(_ROUNDS * 0.025)], means[int(_ROUNDS * 0.975) - 1]
