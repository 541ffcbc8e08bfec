"""The keeper of the parent, as one of its processes sees it.

Where nothing is heard of it any more, this process goes on with its own part of the slots, from
what it holds just then; what it began meanwhile is told when the keeper is heard again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec

from dengmi.core.charges import Tokens
from dengmi.core.clock import Clock
from dengmi.core.errors import ModelFailed, NoRoom
from dengmi.core.gate import GateLoad, Vacancy
from dengmi.core.talk import Talk
from dengmi.gate.decision import Begin
from dengmi.gate.host import TOPIC
from dengmi.gate.keeper import Ending, Keeper, Kept, Told, Want
from dengmi.gate.model import Offered

log = logging.getLogger(__name__)

SILENT = 5.0
"""Seconds without an answer after which the keeper is taken to be gone. It has nothing else to do,
so this is a parent that is stopped, not one that is busy."""


@dataclass(eq=False, slots=True)
class _Far:
    """A call that the parent's keeper knows by its number. `near`: its ticket with this process's
    own keeper, while the other is away; `known`: whether the parent's keeper counts it."""

    apart: "Apart"
    want: Want
    tell: Callable[[Told], None]
    number: int = 0
    begin: Begin | None = None
    near: Kept | None = None
    known: bool = False
    timer: asyncio.TimerHandle | None = None

    def leave(self) -> None:
        """Nobody wants it any more."""
        self.apart.drop(self, "left")
        if self.near is not None:
            self.near.leave()

    def held(self, seconds: float) -> None:
        """The endpoint holds it."""
        self.apart.say(self, "held", float(seconds))
        if self.near is not None:
            self.near.held(seconds)

    def first(self, held: float) -> None:
        """Its first token came."""
        self.apart.say(self, "first", float(held))
        if self.near is not None:
            self.near.first(held)

    def ended(self, trouble: Ending, again: float, used: Tokens | None) -> None:
        """It ended."""
        told = None if used is None else asdict(used)
        self.apart.drop(self, "ended", trouble, float(again), told)
        if self.near is not None:
            self.near.ended(trouble, again, used)


class Apart:
    """Asks the keeper at the other end of a line.

    Args:
        share: this process's own part of each model's slots.
        silent: seconds without an answer after which the keeper is taken to be gone.
    """

    def __init__(
        self, talk: Talk, share: Mapping[str, int], clock: Clock, *, silent: float = SILENT
    ) -> None:
        self._talk = talk
        self._share = dict(share)
        self._offered: Mapping[str, Offered] | None = None
        self._clock = clock
        self._silent = silent
        self._calls: dict[int, _Far] = {}
        self._asked: dict[int, asyncio.Future[list[Any]]] = {}
        self._last = 0
        self._load = GateLoad()
        self._waited = False
        self._own: Keeper | None = None

    def begin(self) -> None:
        """Greet the keeper, which tells how it stands."""
        self._talk.on(TOPIC, self._heard)
        self._talk.when_lost(self._away)
        self._talk.say(TOPIC, "hello")

    def become(self, models: Mapping[str, Offered]) -> None:
        """Have these models from now on: the keeper is told before a call names one."""
        self._offered = models
        self._talk.say(TOPIC, "models", {name: asdict(each) for name, each in models.items()})
        # One that is gone may still be held, or named, by what began before.
        self._share |= {name: each.share for name, each in models.items()}
        if self._own is not None:
            self._own.become(_alone(models))

    @property
    def alone(self) -> bool:
        """Whether this process goes on with its own part of the slots."""
        return self._own is not None

    def load(self) -> GateLoad:
        """What the server's processes hold together, as it was told last."""
        return self._load if self._own is None else self._own.load()

    async def vacancy(self, models: Sequence[str]) -> Vacancy:
        """What some models have free now."""
        told = await self._answer("vacancy", list(models))
        if told is not None:
            return Vacancy(*told)
        return self._own.vacant(models) if self._own else Vacancy()

    async def had(self, asker: str) -> float:
        """How many answers of models an asker had of late."""
        told = await self._answer("had", asker)
        if told is not None:
            return float(told[0])
        return self._own.share(asker) if self._own else 0.0

    def waited_for(self, waiting: bool) -> None:
        """Tell whether questions wait in the late queue."""
        if waiting != self._waited:
            self._waited = waiting
            self._talk.say(TOPIC, "waited", waiting)
        if self._own is not None:
            self._own.waited_for(waiting)

    def ask(self, want: Want, tell: Callable[[Told], None]) -> _Far:
        """A call wants a slot."""
        far = _Far(self, want, tell)
        if self._own is None:
            self._ask(far)
        else:
            self._ask_own(far)
        return far

    def say(self, far: _Far, word: str, *words: Any) -> None:
        """Tell the parent's keeper of a call that it counts."""
        if far.known:
            self._talk.say(TOPIC, word, far.number, *words)

    def drop(self, far: _Far, word: str, *words: Any) -> None:
        """The same, for the last time."""
        self.say(far, word, *words)
        self._calls.pop(far.number, None)
        self._quiet(far)

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _ask(self, far: _Far) -> None:
        far.number, far.known, far.near = self._next(), True, None
        self._calls[far.number] = far
        self._talk.say(TOPIC, "ask", far.number, asdict(far.want))
        far.timer = asyncio.get_running_loop().call_later(self._silent, self._away)

    def _ask_own(self, far: _Far) -> None:
        assert self._own is not None
        far.number, far.known = self._next(), False
        self._calls[far.number] = far

        def tell(told: Told) -> None:
            self._told(far, told)

        far.near = self._own.ask(far.want, tell)

    def _told(self, far: _Far, told: Told) -> None:
        """What becomes of a call, whoever decided it."""
        self._quiet(far)
        if isinstance(told, Begin):
            far.begin = told
        else:
            self._calls.pop(far.number, None)
        far.tell(told)

    def _heard(self, words: list[Any]) -> None:
        self._back()
        match words:
            case ["load", told]:
                self._load = replace(msgspec.convert(told, GateLoad), shared=True)
            case ["told", int(number), *told]:
                asked = self._asked.get(number)
                if asked is not None and not asked.done():
                    asked.set_result(told)
            case [str(word), int(number), *rest] if number in self._calls:
                self._of(self._calls[number], word, rest)

    def _of(self, far: _Far, word: str, rest: list[Any]) -> None:
        """What is said of a call. What was given up has no number here any more, and the keeper
        has been told."""
        match word, rest:
            case "waits", []:
                self._quiet(far)
            case "begin", [str(model), bool(probe)]:
                self._told(far, Begin(model, probe))
            case "room", [str(model), int(position), float(wait)]:
                self._told(far, NoRoom(model, position=position, wait=wait))
            case "failed", [trouble, str(model), again]:
                self._told(far, ModelFailed(trouble, model, retry_after=again))

    def _away(self) -> None:
        """Nothing is heard of the keeper: its line is cut, or it owes an answer for long."""
        if self._own is not None:
            return
        log.warning("the slots are no longer shared: this process goes on with its own part")
        self._own = own = Keeper(self._share, self._clock)
        if self._offered is not None:
            own.become(_alone(self._offered))
        own.waited_for(self._waited)
        calls, self._calls = self._calls, {}
        for far in calls.values():
            self._quiet(far)
            if far.begin is not None:
                self._calls[far.number] = far
                far.near = own.adopt(far.want, far.begin)
        own.careful()
        for asked in self._asked.values():
            asked.cancel()
        for far in calls.values():
            if far.begin is None:
                self.say(far, "left")
                self._ask_own(far)

    def _back(self) -> None:
        """The keeper is heard again: it learns what this process began meanwhile."""
        if self._own is None:
            return
        log.warning("the slots are shared again")
        self._own = None
        calls, self._calls = self._calls, {}
        # What has begun is told first, so that nothing begins in its place.
        for far in sorted(calls.values(), key=lambda each: each.begin is None):
            near, far.near = far.near, None
            if far.begin is None:
                if near is not None:
                    near.leave()
                self._ask(far)
                continue
            if not far.known:
                far.number, far.known = self._next(), True
                begin = (far.begin.model, far.begin.probe)
                self._talk.say(TOPIC, "adopt", far.number, asdict(far.want), *begin)
            self._calls[far.number] = far

    async def _answer(self, word: str, what: Any) -> list[Any] | None:
        """Ask something of the keeper; None where it does not answer."""
        if self._own is not None:
            return None
        number = self._next()
        asked = self._asked[number] = asyncio.get_running_loop().create_future()
        self._talk.say(TOPIC, word, number, what)
        try:
            async with asyncio.timeout(self._silent):
                return await asyncio.shield(asked)
        except TimeoutError:
            self._away()
            return None
        except asyncio.CancelledError:
            if asked.cancelled():
                return None  # by `_away`
            raise
        finally:
            del self._asked[number]

    def _quiet(self, far: _Far) -> None:
        if far.timer is not None:
            far.timer.cancel()
            far.timer = None


def _alone(models: Mapping[str, Offered]) -> Mapping[str, Offered]:
    """The models with what of them is left to one process."""
    return {name: replace(each, slots=each.share) for name, each in models.items()}
