"""Questions that are being answered while channels wait for them: however often the platform
delivers one, it is answered once.

An event stream hands events to one reader, whose leaving ends the model's writing
(`server/stream.py`). Here nobody reads along: what counts is how an answer stands when the platform
asks for it again, and it is written on whether anybody does."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from dengmi.core.events import Cited, Done, Event, Failed, Found, Notice, Text
from dengmi.core.ports import Answering
from dengmi.core.records import Answer, Citation, Head, Question

KEPT = 60.0
"""Seconds for which an answered question stays at hand for late deliveries; the store has it
afterwards."""


class Running:
    """One question on its way.

    Attributes:
        quotes: something to read while a model writes; empty where there is nothing yet.
        nearest: articles to look into meanwhile, where no sentence is sure enough to be quoted.
        notices: quiet words about the level.
        heard: the text so far with its citations, for channels that show it as it comes.
        pending: whether a better answer is waited for.
        answer: the answer, once it is stored.
        failed: the code of what went wrong, where there is no answer at all.
        pushed: whether somebody here has taken it on to send the answer later.
        deliveries: how often the platform has delivered it, as far as somebody counts.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self.quotes: tuple[Citation, ...] = ()
        self.nearest: tuple[Head, ...] = ()
        self.notices: list[Notice] = []
        self.heard: list[Text | Cited] = []
        self.pending = False
        self.answer: Answer | None = None
        self.failed = ""
        self.pushed = False
        self.deliveries = 0
        self._useful = asyncio.Event()
        self._ended = asyncio.Event()

    @classmethod
    def over(cls, answer: Answer, *, pending: bool = False) -> "Running":
        """A question that has its answer."""
        question = Question(id=answer.question_id, desk=answer.desk, text=answer.question)
        made = cls(question)
        made.answer, made.pending = answer, pending
        if answer.level == "quote":
            made.quotes = answer.citations
        made._useful.set()
        made._ended.set()
        return made

    @property
    def ended(self) -> bool:
        """Whether no more will come."""
        return self._ended.is_set()

    async def useful(self, seconds: float) -> bool:
        """Wait for something to read, at most so long."""
        return await _within(self._useful, seconds)

    async def end(self, seconds: float) -> bool:
        """Wait for the answer, at most so long."""
        return await _within(self._ended, seconds)

    async def over_with(self) -> None:
        """Wait until no more will come, however long that takes."""
        await self._ended.wait()

    async def follow(self, answering: Answering) -> None:
        """Have it answered."""
        try:
            async with aclosing(answering.run(self.question)) as events:
                async for event in events:
                    self.hear(event)
        finally:
            self.over_now()

    def hear(self, event: Event) -> None:
        """Take in what is told of it."""
        if isinstance(event, Found) and (event.quotes or event.nearest):
            self.quotes, self.nearest = event.quotes, event.nearest
            self._useful.set()
        elif isinstance(event, Notice):
            self.notices.append(event)
        elif isinstance(event, Text | Cited):
            self.heard.append(event)
        elif isinstance(event, Done):
            self.answer = event.answer
            self.pending = event.pending is not None
        elif isinstance(event, Failed):
            self.failed = event.code

    def over_now(self) -> None:
        """No more is told of it."""
        self._useful.set()
        self._ended.set()


class Runs:
    """The questions of one channel that are being answered in this process.

    Args:
        start: runs something in the background, under a name.
    """

    def __init__(
        self,
        answering: Answering,
        start: Callable[[Coroutine[Any, Any, object], str], object],
    ) -> None:
        self._answering = answering
        self._start = start
        self._runs: dict[str, Running] = {}
        self._delivered: dict[str, Running] = {}

    def delivered(self, dedup: str) -> Running | None:
        """The question that a message of this key asked here, on its way or answered a moment ago:
        what is delivered again needs the store no second time."""
        return self._delivered.get(dedup)

    def get(self, question_id: str) -> Running | None:
        """A question that is on its way, or was a moment ago."""
        return self._runs.get(question_id)

    async def ask(self, question: Question) -> Running:
        """The question on its way: the one there is where it was delivered before.

        Raises:
            BadInput: it is empty or too long.
        """
        accepted = await self._answering.accept(question)
        return self.run(accepted)

    def run(self, accepted: Question) -> Running:
        """As `ask`, for a question that is written down already."""
        running = self._runs.get(accepted.id)
        if running is None:
            running = self._runs[accepted.id] = Running(accepted)
            if accepted.dedup:
                self._delivered[accepted.dedup] = running
            self._start(self._followed(running), f"question {accepted.id}")
        return running

    async def _followed(self, running: Running) -> None:
        try:
            await running.follow(self._answering)
        finally:
            # Kept for a while, then forgotten: no timer outlives the loop.
            asyncio.get_running_loop().call_later(KEPT, self._forget, running.question)

    def _forget(self, question: Question) -> None:
        self._runs.pop(question.id, None)
        self._delivered.pop(question.dedup, None)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True
