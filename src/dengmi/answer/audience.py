"""Those who listen to an answer that somebody else asked for: they get what was told so far, then
the rest as it comes. Kept in this process, and no longer than the answer takes.

Neither the model's thinking nor what it cost is kept for them.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from dengmi.core.events import Event, Spent, Thinking
from dengmi.core.records import Question


@dataclass(slots=True)
class Stage:
    """One question while it is answered. `changed` is there while somebody waits for more."""

    question: Question
    told: list[Event] = field(default_factory=list)
    listeners: int = 0
    ended: bool = False
    changed: asyncio.Event | None = None

    def wake(self) -> None:
        if self.changed is not None:
            self.changed.set()
            self.changed = None


class Audience:
    """The questions that are being answered in this process."""

    def __init__(self) -> None:
        self._stages: dict[str, Stage] = {}

    def begin(self, question: Question) -> Stage:
        """A question is being answered from now on. Whoever comes now hears this answering of it,
        should there be another one still."""
        stage = self._stages[question.id] = Stage(question)
        return stage

    def hear(self, stage: Stage, event: Event) -> None:
        """Something was told to its asker."""
        if not isinstance(event, Thinking | Spent):
            stage.told.append(event)
            stage.wake()

    def end(self, stage: Stage) -> None:
        """Nothing more comes."""
        if self._stages.get(stage.question.id) is stage:
            del self._stages[stage.question.id]
        stage.ended = True
        stage.wake()

    def question(self, question_id: str) -> Question | None:
        """A question that is being answered here."""
        stage = self._stages.get(question_id)
        return stage.question if stage else None

    def so_far(self, question_id: str) -> tuple[Event, ...]:
        """What was told of it up to now."""
        stage = self._stages.get(question_id)
        return tuple(stage.told) if stage else ()

    def watched(self, question_id: str) -> bool:
        """Whether somebody listens beside its asker."""
        stage = self._stages.get(question_id)
        return stage is not None and stage.listeners > 0

    async def follow(self, question_id: str, after: int = 0) -> AsyncGenerator[tuple[int, Event]]:
        """(number, event) of a question that is being answered here, from 1, those up to `after`
        left out; ends with its answer, or where the asker went. Nothing where it is not answered
        here."""
        stage = self._stages.get(question_id)
        if stage is None:
            return
        stage.listeners += 1
        try:
            at = max(0, after)
            while True:
                while at < len(stage.told):
                    at += 1
                    yield at, stage.told[at - 1]
                if stage.ended:
                    return
                if stage.changed is None:
                    stage.changed = asyncio.Event()
                await stage.changed.wait()
        finally:
            stage.listeners -= 1
