"""What checking an answer costs: processor time for all its sentences, and digests of what became
of them, by which two versions can be told to judge alike.

    python benchmarks/checking.py [--answers 100] [--profile]

An answer over five passages: two articles of tests/data/planted.jsonl, which its three to five
sentences are about, and three passages of SQuAD or CMRC. One sentence is made up; of the others one
cites nothing, one a wrong number, the rest the right one. "New" means that the passages were not
read before, "known" that they were, by an earlier answer with other sentences.
"""

import argparse
import hashlib
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import _data
from _judging import planted_rows

from dengmi.answer.check import facts, judge, reading
from dengmi.answer.write.citing import Citing
from dengmi.answer.write.draft import Sentenced
from dengmi.answer.write.shown import Shown
from dengmi.core.records import Head, Passage, Sentence
from dengmi.language.sentences import sentences

PASSAGES = 5
LEAST = 3
"""True claims that an article must have."""

HALVES = ("tune", "fresh", "fresh2", "fresh3", "fresh4")


class Answer(NamedTuple):
    """The passages that a model was shown, and two answers to be checked against them."""

    shown: Shown
    drafts: tuple[list[Sentenced], list[Sentenced]]


def passage(article: _data.Text) -> tuple[Head, Passage]:
    """An article as one passage."""
    spans = enumerate(sentences(article.text), 1)
    parts = tuple(Sentence(n=n, start=a, end=b) for n, (a, b) in spans)
    head = Head(pk=1, id=str(article.id), desk="d", source_id="s", title=article.title)
    return head, Passage(id=str(article.id), n=1, text=article.text, sentences=parts)


def draft(
    rows: Sequence[Sequence[dict]], shown: Shown, rng: random.Random
) -> tuple[list[Sentenced], list[Sentenced]]:
    """Two answers about the first passages shown, whose claims are `rows`."""
    claims = [(p, row) for p, some in enumerate(rows, 1) for row in some]
    true = [each for each in claims if each[1]["kind"] == "true"]
    false = [each for each in claims if each[1]["kind"] != "true"]
    rng.shuffle(true)
    rng.shuffle(false)
    half = len(true) // 2
    made = []
    for some, wrong in ((true[:half], false[0]), (true[half:], false[1])):
        parts: list[Sentenced] = []
        for n, (p, row) in enumerate((*some[:4], wrong)):
            right = tuple((p, s) for s in row["cited"])
            elsewhere = (rng.choice(list(shown.refs())),)
            cites = (right, (), elsewhere, right, right)[n]
            parts.append(Sentenced("\n" if n else "", "", row["claim"], cites))
        made.append(parts)
    return made[0], made[1]


def answers(count: int, seed: int = 5) -> Iterator[Answer]:
    """Answers, English and Chinese in turn, as long as there are articles with enough claims that
    were not used before."""
    rng = random.Random(seed)
    pools = {"en": list(_data.squad().articles), "zh": list(_data.cmrc().articles)}
    by_title: dict[str, dict[str, list[dict]]] = {"en": {}, "zh": {}}
    for row in planted_rows():
        if row["half"] in HALVES:
            by_title[row["lang"]].setdefault(row["title"], []).append(row)
    for n in range(count):
        lang = ("en", "zh")[n % 2]
        enough = sorted(title for title, rows in by_title[lang].items() if _enough(rows))
        if len(enough) < 2:
            return
        titles = rng.sample(enough, 2)
        rows = [by_title[lang].pop(title) for title in titles]
        texts = [
            _data.Text(t, t, " ".join(r[0]["article"])) for t, r in zip(titles, rows, strict=True)
        ]
        shown = Shown(tuple(map(passage, (*texts, *rng.sample(pools[lang], PASSAGES - 2)))))
        yield Answer(shown, draft(rows, shown, rng))


def _enough(rows: Sequence[dict]) -> bool:
    """Whether an article has the claims for two answers."""
    true = sum(row["kind"] == "true" for row in rows)
    return true >= LEAST and len(rows) - true > 0


def forget() -> None:
    """Empty what is remembered of texts."""
    reading.read.cache_clear()
    facts.exact_facts.cache_clear()


def check(every: Sequence[Answer], which: int) -> tuple[float, Counter[str], str]:
    """(processor ms an answer, verdicts, digest of them, digest with the citations)."""
    began = time.process_time()
    found = []
    for answer in every:
        citing = Citing(answer.shown, "mark")
        found += [citing.check(sentence) for sentence in answer.drafts[which]]
    took = (time.process_time() - began) * 1000 / len(every)
    verdicts = [each.claim.verdict or "none" if each else "left out" for each in found]
    digests = [hashlib.sha256(repr(part).encode()).hexdigest()[:12] for part in (verdicts, found)]
    return took, Counter(verdicts), " ".join(digests)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--answers", type=int, default=100)
    options.add_argument("--profile", action="store_true")
    chosen = options.parse_args()
    every = list(answers(chosen.answers))
    judge.warm()
    forget()
    if chosen.profile:
        import cProfile
        import pstats

        with cProfile.Profile() as profile:
            check(every, 0)
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)
        return
    print("| | ms of processor time an answer | verdicts | digest |\n|---|---|---|---|")
    for name, which in (("new", 0), ("known", 1)):
        took, verdicts, digest = check(every, which)
        counts = ", ".join(f"{verdict} {count}" for verdict, count in verdicts.most_common())
        print(f"| {name} | {took:.1f} | {counts} | {digest} |")


if __name__ == "__main__":
    main()
