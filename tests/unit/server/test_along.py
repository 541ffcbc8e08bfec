"""Reading along with an answer that another process of the server gives."""

# ruff: noqa: ASYNC240 - a folder of three small files

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dengmi.answer.audience import Audience
from dengmi.core.events import Event, Failed, Found, Notice, Text
from dengmi.core.records import Citation, Claim, Head, Question
from dengmi.server.along import Along
from dengmi.server.siblings import Siblings

QUESTION = Question(id="q_1", desk="walks", text="When?")
HEAD = Head(pk=1, id="a", desk="walks", source_id="s", title="The walk", addresses=("https://x",))
QUOTE = Citation(
    n=1, head=HEAD, passage_id="p", first=1, last=2, quote="五点。", verdict=None, marks=((0, 1),)
)
FOUND = Found("q_1", "quick", 3, 1.5, (QUOTE,))
SAID = Text("At five. [1]", Claim(start=0, end=8, cited=(1,), verdict="supported"))
NOTICE = Notice("budget_spent", {"hours": 3, "share": 0.5, "desk": "walks"})


@asynccontextmanager
async def open_to(folder: Path) -> AsyncIterator[Siblings]:
    """A process that siblings can reach."""
    siblings = Siblings(folder)
    await siblings.open()
    yield siblings
    await siblings.close()


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[tuple[Audience, Along]]:
    """(the audience of one process, what another one of the same server hears)."""
    audience = Audience()
    async with open_to(tmp_path) as one, open_to(tmp_path) as other, open_to(tmp_path) as third:
        Along(audience, one)
        Along(Audience(), third)
        yield audience, Along(Audience(), other)
    assert list(tmp_path.iterdir()) == []


async def heard(along: Along, after: int = 0) -> list[tuple[int, Event]]:
    return [one async for one in along.follow("q_1", after)]


async def test_what_another_process_tells(meeting: tuple[Audience, Along]) -> None:
    audience, other = meeting
    stage = audience.begin(QUESTION)
    audience.hear(stage, FOUND)
    audience.hear(stage, SAID)
    assert await other.so_far("q_1") == (FOUND, SAID)
    early, late = (asyncio.create_task(heard(other, after)) for after in (0, 2))
    async with asyncio.timeout(20):
        while stage.listeners < 2:  # noqa: ASYNC110 - no event says it
            await asyncio.sleep(0.005)
    audience.hear(stage, NOTICE)
    audience.hear(stage, Failed("q_1", "unexpected"))  # the store says how it ended
    audience.end(stage)
    assert await asyncio.wait_for(early, 20) == [(1, FOUND), (2, SAID), (3, NOTICE)]
    assert await asyncio.wait_for(late, 20) == [(3, NOTICE)]
    assert await other.so_far("q_1") == ()
    assert await heard(other) == []


async def test_a_reader_who_goes_is_noticed(meeting: tuple[Audience, Along]) -> None:
    audience, other = meeting
    stage = audience.begin(QUESTION)
    audience.hear(stage, FOUND)
    events = other.follow("q_1", 0)
    assert await anext(events) == (1, FOUND)
    assert audience.watched("q_1")
    await events.aclose()
    async with asyncio.timeout(20):
        while audience.watched("q_1"):
            audience.hear(stage, SAID)
            await asyncio.sleep(0.005)


async def test_who_does_not_know_the_word_hears_nothing(
    meeting: tuple[Audience, Along], tmp_path: Path
) -> None:
    audience, other = meeting
    stage = audience.begin(QUESTION)
    audience.hear(stage, FOUND)
    for path in tmp_path.glob("*.sibling"):
        assert path.stat().st_mode & 0o077 == 0
        text = path.read_text()
        path.write_text(text.replace('"word":"', '"word":"x'))
    assert await other.so_far("q_1") == ()
    for path in tmp_path.glob("*.sibling"):
        path.write_text("no json")
    assert await other.so_far("q_1") == ()


async def test_alone_there_is_nobody_to_ask() -> None:
    audience = Audience()
    siblings = Siblings()
    await siblings.open()
    along = Along(audience, siblings)
    assert await along.so_far("q_1") == ()
    stage = audience.begin(QUESTION)
    audience.hear(stage, FOUND)
    assert await along.so_far("q_1") == (FOUND,)
