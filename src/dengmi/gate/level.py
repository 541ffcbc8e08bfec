"""What the gate knows of one level. Pure: the time comes in as a number."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dengmi.core.gate import LevelLoad
from dengmi.gate.bar import Bar, Signs
from dengmi.gate.places import PLACES, last_class
from dengmi.gate.queue import Entry

_NEW = 0.1
"""What a new call counts in what is usual."""


@dataclass(slots=True)
class LevelState:
    """The state of one level.

    Attributes:
        models: those that its calls may use, when all are well.
        tokens: what a call takes; `queueing` seconds that one waits, both as usual.
        waits, taken: how long those waited and what those take that began in this window.
    """

    models: tuple[str, ...] = ()
    bar: Bar = field(default_factory=Bar)
    arrived: int = 0
    granted: int = 0
    refused: int = 0
    tokens: float = 0.0
    queueing: float = 0.0
    waits: list[float] = field(default_factory=list)
    taken: float = 0.0

    def arrives(self, entry: Entry, offered: Sequence[str]) -> None:
        """Count an arrival; `offered`: its models that the settings have."""
        self.models = tuple(dict.fromkeys((*self.models, *offered)))
        if entry.urgent:
            return
        self.arrived += 1
        self.bar.came(entry.place, entry.tokens)
        before = self.tokens or float(entry.tokens)
        self.tokens = before + _NEW * (entry.tokens - before)

    def begins(self, entry: Entry, now: float) -> None:
        """A call begins."""
        self.taken += entry.tokens
        if not entry.urgent:
            self.granted += 1
            self.waits.append(now - entry.at)
            self.queueing += _NEW * (now - entry.at - self.queueing)

    def move(self, now: float, signs: Signs) -> bool:
        """Move the bar, if its window is over; whether it was."""
        self.bar.ease(now, signs.capacity)
        if not self.bar.due(now):
            return False
        self.bar.move(now, signs)
        self.waits, self.taken = [], 0.0
        return True

    @property
    def lowered(self) -> bool:
        """Whether not all may wait."""
        return self.bar.cut < PLACES

    def load(self, waiting: int, wait: float) -> LevelLoad:
        """What an operator wants to see.

        Args:
            waiting: how many wait.
            wait: seconds that one would who came now; 0 where a slot is free.
        """
        return LevelLoad(
            arrived=self.arrived,
            granted=self.granted,
            refused=self.refused,
            waiting=waiting,
            queueing=self.queueing if waiting or wait else 0.0,
            wait=wait,
            bar=last_class(self.bar.cut),
            lowered=self.lowered,
            open=self.bar.open,
            tokens=self.tokens,
        )
