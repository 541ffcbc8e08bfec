"""A process that dies while it makes vectors leaves those that it saved, and the next goes on."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dengmi.core.clock import SystemClock
from dengmi.core.records import SearchQuery
from dengmi.models.meaning import Meaning
from dengmi.search.index.vectors import Vectors
from dengmi.search.searcher import Searcher
from dengmi.settings.options import Settings
from dengmi.settings.semantic import EmbeddingSettings
from dengmi.store.open import open_store
from dengmi.store.store import SqlStore
from tests.contract.given import prepared, source
from tests.fakes.meanings import FakeMeanings, address, fake

__all__ = ["address", "fake"]  # fixtures

pytest.importorskip("usearch", reason="the extra `vectors` is not installed")

pytestmark = pytest.mark.slow

MAKING = """
import asyncio, sys
from pathlib import Path
from dengmi.models.meaning import Meaning
from dengmi.search.index import vector_keeper
from dengmi.settings.options import Settings
from dengmi.settings.semantic import EmbeddingSettings
from dengmi.store.open import open_store

vector_keeper.BATCH = 10
vector_keeper.SAVE_AFTER = vector_keeper.SAVE_SHARE = 0.0

async def main(home, address, model):
    store = open_store(str(home / "s.sqlite"))
    await store.open()
    embedding = EmbeddingSettings(kind="openai", base_url=address, model=model, batch=10)
    meaning = Meaning(Settings(home=home, embedding=embedding), store)
    await meaning.vectors.open()
    await meaning.vectors.catch_up()

asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
"""

ARTICLES = 300


def killed(home: Path, address: str, model: str, fake: FakeMeanings, after: int) -> None:
    """Start a process that makes vectors, and kill it when it has asked for so many texts."""
    there = fake.models.count(model)
    child = subprocess.Popen(
        [sys.executable, "-c", MAKING, str(home), address, model], env={**os.environ}
    )
    until = time.monotonic() + 60
    while fake.models.count(model) - there < after and child.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.002)
    child.kill()  # nothing where it has come to its end
    child.wait()


def settings(home: Path, address: str, model: str) -> Settings:
    embedding = EmbeddingSettings(kind="openai", base_url=address, model=model, deadline=10.0)
    return Settings(home=home, embedding=embedding)


async def texts(store: SqlStore, vectors: Vectors, home: Path, question: str) -> list[str]:
    """What a search finds, with these vectors."""
    search = Searcher(store, home / "index", SystemClock(), vectors=vectors)
    await search.catch_up()
    found = await search.search(SearchQuery(text=question, desk="guide", limit=3))
    await search.close()
    return [hit.passage.text for hit in found.hits]


async def test_killed_again_and_again(tmp_path: Path, address: str, fake: FakeMeanings) -> None:
    store = open_store(str(tmp_path / "s.sqlite"))
    await store.open()
    shelf = await source(store)
    batch = [prepared(f"k{n}", f"An old riddle number {n}.") for n in range(ARTICLES - 1)]
    await store.put_articles(shelf, [*batch, prepared("the", "A red lantern.")])
    fake.delay = 0.005
    for after in (1, 25, 60, 90):
        await asyncio.to_thread(killed, tmp_path, address, "one", fake, after)
    asked = len(fake.texts)
    meaning = Meaning(settings(tmp_path, address, "one"), store)
    assert meaning.vectors is not None
    standing = await meaning.vectors.catch_up()
    assert (standing.complete, standing.count) == (True, ARTICLES)
    assert len(fake.texts) - asked < ARTICLES - 100, "what was saved is not made again"
    assert len(fake.texts) < ARTICLES + 4 * 30, "each kill costs a batch or two"
    assert "A red lantern." in await texts(store, meaning.vectors, tmp_path, "the lamp")
    await meaning.close()
    await store.close()


async def test_killed_while_changing_the_model(
    tmp_path: Path, address: str, fake: FakeMeanings
) -> None:
    store = open_store(str(tmp_path / "s.sqlite"))
    await store.open()
    shelf = await source(store)
    batch = [prepared(f"k{n}", f"An old riddle number {n}.") for n in range(ARTICLES - 1)]
    await store.put_articles(shelf, [*batch, prepared("the", "A red lantern.")])
    old = Meaning(settings(tmp_path, address, "old"), store)
    assert old.vectors is not None
    await old.vectors.catch_up()
    await old.close()
    fake.delay = 0.005
    for after in (5, 50, 80):
        await asyncio.to_thread(killed, tmp_path, address, "new", fake, after)
        new = Meaning(settings(tmp_path, address, "new"), store)
        assert new.vectors is not None
        assert (await new.vectors.standing()).live == "openai:old"
        asked = fake.models.count("old")
        assert "A red lantern." in await texts(store, new.vectors, tmp_path, "the lamp")
        assert fake.models.count("old") == asked + 1, "the old vectors answer"
        await new.close()
    new = Meaning(settings(tmp_path, address, "new"), store)
    assert new.vectors is not None
    standing = await new.vectors.catch_up()
    assert (standing.live, standing.complete, standing.count) == ("openai:new", True, ARTICLES)
    assert "A red lantern." in await texts(store, new.vectors, tmp_path, "the lamp")
    await new.close()
    await store.close()
