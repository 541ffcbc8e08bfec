"""Suggested questions on the project's own guide: whoever asks one gets an answer."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dengmi.answer.ladder import Ladder
from dengmi.answer.suggest import candidates
from dengmi.answer.suggesting import MOST, Suggesting
from dengmi.core.clock import SystemClock
from dengmi.core.events import Done
from dengmi.core.records import Answer, Draft, Question, SearchQuery
from dengmi.corpus.prepare import prepare
from dengmi.language.detect import language_of
from dengmi.language.normal import normal_form
from dengmi.search.searcher import Searcher
from dengmi.store.open import open_store
from dengmi.store.store import SqlStore
from tests.contract.given import source

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
ENGLISH = [
    "How do I install Dengmi?",
    "How do I add a web page?",
    "What is a desk?",
    "How do I make a backup?",
    "Which levels are there?",
    "What does an answer cost?",
]
CHINESE = [
    "怎么安装灯谜？",
    "怎么添加网页？",
    "怎么备份？",
    "有哪些档位？",
    "回答要多少钱？",
    "设置写在哪里？",
]


def draft(path: Path) -> Draft:
    head, _, body = path.read_text("utf-8").removeprefix("---\n").partition("\n---\n")
    title = re.search(r"title: (.+)", head)
    assert title
    return Draft(key=str(path.relative_to(GUIDE)), title=title[1], body=body, lang=path.parent.name)


@pytest.fixture
async def shelf(
    tmp_path: Path,
) -> AsyncIterator[tuple[SqlStore, Searcher]]:
    home = tmp_path
    store = open_store(str(home / "dengmi.sqlite"))
    await store.open()
    place = await source(store)
    await store.put_articles(place, [prepare(place, draft(p)) for p in sorted(GUIDE.rglob("*.md"))])
    search = Searcher(store, home / "index", SystemClock())
    await search.open()
    await search.catch_up()
    yield store, search
    await search.close()
    await store.close()


async def suggested(search: Searcher, answer: Answer, asked: str) -> tuple[str, ...]:
    query = SearchQuery(text=asked, desk="guide", limit=6, marked=False)
    evidence = await search.search(query)
    return await Suggesting(search).after(asked, answer.text, evidence, answer.lang)


async def told(ladder: Ladder, asked: str) -> Answer:
    async for event in ladder.ask(Question(id="", desk="guide", text=asked)):
        if isinstance(event, Done):
            return event.answer
    raise AssertionError(asked)


async def test_every_suggestion_is_answered(shelf: tuple[SqlStore, Searcher]) -> None:
    store, search = shelf
    ladder = Ladder(store, search, SystemClock())
    with_some = 0
    for asked in ENGLISH + CHINESE:
        first = await told(ladder, asked)
        offered = await suggested(search, first, asked)
        with_some += bool(offered)
        assert len(offered) <= MOST
        assert len({normal_form(one) for one in (asked, *offered)}) == len(offered) + 1
        for one in offered:
            assert language_of(one) == language_of(asked)
            answer = await told(ladder, one)
            assert answer.grounded, one
            assert answer.citations
    assert with_some >= 0.7 * len(ENGLISH + CHINESE)


async def test_a_suggestion_is_answered_by_the_article_it_comes_from(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "dengmi.sqlite"))
    await store.open()
    place = await source(store)
    pool = "## Opening hours\n\nThe pool opens at seven.\n\n## Prices\n\nA swim costs 5 euros."
    inn = "# Prices of the inn\n\nThe prices: a room costs 80 euros. Prices hold all year."
    drafts = [
        Draft(key="pool", title="The pool", body=pool, lang="en"),
        Draft(key="inn", title="Prices of the inn", body=inn, lang="en"),
    ]
    await store.put_articles(place, [prepare(place, one) for one in drafts])
    search = Searcher(store, tmp_path / "index", SystemClock())
    await search.open()
    await search.catch_up()
    try:
        query = SearchQuery(text="When does the pool open?", desk="guide", limit=6, marked=False)
        evidence = await search.search(query)
        offered = await Suggesting(search).after(query.text, "At seven.", evidence, "en")
        assert "What are the prices?" not in offered
        made = candidates(query.text, "At seven.", evidence, "en")
        assert "What are the prices?" in [one.question for one in made]
    finally:
        await search.close()
        await store.close()
