"""Questions that another process answers, as they are heard along with here."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from typing import Any

import pytest

from dengmi.channels.overheard import Overheard, nobody
from dengmi.core.events import Event, Notice, Text
from dengmi.core.records import Claim

FIRST = Text("At five. [1]", Claim(start=0, end=8, cited=(1,), verdict="supported"))
SECOND = Text(" At six. [1]", Claim(start=9, end=16, cited=(1,), verdict="supported"))
NOTICE = Notice("budget_spent", {})


class Teller:
    """Another process. `ends` closes the connection; what is put in is told."""

    def __init__(self) -> None:
        self.asked = 0
        self.queue: asyncio.Queue[Event | None] = asyncio.Queue()

    async def follow(self, question_id: str, after: int) -> AsyncGenerator[tuple[int, Event]]:
        assert (question_id, after) == ("q_1", 0)
        self.asked += 1
        number = 0
        while (event := await self.queue.get()) is not None:
            number += 1
            yield number, event


class Crew:
    """Runs what is started."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[object]] = []

    def start(self, work: Coroutine[Any, Any, object], name: str) -> None:
        self.tasks.append(asyncio.create_task(work, name=name))

    async def rest(self) -> None:
        await asyncio.gather(*self.tasks)


async def test_one_hearing_serves_all_who_ask() -> None:
    teller, crew = Teller(), Crew()
    overheard = Overheard(teller.follow, crew.start)
    assert overheard.get("q_1") is None
    teller.queue.put_nowait(NOTICE)
    teller.queue.put_nowait(FIRST)
    teller.queue.put_nowait(None)
    for _ in range(3):
        found = await overheard.of("q_1", "en", 20.0)
        assert (found.heard, found.notices) == ([FIRST], [NOTICE])
    assert teller.asked == 1


async def test_what_was_heard_stays_until_somebody_else_tells_more() -> None:
    teller, crew = Teller(), Crew()
    overheard = Overheard(teller.follow, crew.start)
    teller.queue.put_nowait(FIRST)
    teller.queue.put_nowait(None)  # the process is gone
    await overheard.of("q_1", "en", 20.0)
    await crew.rest()
    assert (await overheard.of("q_1", "en", 20.0)).heard == [FIRST]
    assert teller.asked == 2 or len(crew.tasks) == 2
    teller.queue.put_nowait(FIRST)
    teller.queue.put_nowait(SECOND)
    teller.queue.put_nowait(None)
    await crew.rest()
    assert (await overheard.of("q_1", "en", 20.0)).heard == [FIRST, SECOND]
    teller.queue.put_nowait(None)
    await crew.rest()


@pytest.mark.parametrize("question", ["q_1", "q_2"])
async def test_where_nobody_tells_anything_nothing_is_waited_for(question: str) -> None:
    crew = Crew()
    overheard = Overheard(nobody, crew.start)
    found = await overheard.of(question, "en", 3_600.0)
    assert (found.quotes, found.heard, found.ended) == ((), [], True)
