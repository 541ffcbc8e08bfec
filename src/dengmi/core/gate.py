"""The gate as the other rooms see it: what it lets begin, and what it holds now.

`load()` of the gate is what an operator sees; `/api/v1/load`, the metrics and `dengmi load` show
it. The workers of one server share one keeper of slots.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from math import inf
from typing import Literal, Protocol

from dengmi.core.charges import Tokens
from dengmi.core.chat import Piece
from dengmi.core.records import Level, Question

ModelState = Literal["well", "resting", "trying"]
"""resting: it failed and is left alone for a while; trying: one call finds out how it is."""

Class = Literal["urgent", "paid", "member", "visitor", "background"]
"""Whose turn is first: what goes on with an answer that people see already, then askers as the
operator ranks them, then what nobody waits for just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLoad:
    """One model.

    Attributes:
        busy: calls in flight.
        limit: calls that the endpoint is taken to grant now; `most` is what the settings allow.
        waiting: calls that could begin here and wait.
        lasting: seconds that a call lasts, of late.
        first: seconds to the first token as usual.
        held: seconds beyond that which the endpoint keeps calls in its own queue, of late.
        state: its health; where it is not well, `trouble` is what it failed of last and `pause` the
            seconds until it is tried again.
    """

    busy: int
    limit: int
    most: int
    waiting: int
    lasting: float
    first: float
    held: float
    state: ModelState = "well"
    trouble: str = ""
    pause: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLoad:
    """One level of answers that models write.

    Attributes:
        arrived, granted, refused: calls since the start: that came, that began, and that were told
            to do without; what repeats or joins another answer never comes to the gate.
        waiting: calls that wait now.
        queueing: seconds that those who began of late had waited, on average.
        wait: seconds that a visitor who comes now would wait, about.
        bar: the last class of which somebody may wait for a slot; `lowered` whether anybody may
            not, `open` the part of what came of late that may. Who stands above the bar is let in
            only where there is room at once.
        tokens: tokens that a call is expected to take, of late.
    """

    arrived: int = 0
    granted: int = 0
    refused: int = 0
    waiting: int = 0
    queueing: float = 0.0
    wait: float = 0.0
    bar: Class = "background"
    lowered: bool = False
    open: float = 1.0
    tokens: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLoad:
    """Every model by its name in the settings, and every level that was asked for. `shared`: of
    all processes of the server together, not of one."""

    models: Mapping[str, ModelLoad] = field(default_factory=dict)
    levels: Mapping[Level, LevelLoad] = field(default_factory=dict)
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Vacancy:
    """What some models have free now: slots in all, slots that nobody uses, and calls that wait
    for one; `turn` are the seconds between two slots that come free, about, and `well` the calls
    that ended well since one failed. A model that is left alone for a while has nothing, one that
    is to be tried again a single slot."""

    slots: int = 0
    free: int = 0
    waiting: int = 0
    turn: float = field(default=inf, compare=False)
    well: int = field(default=0, compare=False)


class Grant(Protocol):
    """A slot that is held. `used`: the tokens the call took, set when they are known."""

    used: Tokens | None

    @property
    def model(self) -> str:
        """The model whose slot it is, by its name in the settings."""
        ...

    @property
    def waited(self) -> float:
        """Seconds that the question waited for slots so far."""
        ...

    def heard(self, piece: Piece) -> None:
        """Tell what came of the call: its waiting and its first token are the signs of load."""
        ...


class Gate(Protocol):
    """Lets calls of models begin."""

    def admit(
        self,
        question: Question,
        level: Level,
        models: Sequence[str],
        *,
        prompt: int,
        most: int,
        urgent: bool = False,
        waited: float = 0.0,
    ) -> AbstractAsyncContextManager[Grant]:
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
        ...


class Room(Protocol):
    """Tells whether there is room for calls that can wait."""

    async def vacancy(self, models: Sequence[str]) -> Vacancy:
        """What these models have free now, together."""
        ...

    async def had(self, question: Question) -> float:
        """How many answers of models whoever asks had of late, from this server."""
        ...

    def waited_for(self, waiting: bool) -> None:
        """Tell whether questions wait in the late queue: a slot that is free is theirs then,
        rather than of somebody who had a fair share of late."""
        ...
