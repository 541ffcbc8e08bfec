"""The ladder: takes a question through its life and gives back the events of its answer.

Every question is written down before anything else happens to it, and has an answer in the end,
whoever leaves meanwhile. How it is answered: `climber.py`.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from dengmi.answer.audience import Audience, Stage
from dengmi.answer.climber import Climber, Kept
from dengmi.answer.greeting import Greeter
from dengmi.answer.hearing import Hear, heard_by
from dengmi.answer.late.waits import Standing, Waits
from dengmi.answer.owned import Owned
from dengmi.answer.pins import Pinned
from dengmi.answer.seen import Seen
from dengmi.answer.told import replayed
from dengmi.core.clock import Clock
from dengmi.core.counts import Counts
from dengmi.core.errors import BadInput, DengmiError
from dengmi.core.events import Event, Failed, Thinking
from dengmi.core.ids import new_id
from dengmi.core.ports import Lives, Search
from dengmi.core.records import Exchange, Question
from dengmi.core.trace import work_for
from dengmi.language.detect import language_of

if TYPE_CHECKING:  # what writes answers is imported where a model is configured, by `wire`
    from dengmi.answer.join import Hub
    from dengmi.answer.led import Leads
    from dengmi.answer.upper import Upper
    from dengmi.answer.write.begun import Out

log = logging.getLogger(__name__)

TOGETHER = 32
"""Questions of a process that is gone that are finished at a time. Their calls wait for slots as
any others do; one after another, a dozen took a minute."""


class Ladder:
    """Answers questions at the best level there is.

    Args:
        store: keeps questions and answers.
        search: finds the evidence.
        clock: tells the time.
        upper: the levels that use a model; None where there is none.
        waits: where questions wait that wanted more than they got; None where none does.
        lives: tells which processes are alive; None where it matters to nobody: quotes may be made
            twice.
        counts: where questions are counted; None: nobody looks.
        pinned: answers that operators pinned; None where there are none.
        greeter: answers who only greets; None: the articles are asked.
        most_quotes: quotes in one answer at the most.
        most_chars: longest question, in characters.
        history: earlier questions of a conversation that are looked at.
        private: desks of which the hall tells nothing, as they are now.

    Attributes:
        audience: who else listens to the answers that are being given.
        turns: whose turn it is where many ask at once.
        better: tries a question that has its quotes once more (`Climber.better`).
    """

    def __init__(
        self,
        store: Kept,
        search: Search,
        clock: Clock,
        upper: "Upper | None" = None,
        *,
        waits: Waits | None = None,
        lives: Lives | None = None,
        counts: Counts | None = None,
        pinned: Pinned | None = None,
        greeter: Greeter | None = None,
        most_quotes: int = 3,
        most_chars: int = 2_000,
        history: int = 6,
        private: Collection[str] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._waits = waits
        self._counts = counts or Counts()
        self._climber = Climber(
            store,
            search,
            clock,
            upper,
            counts=self._counts,
            waits=waits,
            pinned=pinned,
            greeter=greeter,
            most_quotes=most_quotes,
            history=history,
            private=private,
        )
        self.turns = self._climber.turns
        self.better = self._climber.better
        self._owned = Owned(store, clock, lives)
        self._most_chars = most_chars
        self.audience = Audience()

    @property
    def crowded(self) -> bool:
        """Whether first replies wait just now."""
        return self.turns.crowded

    def climb_with(self, upper: "Upper", lives: Lives) -> None:
        """Answer at the levels that use a model as well, from now on."""
        self._climber.climb_with(upper)
        self._owned.live_among(lives)

    def share_with(self, leads: "Leads") -> "Hub[Out] | None":
        """Have the processes of a server write what is the same once; what this one holds. None
        where no level writes."""
        upper = self._climber.upper
        return upper.share_with(leads) if upper else None

    async def accept(self, question: Question) -> Question:
        """Check the question and write it down, before anything else happens to it.

        Returns the question as kept: a redelivery (same desk, channel and `dedup`) gives the one
        there already is.

        Raises:
            BadInput: it is empty or too long.
        """
        words = question.text.strip()
        if not words:
            raise BadInput("question_empty")
        if len(words) > self._most_chars:
            raise BadInput("question_too_long", chars=len(words), most=self._most_chars)
        question = replace(
            question,
            id=question.id or new_id("q"),
            text=words,
            lang=question.lang or language_of(words) or "en",
            asked_at=question.asked_at or self._clock.now(),
            owner=await self._owned.name(),
        )
        work_for(question.id)
        self._climber.expect(question)
        kept, _ = await self._store.record_question(question)
        work_for(kept.id)
        return kept

    async def ask(self, question: Question, *, thinking: bool = False) -> AsyncGenerator[Event]:
        """Accept the question and answer it.

        Raises BadInput before the first event; afterwards every failure is an event.
        """
        accepted = await self.accept(question)
        async with aclosing(self.run(accepted, thinking=thinking)) as events:
            async for event in events:
                yield event

    async def run(
        self,
        question: Question,
        *,
        thinking: bool = False,
        turns: Sequence[Exchange] | None = None,
        hear: Hear | None = None,
    ) -> AsyncGenerator[Event]:
        """The events of an accepted question's answer; of the stored answer if it has one.

        Whoever leaves early takes the quote answer: the question has its answer either way.

        Args:
            question: as `accept` gave it; `thinking`: whether the model's thinking is told too.
            turns: what was said before, oldest first; by default the store tells.
            hear: is told what is written when it is, in its order, in place of its being given.
        """
        began = self._clock.steady()
        work_for(question.id)
        seen = Seen(self._counts, question, self._clock)
        self._owned.here.add(question.id)
        stage = self.audience.begin(question)
        try:
            if question.state != "asked" and (known := await self._store.answer(question.id)):
                standing = await self._waits.standing(known) if self._waits else Standing(known)
                for event in replayed(standing.answer, standing.pending):
                    yield event
                return
            heard = heard_by(hear, seen, self.audience, stage, thinking=thinking)
            seen.aims(self._climber.level(question))
            answered = self._climber.answered(question, began, turns, heard)
            async with aclosing(answered) as events:
                async for event in events:
                    seen.hear(event)
                    self.audience.hear(stage, event)
                    if thinking or not isinstance(event, Thinking):
                        yield event
        except DengmiError as error:
            yield await self._failed(Failed(question.id, error.code, error.params), seen, stage)
        except Exception:
            log.exception("question %s failed", question.id)
            failed = Failed(question.id, "unexpected", {"reference": question.id})
            yield await self._failed(failed, seen, stage)
        finally:
            self._owned.here.discard(question.id)
            self.audience.end(stage)
            seen.end()

    async def _failed(self, failed: Failed, seen: Seen, stage: Stage) -> Failed:
        """Note that a question has no answer, and why; the event that tells it."""
        await self._store.fail_question(failed.question_id, failed.code)
        seen.hear(failed)
        self.audience.hear(stage, failed)
        return failed

    async def resume(self) -> int:
        """Finish the questions that the end of a process cut off, so many at a time; how many there
        were."""
        cut_off = await self._owned.take_over(self._climber.upper)
        lanes = asyncio.Semaphore(TOGETHER)

        async def finish(question: Question) -> None:
            async with lanes:
                try:
                    async for _ in self.run(question):
                        pass
                except Exception:
                    log.exception("question %s could not be finished", question.id)

        async with asyncio.TaskGroup() as tasks:
            for question in cut_off:
                tasks.create_task(finish(question))
        return len(cut_off)

    async def leave(self) -> None:
        """The process ends: what it did not come to is for whoever comes next."""
        await self._owned.leave()
