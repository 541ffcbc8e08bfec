"""Takes a question up the ladder to the best answer there is, telling its events on the way.

An answer at hand, pinned or to a greeting, is given as it is. Any other question is searched for
and gets its quotes; where its level has a model, one writes a better answer, unless an earlier one
still stands. Whatever goes wrong above, the quotes are the answer.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from dengmi.answer.climb import Climb, Sought
from dengmi.answer.finding import Changing, Finder
from dengmi.answer.follow.turns import Standalone
from dengmi.answer.greeting import Greeter
from dengmi.answer.hearing import Hear
from dengmi.answer.late.terms import CAUSES, SPENT, Trial, came_of, waits
from dengmi.answer.late.waits import Waits
from dengmi.answer.paid import priced
from dengmi.answer.pins import Pinned
from dengmi.answer.quoting import DEPTH
from dengmi.answer.told import told
from dengmi.answer.understanding import Understanding, Understood
from dengmi.core.clock import Clock
from dengmi.core.counts import Counts
from dengmi.core.events import Done, Event, Found, Notice
from dengmi.core.ports import Conversations, Inbox, Search
from dengmi.core.records import Answer, Exchange, Level, Question
from dengmi.core.trace import work_for
from dengmi.core.turns import Turns
from dengmi.language.greeting import greeting_of

if TYPE_CHECKING:  # what writes answers is imported where a model is configured, by `wire`
    from dengmi.answer.sharing import Share
    from dengmi.answer.upper import Upper


class Kept(Inbox, Conversations, Changing, Protocol):
    """What a ladder needs of the store."""


class Climber:
    """Answers questions that are written down already.

    Args:
        store: keeps answers and conversations.
        search: finds the evidence.
        upper: the levels that use a model; None where there is none.
        counts: where questions are counted.
        waits: where questions wait that wanted more than they got; None where none does.
        pinned: answers that operators pinned; None where there are none.
        greeter: answers who only greets; None: the articles are asked.
        most_quotes: quotes in one answer at the most.
        history: earlier questions of a conversation that are looked at.
        private: desks of which the hall tells nothing, as they are now.

    Attributes:
        turns: whose turn it is where many ask at once.
        upper: as it is now.
    """

    def __init__(
        self,
        store: Kept,
        search: Search,
        clock: Clock,
        upper: "Upper | None" = None,
        *,
        counts: Counts,
        waits: Waits | None = None,
        pinned: Pinned | None = None,
        greeter: Greeter | None = None,
        most_quotes: int = 3,
        history: int = 6,
        private: Collection[str] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self.upper = upper
        self._counts = counts
        self._waits = waits
        self._pinned = pinned
        self._greeter = greeter
        self._understanding = Understanding(store, history, private)
        turns = self.turns = upper.turns if upper else Turns()
        counts.watch("searches", lambda: {"waiting": turns.waiting})
        warm = upper.warm if upper else None
        self._finder = Finder(search, store, clock, turns, warm=warm, most_quotes=most_quotes)

    def climb_with(self, upper: "Upper") -> None:
        """Answer at the levels that use a model as well, from now on."""
        self.upper = upper
        self._finder.warm = upper.warm

    def level(self, question: Question) -> Level:
        """The level that the question's wish leads to."""
        return self.upper.level(question.wanted) if self.upper else "quote"

    def expect(self, question: Question) -> None:
        """Begin to look for what a question finds, while it is written down: one that stands alone
        needs nothing of what was said before."""
        if question.conversation or greeting_of(question.text):
            return
        level = self.level(question)
        is_first = self._finder.begin(question, self._depth(level), quotes=level == "quote")
        if is_first and self.upper is not None and level != "quote":
            self.upper.expect(question, level)

    async def answered(
        self,
        question: Question,
        began: float,
        turns: Sequence[Exchange] | None = None,
        hear: Hear | None = None,
    ) -> AsyncGenerator[Event]:
        """The events of a question's answer, which is stored before `done` is told.

        Args:
            began: when it began, on the steady clock.
            turns: what was said before, oldest first; by default the store tells.
            hear: is told what is written when it is, in its order, in place of its being given.
        """
        level = self.level(question)
        greeting = greeting_of(question.text) if self._greeter else None
        if greeting is None:
            understood = await self._understanding.of(question, level, self.upper, turns)
        else:
            understood = Understood(Standalone(question.text))
        at_hand = await self._at_hand(question, understood.meant, began)
        if at_hand is None and self._greeter and greeting:
            at_hand = self._greeter.told(question, greeting, began, turns)
        if at_hand is not None:
            async for event in at_hand:
                yield event
            return
        upper = self.upper if level != "quote" else None
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
        upper = self.upper
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

    async def _at_hand(
        self, question: Question, meant: Standalone, began: float
    ) -> AsyncGenerator[Event] | None:
        """The events of the answer that an operator pinned; None where there is none."""
        if self._pinned is None or not meant.sure:
            return None
        pinned = await self._pinned.find(question.desk, meant.text)
        if pinned is None:
            return None
        return self._pinned.told(question, meant.text, pinned, began, self.upper)

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

    def _depth(self, level: Level) -> int:
        """How many passages are looked for."""
        return max(DEPTH, self.upper.passages(level)) if self.upper else DEPTH


def _lowered(question: Question, level: Level) -> Notice | None:
    """A word to who wanted more than there is."""
    if question.wanted in ("auto", level) or (question.wanted == "reuse" and level == "quote"):
        return None
    return Notice("level_lowered", {"wanted": question.wanted, "level": level})
