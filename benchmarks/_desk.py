"""A desk filled with articles: the real path from article to search, on a real store.

A large desk is kept in the temporary folder and used again while nothing that shapes it has
changed.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from _data import Text

import dengmi
from dengmi.core.clock import SystemClock
from dengmi.core.ids import content_hash
from dengmi.core.records import Draft, Prepared
from dengmi.corpus.blocks import blocks
from dengmi.corpus.split import passages
from dengmi.search.searcher import Searcher
from dengmi.store.open import open_store
from dengmi.store.store import SqlStore

DESK = "bench"
BATCH = 1_000
KEPT_FROM = 20_000
"""Articles from which on a filled desk is kept for the next run."""

_SHAPING = ("core", "language", "corpus/blocks.py", "corpus/split.py", "search/index", "store")


@asynccontextmanager
async def desk(articles: Sequence[Text], tell: bool = False) -> AsyncIterator[Searcher]:
    """A searcher over these articles, each under its own id in the desk `DESK`."""
    async with filled(articles, tell) as (_, __, search):
        yield search


@asynccontextmanager
async def filled(
    articles: Sequence[Text], tell: bool = False
) -> AsyncIterator[tuple[SqlStore, Path, Searcher]]:
    """The same, with its store and the folder of its index."""
    with _home(articles) as home:
        store = open_store(str(home / "dengmi.sqlite"))
        await store.open()
        search = Searcher(store, home / "index", SystemClock())
        await search.open()
        try:
            began = time.perf_counter()
            done = home / "filled"
            if not done.exists():
                await _fill(store, articles)
            stored = time.perf_counter()
            await search.catch_up()
            if tell:
                count = (await search.info()).passages
                spent = f"stored in {stored - began:.1f} s, indexed in "
                spent += f"{time.perf_counter() - stored:.1f} s"
                spent = "kept from an earlier run" if done.exists() else spent
                print(f"{len(articles)} articles, {count} passages: {spent}", flush=True)
            done.touch()
            yield store, home / "index", search
        finally:
            await search.close()
            await store.close()


@contextmanager
def _home(articles: Sequence[Text]) -> Iterator[Path]:
    if len(articles) < KEPT_FROM:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    home = Path(tempfile.gettempdir()) / f"dengmi-bench-{_version(articles)}"
    if not (home / "filled").exists():
        shutil.rmtree(home, ignore_errors=True)
    home.mkdir(exist_ok=True)
    yield home


def _version(articles: Sequence[Text]) -> str:
    """What decides how a filled desk looks: the articles and the code that stores them."""
    seen = hashlib.blake2b(digest_size=8)
    for article in articles:
        seen.update(article.text.encode())
    root = Path(dengmi.__file__).parent
    for name in _SHAPING:
        path = root / name
        for file in sorted(path.rglob("*.*")) if path.is_dir() else [path]:
            if file.suffix in (".py", ".sql", ".txt"):
                seen.update(file.read_bytes())
    return seen.hexdigest()


async def _fill(store: SqlStore, articles: Sequence[Text]) -> None:
    """Store the articles; where there are many, other processes prepare them meanwhile."""
    await store.ensure_desk(DESK)
    source = await store.add_source(DESK, "jsonl", "/articles.jsonl", {})
    parts = [articles[at : at + BATCH] for at in range(0, len(articles), BATCH)]
    if len(parts) < 10:
        for part in parts:
            await store.put_articles(source, _prepared(part))
        return
    with ProcessPoolExecutor(os.cpu_count()) as helpers:
        for batch in helpers.map(_prepared, parts):
            await store.put_articles(source, batch)


def _prepared(articles: Sequence[Text]) -> list[Prepared]:
    return [_one(article) for article in articles]


def _one(article: Text) -> Prepared:
    draft = Draft(
        key=article.id, id=article.id, title=article.title, body=article.text, form="text"
    )
    return Prepared(
        draft=draft,
        content_hash=content_hash(article.title, article.text),
        passages=passages(DESK, article.id, article.title, blocks(article.text, "text")),
    )
