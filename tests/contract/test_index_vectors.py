"""Vectors follow the store too, and join the ranking by words."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from dengmi.core.clock import SystemClock
from dengmi.core.records import SearchQuery
from dengmi.search.fuse import fused
from dengmi.search.searcher import Searcher
from dengmi.store.store import SqlStore
from tests.contract.given import prepared, source

pytest.importorskip("usearch", reason="the extra `vectors` is not installed")

ALIKE = {"lamp": "lantern", "puzzle": "riddle"}


class Meanings:
    """Counts words by their hash, after replacing words by one of the same meaning."""

    dimensions = 256

    def __init__(self, name: str = "meanings-1") -> None:
        self.name = name
        self.asked = 0

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.asked += len(texts)
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> list[float]:
        vector = [0.0001] * self.dimensions
        for word in text.lower().replace(".", " ").split():
            digest = hashlib.sha256(ALIKE.get(word, word).encode()).digest()
            vector[digest[0]] += 1.0
        return vector


async def found(search: Searcher, text: str) -> list[str]:
    evidence = await search.search(SearchQuery(text=text, desk="guide", limit=2))
    return [hit.passage.text for hit in evidence.hits]


async def test_meanings_are_found_and_followed(store: SqlStore, tmp_path: Path) -> None:
    shelf = await source(store)
    batch = [
        prepared("a", "A red lantern."),
        prepared("b", "An old riddle."),
        prepared("c", "Tea."),
    ]
    await store.put_articles(shelf, batch)
    embedder = Meanings()
    search = Searcher(store, tmp_path / "index", SystemClock(), embedder)
    await search.open()
    try:
        assert await search.catch_up() == await store.last_change()
        assert embedder.asked == 3
        assert (await found(search, "lamp"))[0] == "A red lantern."
        await store.put_articles(shelf, [prepared("a", "A blue kite.")])
        await search.catch_up()
        assert embedder.asked == 3 + 1 + 1, "only what changed is embedded again"
        assert (await found(search, "puzzle"))[0] == "An old riddle."
        await store.remove_articles(shelf.id, ["b"])
        assert "An old riddle." not in await found(search, "puzzle")
        assert await search.catch_up() == await store.last_change()
    finally:
        await search.close()


async def test_another_embedder_starts_over(store: SqlStore, tmp_path: Path) -> None:
    await store.put_articles(await source(store), [prepared("a", "A red lantern.")])
    for embedder in (Meanings(), Meanings("meanings-2")):
        search = Searcher(store, tmp_path / "index", SystemClock(), embedder)
        await search.open()
        await search.catch_up()
        assert embedder.asked == 1
        await search.catch_up()
        assert embedder.asked == 1
        await search.close()


def test_fusing() -> None:
    assert fused(["a", "b", "c"], ["c", "d"]) == ["c", "a", "b", "d"]
    assert fused([]) == []
