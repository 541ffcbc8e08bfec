"""Vectors follow the store too, later than words, and join the ranking by words."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dengmi.core.clock import SystemClock
from dengmi.core.errors import ModelFailed
from dengmi.core.ports import Embedder
from dengmi.core.records import SearchQuery
from dengmi.search.index import vector_keeper
from dengmi.search.index.vectors import Vectors
from dengmi.search.searcher import Searcher
from dengmi.store.store import SqlStore
from tests.contract.given import prepared, source

pytest.importorskip("usearch", reason="the extra `vectors` is not installed")

ALIKE = {"lamp": "lantern", "puzzle": "riddle"}


class Meanings:
    """Counts words by their hash, after replacing words by one of the same meaning. `fails` after
    so many texts."""

    def __init__(self, name: str = "meanings-1", dimensions: int = 256) -> None:
        self.name = name
        self.recipe = {"name": name}
        self.dimensions = dimensions
        self.texts: list[str] = []
        self.fails: int | None = None
        self.worths = {"": 1.0}
        self.questions = 0
        self.hangs = False

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        if self.fails is not None and len(self.texts) >= self.fails:
            raise ModelFailed("down", self.name, reason="away")
        self.texts += texts
        return [() if "unspeakable" in text else self._one(text) for text in texts]

    async def open(self) -> None:
        pass

    async def asked(self, question: str) -> Sequence[float] | None:
        self.questions += 1
        if self.hangs:
            await asyncio.sleep(60)
        return self._one(question)

    def worth(self, language: str) -> float:
        return self.worths.get(language, self.worths[""])

    def _one(self, text: str) -> list[float]:
        vector = [0.0001] * self.dimensions
        for word in text.lower().replace(".", " ").split():
            digest = hashlib.sha256(ALIKE.get(word, word).encode()).digest()
            vector[int.from_bytes(digest[:2]) % self.dimensions] += 1.0
        return vector


@asynccontextmanager
async def searching(
    store: SqlStore,
    folder: Path,
    embedder: Embedder,
    reopen: Callable[[Mapping[str, str]], Embedder | None] = lambda _: None,
    deadline: float = 5.0,
) -> AsyncIterator[tuple[Searcher, Vectors]]:
    vectors = Vectors(store, folder / "index", embedder, reopen, deadline)
    search = Searcher(store, folder / "index", SystemClock(), vectors=vectors)
    await search.open()
    try:
        await search.catch_up()
        yield search, vectors
    finally:
        await search.close()
        await vectors.close()


async def found(search: Searcher, text: str, desk: str = "guide") -> list[str]:
    evidence = await search.search(SearchQuery(text=text, desk=desk, limit=2))
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
    async with searching(store, tmp_path, embedder) as (search, vectors):
        assert await found(search, "lamp") == [], "words answer before there are vectors"
        standing = await vectors.catch_up()
        assert standing.complete
        assert (standing.count, len(embedder.texts)) == (3, 3)
        assert (await found(search, "lamp"))[0] == "A red lantern."
        await store.put_articles(shelf, [prepared("a", "A blue kite.")])
        await search.catch_up()
        assert (await vectors.standing()).complete is False
        await vectors.catch_up()
        assert len(embedder.texts) == 4, "only what changed is embedded again"
        assert (await found(search, "puzzle"))[0] == "An old riddle."
        await store.remove_articles(shelf.id, ["b"])
        assert "An old riddle." not in await found(search, "puzzle")
        standing = await vectors.catch_up()
        assert (standing.complete, standing.count) == (True, 2)
        await store.put_articles(shelf, [prepared("b", "An old riddle.")])
        await vectors.catch_up()
        assert (await found(search, "puzzle"))[0] == "An old riddle."
    async with searching(store, tmp_path, embedder) as (search, vectors):
        asked = len(embedder.texts)
        assert (await vectors.catch_up()).complete
        assert len(embedder.texts) == asked, "what was made is there after a restart"
        assert (await found(search, "puzzle"))[0] == "An old riddle."


async def test_words_are_searchable_while_vectors_are_made(store: SqlStore, tmp_path: Path) -> None:
    shelf = await source(store)
    await store.put_articles(shelf, [prepared("a", "A red lantern.")])
    embedder = Meanings()
    waiting, go = asyncio.Event(), asyncio.Event()
    embed = embedder.embed

    async def slowly(texts: Sequence[str]) -> Sequence[Sequence[float]]:
        waiting.set()
        await go.wait()
        return await embed(texts)

    embedder.embed = slowly  # type: ignore[method-assign]
    async with searching(store, tmp_path, embedder) as (search, vectors):
        making = asyncio.create_task(vectors.catch_up())
        await waiting.wait()
        await store.put_articles(shelf, [prepared("b", "A paper boat.")])
        assert await search.catch_up() == await store.last_change()
        assert await found(search, "boat") == ["A paper boat."]
        go.set()
        assert (await making).complete


async def test_the_old_vectors_answer_until_the_new_ones_are_complete(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_keeper, "BATCH", 1)
    shelf = await source(store)
    texts = ["A red lantern.", "An old riddle.", "Tea."]
    await store.put_articles(shelf, [prepared(text, text) for text in texts])
    old, new = Meanings("old"), Meanings("new", dimensions=128)
    async with searching(store, tmp_path, old) as (_, vectors):
        await vectors.catch_up()
    recipes = []

    def reopen(recipe: Mapping[str, str]) -> Embedder:
        recipes.append(recipe)
        return old

    new.fails = 2
    async with searching(store, tmp_path, new, reopen) as (search, vectors):
        with pytest.raises(ModelFailed):
            await vectors.catch_up()
        standing = await vectors.standing()
        assert (standing.live, standing.making) == ("old", 2)
        assert (await found(search, "lamp"))[0] == "A red lantern."
        assert (old.questions, new.questions) == (1, 0)
        assert recipes == [{"name": "old"}]
        new.fails = None
        standing = await vectors.catch_up()
        assert (standing.live, standing.complete) == ("new", True)
        assert len(new.texts) == 3, "what was made before the failure is kept"
        assert (await found(search, "lamp"))[0] == "A red lantern."
        assert (old.questions, new.questions) == (1, 1)
    assert len(list((tmp_path / "index" / "vectors").glob("set-*"))) == 1


async def test_without_the_old_embedder_words_answer(store: SqlStore, tmp_path: Path) -> None:
    shelf = await source(store)
    await store.put_articles(shelf, [prepared("a", "A red lantern.")])
    async with searching(store, tmp_path, Meanings("old")) as (_, vectors):
        await vectors.catch_up()
    new = Meanings("new")
    new.fails = 0
    async with searching(store, tmp_path, new) as (search, vectors):
        assert await found(search, "lamp") == []
        assert await found(search, "lantern") == ["A red lantern."]


async def test_a_model_that_became_another_one_starts_over(store: SqlStore, tmp_path: Path) -> None:
    shelf = await source(store)
    await store.put_articles(shelf, [prepared("a", "A red lantern.")])
    async with searching(store, tmp_path, Meanings()) as (_, vectors):
        await vectors.catch_up()
    await store.put_articles(shelf, [prepared("b", "An old riddle.")])
    other = Meanings(dimensions=64)
    async with searching(store, tmp_path, other) as (search, vectors):
        assert await found(search, "lantern") == ["A red lantern."]
        standing = await vectors.catch_up()
        assert (standing.complete, standing.count) == (True, 2)
        assert (await found(search, "lamp"))[0] == "A red lantern."


async def test_failing_again_and_again_writes_nothing(store: SqlStore, tmp_path: Path) -> None:
    shelf = await source(store)
    await store.put_articles(shelf, [prepared("a", "A red lantern.")])
    embedder = Meanings()
    async with searching(store, tmp_path, embedder) as (_, vectors):
        await vectors.catch_up()
        await store.put_articles(shelf, [prepared("b", "An old riddle.")])
        embedder.fails = 0
        before = {path: path.stat().st_mtime_ns for path in (tmp_path / "index").rglob("*.*")}
        for _ in range(3):
            with pytest.raises(ModelFailed):
                await vectors.catch_up()
        assert before == {
            path: path.stat().st_mtime_ns for path in (tmp_path / "index").rglob("*.*")
        }
        embedder.fails = None
        assert (await vectors.catch_up()).complete


async def test_damaged_or_lost_files_are_made_anew(store: SqlStore, tmp_path: Path) -> None:
    shelf = await source(store)
    await store.put_articles(shelf, [prepared("a", "A red lantern.")])
    embedder = Meanings()
    async with searching(store, tmp_path, embedder) as (_, vectors):
        await vectors.catch_up()
    (rows,) = (tmp_path / "index" / "vectors").rglob("*.rows")
    rows.write_bytes(b"\xc1 not rows")
    await store.put_articles(shelf, [prepared("b", "An old riddle.")])
    async with searching(store, tmp_path, embedder) as (search, vectors):
        assert await found(search, "lantern") == ["A red lantern."]
        assert (await vectors.catch_up()).complete
        assert (await found(search, "lamp"))[0] == "A red lantern."


async def test_an_embedder_that_hangs_delays_nothing(store: SqlStore, tmp_path: Path) -> None:
    shelf = await source(store)
    await store.put_articles(shelf, [prepared("a", "A red lantern.")])
    embedder = Meanings()
    async with searching(store, tmp_path, embedder, deadline=0.2) as (search, vectors):
        await vectors.catch_up()
        embedder.hangs = True
        began = asyncio.get_running_loop().time()
        assert await found(search, "lantern") == ["A red lantern."]
        assert asyncio.get_running_loop().time() - began < 1.0


async def test_languages_that_are_not_helped_are_not_asked(store: SqlStore, tmp_path: Path) -> None:
    shelf = await source(store)
    await store.put_articles(shelf, [prepared("a", "A red lantern.")])
    embedder = Meanings()
    embedder.worths = {"": 1.0, "zh": 0.0}
    async with searching(store, tmp_path, embedder) as (search, vectors):
        await vectors.catch_up()
        await found(search, "灯笼在哪里？")
        await found(search, "the latest lantern")
        assert embedder.questions == 0, "nor are questions that wish for a time"
        await found(search, "the red lamp")
        assert embedder.questions == 1


async def test_a_small_desk_is_found_among_many_others(store: SqlStore, tmp_path: Path) -> None:
    big, small = await source(store, "big"), await source(store, "small")
    await store.put_articles(big, [prepared(f"k{n}", f"lantern number {n}.") for n in range(300)])
    await store.put_articles(small, [prepared("a", "A lantern of our own.")])
    async with searching(store, tmp_path, Meanings()) as (search, vectors):
        await vectors.catch_up()
        assert await found(search, "lamp", "small") == ["A lantern of our own."]


async def test_passages_that_the_model_refuses_have_no_vector(
    store: SqlStore, tmp_path: Path
) -> None:
    shelf = await source(store)
    await store.put_articles(shelf, [prepared("a", "A red lantern."), prepared("b", "unspeakable")])
    async with searching(store, tmp_path, Meanings()) as (search, vectors):
        standing = await vectors.catch_up()
        assert (standing.complete, standing.count, standing.refused) == (True, 1, 1)
        assert (await found(search, "unspeakable"))[0] == "unspeakable"


async def test_nothing_to_embed_makes_nothing(store: SqlStore, tmp_path: Path) -> None:
    async with searching(store, tmp_path, Meanings()) as (search, vectors):
        await vectors.catch_up()
        assert await found(search, "lamp") == []
    assert not (tmp_path / "index" / "vectors").exists()


class Backwards:
    """Prefers what comes last; says nothing while it is `away`."""

    name = "backwards"
    most = 3

    def __init__(self) -> None:
        self.away = False
        self.texts: Sequence[str] = ()

    async def open(self) -> None:
        pass

    async def rerank(self, question: str, texts: Sequence[str]) -> Sequence[float] | None:
        self.texts = texts
        return None if self.away else [float(n) for n in range(len(texts))]


async def test_the_first_few_are_read_again(store: SqlStore, tmp_path: Path) -> None:
    shelf = await source(store)
    texts = ["lantern " * n + "or so." for n in (5, 4, 3, 2, 1)]
    await store.put_articles(shelf, [prepared(f"k{n}", text) for n, text in enumerate(texts)])
    reranker = Backwards()
    search = Searcher(store, tmp_path / "index", SystemClock(), reranker=reranker)
    await search.catch_up()
    query = SearchQuery(text="lantern", desk="guide", limit=2)
    reranker.away = True
    plain = await search.search(replace(query, limit=5))
    first = [hit.passage.text for hit in plain.hits]
    assert len(reranker.texts) == 3
    reranker.away = False
    found = await search.search(query)
    assert [hit.passage.text for hit in found.hits] == [first[2], first[1]]
    assert [hit.rank for hit in found.hits] == [1, 2]
    assert [hit.score for hit in found.hits] == [plain.hits[2].score, plain.hits[1].score]
    timed = await search.search(replace(query, text="the latest lantern"))
    assert len(timed.hits) == 2
    assert [hit.passage.text for hit in timed.hits] == first[:2]
    await search.close()
