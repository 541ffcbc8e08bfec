"""Those who listen to an answer that somebody else asked for."""

import asyncio

from dengmi.answer.audience import Audience
from dengmi.core.events import Event, Found, Spent, Text, Thinking
from dengmi.core.records import Cost, Question

QUESTION = Question(id="q_1", desk="walks", text="When?")
FOUND = Found("q_1", "quick", 1, 1.0)


async def heard(audience: Audience, after: int = 0) -> list[tuple[int, Event]]:
    return [one async for one in audience.follow("q_1", after)]


async def test_who_comes_late_hears_it_from_the_start() -> None:
    audience = Audience()
    stage = audience.begin(QUESTION)
    audience.hear(stage, FOUND)
    audience.hear(stage, Thinking("not for others"))
    audience.hear(stage, Spent(Cost(micros=5)))
    audience.hear(stage, Text("One."))
    assert audience.question("q_1") == QUESTION
    assert audience.so_far("q_1") == (FOUND, Text("One."))
    early, late = (asyncio.create_task(heard(audience, after)) for after in (0, 1))
    await asyncio.sleep(0)
    assert audience.watched("q_1")
    audience.hear(stage, Text(" Two."))
    await asyncio.sleep(0)
    audience.end(stage)
    assert await early == [(1, FOUND), (2, Text("One.")), (3, Text(" Two."))]
    assert await late == [(2, Text("One.")), (3, Text(" Two."))]
    assert audience.question("q_1") is None
    assert not audience.watched("q_1")


async def test_nothing_is_heard_of_what_is_not_being_answered() -> None:
    audience = Audience()
    assert await heard(audience) == []
    assert audience.so_far("q_1") == ()
    audience.end(audience.begin(QUESTION))
    assert await heard(audience) == []


async def test_a_question_that_is_answered_twice_ends_for_all_who_listen() -> None:
    audience = Audience()
    first = audience.begin(QUESTION)
    listening = asyncio.create_task(heard(audience))
    await asyncio.sleep(0)
    second = audience.begin(QUESTION)
    audience.hear(second, FOUND)
    assert audience.so_far("q_1") == (FOUND,)
    audience.hear(first, Text("One."))
    audience.end(first)
    assert await listening == [(1, Text("One."))]
    assert audience.so_far("q_1") == (FOUND,)
    audience.end(second)
    assert audience.question("q_1") is None


async def test_who_goes_is_no_listener_any_more() -> None:
    audience = Audience()
    audience.begin(QUESTION)
    listening = asyncio.create_task(heard(audience))
    await asyncio.sleep(0)
    assert audience.watched("q_1")
    listening.cancel()
    await asyncio.wait([listening])
    assert not audience.watched("q_1")
