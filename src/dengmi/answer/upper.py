"""The upper levels: answers that a model writes, shared by everyone who asks the same at the same
time, and served again while the articles still say the same."""

import math
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import replace

from dengmi.answer.check.judge import warm
from dengmi.answer.climb import Climb, Sought, Ways
from dengmi.answer.composing import Composing
from dengmi.answer.follow.turns import Standalone, Turn
from dengmi.answer.join import Hub
from dengmi.answer.led import Leads
from dengmi.answer.quoting import QuoteAnswer
from dengmi.answer.reusing import Reusing
from dengmi.answer.rewriting import Rewriting
from dengmi.answer.sharing import Share, Sharing, is_clear
from dengmi.answer.suggesting import Suggesting
from dengmi.answer.thought import Thought
from dengmi.answer.told import told
from dengmi.answer.worth import worth_asking
from dengmi.answer.write.writer import Out, Writer, Written
from dengmi.core.charges import Charge
from dengmi.core.clock import Clock
from dengmi.core.errors import ModelFailed, NoRoom, OverLimit
from dengmi.core.events import Event, Found, Notice, Spent
from dengmi.core.ports import Ledger, Passages
from dengmi.core.rates import Rates
from dengmi.core.records import Answer, Cost, Evidence, Level, Question, Wanted
from dengmi.core.reuses import Reusable
from dengmi.core.turns import Turns

LONGEST_CALL = 900.0
"""Seconds after which a call that is still open in the ledger belongs to a process that is gone."""

_TRIES = 3
"""How often an answer is joined whose first asker then may not have it, before the quotes do."""


class Upper:
    """Answers at the levels that use a model.

    Args:
        ways: how each level and desk writes.
        writer: has models write.
        ledger: notes what was shared.
        passages: reads what earlier turns of a conversation showed.
        reusing: earlier answers; None where none is served again.
        suggesting: finds questions that the articles answer too.
        rewriting: completes follow-ups that the rules cannot; None where none is asked.
        turns: whose turn it is where many ask at once.
        rates: what the currencies of models are worth; None where all have the same.
    """

    def __init__(
        self,
        ways: Ways,
        writer: Writer,
        ledger: Ledger,
        passages: Passages,
        clock: Clock,
        *,
        reusing: Reusing | None = None,
        suggesting: Suggesting | None = None,
        rewriting: Rewriting | None = None,
        turns: Turns | None = None,
        rates: Rates | None = None,
    ) -> None:
        self.turns = turns or Turns()
        self._ways = ways
        self._ledger = ledger
        self._clock = clock
        self._reusing = reusing
        self._rewriting = rewriting
        self._composing = Composing(ways, ledger, clock, self.turns, suggesting, rates=rates)
        self._sharing = Sharing(ways, writer, passages, clock, reusing)

    def share_with(self, leads: Leads) -> Hub[Out]:
        """Have the processes of a server write what is the same once; what this one holds."""
        return self._sharing.share_with(leads)

    def warm(self) -> None:
        """Read the files that judging needs; blocks."""
        warm()

    async def writing(self) -> Collection[str]:
        """Ids of the questions that processes which live are writing answers to."""
        return await self._ledger.writing()

    async def recover(self, gone: Collection[str]) -> None:
        """Close the ledger's lines that processes left open when they were killed."""
        await self._ledger.recover(self._clock.now() - LONGEST_CALL, gone)

    async def rewritten(
        self, question: Question, level: Level, meant: Standalone, turns: Sequence[Turn]
    ) -> tuple[Standalone, tuple[Charge, ...]]:
        """A follow-up that the rules could not complete, as a model does; and what that cost."""
        if self._rewriting is None:
            return meant, ()
        way = self._ways.levels[level]
        refused = self._ledger.refusal(
            question, level, way.models[0], prompt_tokens=way.evidence, max_tokens=way.tokens
        )
        if refused is not None:  # it would be of no use to who gets the quotes anyway
            return meant, ()
        made, charge = await self._rewriting.rewrite(question, level, meant, turns)
        return made, (charge,) if charge is not None else ()

    def level(self, wanted: Wanted) -> Level:
        """The level a wish leads to: the highest one offered that is no higher."""
        if wanted in ("quote", "reuse"):
            return "quote"
        levels = self._ways.levels
        if wanted not in ("auto", "quick") and "deep" in levels:
            return "deep"
        return "quick" if "quick" in levels else "quote"

    def passages(self, level: Level) -> int:
        """How many passages a level looks for."""
        way = self._ways.levels.get(level)
        return way.passages if way else 0

    def worth_asking(self, quoted: QuoteAnswer) -> bool:
        """Whether a model could find an answer where the quotes are this unsure."""
        meant = quoted.answer.standalone or quoted.answer.question
        return worth_asking(meant, quoted.evidence, quoted.near.confidence)

    def may_begin(self, meant: str, evidence: Evidence) -> bool:
        """Whether the evidence alone says that a model is worth asking."""
        return is_clear(meant, evidence)

    def expect(self, question: Question, level: Level) -> None:
        """A question that stands alone is about to be answered; see Sharing.expect."""
        self._sharing.expect(question, level)

    async def begin(self, sought: Sought, best: Evidence) -> Share:
        """Find an answer that serves again, or have one made; see Sharing.begin."""
        share = await self._sharing.begin(sought, best)
        assert share is not None
        return share

    def topic(self, climb: Climb) -> str:
        """What is the same for questions that ask the same at a level; "" where nobody knows."""
        meant = Standalone(climb.standalone, sure=climb.sure)
        return self._sharing.topic(climb.question.desk, climb.level, meant)

    async def shared(self, climb: Climb) -> Share | None:
        """An answer that there is, or that is being written; None where there is none."""
        return await self._sharing.begin(_sought(climb), climb.quoted.evidence, shared=True)

    async def climb(self, climb: Climb) -> AsyncGenerator[Event | Answer, None]:
        """The events of a written answer up to what it cost, then the answer, last and once."""
        share = climb.share or await self.share(climb)
        try:
            told = self._served if share.earlier is not None else self._written
            async with aclosing(told(climb, share)) as events:
                async for event in events:
                    yield event
        finally:
            if climb.share is None:
                await share.leave()

    async def share(self, climb: Climb) -> Share:
        """The answer to a question that has its quotes, begun."""
        return await self.begin(_sought(climb), climb.quoted.evidence)

    async def _written(self, climb: Climb, share: Share) -> AsyncGenerator[Event | Answer, None]:
        """The answer as it is written."""
        yield Found(
            climb.question.id,
            climb.level,
            len(climb.evidence.hits),
            climb.evidence.took_ms,
            climb.quoted.answer.citations,
            climb.quoted.answer.nearest,
        )
        written: Written | None = None
        thought = Thought(self._clock)
        for tries in range(_TRIES, 0, -1):
            held = share.making()
            try:
                async with aclosing(held.pieces(_hearing(climb, thought))) as events:
                    async for event in events:
                        if isinstance(event, Written):
                            written = event
                            climb.outcome.broken = event.broken
                        else:
                            thought.hear(event)
                            yield event
            except ModelFailed as error:
                again = held.joined and tries > 1 and share.hold is not None
                if again and _is_anothers(error, climb.question):
                    await share.leave()
                    continue
                climb = replace(climb, spent=climb.spent + (() if held.joined else error.spent))
                if (lower := self._lower(climb, error)) is not None:
                    async with aclosing(self._instead(climb, lower)) as instead:
                        async for each in instead:
                            yield each
                    return
                yield _why(error)
            break
        answer = await self._composing.written(climb, written, joined=held.joined)
        if answer.level == "quote" or not answer.grounded:
            if written is not None and not written.declined:
                yield Notice("answer_unchecked")
            for quoted in told(answer):
                yield quoted
        else:
            yield Spent(answer.cost, answer.usage)
            answer = thought.noted(answer)
        yield answer

    async def _instead(self, climb: Climb, lower: Climb) -> AsyncGenerator[Event | Answer, None]:
        """The answer of the lower level, behind what is told already."""
        yield Notice("no_room_at", {"wanted": climb.level, "level": lower.level})
        async with aclosing(self.climb(lower)) as events:
            async for event in events:
                if not isinstance(event, Found):
                    yield event

    def _lower(self, climb: Climb, error: ModelFailed) -> Climb | None:
        """The question one level down, where its own has no room; what nobody waits for has time
        until there is."""
        fits = isinstance(error, NoRoom) and not climb.question.background
        if not fits or climb.level != "deep" or "quick" not in self._ways.levels:
            return None
        return replace(climb, level="quick", share=None)

    async def keep(self, climb: Climb, answer: Answer) -> None:
        """Keep a stored answer for whoever asks the same later."""
        again = self.reusable(climb, answer)
        if self._reusing is not None and again is not None:
            await self._reusing.keep(again)

    def reusable(self, climb: Climb, answer: Answer) -> Reusable | None:
        """What is kept of an answer for whoever asks the same later; None where nothing is."""
        level = answer.level
        if climb.outcome.broken:
            return None  # the next one who asks may get all of it
        if self._reusing is not None and climb.sure and level in self._ways.levels:
            if not _is_of(answer, self._ways.levels[level].models):
                return None  # written before the level's models became others
            way = self._sharing.way(answer.desk, level)
            evidence = climb.evidence
            return self._reusing.reusable(climb.standalone, level, way, answer, evidence)
        return None

    async def served_again(self, question: Question, level: Level, full: Cost) -> None:
        """Note that an answer served which had cost this much."""
        await self._ledger.shared(question, level, "reuse", full)

    async def _served(self, climb: Climb, share: Share) -> AsyncGenerator[Event | Answer, None]:
        """An earlier answer as the answer to this question."""
        assert share.earlier is not None
        answer = await self._composing.served(climb, share.earlier)
        evidence = climb.evidence
        yield Found(climb.question.id, climb.level, len(evidence.hits), evidence.took_ms)
        for event in told(answer):
            yield event
        yield answer


def _hearing(climb: Climb, thought: Thought) -> Callable[[Out], bool] | None:
    """What hears the events as they are written; what was written in the end is no event."""
    hear = climb.hear
    if hear is None:
        return None

    def heard(piece: Out) -> bool:
        if isinstance(piece, Written):
            return False
        thought.hear(piece)
        hear(piece)
        return True

    return heard


def _is_of(answer: Answer, models: Sequence[str]) -> bool:
    """Whether one of some models wrote an answer; its version stands behind its name."""
    return not answer.model or any(f"{answer.model} ".startswith(f"{one} ") for one in models)


def _sought(climb: Climb) -> Sought:
    return Sought(
        question=climb.question,
        meant=Standalone(climb.standalone, sure=climb.sure),
        turns=climb.turns,
        evidence=climb.evidence,
        level=climb.level,
    )


def _is_anothers(error: ModelFailed, question: Question) -> bool:
    """Whether it was the quota, or the plan, of whoever asked first that did not allow the answer,
    or nobody waited for theirs."""
    if isinstance(error, NoRoom):
        return error.holder != question.payer or error.background > question.background
    if not isinstance(error, OverLimit):
        return False
    return error.notice == "quota_spent" and error.holder != question.payer


def _why(error: ModelFailed) -> Notice:
    """Why no model wrote, in a quiet word."""
    if isinstance(error, OverLimit):
        return Notice(error.notice, error.told)
    if isinstance(error, NoRoom):
        return Notice("no_room", {"position": error.position, "wait": math.ceil(error.wait)})
    return Notice("model_failed", {"model": error.model})
