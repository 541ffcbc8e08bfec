"""Lets calls of models begin: what a question is to the gate, and what holds its slot meanwhile.

`decision` says who begins, waits or does without, and `keeper` keeps it. One event loop.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dengmi.core.charges import Tokens
from dengmi.core.chat import Ended, Piece, Said, Thought, Waiting
from dengmi.core.clock import Clock
from dengmi.core.errors import ModelFailed, NoRoom, OverLimit
from dengmi.core.gate import GateLoad, Vacancy
from dengmi.core.records import Level, Question
from dengmi.gate.decision import Begin
from dengmi.gate.keeper import Ending, Keeping, Ticket, Told, Want
from dengmi.gate.model import Offered
from dengmi.gate.places import Rank

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
    _ticket: Ticket
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
                    self._ticket.held(seconds)
            case Thought() | Said():
                if not self._began:
                    self._began = True
                    self._ticket.first(self._held)
            case Ended():
                self.used = piece.tokens


def _asker(question: Question) -> str:
    return question.payer or question.asker or question.conversation


def _visitor(_: Question) -> Rank:
    return "visitor"


class Gate:
    """Lets calls of models begin.

    Args:
        keeper: keeps the slots.
        patience: seconds that a question waits for a slot before the quotes are its answer.
        rank: how the operator ranks who asks.
    """

    def __init__(
        self,
        keeper: Keeping,
        clock: Clock,
        patience: float,
        *,
        rank: Callable[[Question], Rank] = _visitor,
    ) -> None:
        self._keeper = keeper
        self._clock = clock
        self._patience = patience
        self._rank = rank

    def load(self) -> GateLoad:
        """What is held now, as an operator wants to see it."""
        return self._keeper.load()

    def become(self, models: Mapping[str, Offered]) -> None:
        """Have these models from now on; calls under way end as they began."""
        self._keeper.become(models)

    async def vacancy(self, models: Sequence[str]) -> Vacancy:
        """What some models have free now."""
        return await self._keeper.vacancy(models)

    async def had(self, question: Question) -> float:
        """How many answers of models whoever asks had of late, from this server."""
        asker = _asker(question)
        return await self._keeper.had(asker) if asker else 0.0

    def waited_for(self, waiting: bool) -> None:
        """Tell whether questions wait in the late queue."""
        self._keeper.waited_for(waiting)

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
        """A slot of one of some models, held until the block ends; see `core.gate.Gate`.

        Raises:
            NoRoom: none would be free in time.
            ModelFailed: the models failed again and again, and are left alone for now.
        """
        now = self._clock.steady()
        want = Want(
            kind="background" if question.background else self._rank(question),
            level=level,
            models=tuple(models),
            asker=_asker(question) or question.id,
            named=bool(_asker(question)),
            prompt=prompt,
            most=most,
            left=max(0.0, self._patience - waited),
            urgent=urgent,
            deadline=question.deadline,
        )
        try:
            begin, ticket = await self._begun(want)
        except NoRoom as error:
            error.holder, error.background = question.payer, question.background
            raise
        grant = Grant(begin.model, waited + self._clock.steady() - now, ticket)
        trouble: Ending = "left"
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
            ticket.ended(trouble, again, grant.used)

    async def _begun(self, want: Want) -> tuple[Begin, Ticket]:
        """Wait until it is one's turn; the slot is taken then. Raises NoRoom, ModelFailed."""
        turn: asyncio.Future[Told] = asyncio.get_running_loop().create_future()

        def tell(told: Told) -> None:
            if not turn.done():
                turn.set_result(told)

        ticket = self._keeper.ask(want, tell)
        try:
            told = await turn
        except asyncio.CancelledError:
            ticket.leave()
            raise
        if isinstance(told, Begin):
            return told, ticket
        raise told
