"""The ladder: takes a question through its life and gives back the events of its answer.

Every question is searched for and gets its quotes; where its level has a model, one writes a better
answer, unless an earlier one still stands. Whatever goes wrong above, the quotes are the answer.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from dengmi.answer.audience import Audience
from dengmi.answer.climb import Climb, Sought
from dengmi.answer.finding import Changing, Finder
from dengmi.answer.follow.turns import Standalone
from dengmi.answer.greeting import Greeter
from dengmi.answer.hearing import Hear, heard_by
from dengmi.answer.late.terms import CAUSES, SPENT, Trial, came_of, waits
from dengmi.answer.late.waits import Standing, Waits
from dengmi.answer.paid import priced
from dengmi.answer.pins import Pinned
from dengmi.answer.quoting import DEPTH
from dengmi.answer.seen import Seen
from dengmi.answer.told import replayed, told
from dengmi.answer.understanding import Understanding, Understood
from dengmi.core.clock import Clock
from dengmi.core.counts import Counts
from dengmi.core.errors import BadInput, DengmiError
from dengmi.core.events import Done, Event, Failed, Found, Notice, Thinking
from dengmi.core.ids import new_id
from dengmi.core.ports import Conversations, Inbox, Lives, Search
from dengmi.core.records import Answer, Exchange, Level, Question
from dengmi.core.trace import work_for
from dengmi.core.turns import Turns
from dengmi.language.detect import language_of
from dengmi.language.greeting import greeting_of

if TYPE_CHECKING:  # what writes answers is imported where a model is configured, by `wire`
    from dengmi.answer.join import Hub
    from dengmi.answer.led import Leads
    from dengmi.answer.sharing import Share
    from dengmi.answer.upper import Upper
    from dengmi.answer.write.begun import Out

log = logging.getLogger(__name__)

FORGOTTEN = 900.0
"""Seconds after which a question without an answer is taken over whoever works on it: a process of
another machine, of which nothing is known here."""

TOGETHER = 32
"""Questions of a process that is gone that are finished at a time. Their calls wait for slots as
any others do; one after another, a dozen took a minute."""


class Kept(Inbox, Conversations, Changing, Protocol):
    """What a ladder needs of the store."""


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

    Attributes:
        audience: who else listens to the answers that are being given.
        turns: whose turn it is where many ask at once.
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
    ) -> None:
        self._store = store
        self._clock = clock
        self._upper = upper
        self._waits = waits
        self._lives = lives
        self._pinned = pinned
        self._greeter = greeter
        self._name: str | None = None
        turns = self.turns = upper.turns if upper else Turns()
        self._finder = Finder(
            search,
            store,
            clock,
            turns,
            warm=upper.warm if upper else None,
            most_quotes=most_quotes,
        )
        self._most_chars = most_chars
        self._understanding = Understanding(store, history)
        self._running: set[str] = set()
        self.audience = Audience()
        self._counts = counts or Counts()
        self._counts.watch("searches", lambda: {"waiting": turns.waiting})

    @property
    def crowded(self) -> bool:
        """Whether first replies wait just now."""
        return self.turns.crowded

    def climb_with(self, upper: "Upper", lives: Lives) -> None:
        """Answer at the levels that use a model as well, from now on."""
        self._upper, self._lives, self._name = upper, lives, None
        self._finder.warm = upper.warm

    def share_with(self, leads: "Leads") -> "Hub[Out] | None":
        """Have the processes of a server write what is the same once; what this one holds. None
        where no level writes."""
        return self._upper.share_with(leads) if self._upper else None

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
            owner=await self._owner(),
        )
        work_for(question.id)
        if not (question.conversation or greeting_of(words)):
            level = self._level(question)
            is_first = self._finder.begin(question, self._depth(level), quotes=level == "quote")
            if is_first and self._upper is not None and level != "quote":
                self._upper.expect(question, level)
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
        self._running.add(question.id)
        stage = self.audience.begin(question)
        try:
            if question.state != "asked" and (known := await self._store.answer(question.id)):
                standing = await self._waits.standing(known) if self._waits else Standing(known)
                for event in replayed(standing.answer, standing.pending):
                    yield event
                return
            heard = heard_by(hear, seen, self.audience, stage, thinking=thinking)
            async with aclosing(self._answered(question, began, turns, seen, heard)) as events:
                async for event in events:
                    seen.hear(event)
                    self.audience.hear(stage, event)
                    if thinking or not isinstance(event, Thinking):
                        yield event
        except DengmiError as error:
            await self._store.fail_question(question.id, error.code)
            seen.hear(failed := Failed(question.id, error.code, error.params))
            self.audience.hear(stage, failed)
            yield failed
        except Exception:
            log.exception("question %s failed", question.id)
            await self._store.fail_question(question.id, "unexpected")
            seen.hear(failed := Failed(question.id, "unexpected", {"reference": question.id}))
            self.audience.hear(stage, failed)
            yield failed
        finally:
            self._running.discard(question.id)
            self.audience.end(stage)
            seen.end()

    async def resume(self) -> int:
        """Finish the questions that the end of a process cut off, so many at a time; how many there
        were. What a living process works on is left to it: two calls would be paid for one
        answer."""
        lives, upper = self._lives, self._upper
        owner = await self._owner()
        gone = await asyncio.to_thread(lives.gone) if lives else ()
        alive = await asyncio.to_thread(lives.alive) if lives else ()
        busy = await upper.writing() if upper else ()
        pending = await self._store.claim_questions(
            owner,
            gone=sorted(gone),
            alive=sorted(alive),
            busy=sorted(busy),
            before=self._clock.now() - FORGOTTEN,
        )
        if upper:
            await upper.recover(gone)
        if lives and gone:  # behind the claim: nobody would ask for their questions any more
            await asyncio.to_thread(lives.bury, gone)
        pending = [one for one in pending if one.id not in self._running]
        self._running.update(one.id for one in pending)
        lanes = asyncio.Semaphore(TOGETHER)

        async def finish(question: Question) -> None:
            async with lanes:
                try:
                    async for _ in self.run(question):
                        pass
                except Exception:
                    log.exception("question %s could not be finished", question.id)

        async with asyncio.TaskGroup() as tasks:
            for question in pending:
                tasks.create_task(finish(question))
        return len(pending)

    async def leave(self) -> None:
        """The process ends: what it did not come to is for whoever comes next."""
        if not self._name:
            return
        try:
            await self._store.leave_questions(self._name)
        except DengmiError as error:
            log.warning("questions left behind are taken over later: %s", error)

    async def _owner(self) -> str:
        """The name of this process; the first time it is asked for, a file is made."""
        if self._name is None:
            self._name = await asyncio.to_thread(self._lives.name) if self._lives else ""
        return self._name

    async def better(
        self,
        question: Question,
        level: Level,
        done: Callable[[Answer], Awaitable[bool]],
        *,
        shared: bool = False,
    ) -> Trial:
        """Try a question that has its quotes once more.

        Args:
            level: the level that it waits for.
            done: stores the better answer; whether it did.
            shared: whether only an answer will do that is there, or is being written.
        """
        work_for(question.id)
        upper = self._upper
        if upper is None or upper.level(level) != level:
            return "nothing"  # the level is not offered any more
        question = replace(question, background=True)  # those who ask now come first
        began = self._clock.steady()
        understood = await self._understanding.of(question, level, upper)
        climb = await self._climb(question, level, began, understood)
        if not upper.worth_asking(climb.quoted):
            return "nothing"
        share = await upper.shared(climb) if shared else await upper.share(climb)
        if share is None:
            return "alone"
        answer, cause = climb.quoted.answer, ""
        try:
            async with aclosing(upper.climb(replace(climb, share=share))) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        answer = event
                    elif isinstance(event, Notice) and event.code in CAUSES | SPENT:
                        cause = event.code
        finally:
            await share.leave()
        if answer.level != level:
            return came_of(cause)
        if await done(answer):
            await upper.keep(climb, answer)
            self._counts.add("late", level)
        return "done"

    async def _answered(
        self,
        question: Question,
        began: float,
        turns: Sequence[Exchange] | None,
        seen: Seen,
        hear: Hear | None,
    ) -> AsyncGenerator[Event]:
        level = self._level(question)
        seen.aims(level)
        greeting = greeting_of(question.text) if self._greeter else None
        if greeting is None:
            understood = await self._understanding.of(question, level, self._upper, turns)
        else:
            understood = Understood(Standalone(question.text))
        at_hand = await self._at_hand(question, understood.meant, began)
        if at_hand is None and self._greeter and greeting:
            at_hand = self._greeter.told(question, greeting, began, turns)
        if at_hand is not None:
            async for event in at_hand:
                yield event
            return
        upper = self._upper if level != "quote" else None
        share: Share | None = None
        try:
            if upper is not None:
                share = await self._begun(upper, question, level, understood)
            climb = await self._climb(question, level, began, understood)
            if upper is not None and share is None and upper.worth_asking(climb.quoted):
                share = await upper.share(climb)
            if upper is None or share is None:
                events = self._quotes(climb)
            else:
                events = self._climbed(upper, replace(climb, share=share, hear=hear))
            async with aclosing(events):
                async for event in events:
                    yield event
        finally:
            if share is not None:
                await share.leave()

    async def _at_hand(
        self, question: Question, meant: Standalone, began: float
    ) -> AsyncGenerator[Event] | None:
        """The events of the answer that an operator pinned; None where there is none."""
        if self._pinned is None or not meant.sure:
            return None
        pinned = await self._pinned.find(question.desk, meant.text)
        if pinned is None:
            return None
        return self._pinned.told(question, meant.text, pinned, began, self._upper)

    async def _begun(
        self, upper: "Upper", question: Question, level: Level, understood: Understood
    ) -> "Share | None":
        """The answer begun before the quotes are chosen, where the evidence is near enough."""
        meant = understood.meant
        evidence = await self._finder.evidence(question, meant.text, self._depth(level))
        if evidence is None or not upper.may_begin(meant.text, evidence):
            return None
        sought = Sought(
            question=question,
            meant=meant,
            turns=understood.turns,
            evidence=evidence,
            level=level,
        )
        share = await upper.begin(sought, evidence)
        try:
            await share.called()
        except BaseException:
            await share.leave()
            raise
        return share

    async def _quotes(self, climb: Climb) -> AsyncGenerator[Event]:
        """The quotes as the answer."""
        question, evidence = climb.question, climb.evidence
        yield Found(question.id, "quote", len(evidence.hits), evidence.took_ms)
        if climb.level == "quote" and (lowered := _lowered(question, "quote")):
            yield lowered
        answer = priced(climb.quoted.answer, climb.spent)
        for event in told(answer):
            yield event
        await self._store.finish_question(answer)
        yield Done(answer)

    async def _climb(
        self, question: Question, level: Level, began: float, understood: Understood
    ) -> Climb:
        """The question searched for and quoted."""
        meant = understood.meant
        found = await self._finder.find(question, meant.text, self._depth(level), began)
        return Climb(
            question=question,
            standalone=meant.text,
            sure=meant.sure,
            turns=understood.turns,
            spent=understood.spent,
            evidence=found.evidence,
            quoted=found.quoted,
            level=level,
            began=began,
        )

    async def _climbed(self, upper: "Upper", climb: Climb) -> AsyncGenerator[Event]:
        answer: Answer | None = None
        cause = ""
        if lowered := _lowered(climb.question, climb.level):
            yield lowered
        try:
            async with aclosing(upper.climb(climb)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        answer = event
                        continue
                    if isinstance(event, Notice) and event.code in CAUSES:
                        cause = event.code
                    yield event
        finally:
            # Nobody listens any more, or the server stops: the quotes are there already.
            if answer is None:
                left = self._store.finish_question(climb.quoted.answer)
                await asyncio.shield(asyncio.ensure_future(left))
        assert answer is not None
        if self._waits and waits(climb.question, climb.level, answer.level, cause):
            topic = upper.topic(climb)
            pending = await self._waits.enter(climb.question, climb.level, cause, answer, topic)
            await upper.keep(climb, answer)
            yield Done(answer, pending)
            return
        await self._store.finish_question(answer, upper.reusable(climb, answer))
        yield Done(answer)

    def _level(self, question: Question) -> Level:
        """The level that the question's wish leads to."""
        return self._upper.level(question.wanted) if self._upper else "quote"

    def _depth(self, level: Level) -> int:
        """How many passages are looked for."""
        return max(DEPTH, self._upper.passages(level)) if self._upper else DEPTH


def _lowered(question: Question, level: Level) -> Notice | None:
    """A word to who wanted more than there is."""
    if question.wanted in ("auto", level) or (question.wanted == "reuse" and level == "quote"):
        return None
    return Notice("level_lowered", {"wanted": question.wanted, "level": level})
