"""What the gate knows of one model. Pure: the time comes in as a number."""

from dataclasses import dataclass, field
from typing import Literal

from dengmi.core.errors import Trouble
from dengmi.core.gate import ModelLoad
from dengmi.gate.first import First
from dengmi.gate.health import Health
from dengmi.gate.slots import USUAL, Slots

LONGEST_PEACE = 60.0
"""Seconds that an endpoint is left in peace at the most, whatever it asks for."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A model as the settings offer it: the most requests in flight of all processes, the part of
    them that is left to one process while it is on its own, and a word that is another one when
    the model is."""

    slots: int
    share: int
    mark: str = ""


@dataclass(slots=True)
class Model:
    """The state of one model.

    Attributes:
        until: when the endpoint wants to be asked again.
        well: calls that ended well since one failed.
        offered: whether the settings have it; without, only calls that began before ask for it.
        since: what began before says nothing of the model as it is now.
    """

    slots: Slots
    health: Health = field(default_factory=Health)
    first: First = field(default_factory=First)
    until: float = float("-inf")
    well: int = 0
    offered: bool = True
    since: float = float("-inf")

    def free(self, now: float) -> bool:
        """Whether a call may begin, as far as slots go."""
        return self.slots.free and now >= self.until

    def open(self, now: float) -> bool:
        """Whether it is not left alone just now."""
        return not self.health.pause(now)

    def anew(self, now: float, usual: float = USUAL) -> None:
        """It is another model from now on, of which nothing is known; what is in flight still holds
        its slots."""
        self.slots = Slots(self.slots.most, busy=self.slots.busy, lasting=usual)
        self.health, self.first = Health(), First()
        self.until, self.well, self.since = float("-inf"), 0, now

    def held(self, began: float, seconds: float, now: float) -> None:
        """The endpoint says that a call which began at a time waits in its queue for so long."""
        if began >= self.since:
            self.first.waits(seconds)
            self._react(began, now)

    def answers(self, began: float, held: float, now: float, *, probe: bool) -> None:
        """The first token of a call came; the endpoint had held it for so many seconds."""
        if began < self.since:
            return
        self.first.came(now - began, held)
        if probe:
            self.health.answers()
        self._react(began, now)

    def ended(
        self,
        began: float,
        now: float,
        trouble: Trouble | Literal["", "left"],
        *,
        again: float,
        probe: bool,
    ) -> None:
        """A call ended; `again`: seconds that the endpoint asked to wait."""
        if began < self.since:
            self.slots.gone()
        elif not trouble:
            self.health.well()
            self.well += 1
            self.slots.done(now - began, held=self.first.held)
        elif trouble == "left":
            self.health.left(probe=probe)
            self.slots.gone()
        else:
            self.health.failed(trouble, now, probe=probe)
            self.well = 0
            if trouble == "busy":
                self.slots.refused(now)
                self.until = max(self.until, now + min(again, LONGEST_PEACE))
            else:
                self.slots.gone()

    def load(self, waiting: int, now: float) -> ModelLoad:
        """What an operator wants to see; so many wait for it."""
        pause = self.health.pause(now)
        return ModelLoad(
            busy=self.slots.busy,
            limit=int(self.slots.limit),
            most=self.slots.most,
            waiting=waiting,
            lasting=self.slots.lasting,
            first=self.first.usual,
            held=self.first.beyond,
            state=self.health.state(now),
            trouble=self.health.trouble if pause else "",
            pause=pause,
        )

    def _react(self, began: float, now: float) -> None:
        if self.first.held and self.slots.held(self.first.beyond, began, now):
            self.first.shrunk()
