"""A question's life: recorded, answered once, the same again when delivered again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from dengmi.answer.desks import Desks
from dengmi.answer.ladder import Ladder
from dengmi.core.clock import SystemClock
from dengmi.core.errors import BadInput, NotFound, Unavailable
from dengmi.core.events import Cited, Done, Event, Failed, Found, Notice, Spent, Text
from dengmi.core.records import Answer, Evidence, Question, SearchQuery
from dengmi.search.searcher import Searcher
from dengmi.store.store import SqlStore
from tests.contract.given import prepared, source, unfinished

RIDDLE = "The lantern riddle of the south gate was written by Wu Qing in 1932."


@pytest.fixture
async def search(store: SqlStore, tmp_path: Path) -> AsyncIterator[Searcher]:
    searcher = Searcher(store, tmp_path / "index", SystemClock())
    await searcher.open()
    await store.put_articles(
        await source(store),
        [prepared("riddles", RIDDLE, title="Riddles"), prepared("tea", "Tea is grown on hills.")],
    )
    await searcher.catch_up()
    yield searcher
    await searcher.close()


@pytest.fixture
def ladder(store: SqlStore, search: Searcher) -> Ladder:
    return Ladder(store, search, SystemClock())


def asked(text: str = "Who wrote the lantern riddle of the south gate?", **more: str) -> Question:
    return replace(Question(id="", desk="guide", text=text), **more)


async def events(ladder: Ladder, question: Question) -> list[Event]:
    return [event async for event in ladder.ask(question)]


def told(some: list[Event]) -> Answer:
    assert isinstance(some[-1], Done)
    return some[-1].answer


async def test_the_order_of_events(ladder: Ladder, store: SqlStore) -> None:
    some = await events(ladder, asked())
    assert [type(event) for event in some] == [Found, Text, Cited, Spent, Done]
    answer = told(some)
    assert (answer.level, answer.grounded, answer.cost.micros) == ("quote", True, 0)
    assert answer.text == f"{RIDDLE} [1]"
    assert answer.text == "".join(event.text for event in some if isinstance(event, Text))
    kept = await store.answer(answer.id)
    assert kept is not None and kept.text == answer.text
    assert not await unfinished(store)


async def test_a_question_nobody_wrote_about(ladder: Ladder, store: SqlStore) -> None:
    answer = told(await events(ladder, asked("How do I repair the gearbox of a tractor?")))
    assert not answer.grounded and answer.citations == ()
    assert "do not answer" in answer.text
    assert [question.id for question in await store.unanswered("guide")] == [answer.question_id]


async def test_the_asker_is_answered_in_their_language(ladder: Ladder) -> None:
    answer = told(await events(ladder, asked("拖拉机的变速箱怎么修？")))
    assert answer.lang == "zh" and "没有回答" in answer.text


async def test_a_higher_level_is_answered_below_with_a_notice(ladder: Ladder) -> None:
    some = await events(ladder, asked(wanted="deep"))
    assert [event for event in some if isinstance(event, Notice)] == [
        Notice("level_lowered", {"wanted": "deep", "level": "quote"})
    ]
    assert (told(some).wanted, told(some).level) == ("deep", "quote")


async def test_the_same_message_twice_is_one_question(ladder: Ladder, store: SqlStore) -> None:
    first = told(await events(ladder, asked(dedup="m1")))
    again = await events(ladder, asked(dedup="m1"))
    assert [type(event) for event in again] == [Found, Text, Cited, Spent, Done]
    assert told(again).id == first.id
    assert (await store.counts())["questions"] == 1


async def test_what_a_stop_cut_off_is_finished(ladder: Ladder, store: SqlStore) -> None:
    kept = await ladder.accept(asked())
    assert await ladder.resume() == 1
    answer = await store.answer(kept.id)
    assert answer is not None and answer.grounded
    assert await ladder.resume() == 0


@pytest.mark.parametrize(
    ("text", "code"), [(" \n ", "question_empty"), ("x" * 2_001, "question_too_long")]
)
async def test_what_is_no_question_is_refused(
    ladder: Ladder, store: SqlStore, text: str, code: str
) -> None:
    with pytest.raises(BadInput, match=code):
        await events(ladder, asked(text))
    assert (await store.counts())["questions"] == 0


class Broken:
    """A search that fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def search(self, query: SearchQuery) -> Evidence:
        raise self.error

    async def catch_up(self) -> int:
        return 0


@pytest.mark.parametrize(
    ("error", "code"),
    [(Unavailable("index_unusable"), "index_unusable"), (KeyError(), "unexpected")],
)
async def test_a_failure_is_an_event_and_a_final_state(
    store: SqlStore, error: Exception, code: str
) -> None:
    await store.ensure_desk("guide")
    some = await events(Ladder(store, Broken(error), SystemClock()), asked())
    assert isinstance(some[-1], Failed) and some[-1].code == code
    assert not await unfinished(store)


async def test_desks_are_found_by_name_or_by_being_the_only_one(store: SqlStore) -> None:
    now = [5.0]
    desks = Desks(store, steady=lambda: now[0])
    with pytest.raises(NotFound, match="desk_none"):
        await desks.resolve(None)
    await store.ensure_desk("tea")
    assert await desks.resolve(None) == "tea"
    assert await desks.resolve("*") == "*"
    with pytest.raises(NotFound, match="known=tea"):
        await desks.resolve("coffee")
    await store.ensure_desk("main")
    assert await desks.resolve(None) == "main"
    assert await Desks(store, "tea").resolve("") == "tea"
    await store.add_source("tea", "folder", "/tea", {})
    assert await desks.resolve(None) == "tea"
    await store.ensure_desk("coffee")
    await store.add_source("coffee", "folder", "/coffee", {})
    assert await desks.resolve(None) == "tea"  # for a moment it is taken for the only one still
    now[0] += 1.1
    with pytest.raises(NotFound, match="desk_several"):
        await desks.resolve(None)
    with pytest.raises(BadInput):
        await desks.for_adding("no spaces")
