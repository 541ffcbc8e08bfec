"""Retrieval quality at article level, beside its peers in one run.

    python benchmarks/retrieval.py [--every N] [--only scifact,squad,cmrc]

Peers: plain BM25 over Dengmi's own terms (k1 1.2, b 0.75), bm25s with its defaults, and txtai's
default hybrid index where its models can be had. Dengmi runs its real path: article, blocks,
passages, store, index, search; an article stands where its best passage does.
"""

import argparse
import asyncio
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from math import log2

import _data
from _desk import DESK, desk

from dengmi.core.records import SearchQuery
from dengmi.language.words import terms

SETS = {"scifact": _data.scifact, "squad": _data.squad, "cmrc": _data.cmrc}
DEPTH = 10

Ranking = Mapping[str, Sequence[str]]


def ndcg(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """nDCG@10 with the grade as gain."""
    best = sorted(grades.values(), reverse=True)[:DEPTH]
    gained = sum(grades.get(a, 0) / log2(n + 2) for n, a in enumerate(ranked[:DEPTH]))
    return gained / sum(grade / log2(n + 2) for n, grade in enumerate(best))


def recall(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """Share of the relevant articles among the first ten."""
    return sum(a in grades for a in ranked[:DEPTH]) / len(grades)


def plain(data: _data.Set) -> Ranking:
    """BM25 over Dengmi's terms, whole articles."""
    return _bm25s(data, [terms(f"{a.title}\n{a.text}") for a in data.articles], terms)


def bm25s_defaults(data: _data.Set) -> Ranking:
    """bm25s as it comes: its own tokenizer, English stop words."""
    import bm25s

    index = bm25s.BM25()
    index.index(
        bm25s.tokenize([f"{a.title}\n{a.text}" for a in data.articles], show_progress=False),
        show_progress=False,
    )
    asked = bm25s.tokenize([q.text for q in data.queries], show_progress=False)
    found, _ = index.retrieve(asked, k=DEPTH, show_progress=False)
    return _named(data, found)


def txtai_hybrid(data: _data.Set) -> Ranking:
    """txtai's default hybrid index. Raises OSError when its model cannot be had."""
    from txtai import Embeddings

    index = Embeddings(hybrid=True)
    index.index((n, f"{a.title}\n{a.text}", None) for n, a in enumerate(data.articles))
    return {
        q.id: [data.articles[n].id for n, _ in index.search(q.text, DEPTH)] for q in data.queries
    }


async def dengmi(data: _data.Set) -> Ranking:
    """Dengmi's own search."""
    async with desk(data.articles) as search:
        found = {}
        for asked in data.queries:
            query = SearchQuery(text=asked.text, desk=DESK, limit=2 * DEPTH, marked=False)
            evidence = await search.search(query)
            found[asked.id] = list(dict.fromkeys(hit.head.id for hit in evidence.hits))
        return found


def _bm25s(data: _data.Set, articles: list[list[str]], read: Callable[[str], list[str]]) -> Ranking:
    import bm25s

    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index(articles, show_progress=False)
    found, _ = index.retrieve([read(q.text) for q in data.queries], k=DEPTH, show_progress=False)
    return _named(data, found)


def _named(data: _data.Set, found: Sequence[Sequence[int]]) -> Ranking:
    return {
        asked.id: [data.articles[int(n)].id for n in row]
        for asked, row in zip(data.queries, found, strict=True)
    }


def _scores(data: _data.Set, ranking: Ranking) -> Iterator[float]:
    """nDCG and recall over all questions, then nDCG over each half."""
    halves = _data.halves(data)
    for part, measure in (
        (data.queries, ndcg),
        (data.queries, recall),
        *((h, ndcg) for h in halves),
    ):
        values = [measure(ranking[asked.id], data.qrels[asked.id]) for asked in part]
        yield sum(values) / max(1, len(values))


def _row(data: _data.Set, label: str, run: Callable[[_data.Set], Ranking]) -> None:
    began = time.perf_counter()
    cells = "".join(f"{value:9.4f}" for value in _scores(data, run(data)))
    print(f"  {label:34}{cells}{time.perf_counter() - began:9.1f}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--every", type=int, default=1, help="ask one question in N")
    options.add_argument("--only", default=",".join(SETS), help="sets, divided by commas")
    chosen = options.parse_args()
    for name in chosen.only.split(","):
        data = SETS[name]()
        if chosen.every > 1:
            few = [q for q in data.queries if zlib.crc32(q.id.encode()) % chosen.every == 0]
            data = data._replace(queries=few)
        print(f"{name}: {len(data.articles)} articles, {len(data.queries)} questions")
        print(f"  {'':34}{'nDCG@10':>9}{'R@10':>9}{'half A':>9}{'half B':>9}{'seconds':>9}")
        _row(data, "BM25 1.2/0.75, Dengmi's terms", plain)
        _row(data, "bm25s, its defaults", bm25s_defaults)
        if find_spec("txtai") is None:
            print("  txtai hybrid: skipped, txtai is not installed")
        else:
            try:
                _row(data, "txtai, its default hybrid index", txtai_hybrid)
            except OSError as error:
                print(f"  txtai hybrid: skipped, its model cannot be had ({error})")
        _row(data, "Dengmi", lambda part: asyncio.run(dengmi(part)))


if __name__ == "__main__":
    main()
