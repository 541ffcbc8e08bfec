"""Questions that channels wait for: one that is delivered again is the one there is."""

import asyncio
from collections.abc import AsyncGenerator

from dengmi.channels import running
from dengmi.channels.running import Runs
from dengmi.core.events import Done, Event
from dengmi.core.records import Answer, Question


class Counting:
    """Answers at once, and counts what it is asked."""

    def __init__(self) -> None:
        self.accepted = self.run_ = 0

    async def accept(self, question: Question) -> Question:
        self.accepted += 1
        return question

    async def run(self, question: Question, **_: object) -> AsyncGenerator[Event]:
        self.run_ += 1
        yield Done(
            Answer(
                id="an", question_id=question.id, desk="d", question=question.text, level="quote",
                wanted="auto", text="t", grounded=True, confidence=1.0,
            )
        )  # fmt: skip


async def test_a_message_delivered_again_is_not_asked_again(monkeypatch) -> None:
    monkeypatch.setattr(running, "KEPT", 0.0)
    answering, tasks = Counting(), []
    runs = Runs(answering, lambda work, _: tasks.append(asyncio.ensure_future(work)))
    assert runs.delivered("o1:7") is None
    first = await runs.ask(Question(id="q1", desk="d", text="?", dedup="o1:7"))
    assert runs.delivered("o1:7") is first
    assert runs.delivered("o2:7") is None
    async with asyncio.timeout(20):
        assert await first.end(20)
        await asyncio.gather(*tasks)
        assert answering.accepted == answering.run_ == 1
        while runs.get("q1"):  # noqa: ASYNC110 - forgotten a moment later
            await asyncio.sleep(0)
    assert runs.delivered("o1:7") is None  # the store knows it still


async def test_messages_without_a_key_are_each_their_own() -> None:
    answering, tasks = Counting(), []
    runs = Runs(answering, lambda work, _: tasks.append(asyncio.ensure_future(work)))
    await runs.ask(Question(id="q1", desk="d", text="?"))
    assert runs.delivered("") is None
    await asyncio.gather(*tasks)
