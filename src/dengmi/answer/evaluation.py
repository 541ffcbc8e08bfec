"""Measures of retrieval and answers against what was expected. Pure."""

import math
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dengmi.answer.check.judge import Source, judge, states_fact
from dengmi.core.records import Answer, Evidence
from dengmi.language.detect import language_of
from dengmi.language.normal import normal_form

DEPTH = 10
_PIECE = re.compile(r"[\u4e00-\u9fff]|[^\W_]+")
_ARTICLES = frozenset(("a", "an", "the"))
_ROUNDS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One line of a question file: `answers` are accepted spellings, `articles` ids, addresses or
    titles of articles that answer."""

    question: str
    answers: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    desk: str = ""


def measures(expected: Expected, evidence: Evidence, answer: Answer) -> dict[str, float]:
    """The measures of one question, each from 0 to 1 but the last three: milliseconds, millionths
    paid, millionths without reuse and cache. A measure that needs what was not expected is left
    out."""
    found: dict[str, float] = {}
    if expected.articles:
        found |= _retrieval(expected.articles, evidence)
    if expected.answers:
        text = _bare(answer)
        found["contains"] = float(_contains(text, expected.answers) and answer.grounded)
        found["f1"] = max(f1(text, gold) for gold in expected.answers) if answer.grounded else 0.0
    found["declined"] = float(not answer.grounded)
    if answer.grounded and answer.claims:
        found |= _citations(answer)
    found["took_ms"] = answer.took_ms
    found["micros"] = float(answer.cost.micros)
    found["full_micros"] = float(max(answer.full_cost.micros, answer.cost.micros))
    return found


def summary(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of every measure over the questions that have it; times as median and 95th
    percentile."""
    names = dict.fromkeys(name for row in rows for name in row)
    found: dict[str, float] = {"questions": float(len(rows))}
    for name in names:
        values = sorted(row[name] for row in rows if name in row)
        if name == "took_ms":
            found["median_ms"] = values[len(values) // 2]
            found["p95_ms"] = values[min(int(len(values) * 0.95), len(values) - 1)]
        else:
            found[name] = sum(values) / len(values)
    return found


def compare(
    one: Sequence[Mapping[str, float]], other: Sequence[Mapping[str, float]], name: str
) -> tuple[float, float, float]:
    """(mean difference, low, high) of a measure between two runs of the same questions: the
    difference `other - one` with its 95 % interval by paired bootstrap. Always the same for the
    same runs."""
    pairs = [b[name] - a[name] for a, b in zip(one, other, strict=True) if name in a and name in b]
    if not pairs:
        return 0.0, 0.0, 0.0
    chance = random.Random(len(pairs))  # noqa: S311 - statistics
    means = sorted(sum(chance.choices(pairs, k=len(pairs))) / len(pairs) for _ in range(_ROUNDS))
    low, high = means[int(_ROUNDS * 0.025)], means[int(_ROUNDS * 0.975)]
    return sum(pairs) / len(pairs), low, high


def f1(text: str, gold: str) -> float:
    """The overlap of words (characters in Chinese) of two texts (SQuAD 1.1's measure)."""
    here, there = _pieces(text), _pieces(gold)
    both = sum((Counter(here) & Counter(there)).values())
    if not both:
        return 0.0
    precision, recall = both / len(here), both / len(there)
    return 2 * precision * recall / (precision + recall)


def _retrieval(wanted: Sequence[str], evidence: Evidence) -> dict[str, float]:
    """hit@1, hit@10, reciprocal rank and nDCG@10 over articles, each counted once."""
    heads = {hit.head.pk: hit.head for hit in evidence.hits}
    names = frozenset(wanted)
    right = [
        bool(names.intersection((head.id, head.url, head.title, *head.addresses)))
        for head in list(heads.values())[:DEPTH]
    ]
    first = right.index(True) + 1 if True in right else 0
    gained = sum(1 / math.log2(n + 2) for n, good in enumerate(right) if good)
    best = sum(1 / math.log2(n + 2) for n in range(min(len(names), DEPTH)))
    return {
        "hit@1": float(first == 1),
        "hit@10": float(first > 0),
        "mrr": 1 / first if first else 0.0,
        "ndcg@10": gained / best,
    }


def _citations(answer: Answer) -> dict[str, float]:
    """Precision: of the claims that cite, how many are borne out by what they cite. Recall: of
    the sentences that state something, how many are borne out and cite it."""
    quotes = {citation.n: citation for citation in answer.citations}
    cited = right = facts = 0
    for claim in answer.claims:
        text = answer.text[claim.start : claim.end]
        if not states_fact(text):
            continue
        facts += 1
        sources = [
            Source(quotes[n].quote, quotes[n].head.title) for n in claim.cited if n in quotes
        ]
        if sources:
            cited += 1
            right += judge(text, sources).verdict == "supported"
    if not facts:
        return {}
    return {"cite_precision": right / cited if cited else 0.0, "cite_recall": right / facts}


def _bare(answer: Answer) -> str:
    return re.sub(r"\s*\[(?:\d+|\?)\]", "", answer.text)


def _contains(text: str, golds: Sequence[str]) -> bool:
    plain = normal_form(text).replace(" ", "")
    return any(normal_form(gold).replace(" ", "") in plain for gold in golds if gold.strip())


def _pieces(text: str) -> list[str]:
    pieces = _PIECE.findall(normal_form(text))
    return pieces if language_of(text) == "zh" else [p for p in pieces if p not in _ARTICLES]
