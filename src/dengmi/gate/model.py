"""What the gate knows of one model. Pure: the time comes in as a number."""

from dataclasses import dataclass, field

from dengmi.gate.first import First
from dengmi.gate.health import Health
from dengmi.gate.slots import USUAL, Slots


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
