"""What is asked at one time or a moment later is searched for once; never what has changed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from dengmi.answer.finding import Finder, Findings
from dengmi.core.clock import SystemClock
from dengmi.core.errors import Unavailable
from dengmi.core.records import Evidence, Question, SearchQuery
from dengmi.core.turns import Turns
from dengmi.search.searcher import Searcher
from dengmi.store.store import SqlStore
from tests.contract.given import prepared, source

ASKED = "When is the lantern walk?"
ARTICLE = "The lantern walk is on Friday at seven."


class Counting:
    """A search that counts how often it is asked, and how often at once."""

    def __init__(self, search: Searcher) -> None:
        self._search = search
        self.asked = self.now = self.most = 0
        self.error: Exception | None = None

    async def search(self, query: SearchQuery) -> Evidence:
        self.asked += 1
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0)
            if self.error is not None:
                raise self.error
            return await self._search.search(query)
        finally:
            self.now -= 1

    async def catch_up(self) -> int:
        return await self._search.catch_up()


@pytest.fixture
async def search(store: SqlStore, tmp_path: Path) -> AsyncIterator[Counting]:
    searcher = Searcher(store, tmp_path / "index", SystemClock())
    await searcher.open()
    await store.put_articles(await source(store), [prepared("walk", ARTICLE, title="Walk")])
    await searcher.catch_up()
    yield Counting(searcher)
    await searcher.close()


def question(number: int, text: str = ASKED, lang: str = "en") -> Question:
    asker = f"asker-{number}"
    return Question(id=f"q_{number}", desk="guide", text=text, asker=asker, lang=lang)


async def found(finder: Finder, one: Question) -> Findings:
    return await finder.find(one, one.text, 8, SystemClock().steady())


async def test_the_same_question_is_searched_for_once(store: SqlStore, search: Counting) -> None:
    finder = Finder(search, store, SystemClock(), Turns())
    every = await asyncio.gather(*(found(finder, question(n)) for n in range(20)))
    every.append(await found(finder, question(20)))
    assert search.asked == 1
    answers = [each.quoted.answer for each in every]
    assert len({answer.id for answer in answers}) == 21
    assert [answer.question_id for answer in answers] == [f"q_{n}" for n in range(21)]
    assert {answer.text for answer in answers} == {f"{ARTICLE} [1]"}
    assert all(answer.created_at > 0 and answer.took_ms > 0 for answer in answers)


async def test_another_language_desk_or_word_is_another_question(
    store: SqlStore, search: Counting
) -> None:
    finder = Finder(search, store, SystemClock(), Turns())
    await found(finder, question(1))
    await found(finder, question(2, lang="zh"))
    await found(finder, replace(question(3), desk="other"))
    await found(finder, question(4, "When is the lantern walk"))
    assert search.asked == 4


async def test_what_is_gone_is_not_quoted_again(store: SqlStore, search: Counting) -> None:
    finder = Finder(search, store, SystemClock(), Turns())
    assert (await found(finder, question(1))).quoted.answer.grounded
    await store.remove_articles((await source(store)).id, ["walk"])
    gone = await found(finder, question(2))
    assert not gone.quoted.answer.citations
    await search.catch_up()
    assert not (await found(finder, question(3))).quoted.answer.citations


async def test_what_has_changed_is_quoted_as_it_reads_now(
    store: SqlStore, search: Counting
) -> None:
    finder = Finder(search, store, SystemClock(), Turns())
    before = (await found(finder, question(1))).quoted.answer
    assert before.grounded
    new = ARTICLE.replace("Friday", "Sunday")

    await store.put_articles(await source(store), [prepared("walk", new, title="Walk")])
    await search.catch_up()
    after = (await found(finder, question(2))).quoted.answer
    assert "Sunday" in after.text
    assert "Friday" not in after.text


async def test_so_many_searches_at_once(store: SqlStore, search: Counting) -> None:
    finder = Finder(search, store, SystemClock(), Turns(most=3))
    await asyncio.gather(*(found(finder, question(n, f"{ASKED} {n}")) for n in range(20)))
    assert (search.asked, search.most) == (20, 3)


async def test_a_failure_is_everybodys_and_is_not_kept(store: SqlStore, search: Counting) -> None:
    finder = Finder(search, store, SystemClock(), Turns())
    search.error = Unavailable("index_unusable")
    results = await asyncio.gather(
        *(found(finder, question(n)) for n in range(3)), return_exceptions=True
    )
    assert [type(each) for each in results] == [Unavailable] * 3
    search.error = None
    assert (await found(finder, question(4))).quoted.answer.grounded


async def test_who_leaves_takes_nothing_from_the_others(store: SqlStore, search: Counting) -> None:
    finder = Finder(search, store, SystemClock(), Turns())
    first = asyncio.create_task(found(finder, question(1)))
    second = asyncio.create_task(found(finder, question(2)))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).quoted.answer.question_id == "q_2"
    assert search.asked == 1


async def test_looking_begins_while_the_question_is_written_down(
    store: SqlStore, search: Counting
) -> None:
    finder = Finder(search, store, SystemClock(), Turns())
    finder.begin(question(1), 8, quotes=True)  # nothing is read yet: the first one is not hurried
    assert not search.now and not search.asked
    await found(finder, question(1))
    other = f"{ASKED} Again"
    finder.begin(question(2, other), 8, quotes=True)
    await asyncio.sleep(0)
    assert search.now == 1
    assert (await found(finder, question(2, other))).quoted.answer.question_id == "q_2"
    assert search.asked == 2
