"""A desk filled with articles: the real path from article to search, on a real store in a
temporary folder."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from _data import Text

from dengmi.core.clock import SystemClock
from dengmi.core.ids import content_hash
from dengmi.core.records import Draft, Prepared
from dengmi.corpus.blocks import blocks
from dengmi.corpus.split import passages
from dengmi.search.searcher import Searcher
from dengmi.store.open import open_store

DESK = "bench"


@asynccontextmanager
async def desk(articles: Sequence[Text], tell: bool = False) -> AsyncIterator[Searcher]:
    """A searcher over these articles, each under its own id in the desk `DESK`."""
    with TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "dengmi.sqlite"))
        await store.open()
        search = Searcher(store, Path(folder) / "index", SystemClock())
        await search.open()
        try:
            began = time.perf_counter()
            await store.ensure_desk(DESK)
            source = await store.add_source(DESK, "jsonl", "/articles.jsonl", {})
            for at in range(0, len(articles), 500):
                await store.put_articles(source, [_prepared(a) for a in articles[at : at + 500]])
            stored = time.perf_counter()
            await search.catch_up()
            if tell:
                count = (await search.info()).passages
                print(
                    f"{len(articles)} articles, {count} passages: stored in {stored - began:.1f} s,"
                    f" indexed in {time.perf_counter() - stored:.1f} s",
                    flush=True,
                )
            yield search
        finally:
            await search.close()
            await store.close()


def _prepared(article: Text) -> Prepared:
    draft = Draft(
        key=article.id, id=article.id, title=article.title, body=article.text, form="text"
    )
    return Prepared(
        draft=draft,
        content_hash=content_hash(article.title, article.text),
        passages=passages(DESK, article.id, article.title, blocks(article.text, "text")),
    )
