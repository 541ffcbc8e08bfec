"""Holds the slots of the models and those who wait for one.

Short and long answers wait apart and take turns by tokens, and so do the askers within each. Who
would wait longer than the patience is told so at once, with the place and the wait; the quotes
are the answer then.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dengmi.core.clock import Clock
from dengmi.core.errors import ModelFailed, NoRoom
from dengmi.core.ports import Vacancy
from dengmi.core.records import Level, Question
from dengmi.gate.fair import Fair
from dengmi.gate.health import Health
from dengmi.gate.slots import USUAL, Slots


@dataclass(slots=True)
class Grant:
    """A slot that is held. `used`: the tokens it took, set when they are known."""

    used: int


@dataclass(eq=False, slots=True)
class _Waiter:
    model: str
    level: Level
    asker: str
    tokens: int
    turn: asyncio.Future[None]


class _Line:
    """Those who wait for one model: levels take turns, and askers within a level."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.health = Health()
        self._levels: Fair[Level] = Fair()
        self._askers: dict[Level, Fair[_Waiter]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._askers.values()))

    @property
    def free(self) -> int:
        """Slots that nobody uses."""
        return max(0, int(self.slots.limit) - self.slots.busy)

    def ahead(self, level: Level, asker: str) -> int:
        """How many are served before one that would come now, at most about."""
        own = self._at(level).ahead(asker)
        others = sum(len(each) for name, each in self._askers.items() if name != level)
        return own + min(others, own + 1 if others else 0)

    def push(self, waiter: _Waiter) -> None:
        self._at(waiter.level).push(waiter.asker, waiter)
        self._levels.push(waiter.level, waiter.level)

    def remove(self, waiter: _Waiter) -> None:
        if self._at(waiter.level).remove(waiter.asker, waiter):
            self._levels.remove(waiter.level, waiter.level)

    def pop(self) -> _Waiter | None:
        chosen = self._levels.pop()
        found = self._at(chosen[1]).pop() if chosen else None
        return found[1] if found else None

    def charge(self, waiter: _Waiter, tokens: int) -> None:
        self._at(waiter.level).charge(waiter.asker, tokens)
        self._levels.charge(waiter.level, tokens)

    def _at(self, level: Level) -> Fair[_Waiter]:
        return self._askers.setdefault(level, Fair())


class Gate:
    """Lets calls of models begin. One event loop.

    Args:
        slots: the most requests in flight of each model.
        patience: seconds that a question waits for a slot before the quotes are its answer.
        usual: seconds that an answer is taken to last before any has ended.
    """

    def __init__(
        self, slots: Mapping[str, int], clock: Clock, patience: float, *, usual: float = USUAL
    ) -> None:
        self._lines = {name: _Line(Slots(most, lasting=usual)) for name, most in slots.items()}
        self._clock = clock
        self._patience = patience

    def load(self) -> Mapping[str, Mapping[str, float]]:
        """Of each model: slots busy, slots granted now, the most, and how many wait."""
        return {
            name: {
                "busy": line.slots.busy,
                "limit": int(line.slots.limit),
                "most": line.slots.most,
                "waiting": len(line),
            }
            for name, line in self._lines.items()
        }

    def vacancy(self, models: Sequence[str]) -> Vacancy:
        """What these models have free now, together. One that is left alone has nothing, one that
        is to be tried again a single slot."""
        now = self._clock.steady()
        lines = [line for name in models if not (line := self._lines[name]).health.pause(now)]
        return Vacancy(
            slots=sum(1 if line.health.doubtful else int(line.slots.limit) for line in lines),
            free=sum(min(line.free, 1) if line.health.doubtful else line.free for line in lines),
            waiting=sum(map(len, lines)),
        )

    @asynccontextmanager
    async def admit(
        self, question: Question, level: Level, model: str, tokens: int
    ) -> AsyncIterator[Grant]:
        """A slot of a model, held until the block ends.

        Args:
            tokens: how many the call will take, about; counted against the asker at once and put
                right by the grant's `used`.

        Raises:
            NoRoom: none would be free in time.
            ModelFailed: the model failed again and again, and is left alone for now.
        """
        line = self._lines[model]
        self._healthy(line, model)
        waiter = _Waiter(
            model, level, question.asker, tokens, asyncio.get_running_loop().create_future()
        )
        await self._turn(line, waiter)
        try:
            self._healthy(line, model)  # it may have failed while this one waited
        except ModelFailed:
            line.slots.gone()
            line.charge(waiter, -tokens)
            self._next(line)
            raise
        probe = line.health.begin()
        grant, began = Grant(tokens), self._clock.steady()
        try:
            yield grant
        except ModelFailed as error:
            line.health.failed(error.trouble, self._clock.steady(), probe=probe)
            if error.trouble == "busy":
                line.slots.refused(self._clock.steady())
            else:
                line.slots.gone()
            raise
        except BaseException:
            line.health.left(probe=probe)
            line.slots.gone()
            raise
        else:
            line.health.well()
            line.slots.done(self._clock.steady() - began)
        finally:
            line.charge(waiter, grant.used - tokens)
            self._next(line)

    def _healthy(self, line: _Line, model: str) -> None:
        pause = line.health.pause(self._clock.steady())
        if pause:
            raise ModelFailed(line.health.trouble, model, retry_after=pause)

    async def _turn(self, line: _Line, waiter: _Waiter) -> None:
        """Wait until it is one's turn; the slot is taken then. Raises NoRoom."""
        ahead = line.ahead(waiter.level, waiter.asker)
        wait = line.slots.wait(ahead)
        if (len(line) or not line.slots.free) and wait > self._patience:
            raise NoRoom(waiter.model, position=ahead + 1, wait=wait)
        line.push(waiter)
        self._next(line)
        try:
            async with asyncio.timeout(self._patience):
                await waiter.turn
        except (TimeoutError, asyncio.CancelledError) as error:
            if waiter.turn.done() and not waiter.turn.cancelled():  # given in the same moment
                line.slots.gone()
                line.charge(waiter, -waiter.tokens)
                self._next(line)
            else:
                line.remove(waiter)
            if isinstance(error, TimeoutError):
                raise NoRoom(waiter.model, position=ahead + 1, wait=wait) from None
            raise

    def _next(self, line: _Line) -> None:
        """Give the slots that are free to those whose turn it is."""
        while line.slots.free:
            waiter = line.pop()
            if waiter is None:
                return
            if waiter.turn.done():  # its asker has gone and it is about to leave by itself
                continue
            line.slots.take()
            line.charge(waiter, waiter.tokens)
            waiter.turn.set_result(None)
