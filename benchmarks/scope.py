"""Does the confidence tell questions the articles answer from questions they do not?

    python benchmarks/scope.py [--every N] [--only squad,cmrc]

SQuAD articles are asked SQuAD questions and what people asked on Quora, CMRC articles CMRC
questions and what customers asked a bank, over the real path. Prints the area under the ROC curve
and the share of out-of-scope questions answered when 95 % of those in scope are, beside the
plain way (the best BM25-like score over the best possible); then the shares at the shipped
threshold and those that are put to a model where there is one, for whole sets and small desks.
The trees saw these sets in training; train_quote.py prints the same cross-validated.
"""

import argparse
import asyncio
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import _data
from _desk import DESK, desk

from dengmi.answer.quote import quote
from dengmi.answer.trust import GROUNDED
from dengmi.answer.worth import worth_asking
from dengmi.core.records import Evidence, SearchQuery

SETS = {"squad": (_data.squad, _data.qqp), "cmrc": (_data.cmrc, _data.bq)}
SIZES = (10, 20, 200, None)


def plain(_: str, evidence: Evidence) -> float:
    """The best score over the best possible."""
    return evidence.hits[0].score / evidence.ideal if evidence.hits and evidence.ideal else 0.0


def ours(question: str, evidence: Evidence) -> float:
    """Dengmi's confidence."""
    return quote(question, evidence).confidence


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that a question in scope gets more than one out of scope; ties count half."""
    ordered = sorted(outside)
    below = sum(bisect_left(ordered, v) + bisect_right(ordered, v) for v in inside)
    return below / (2 * len(inside) * len(ordered))


def kept(values: Sequence[float], share: float) -> float:
    """The threshold that this share of the values reaches."""
    return sorted(values)[int(len(values) * (1 - share))]


async def show(name: str, size: int | None, every: int) -> None:
    """Print the lines of one set at one size."""
    load, others = SETS[name]
    data, rng = load(), random.Random(7)
    articles = list(data.articles) if size is None else rng.sample(list(data.articles), size)
    held = {a.id for a in articles}
    inside = [q.text for q in data.queries if min(data.qrels[q.id]) in held][::every]
    outside = rng.sample(list(others()), max(500, len(data.queries) // every))
    async with desk(articles) as search:
        found = {}
        for question in (*inside, *outside):
            query = SearchQuery(text=question, desk=DESK, limit=8, marked=False)
            found[question] = await search.search(query)
    print(f"{name}, {len(articles)} articles: {len(inside)} in scope, {len(outside)} out of scope")
    for label, judge in (("plain: score over ideal", plain), ("confidence", ours)):
        good = [judge(q, found[q]) for q in inside]
        bad = [judge(q, found[q]) for q in outside]
        at = kept(good, 0.95)
        answered = sum(value >= at for value in bad) / len(bad)
        line = f"  {label:24} AUROC {auroc(good, bad):.4f}, out of scope answered {answered:.1%}"
        if judge is ours:
            shares = [sum(v >= GROUNDED for v in part) / len(part) for part in (good, bad)]
            line += f"; as shipped: {shares[0]:.1%} in scope, {shares[1]:.1%} out of scope"
            shares = [
                sum(worth_asking(q, found[q], v) for q, v in zip(part, values, strict=True))
                / len(part)
                for part, values in ((inside, good), (outside, bad))
            ]
            line += f"; a model is asked: {shares[0]:.1%} and {shares[1]:.1%}"
        print(line, flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1, help="take every Nth question")
    options.add_argument("--only", default="squad,cmrc")
    chosen = options.parse_args()
    for name in chosen.only.split(","):
        for size in SIZES:
            asyncio.run(show(name, size, chosen.every if size is None else 1))


if __name__ == "__main__":
    main()
