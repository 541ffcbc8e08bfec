"""Speed of search over 100,000 passages, beside peers in one run.

    python benchmarks/search_speed.py [--passages N] [--questions N] [--no-peers]

Real news articles are split into passages; when they run out, further ones are put together from
halves of two of them. Questions are those asked about the news. Dengmi is timed in process with
everything a caller gets: question read, index, ranking, passages from the SQLite store. Peers are
timed on the same texts in the terms of the same tokenizer, and return ids alone.
"""

import argparse
import asyncio
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import _data
from _desk import DESK, desk

from dengmi.core.records import SearchQuery
from dengmi.language.words import terms


def texts(wanted: int) -> Iterator[_data.Text]:
    """Real articles first, then articles of two halves, to about that many passages in all."""
    news = _data.news()
    yield from news[:wanted]
    chance = random.Random(7)
    for n in range(wanted - len(news)):
        one, other = chance.choice(news).text, chance.choice(news).text
        text = one[: len(one) // 2] + other[len(other) // 2 :]
        yield _data.Text(f"made-{n}", "", text[: 250 + n % 400])


def tell(label: str, seconds: Sequence[float]) -> None:
    row = sorted(seconds)
    median, late = row[len(row) // 2], row[int(len(row) * 0.99)]
    mean = sum(row) / len(row)
    print(f"  {label:34}{median * 1e3:9.2f}{late * 1e3:9.2f}{mean * 1e3:9.2f}", flush=True)


def timed(ask: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    spent = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        spent.append(time.perf_counter() - began)
    return spent


async def dengmi(articles: Sequence[_data.Text], questions: Sequence[str]) -> None:
    async with desk(articles, tell=True) as search:
        print(f"  {'':34}{'median':>9}{'p99':>9}{'mean':>9}  ms")
        for question in questions[:50]:
            await search.search(SearchQuery(text=question, desk=DESK))
        for label, limit, marked in (
            ("Dengmi, 8 for an answer", 8, False),
            ("Dengmi, 10 marked", 10, True),
        ):
            spent, used = [], time.process_time()
            for question in questions:
                query = SearchQuery(text=question, desk=DESK, limit=limit, marked=marked)
                began = time.perf_counter()
                await search.search(query)
                spent.append(time.perf_counter() - began)
            used = (time.process_time() - used) / len(questions) * 1e3
            tell(f"{label} ({used:.1f} ms CPU)", spent)


def fts5(read: Sequence[Sequence[str]], questions: Sequence[str]) -> None:
    with TemporaryDirectory() as folder:
        base = sqlite3.connect(Path(folder) / "fts.sqlite")
        base.execute("CREATE VIRTUAL TABLE t USING fts5(terms, content='', detail='none')")
        rows = ((" ".join(f"x{term.encode().hex()}" for term in each),) for each in read)
        base.executemany("INSERT INTO t(terms) VALUES (?)", rows)
        base.commit()

        def ask(question: str) -> object:
            match = " OR ".join(
                f"x{term.encode().hex()}" for term in dict.fromkeys(terms(question))
            )
            sql = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT 10"
            return base.execute(sql, (match,)).fetchall()

        tell("SQLite FTS5", timed(ask, questions[:40]))
        base.close()


def bm25s_peer(read: Sequence[Sequence[str]], questions: Sequence[str]) -> None:
    import bm25s

    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index([list(each) for each in read], show_progress=False)
    known = index.vocab_dict

    def ask(question: str) -> object:
        asked = [[term for term in terms(question) if term in known]]
        return index.retrieve(asked, k=10, show_progress=False)

    tell("bm25s", timed(ask, questions[:200]))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--passages", type=int, default=100_000)
    options.add_argument("--questions", type=int, default=2_000)
    options.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    chosen = options.parse_args()
    articles = list(texts(chosen.passages))
    asked = _data.news_questions()
    questions = [each.text for each in asked[:: max(1, len(asked) // chosen.questions)]]
    asyncio.run(dengmi(articles, questions))
    if chosen.peers:
        read = [terms(each.text) for each in articles]
        bm25s_peer(read, questions)
        fts5(read, questions)


if __name__ == "__main__":
    main()
