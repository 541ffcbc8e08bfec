"""The index follows the store, on both databases."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dengmi.core.clock import SystemClock
from dengmi.core.records import Evidence, SearchQuery
from dengmi.search.searcher import Searcher
from dengmi.store.open import open_store
from dengmi.store.store import SqlStore
from tests.contract.given import near, prepared, source


@pytest.fixture
async def search(store: SqlStore, tmp_path: Path) -> AsyncIterator[Searcher]:
    searcher = Searcher(store, tmp_path / "index", SystemClock())
    await searcher.open()
    yield searcher
    await searcher.close()


async def texts(search: Searcher, text: str, desk: str = "guide", **limits: object) -> list[str]:
    evidence = await search.search(SearchQuery(text=text, desk=desk, **limits))
    return [hit.passage.text for hit in evidence.hits]


async def test_changes_are_followed(store: SqlStore, search: Searcher) -> None:
    shelf = await source(store)
    await store.put_articles(shelf, [prepared("a", "The red lantern."), prepared("b", "A riddle.")])
    assert await search.catch_up() == await store.last_change()
    assert await texts(search, "lanterns") == ["The red lantern."]
    await store.put_articles(shelf, [prepared("a", "A blue kite.")])
    await search.catch_up()
    assert await texts(search, "lantern") == []
    assert await texts(search, "blue kites") == ["A blue kite."]
    await store.remove_articles(shelf.id, ["b"])
    assert await texts(search, "riddle") == [], "gone from answers before the index knows"
    await search.catch_up()
    assert (await search.info()).passages == 1


async def test_the_first_search_builds_the_index(store: SqlStore, search: Searcher) -> None:
    await store.put_articles(await source(store), [prepared("a", "灯谜挂在灯笼上。")])
    assert await texts(search, "灯谜") == ["灯谜挂在灯笼上。"]


async def test_an_empty_store_has_no_evidence(search: Searcher) -> None:
    evidence = await search.search(SearchQuery(text="anything at all", desk="guide"))
    assert evidence.hits == ()
    assert evidence.ideal > 0
    assert set(evidence.weights) == {"anyth", "all"} or evidence.weights
    assert (await search.search(SearchQuery(text=" ", desk="guide"))).hits == ()


async def test_desks_and_the_hall(store: SqlStore, search: Searcher) -> None:
    await store.put_articles(await source(store), [prepared("a", "A lantern here.")])
    other = await source(store, "other", "/other")
    await store.put_articles(other, [prepared("a", "A lantern there.")])
    await search.catch_up()
    assert await texts(search, "lantern") == ["A lantern here."]
    assert await texts(search, "lantern", "other") == ["A lantern there."]
    assert sorted(await texts(search, "lantern", "*")) == ["A lantern here.", "A lantern there."]
    assert await texts(search, "lantern", "*", source_id=other.id) == ["A lantern there."]


async def test_the_hall_leaves_private_desks_out(store: SqlStore, tmp_path: Path) -> None:
    await store.put_articles(await source(store), [prepared("a", "A lantern here.")])
    hidden = await source(store, "hidden", "/hidden")
    await store.put_articles(hidden, [prepared(f"k{n}", f"A lantern {n}.") for n in range(50)])
    search = Searcher(store, tmp_path / "index", SystemClock(), private=["hidden"])
    assert await texts(search, "lantern", "*") == ["A lantern here."]
    assert len(await texts(search, "lantern", "hidden")) == 10
    await search.close()


async def test_dates(store: SqlStore, search: Searcher) -> None:
    shelf = await source(store)
    await store.put_articles(
        shelf,
        [
            prepared("a", "The lantern fair of old.", published="2019-02-19"),
            prepared("b", "The lantern fair of now.", published="2025-02-12T08:00:00Z"),
            prepared("c", "The lantern fair, undated."),
        ],
    )
    await search.catch_up()
    assert len(await texts(search, "lantern fair")) == 3
    assert await texts(search, "lantern fair", since="2020-01-01") == ["The lantern fair of now."]
    assert await texts(search, "lantern fair", until="2019") == ["The lantern fair of old."]
    assert (await texts(search, "the latest lantern fair"))[0] == "The lantern fair of now."


async def test_reposts_are_one_hit(store: SqlStore, search: Searcher) -> None:
    shelf = await source(store)
    sketch = tuple(range(64))
    await store.put_articles(
        shelf,
        [
            prepared("a", "A lantern story.", sketch=sketch, url="http://a.example/1"),
            prepared("b", "A lantern story!!", sketch=near(sketch, 2), url="http://b.example/1"),
            prepared("c", "A lantern   story."),
        ],
    )
    await search.catch_up()
    hits = (await search.search(SearchQuery(text="lantern story", desk="guide"))).hits
    assert len(hits) == 1
    assert hits[0].rank == 1


async def test_hits_tell_where_the_words_stand(store: SqlStore, search: Searcher) -> None:
    await store.put_articles(await source(store), [prepared("a", "A riddle.\nTwo lanterns.")])
    await search.catch_up()
    (hit,) = (await search.search(SearchQuery(text="lantern", desk="guide"))).hits
    assert hit.marks == ((), ((4, 12),))
    (bare,) = (await search.search(SearchQuery(text="lantern", desk="guide", marked=False))).hits
    assert bare.marks == ()


async def test_more_is_fetched_when_much_is_gone(store: SqlStore, search: Searcher) -> None:
    shelf = await source(store)
    await store.put_articles(shelf, [prepared(f"k{n}", f"lantern {n}") for n in range(60)])
    await search.catch_up()
    gone = [f"k{n}" for n in range(60) if n % 6]
    await store.remove_articles(shelf.id, gone)
    assert len(await texts(search, "lantern", limit=10)) == 10


@pytest.mark.parametrize("harm", ["state gone", "state broken", "version", "files", "all", "ahead"])
async def test_what_is_harmed_is_built_again(
    store: SqlStore, search: Searcher, tmp_path: Path, harm: str
) -> None:
    await store.put_articles(await source(store), [prepared("a", "A lantern.")])
    await search.catch_up()
    await search.close()
    folder = tmp_path / "index"
    state = folder / "state.json"
    told = json.loads(state.read_text())
    match harm:
        case "state gone":
            state.unlink()
        case "state broken":
            state.write_text("{")
        case "version":
            state.write_text(json.dumps({**told, "version": "0"}))
        case "ahead":
            state.write_text(json.dumps({**told, "seq": 999}))
        case "files":
            for file in (folder / told["folder"]).iterdir():
                file.unlink()  # not emptied in place: a reader's thread may have it mapped
                file.write_bytes(b"")
        case "all":
            for file in folder.rglob("*"):
                if file.is_file():
                    file.unlink()
    again = Searcher(store, folder, SystemClock())
    await again.open()
    try:
        if harm == "ahead":  # as after a store was put back: seen when it catches up
            await again.catch_up()
        assert await texts(again, "lantern") == ["A lantern."]
        assert await again.catch_up() == await store.last_change()
        assert len(list(folder.glob("words-*"))) == 1
    finally:
        await again.close()


async def test_rebuilt_gives_the_same_answer(store: SqlStore, search: Searcher) -> None:
    shelf = await source(store)
    for n in range(12):
        await store.put_articles(shelf, [prepared(f"k{n}", f"lantern {'riddle ' * (n % 4)}{n}")])
        await search.catch_up()

    def ranking(evidence: Evidence) -> list[tuple[str, float]]:
        return [(hit.passage.id, round(hit.score, 4)) for hit in evidence.hits]

    query = SearchQuery(text="lantern riddle", desk="guide")
    before = ranking(await search.search(query))
    await search.rebuild()
    assert ranking(await search.search(query)) == before
    assert len(before) == 10


WORDS = ("lantern", "riddle", "灯谜", "kite")
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"), st.integers(0, 4), st.sampled_from(WORDS), st.sampled_from("dexy")
        ),
        st.tuples(st.just("remove"), st.integers(0, 4), st.just(""), st.sampled_from("de")),
        st.tuples(st.just("catch up"), st.just(0), st.just(""), st.just("")),
    ),
    max_size=8,
)


@given(STEPS, st.sampled_from(WORDS), st.sampled_from("de*"))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_hits_are_what_is_there(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, int, str, str]],
    word: str,
    asked_desk: str,
) -> None:
    """Never a deleted article; every article indexed and still there that holds the word; only
    those of the desk. Articles not yet indexed may be missing until the index caught up."""

    async def run(folder: Path) -> None:
        store = open_store(str(folder / "s.sqlite"))
        await store.open()
        search = Searcher(store, folder / "index", SystemClock())
        there: dict[tuple[str, int], str] = {}
        try:
            for kind, number, text, letter in steps:
                desk = "d" if letter in "dx" else "e"
                if kind == "catch up":
                    await search.catch_up()
                    continue
                shelf = await source(store, desk, f"/{desk}")
                if kind == "put":
                    full = f"{text} {number} {letter}"
                    await store.put_articles(shelf, [prepared(f"k{number}", full)])
                    there[desk, number] = full
                else:
                    await store.remove_articles(shelf.id, [f"k{number}"])
                    there.pop((desk, number), None)
            hits = await texts(search, word, asked_desk, limit=50)
            wanted = {t for (d, _), t in there.items() if asked_desk in ("*", d) and word in t}
            assert set(hits) <= wanted
            await search.catch_up()
            assert set(await texts(search, word, asked_desk, limit=50)) == wanted
        finally:
            await search.close()
            await store.close()

    asyncio.run(run(tmp_path_factory.mktemp("steps")))


async def test_two_searchers_share_a_folder(
    store: SqlStore, search: Searcher, tmp_path: Path
) -> None:
    other = Searcher(store, tmp_path / "index", SystemClock())
    await other.open()
    try:
        shelf = await source(store)
        for n in range(5):
            await store.put_articles(shelf, [prepared(f"k{n}", f"lantern {n}")])
            results = await asyncio.gather(search.catch_up(), other.catch_up())
            assert results == [await store.last_change()] * 2
            assert len(await texts(search, "lantern")) == n + 1
            assert len(await texts(other, "lantern")) == n + 1
    finally:
        await other.close()


async def test_a_busy_index_is_left_to_its_writer(
    store: SqlStore, search: Searcher, tmp_path: Path, new_address: Callable[..., Awaitable[str]]
) -> None:
    from dengmi.core.lock import FileLock
    from dengmi.search.index.keeper import LOCK

    shelf = await source(store)
    with FileLock(tmp_path / "index" / LOCK) as lock:
        assert await asyncio.to_thread(lock.take)
        await store.put_articles(shelf, [prepared("a", "A lantern.")])
        assert await search.catch_up() == 0
        assert await texts(search, "lantern") == []
    assert await search.catch_up() == await store.last_change()
    assert await texts(search, "lantern") == ["A lantern."]
