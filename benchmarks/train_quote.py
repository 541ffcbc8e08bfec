"""Makes `src/dengmi/answer/quote.json`: the trees that rank sentences and those that tell how sure
it is that the articles answer at all.

    python benchmarks/train_quote.py [--folds-only] [--share 1.0]

Needs lightgbm. Reads SQuAD, CMRC, QQP and BQ (see _data). Prints cross-validated numbers, grouped
by article title: no question is judged by trees that saw its article. Takes about ten minutes.
"""

import argparse
import json
import random
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import _data
import lightgbm
import numpy as np
from _memory import Memory, Prepared
from _trees import nodes
from scope import auroc

from dengmi.answer import trust
from dengmi.answer.asked import Asked, read_question
from dengmi.answer.features import NUMBERS, Candidate, Matched, candidates, match
from dengmi.answer.rank import Ranked
from dengmi.language.words import spans

FOLDS = 5
OUT = Path(__file__).resolve().parents[1] / "src" / "dengmi" / "answer" / "quote.json"
RANK = {
    "objective": "lambdarank",
    "label_gain": [0, 1, 2],
    "lambdarank_truncation_level": 3,
    "num_leaves": 8,
    "learning_rate": 0.15,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
}
RANK_TREES = 150
TRUST = {
    "objective": "binary",
    "num_leaves": 8,
    "learning_rate": 0.1,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "monotone_constraints": [
        1 if name in trust.RISING else -1 if name in trust.FALLING else 0
        for name in trust.TRUST_NUMBERS
    ],
    "monotone_constraints_method": "advanced",
}
TRUST_TREES = 120
COMMON = {"verbose": -1, "num_threads": 2, "seed": 1, "deterministic": True}


@dataclass(slots=True)
class Case:
    """A question put to a desk. `inside`: whether the desk holds its answer."""

    kind: str
    fold: int
    asked: Asked
    matched: Sequence[Matched]
    listed: Sequence[Candidate]
    labels: Sequence[int]
    inside: bool
    ranks: bool


def fold_of(name: str) -> int:
    """The fold of a title (or of a question without one)."""
    return zlib.crc32(name.encode()) % FOLDS


def case(
    desk: Memory,
    kind: str,
    fold: int,
    question: str,
    inside: bool,
    asked: _data.Asked | None = None,
    gold: str = "",
) -> Case:
    """Ask, and compute the numbers; with `asked`, label the sentences that hold its answer."""
    evidence = desk.search(question)
    read = read_question(question, evidence.weights)
    matched = match(read, evidence)
    listed = candidates(read, evidence, matched)
    labels = [0] * len(listed)
    if asked is not None:
        for n, c in enumerate(listed):
            m = matched[c.passage]
            text = m.reading.sentence(c.sentence)
            if any(answer in text for answer in asked.answers):
                labels[n] = 2 if m.hit.head.id == gold else 1
    return Case(kind, fold, read, matched, listed, labels, inside, asked is not None)


def keywords(question: str, desk: Memory, rng: random.Random) -> str:
    """A bare keyword question: the one to three most telling words of a question, in order."""
    read = read_question(question, desk.search(question, 1).weights)
    words: dict[str, tuple[float, int]] = {}
    for term, start, end in spans(question):
        weight = read.weights.get(term, 0.0)
        if weight > 0.5 and end - start > 1:
            words[question[start:end]] = (weight, start)
    best = sorted(words.items(), key=lambda item: -item[1][0])[: rng.randint(1, 3)]
    return " ".join(word for word, (_, start) in sorted(best, key=lambda item: item[1][1]))


def cases(data: _data.Set, others: Sequence[str], share: float) -> Iterator[Case]:
    """Questions to the whole corpus and to samples of it, in and out of scope."""
    rng = random.Random(5)
    prepared = {a.id: Prepared(a) for a in data.articles}
    titles = {a.id: a.title for a in data.articles}
    asked = [(q, min(data.qrels[q.id])) for q in data.queries]
    rng.shuffle(asked)
    asked = asked[: int(len(asked) * share)]
    others = list(others)
    rng.shuffle(others)
    whole = Memory(list(prepared.values()))
    for q, gold in asked:
        yield case(whole, "whole", fold_of(titles[gold]), q.text, True, q, gold)
    strange = int(len(asked) * 0.6)
    for text in others[:strange]:
        yield case(whole, "whole", fold_of(text), text, False)
    pool = others[strange:]
    for size, times, questions in (
        (1000, 2, 500),
        (200, 6, 250),
        (20, 30, 50),
        (3, 80, 14),
        (1, 80, 8),
    ):
        for _ in range(max(1, int(times * share))):
            yield from _sampled(prepared, titles, asked, pool, size, questions, rng)


def questions_desks(name: str, bodies: Sequence[_data.Text], share: float) -> Iterator[Case]:
    """Desks of questions and answers: the articles are titled by a question, and asked the same
    in other words (pairs of QQP), or something else. Without these, training would take
    the manner of a question for its scope."""
    rng = random.Random(6)
    pairs = [row for row in _data._rows(name) if len(row) == 3]
    same = [(a, b) for label, a, b in pairs if label == "1"]
    apart = [b for label, _, b in pairs if label == "0"]
    for size in (40, 40, 200, 200, 200, 1000):
        taken = rng.sample(same, int(size * min(1.0, 0.4 + share)))
        articles = []
        for n, (title, _) in enumerate(taken):
            body = rng.choice(bodies).text
            lead = f"{title} " if rng.random() < 0.3 else ""
            articles.append(Prepared(_data.Text(f"{size}-{n}", title, lead + body)))
        desk = Memory(articles)
        asked = rng.sample(taken, min(len(taken), 150))
        for title, other in asked:
            yield case(desk, "faq", fold_of(title), other, True)
        for other in rng.sample(apart, len(asked)):
            yield case(desk, "faq", fold_of(other), other, False)


def _sampled(
    prepared: dict[str, Prepared],
    titles: dict[str, str],
    asked: Sequence[tuple[_data.Asked, str]],
    pool: Sequence[str],
    size: int,
    questions: int,
    rng: random.Random,
) -> Iterator[Case]:
    names = sorted(set(titles.values()))
    kept = set(rng.sample(names, max(1, min(len(names) // 2, size))))
    ids = [i for i in prepared if titles[i] in kept]
    ids = rng.sample(ids, min(size, len(ids)))
    desk = Memory([prepared[i] for i in ids])
    held = set(ids)
    inside = [pair for pair in asked if pair[1] in held]
    outside = [pair for pair in asked if titles[pair[1]] not in kept]
    kind = f"{size}"
    for q, gold in rng.sample(inside, min(len(inside), questions)):
        fold = fold_of(titles[gold])
        yield case(desk, kind, fold, q.text, True, q, gold)
        if rng.random() < 0.3 and (bare := keywords(q.text, desk, rng)):
            found = case(desk, f"{kind} bare", fold, bare, True, q, gold)
            found.ranks = False
            # Bare words that the gold passage does not hold ask something else.
            if any(m.hit.head.id == gold and m.covered > 0.99 for m in found.matched):
                yield found
    for q, gold in rng.sample(outside, min(len(outside), questions // 2)):
        fold = fold_of(titles[gold])
        yield case(desk, kind, fold, q.text, False)
        if rng.random() < 0.3 and (bare := keywords(q.text, desk, rng)):
            found = case(desk, f"{kind} bare", fold, bare, False)
            if not any(m.covered > 0.99 for m in found.matched):
                yield found
    for text in rng.sample(list(pool), questions // 2):
        yield case(desk, kind, fold_of(text), text, False)
    for i in rng.sample(ids, min(len(ids), 6)):
        yield case(desk, f"{kind} title", fold_of(titles[i]), titles[i], True)


def train_rank(chosen: Sequence[Case]) -> lightgbm.Booster:
    used = [c for c in chosen if c.ranks and c.listed and any(c.labels)]
    numbers = np.array([x.numbers for c in used for x in c.listed], np.float32)
    labels = np.array([label for c in used for label in c.labels])
    weight = np.concatenate(
        [np.full(len(c.listed), 1.0 if c.kind == "whole" else 0.5) for c in used]
    )
    data = lightgbm.Dataset(numbers, labels, group=[len(c.listed) for c in used], weight=weight)
    return lightgbm.train({**RANK, **COMMON}, data, RANK_TREES)


def ranked(model: lightgbm.Booster, chosen: Sequence[Case]) -> list[list[Ranked]]:
    """Each case's sentences in the model's order."""
    numbers = [x.numbers for c in chosen for x in c.listed]
    strengths = iter(model.predict(np.array(numbers, np.float32)) if numbers else ())
    found = []
    for c in chosen:
        rows = [Ranked(float(next(strengths)), x) for x in c.listed]
        found.append(
            sorted(rows, key=lambda r: (-r.strength, r.candidate.passage, r.candidate.sentence))
        )
    return found


def trust_rows(chosen: Sequence[Case], order: Sequence[list[Ranked]]) -> list[tuple[float, ...]]:
    return [trust.trust_numbers(c.asked, c.matched, r) for c, r in zip(chosen, order, strict=True)]


def train_trust(chosen: Sequence[Case], rows: Sequence[tuple[float, ...]]) -> lightgbm.Booster:
    inside = np.array([c.inside for c in chosen], float)
    # In scope counts double: a wrong refusal is worse than a quote that is beside the point.
    weight = np.where(inside > 0, 2.0, inside.sum() / (1 - inside).sum())
    data = lightgbm.Dataset(np.array(rows, np.float32), inside, weight=weight)
    return lightgbm.train({**TRUST, **COMMON}, data, TRUST_TREES)


def hits(c: Case, order: Sequence[Ranked], most: int) -> bool:
    label = {id(x): value for x, value in zip(c.listed, c.labels, strict=True)}
    return any(label[id(r.candidate)] for r in order[:most])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--share", type=float, default=1.0)
    options.add_argument("--folds-only", action="store_true")
    chosen = options.parse_args()
    began = time.monotonic()
    sets = {
        "SQuAD": (_data.squad(), _data.qqp(), "qqp/pairs.tsv"),
        # BQ's pairs share too few words: no lexical search tells them from others of the bank.
        "CMRC": (_data.cmrc(), _data.bq(), None),
    }
    every: list[Case] = []
    names: list[str] = []
    for name, (data, others, pairs) in sets.items():
        found = list(cases(data, others, chosen.share))
        if pairs:
            found += questions_desks(pairs, data.articles, chosen.share)
        every += found
        names += [name] * len(found)
    print(f"{len(every)} questions, {time.monotonic() - began:.0f} s", flush=True)
    order: list[list[Ranked]] = [[] for _ in every]
    for fold in range(FOLDS):
        model = train_rank([c for c in every if c.fold != fold])
        places = [n for n, c in enumerate(every) if c.fold == fold]
        for n, rows in zip(places, ranked(model, [every[n] for n in places]), strict=True):
            order[n] = rows
    for name in sets:
        here = [
            (c, o)
            for c, o, s in zip(every, order, names, strict=True)
            if s == name and c.ranks and c.kind == "whole"
        ]
        one, three = (sum(hits(c, o, most) for c, o in here) / len(here) for most in (1, 3))
        print(f"{name}: cross-validated, at most 1: {one:.4f}, at most 3: {three:.4f}", flush=True)
    usable = [n for n, rows in enumerate(order) if rows]
    rows = dict(
        zip(usable, trust_rows([every[n] for n in usable], [order[n] for n in usable]), strict=True)
    )
    sure = np.zeros(len(every))
    for fold in range(FOLDS):
        inn = [n for n in usable if every[n].fold != fold]
        model = train_trust([every[n] for n in inn], [rows[n] for n in inn])
        out = [n for n in usable if every[n].fold == fold]
        sure[out] = model.predict(np.array([rows[n] for n in out], np.float32))
    print(
        "scope, cross-validated: desk, AUROC, out of scope answered at 95 % in scope;"
        " answered in scope, out of scope at 0.5"
    )
    for name in sets:
        for kind in sorted({c.kind for c in every}, key=lambda k: (len(k), k)):
            here = [n for n, c in enumerate(every) if names[n] == name and c.kind == kind]
            if not here:
                continue
            inside = np.array([sure[n] for n in here if every[n].inside])
            outside = np.array([sure[n] for n in here if not every[n].inside])
            if not len(outside):
                print(f"{name:6} {kind:12} in {len(inside)}: {np.mean(inside >= 0.5):.3f} answered")
                continue
            at = np.quantile(inside, 0.05)
            area = auroc(inside.tolist(), outside.tolist())
            print(
                f"{name:6} {kind:12} {area:.4f} {np.mean(outside >= at):.3f}"
                f" (at {at:.2f}); {np.mean(inside >= 0.5):.3f} {np.mean(outside >= 0.5):.3f}"
                f" of {len(inside)}, {len(outside)}",
                flush=True,
            )
    if chosen.folds_only:
        return
    rank_model = train_rank(every)
    trust_model = train_trust([every[n] for n in usable], [rows[n] for n in usable])
    OUT.write_text(
        json.dumps(
            {
                "rank": {"names": NUMBERS, "trees": nodes(rank_model)},
                "trust": {"names": trust.TRUST_NUMBERS, "trees": nodes(trust_model)},
            },
            separators=(",", ":"),
        )
        + "\n",
        "utf-8",
    )
    print(
        f"{OUT.name}: {OUT.stat().st_size} bytes, {time.monotonic() - began:.0f} s", file=sys.stderr
    )


if __name__ == "__main__":
    main()
