"""Keeps the slots and those who wait, and tells each what becomes of it. One event loop.

`decision` says who begins, waits or does without; here is what waits. A process that serves alone
keeps its own; several that share a server ask the one of their parent (`apart`, `host`).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from dengmi.core.charges import Tokens
from dengmi.core.clock import Clock
from dengmi.core.errors import ModelFailed, NoRoom, Trouble
from dengmi.core.gate import Class, GateLoad, Vacancy
from dengmi.core.records import Level
from dengmi.gate.decision import Begin, Call, Decision
from dengmi.gate.model import Offered
from dengmi.gate.places import place_of
from dengmi.gate.queue import Entry
from dengmi.gate.slots import USUAL

NAMELESS = 3
"""The band of those who do not say who they are: that of one who had an answer of late."""

Told = Begin | ModelFailed
"""What becomes of a call: it begins, or not (NoRoom: for lack of a slot)."""

Ending = Trouble | Literal["", "left"]
"""What a call failed of; "left" where nobody wanted it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A call that wants a slot, as whoever makes it knows it.

    Attributes:
        kind: whose tokens it takes; `urgent` whether it goes before every class.
        models: those that may serve it, the first choice first.
        asker: whose turn it is; `named` whether that is somebody who can be known again.
        prompt: tokens of its prompt; `most` those that its answer may have.
        left: seconds that it may wait.
        deadline: when its answer must begin (Unix seconds, 0 for no such time).
    """

    kind: Class
    level: Level
    models: tuple[str, ...]
    asker: str
    named: bool
    prompt: int
    most: int
    left: float
    urgent: bool = False
    deadline: float = 0.0


class Ticket(Protocol):
    """A call that a keeper knows: it waits, or holds a slot, until `ended`."""

    def leave(self) -> None:
        """Nobody wants it any more, wherever it stands; it has not been sent to a model."""
        ...

    def held(self, seconds: float) -> None:
        """The endpoint says that it waits in its queue for so long already."""
        ...

    def first(self, held: float) -> None:
        """Its first token came; the endpoint had held it for so many seconds."""
        ...

    def ended(self, trouble: Ending, again: float, used: Tokens | None) -> None:
        """It ended; see `Decision.ended`."""
        ...


class Keeping(Protocol):
    """What a gate asks for slots."""

    def begin(self) -> None:
        """From now on it may be asked, in the event loop that runs."""
        ...

    def become(self, models: Mapping[str, Offered]) -> None:
        """Have these models from now on; see `Decision.become`."""
        ...

    def ask(self, want: Want, tell: Callable[[Told], None]) -> Ticket:
        """A call wants a slot. What becomes of it is told once, perhaps before this returns."""
        ...

    def load(self) -> GateLoad:
        """What is held now, as an operator wants to see it."""
        ...

    async def vacancy(self, models: Sequence[str]) -> Vacancy:
        """What some models have free now."""
        ...

    async def had(self, asker: str) -> float:
        """How many answers of models an asker had of late."""
        ...

    def waited_for(self, waiting: bool) -> None:
        """Tell whether questions wait in the late queue."""
        ...


class Kept:
    """A ticket of this process's own keeper. `call` is set while it holds a slot."""

    __slots__ = ("_keeper", "call", "entry", "tell", "timer")

    def __init__(self, keeper: "Keeper", entry: Entry, tell: Callable[[Told], None]) -> None:
        self._keeper = keeper
        self.entry = entry
        self.tell = tell
        self.call: Call | None = None
        self.timer: asyncio.TimerHandle | None = None

    def leave(self) -> None:
        """Nobody wants it any more."""
        self._keeper.left(self)

    def held(self, seconds: float) -> None:
        """The endpoint holds it."""
        if self.call is not None:
            self._keeper.decision.held(self.call, seconds, self._keeper.clock.steady())

    def first(self, held: float) -> None:
        """Its first token came."""
        if self.call is not None:
            self._keeper.decision.first(self.call, held, self._keeper.clock.steady())

    def ended(self, trouble: Ending, again: float, used: Tokens | None) -> None:
        """It ended."""
        if self.call is not None:
            self._keeper.over(self.call, trouble, again, used)
            self.call = None


class Keeper:
    """The slots of some models.

    Args:
        slots: the most requests in flight of each model.
        usual: seconds that an answer is taken to last before any has ended.
    """

    def __init__(self, slots: Mapping[str, int], clock: Clock, *, usual: float = USUAL) -> None:
        self.decision = Decision(slots, usual=usual)
        self.clock = clock
        self._waiting: dict[Entry, Kept] = {}
        self._marks: dict[str, str] = {}

    def begin(self) -> None:
        """Nothing to prepare."""

    def become(self, models: Mapping[str, Offered]) -> None:
        """Have these models from now on: those who wait may begin at once."""
        fresh = {
            name for name, each in models.items() if self._marks.get(name, each.mark) != each.mark
        }
        self._marks |= {name: each.mark for name, each in models.items()}
        slots = {name: each.slots for name, each in models.items()}
        self.decision.become(slots, fresh, self.clock.steady())
        self._next()

    def load(self) -> GateLoad:
        """What is held now, as an operator wants to see it."""
        return self.decision.load(self.clock.steady())

    async def vacancy(self, models: Sequence[str]) -> Vacancy:
        """What some models have free now."""
        return self.vacant(models)

    def vacant(self, models: Sequence[str]) -> Vacancy:
        """The same, at once."""
        return self.decision.vacancy(models, self.clock.steady())

    async def had(self, asker: str) -> float:
        """How many answers of models an asker had of late."""
        return self.share(asker)

    def share(self, asker: str) -> float:
        """The same, at once."""
        return self.decision.shares.answers(asker, self.clock.steady())

    def waited_for(self, waiting: bool) -> None:
        """Tell whether questions wait in the late queue."""
        self.decision.waited_for = waiting

    def ask(self, want: Want, tell: Callable[[Told], None]) -> Kept:
        """A call wants a slot."""
        now = self.clock.steady()
        entry = self._entry(want, now)
        self._next()
        ticket = Kept(self, entry, tell)
        try:
            told = self.decision.arrive(entry, now)
        except ModelFailed as error:
            tell(error)
            return ticket
        if isinstance(told, Begin):
            self._begun(ticket, told, now)
        else:
            self._waiting[entry] = ticket
            ticket.timer = asyncio.get_running_loop().call_later(
                entry.until - now, self._tired, ticket, told
            )
        return ticket

    def adopt(self, want: Want, begin: Begin) -> Kept:
        """A call has begun that another keeper let begin: it holds a slot here from now on, even
        where none is free."""
        now = self.clock.steady()
        ticket = Kept(self, self._entry(want, now), lambda _: None)
        ticket.call = Call(ticket.entry, begin, now)
        self.decision.adopt(ticket.call)
        return ticket

    def careful(self) -> None:
        """Nobody knows what others hold: no more is held than now, until calls end well."""
        pause = self.decision.careful(self.clock.steady())
        if pause:
            asyncio.get_running_loop().call_later(pause, self._next)

    def left(self, ticket: Kept) -> None:
        """Nobody wants a call any more, whether it waits or was let begin in the same moment."""
        if self._waiting.pop(ticket.entry, None) is not None:
            self._quiet(ticket)
            self.decision.leave(ticket.entry)
        elif ticket.call is not None:
            self.over(ticket.call, "left", 0.0, Tokens())
            ticket.call = None

    def over(self, call: Call, trouble: Ending, again: float, used: Tokens | None) -> None:
        """A call ended: the next ones may begin."""
        now = self.clock.steady()
        self.decision.ended(call, now, trouble=trouble, again=again, used=used)
        self._next()
        if again:
            asyncio.get_running_loop().call_later(again, self._next)

    def _entry(self, want: Want, now: float) -> Entry:
        """The call as it stands in line. Who does not say who they are stands behind the others
        of their class: a new name with each question would be a new turn with each."""
        decision, wall = self.decision, self.clock.now()
        entry = Entry(
            kind=want.kind,
            level=want.level,
            models=want.models,
            asker=want.asker,
            tokens=decision.lengths.expected(want.level, want.prompt, want.most),
            urgent=want.urgent,
        )
        band = decision.shares.band(want.asker, now) if want.named else NAMELESS
        entry.place = place_of(want.kind, want.asker, wall, band=band)
        # Below none where it is too late to begin: a deadline counts from the first token on.
        left = want.left
        if want.deadline:
            left = min(left, want.deadline - wall - decision.soonest(want.models))
        entry.at, entry.until = now, now + left
        return entry

    def _begun(self, ticket: Kept, begin: Begin, now: float) -> None:
        ticket.call = Call(ticket.entry, begin, now)
        ticket.tell(begin)

    def _tired(self, ticket: Kept, ahead: int) -> None:
        """Somebody's patience is at its end."""
        entry = ticket.entry
        if self._waiting.pop(entry, None) is not None:
            self.decision.leave(entry, refused=True)
            wait = self.clock.steady() - entry.at
            ticket.tell(NoRoom(entry.models[0], position=ahead + 1, wait=wait))

    def _next(self) -> None:
        """Tell those whose turn has come, and those for whom it will not come."""
        now = self.clock.steady()
        for entry, error in self.decision.hopeless(now):
            ticket = self._waiting.pop(entry)
            self._quiet(ticket)
            ticket.tell(error)
        for entry, begin in self.decision.due(now):
            ticket = self._waiting.pop(entry)
            self._quiet(ticket)
            self._begun(ticket, begin, now)

    def _quiet(self, ticket: Kept) -> None:
        if ticket.timer is not None:
            ticket.timer.cancel()
