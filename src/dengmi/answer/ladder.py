"""The ladder: takes a question through its life and gives back the events of its answer.

Every question is searched for and gets its quotes; where its level has a model, one writes a better
answer, unless an earlier one still stands. Whatever goes wrong above, the quotes are the answer.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from dengmi.answer.climb import Climb, Sought
from dengmi.answer.follow.turns import Standalone, Turn
from dengmi.answer.followup import standalone
from dengmi.answer.late.terms import CAUSES, Trial, waits
from dengmi.answer.late.waits import Standing, Waits
from dengmi.answer.paid import priced
from dengmi.answer.quoting import DEPTH, QuoteAnswer, quote_answer
from dengmi.answer.told import replayed, told
from dengmi.core.clock import Clock
from dengmi.core.errors import BadInput, DengmiError
from dengmi.core.events import Done, Event, Failed, Found, Notice, Thinking
from dengmi.core.ids import new_id
from dengmi.core.ports import Conversations, Inbox, Search
from dengmi.core.records import Answer, Charge, Evidence, Exchange, Level, Question, SearchQuery
from dengmi.language.detect import language_of
from dengmi.language.searching import searched_for
from dengmi.language.texts import catalogue

if TYPE_CHECKING:  # what writes answers is imported where a model is configured, by `wire`
    from dengmi.answer.sharing import Share
    from dengmi.answer.upper import Upper

log = logging.getLogger(__name__)


class Kept(Inbox, Conversations, Protocol):
    """What a ladder needs of the store."""


@dataclass(frozen=True, slots=True)
class _Understood:
    """A question with what its conversation adds to it."""

    meant: Standalone
    turns: Sequence[Exchange] = ()
    spent: tuple[Charge, ...] = ()


class Ladder:
    """Answers questions at the best level there is.

    Args:
        store: keeps questions and answers.
        search: finds the evidence.
        clock: tells the time.
        upper: the levels that use a model; None where there is none.
        waits: where questions wait that wanted more than they got; None where none does.
        most_quotes: quotes in one answer at the most.
        most_chars: longest question, in characters.
        history: earlier questions of a conversation that are looked at.
    """

    def __init__(
        self,
        store: Kept,
        search: Search,
        clock: Clock,
        upper: "Upper | None" = None,
        *,
        waits: Waits | None = None,
        most_quotes: int = 3,
        most_chars: int = 2_000,
        history: int = 6,
    ) -> None:
        self._store = store
        self._search = search
        self._clock = clock
        self._upper = upper
        self._waits = waits
        self._most_quotes = most_quotes
        self._most_chars = most_chars
        self._history = history
        self._ready = False

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
        kept, _ = await self._store.record_question(
            replace(
                question,
                id=question.id or new_id("q"),
                text=words,
                lang=question.lang or language_of(words) or "en",
                asked_at=question.asked_at or self._clock.now(),
            )
        )
        return kept

    async def ask(self, question: Question, *, thinking: bool = False) -> AsyncGenerator[Event]:
        """Accept the question and answer it.

        Raises BadInput before the first event; afterwards every failure is an event.
        """
        accepted = await self.accept(question)
        async with aclosing(self.run(accepted, thinking=thinking)) as events:
            async for event in events:
                yield event

    async def run(self, question: Question, *, thinking: bool = False) -> AsyncGenerator[Event]:
        """The events of an accepted question's answer; of the stored answer if it has one.

        Whoever leaves before the end takes the quote answer as the final one: the question has
        its answer either way.

        Args:
            question: as `accept` gave it.
            thinking: whether the model's thinking is told too.
        """
        began = self._clock.steady()
        try:
            if question.state != "asked" and (known := await self._store.answer(question.id)):
                standing = await self._waits.standing(known) if self._waits else Standing(known)
                for event in replayed(standing.answer, standing.pending):
                    yield event
                return
            async with aclosing(self._answered(question, began)) as events:
                async for event in events:
                    if thinking or not isinstance(event, Thinking):
                        yield event
        except DengmiError as error:
            await self._store.fail_question(question.id, error.code)
            yield Failed(question.id, error.code, error.params)
        except Exception:
            log.exception("question %s failed", question.id)
            await self._store.fail_question(question.id, "unexpected")
            yield Failed(question.id, "unexpected", {"reference": question.id})

    async def resume(self) -> int:
        """Finish the questions that an earlier stop cut off; how many there were. What another
        process is writing just now is left to it: two calls would be paid for one answer."""
        busy = await self._upper.recover() if self._upper else ()
        pending = [one for one in await self._store.pending_questions() if one.id not in busy]
        for question in pending:
            async for _ in self.run(question):
                pass
        return len(pending)

    async def better(
        self, question: Question, level: Level, done: Callable[[Answer], Awaitable[bool]]
    ) -> Trial:
        """Try a question that has its quotes once more.

        Args:
            level: the level that it waits for.
            done: stores the better answer; whether it did.
        """
        upper = self._upper
        if upper is None or upper.level(level) != level:
            return "nothing"  # the level is not offered any more
        began = self._clock.steady()
        sought = await self._sought(question, level)
        quoted = await self._quoted(question, sought.meant.text, sought.evidence, began)
        climb = _climb(sought, quoted, began)
        if not upper.worth_asking(climb.quoted):
            return "nothing"
        answer, cause = climb.quoted.answer, ""
        async with aclosing(upper.climb(climb)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    answer = event
                elif isinstance(event, Notice) and event.code in CAUSES:
                    cause = event.code
        if answer.level != level:
            return "nothing" if not cause else "no_room" if cause == "no_room" else "failed"
        if await done(answer):
            await upper.keep(climb, answer)
        return "done"

    async def _answered(self, question: Question, began: float) -> AsyncGenerator[Event]:
        level = self._upper.level(question.wanted) if self._upper else "quote"
        sought = await self._sought(question, level)
        meant, evidence = sought.meant, sought.evidence
        upper = self._upper if level != "quote" else None
        share: Share | None = None
        try:
            if upper is not None and self._ready and upper.may_begin(meant.text, evidence):
                share = await upper.begin(sought, evidence)
                await share.called()
            quoted = await self._quoted(question, meant.text, evidence, began)
            if upper is not None and share is None and upper.worth_asking(quoted):
                share = await upper.begin(sought, quoted.evidence)
            climb = _climb(sought, quoted, began, share)
            if upper is None or share is None:
                events = self._quotes(climb)
            else:
                events = self._climbed(upper, climb)
            async with aclosing(events):
                async for event in events:
                    yield event
        finally:
            if share is not None:
                await share.leave()

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

    async def _sought(self, question: Question, level: Level) -> Sought:
        """The question understood and searched for."""
        understood = await self._understood(question, level)
        return Sought(
            question=question,
            meant=understood.meant,
            turns=understood.turns,
            spent=understood.spent,
            evidence=await self._found(question, understood.meant.text, level),
            level=level,
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
            pending = await self._waits.enter(climb.question, climb.level, cause, answer)
            yield Done(answer, pending)
            return
        await self._store.finish_question(answer)
        await upper.keep(climb, answer)
        yield Done(answer)

    async def _understood(self, question: Question, level: Level) -> _Understood:
        """The question completed from its conversation: by rules, and where they cannot and the
        level has a model, by that."""
        if not question.conversation or not self._history:
            return _Understood(Standalone(question.text))
        turns = await self._store.turns(
            question.desk,
            question.asker,
            question.conversation,
            question.asked_at,
            self._history,
        )
        said = [_turn(each) for each in turns]
        # In a thread: the first follow-up imports the rules.
        meant = await asyncio.to_thread(standalone, question.text, said)
        if meant.sure or self._upper is None or level == "quote":
            return _Understood(meant, turns)
        meant, spent = await self._upper.rewritten(question, level, meant, said)
        return _Understood(meant, turns, spent)

    async def _found(self, question: Question, meant: str, level: Level) -> Evidence:
        """What the question finds; words of politeness are not searched for. Reading the first
        Chinese question reads a file."""
        limit = max(DEPTH, self._upper.passages(level)) if self._upper else DEPTH
        words = searched_for(meant) if self._ready else await asyncio.to_thread(searched_for, meant)
        query = SearchQuery(text=words, desk=question.desk, limit=limit, marked=False)
        return await self._search.search(query)

    async def _quoted(
        self, question: Question, meant: str, evidence: Evidence, began: float
    ) -> QuoteAnswer:
        """The first one reads word lists and texts from files, so it is made in a thread."""

        def made() -> QuoteAnswer:
            return quote_answer(
                question,
                meant,
                evidence,
                most=self._most_quotes,
                now=self._clock.now,
                took_ms=lambda: round((self._clock.steady() - began) * 1000, 3),
            )

        if self._ready:
            return made()
        await asyncio.to_thread(catalogue)
        if self._upper is not None:
            await asyncio.to_thread(self._upper.warm)
        quoted = await asyncio.to_thread(made)
        self._ready = True
        return quoted


def _climb(
    sought: Sought, quoted: QuoteAnswer, began: float, share: "Share | None" = None
) -> Climb:
    """A question, searched for and quoted, on its way up."""
    return Climb(
        question=sought.question,
        standalone=sought.meant.text,
        sure=sought.meant.sure,
        turns=sought.turns,
        spent=sought.spent,
        evidence=sought.evidence,
        quoted=quoted,
        level=sought.level,
        began=began,
        share=share,
    )


def _lowered(question: Question, level: Level) -> Notice | None:
    """A word to who wanted more than there is."""
    if question.wanted in ("auto", level) or (question.wanted == "reuse" and level == "quote"):
        return None
    return Notice("level_lowered", {"wanted": question.wanted, "level": level})


def _turn(exchange: Exchange) -> Turn:
    answer = exchange.answer
    if answer is None:
        return Turn(exchange.question.text, lang=exchange.question.lang)
    titles = tuple(dict.fromkeys(citation.head.title for citation in answer.citations))
    return Turn(answer.standalone or answer.question, answer.text, titles, answer.lang)
