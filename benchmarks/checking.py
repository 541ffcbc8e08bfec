"""What checking an answer costs: processor time for all its sentences, and a digest of what became of
them, by which two versions can be told to judge alike.

    python benchmarks/checking.py [--answers 150] [--profile]

An answer of five sentences over five passages of SQuAD or CMRC (half and half): two sentences told
anew with the right number, two without a number, one with another's. "New" means that the passages
were not read before, "known" that they were, by an earlier answer with other sentences.
"""

import argparse
import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import _data

from dengmi.answer.check import facts, judge, reading
from dengmi.answer.write.citing import Citing
from dengmi.answer.write.draft import Sentenced
from dengmi.answer.write.shown import Shown
from dengmi.core.records import Head, Passage, Sentence
from dengmi.language.sentences import sentences

PASSAGES = 5


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


def told(sentence: str, rng: random.Random) -> str:
    """A sentence in a few other words: two of its pieces left out or exchanged."""
    latin = sentence.isascii()
    pieces = sentence.split(" ") if latin else [sentence[n : n + 2] for n in range(0, 400, 2)]
    pieces = [piece for piece in pieces if piece]
    del pieces[rng.randrange(len(pieces))]
    if len(pieces) > 3:
        a, b = rng.sample(range(len(pieces)), 2)
        pieces[a], pieces[b] = pieces[b], pieces[a]
    return (" " if latin else "").join(pieces)


def draft(shown: Shown, rng: random.Random) -> list[Sentenced]:
    """Five sentences of an answer."""
    refs = rng.sample(list(shown.refs()), 6)
    made = []
    for n, (p, s) in enumerate(refs[:5]):
        cites = (((p, s),), ((p, s),), (), (), (refs[5],))[n]
        text = told(shown.places[p - 1][1].quote(s), rng)
        made.append(Sentenced("\n" if n else "", "", text, cites))
    return made


def answers(count: int, seed: int = 5) -> Iterator[Answer]:
    """Answers, English and Chinese in turn; none shares passages with another."""
    rng = random.Random(seed)
    pools = [rng.sample(list(data.articles), PASSAGES * count // 2) for data in (
        _data.squad(), _data.cmrc()
    )]  # fmt: skip
    for n in range(count):
        pool = pools[n % 2]
        chosen = [passage(pool.pop()) for _ in range(PASSAGES)]
        shown = Shown(tuple(chosen))
        yield Answer(shown, (draft(shown, rng), draft(shown, rng)))


def forget() -> None:
    """Empty what is remembered of texts."""
    reading.read.cache_clear()
    facts.exact_facts.cache_clear()


def check(every: Sequence[Answer], which: int) -> tuple[float, str]:
    """(processor ms an answer, digest)."""
    digest = hashlib.sha256()
    began = time.process_time()
    found = []
    for answer in every:
        citing = Citing(answer.shown, "mark")
        found += [citing.check(sentence) for sentence in answer.drafts[which]]
    took = (time.process_time() - began) * 1000 / len(every)
    digest.update(repr(found).encode())
    return took, digest.hexdigest()[:16]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--answers", type=int, default=150)
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
    print("| | ms of processor time an answer | digest |\n|---|---|---|")
    for name, which in (("new", 0), ("known", 1)):
        took, digest = check(every, which)
        print(f"| {name} | {took:.1f} | {digest} |")


if __name__ == "__main__":
    main()
