"""Quote answers over whole corpora, through the real path: store, index, search, quote.

    python benchmarks/quotes.py [--every N] [--only squad,cmrc]

Prints the share of questions whose quotes hold a gold answer, for at most one and at most three
sentences, with their mean length in characters, beside the plain way: the best sentences of the
first three passages by the passage's score plus the weight of the question's words in them, as it
is and with words of the title left out. A question that is
declined counts as a miss in the rows "as answered". The shipped trees were trained on these
questions; for questions they never saw, see the cross-validated numbers of train_quote.py.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

import _data
from _desk import DESK, desk

from dengmi.answer.quote import quote
from dengmi.core.records import Citation, Evidence, SearchQuery
from dengmi.language.words import terms

SETS = {"squad": _data.squad, "cmrc": _data.cmrc}
LIMIT = 8

Quotes = Sequence[str]
Way = Callable[[str, Evidence, int], Quotes]


def plain(_: str, evidence: Evidence, most: int) -> Quotes:
    """The plain way: words of the question in the sentence, plus the passage's score."""
    found = []
    for hit in evidence.hits[:3]:
        for sentence in hit.passage.sentences:
            text = hit.passage.quote(sentence.n)
            held = sum(evidence.weights.get(term, 0.0) for term in set(terms(text)))
            found.append((held + 0.5 * hit.score, text))
    found.sort(key=lambda pair: -pair[0])
    return [text for _, text in found[:most]]


def neutral(_: str, evidence: Evidence, most: int) -> Quotes:
    """The same, but words of the title count for nothing and the passage's score for more."""
    found = []
    for hit in evidence.hits[:3]:
        title = set(terms(hit.head.title))
        for sentence in hit.passage.sentences:
            text = hit.passage.quote(sentence.n)
            held = sum(evidence.weights.get(term, 0.0) for term in set(terms(text)) - title)
            found.append((held + hit.score, text))
    found.sort(key=lambda pair: -pair[0])
    return [text for _, text in found[:most]]


def ours(question: str, evidence: Evidence, most: int, neighbours: bool, all_asked: bool) -> Quotes:
    """Dengmi's quotes; `all_asked`: also where it would rather decline."""
    quoted = quote(question, evidence, most, neighbours=neighbours)
    citations: tuple[Citation, ...] = quoted.citations
    if all_asked:
        citations = citations or quoted.nearest
    return [citation.quote for citation in citations]


WAYS: dict[str, Way] = {
    "plain: score + words held": plain,
    "plain, title-neutral": neutral,
    "bare sentences": partial(ours, neighbours=False, all_asked=True),
    "with neighbours": partial(ours, neighbours=True, all_asked=True),
    "bare, as answered": partial(ours, neighbours=False, all_asked=False),
    "with neighbours, as answered": partial(ours, neighbours=True, all_asked=False),
}


async def gathered(data: _data.Set, every: int) -> list[tuple[_data.Asked, Evidence]]:
    """Each question with what the real search finds for it."""
    async with desk(data.articles) as search:
        return [
            (q, await search.search(SearchQuery(text=q.text, desk=DESK, limit=LIMIT, marked=False)))
            for q in data.queries[::every]
        ]


def show(name: str, asked: Sequence[tuple[_data.Asked, Evidence]]) -> None:
    """Print the table of one set."""
    print(f"{name}: {len(asked)} questions; share that hold an answer (characters quoted)")
    print(f"  {'':30} {'at most 1':>16} {'at most 3':>16}")
    for way, choose in WAYS.items():
        cells = []
        for most in (1, 3):
            held = length = 0
            for q, evidence in asked:
                quotes = choose(q.text, evidence, most)
                length += sum(map(len, quotes))
                held += any(answer in text for answer in q.answers for text in quotes)
            cells.append(f"{held / len(asked):.3f} ({length / len(asked):5.0f})")
        print(f"  {way:30} {cells[0]:>16} {cells[1]:>16}", flush=True)
    times = []
    for q, evidence in asked[:2000]:
        began = time.process_time()
        quote(q.text, evidence)
        times.append(time.process_time() - began)
    print(f"  time of quote(): median {statistics.median(times) * 1000:.2f} ms of one core")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1, help="take every Nth question")
    options.add_argument("--only", default="squad,cmrc")
    chosen = options.parse_args()
    for name in chosen.only.split(","):
        show(name, asyncio.run(gathered(SETS[name](), chosen.every)))


if __name__ == "__main__":
    main()
