"""Holds the slots of the models and those who wait for one.

`decision` says who begins, waits or does without; here is what waits. One event loop.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from dengmi.core.chat import Ended, Piece, Said, Thought, Waiting
from dengmi.core.clock import Clock
from dengmi.core.errors import ModelFailed, NoRoom, OverLimit, Trouble
from dengmi.core.gate import Class, GateLoad, Vacancy
from dengmi.core.records import Level, Question, Tokens
from dengmi.gate.decision import Begin, Call, Decision
from dengmi.gate.places import Rank, place_of
from dengmi.gate.queue import Entry
from dengmi.gate.slots import USUAL

NAMELESS = 3
"""The band of those who do not say who they are: that of one who had an answer of late."""

NOTICED = 2.0
"""Seconds that the endpoint holds a call before that counts, although no token came yet."""


@dataclass(slots=True)
class Grant:
    """A slot that is held: of which `model`, after how many seconds of waiting (`waited`).

    `used` is what the call took so far; it is set from what `heard` is told, and may be set by
    whoever knows better.
    """

    model: str
    waited: float
    _call: Call
    _decision: Decision
    _clock: Clock
    used: Tokens | None = None
    _held: float = 0.0
    _began: bool = False

    def heard(self, piece: Piece) -> None:
        """Tell what came of the call: its waiting and its first token are the signs of load."""
        match piece:
            case Waiting(seconds):
                noticed = self._held >= NOTICED
                self._held = seconds
                if not self._began and not noticed and seconds >= NOTICED:
                    self._decision.held(self._call, seconds, self._clock.steady())
            case Thought() | Said():
                if not self._began:
                    self._began = True
                    self._decision.first(self._call, self._held, self._clock.steady())
            case Ended():
                self.used = piece.tokens


def _asker(question: Question) -> str:
    return question.payer or question.asker or question.conversation


def _visitor(_: Question) -> Rank:
    return "visitor"


class Gate:
    """Lets calls of models begin.

    Args:
        slots: the most requests in flight of each model.
        patience: seconds that a question waits for a slot before the quotes are its answer.
        usual: seconds that an answer is taken to last before any has ended.
        rank: how the operator ranks who asks.
    """

    def __init__(
        self,
        slots: Mapping[str, int],
        clock: Clock,
        patience: float,
        *,
        usual: float = USUAL,
        rank: Callable[[Question], Rank] = _visitor,
    ) -> None:
        self._decision = Decision(slots, usual=usual)
        self._turns: dict[Entry, asyncio.Future[Begin]] = {}
        self._clock = clock
        self._patience = patience
        self._rank = rank

    def load(self) -> GateLoad:
        """What is held now, as an operator wants to see it."""
        return self._decision.load(self._clock.steady())

    def vacancy(self, models: Sequence[str]) -> Vacancy:
        """What some models have free now."""
        return self._decision.vacancy(models, self._clock.steady())

    def had(self, question: Question) -> float:
        """How many answers of models whoever asks had of late, here."""
        asker = _asker(question)
        return self._decision.shares.answers(asker, self._clock.steady()) if asker else 0.0

    def waited_for(self, waiting: bool) -> None:
        """Tell whether questions wait in the late queue."""
        self._decision.waited_for = waiting

    @asynccontextmanager
    async def admit(
        self,
        question: Question,
        level: Level,
        models: Sequence[str],
        *,
        prompt: int,
        most: int,
        urgent: bool = False,
        waited: float = 0.0,
    ) -> AsyncIterator[Grant]:
        """A slot of one of some models, held until the block ends.

        Args:
            models: those that may serve the call; of those that are free, the first.
            prompt: tokens of its prompt; `most` those that its answer may have.
            urgent: it goes on with an answer that is shown already, or helps to make one: its turn
                is first.
            waited: seconds that the question waited for a slot before.

        Raises:
            NoRoom: none would be free in time.
            ModelFailed: the models failed again and again, and are left alone for now.
        """
        now = self._clock.steady()
        tokens = self._decision.lengths.expected(level, prompt, most)
        entry = self._entry(question, level, models, tokens, urgent=urgent)
        entry.at, entry.until = now, now + self._left(question, models, waited)
        begin = await self._begin(entry)
        at = self._clock.steady()
        call = Call(entry, begin, at)
        grant = Grant(begin.model, waited + at - now, call, self._decision, self._clock)
        trouble: Trouble | Literal["", "left"] = "left"
        again = 0.0
        try:
            yield grant
            trouble = ""
        except OverLimit:
            raise  # of ours: it says nothing of the model
        except ModelFailed as error:
            trouble, again = error.trouble, error.retry_after or 0.0
            raise
        finally:
            self._decision.ended(
                call, self._clock.steady(), trouble=trouble, again=again, used=grant.used
            )
            self._next()
            if again:
                asyncio.get_running_loop().call_later(again, self._next)

    def _entry(
        self, question: Question, level: Level, models: Sequence[str], tokens: int, *, urgent: bool
    ) -> Entry:
        """The call as it stands in line. Who does not say who they are stands behind the others
        of their class: a new name with each question would be a new turn with each."""
        asker = _asker(question)
        kind: Class = "background" if question.background else self._rank(question)
        entry = Entry(
            kind=kind,
            level=level,
            models=tuple(models),
            asker=asker or question.id,
            tokens=tokens,
            urgent=urgent,
        )
        shares, steady = self._decision.shares, self._clock.steady()
        band = shares.band(asker, steady) if asker else NAMELESS
        entry.place = place_of(kind, entry.asker, self._clock.now(), band=band)
        return entry

    def _left(self, question: Question, models: Sequence[str], waited: float) -> float:
        """Seconds that a question still waits for a slot; below none where it is too late to
        begin: a deadline counts from the first token on."""
        left = max(0.0, self._patience - waited)
        if question.deadline:
            first = self._decision.soonest(models)
            left = min(left, question.deadline - self._clock.now() - first)
        return left

    async def _begin(self, entry: Entry) -> Begin:
        """Wait until it is one's turn; the slot is taken then. Raises NoRoom, ModelFailed."""
        self._next()
        told = self._decision.arrive(entry, entry.at)
        if isinstance(told, Begin):
            return told
        turn = self._turns[entry] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(entry.until - entry.at):
                begin: Begin = await turn
                return begin
        except (TimeoutError, asyncio.CancelledError) as error:
            late = isinstance(error, TimeoutError)
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                call = Call(entry, turn.result(), self._clock.steady())  # in the same moment
                self._decision.ended(call, call.at, trouble="left", used=Tokens())
                self._next()
            else:
                self._decision.leave(entry, refused=late)
            if late:
                wait = self._clock.steady() - entry.at
                raise NoRoom(entry.models[0], position=told + 1, wait=wait) from None
            raise
        finally:
            del self._turns[entry]

    def _next(self) -> None:
        """Tell those whose turn has come, and those for whom it will not come."""
        now = self._clock.steady()
        for entry, begin in self._decision.due(now):
            turn = self._turns[entry]
            if turn.done():  # it is about to leave by itself
                self._decision.ended(Call(entry, begin, now), now, trouble="left", used=Tokens())
            else:
                turn.set_result(begin)
        for entry, error in self._decision.hopeless(now):
            if not self._turns[entry].done():
                self._turns[entry].set_exception(error)
