"""Those who wait for a slot, and whose turn it is. Pure.

The classes go in order. Within a class, levels take turns by tokens, so that long answers do not
stand before short ones, and so do the askers within a level.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dengmi.core.gate import Class
from dengmi.core.records import Level
from dengmi.gate.fair import Counters, Fair
from dengmi.gate.places import CLASSES

_Key = tuple[Class, Level, tuple[str, ...]]


@dataclass(eq=False, slots=True, kw_only=True)
class Entry:
    """One call that wants a slot.

    Attributes:
        kind: whose tokens it takes; `urgent` whether it goes before every class.
        models: those that may serve it, the first choice first.
        asker: whose turn it is.
        tokens: how many it is expected to take.
        at: when it came, and until when it waits; seconds of a steady clock.
    """

    kind: Class
    level: Level
    models: tuple[str, ...]
    asker: str
    tokens: int
    place: int = 0
    at: float = 0.0
    until: float = float("inf")
    urgent: bool = False

    @property
    def turn(self) -> Class:
        """The class it waits in."""
        return "urgent" if self.urgent else self.kind

    @property
    def key(self) -> _Key:
        """The line it waits in."""
        return self.turn, self.level, self.models


class Queue:
    """Everyone who waits, for whichever model."""

    def __init__(self) -> None:
        self._lines: dict[_Key, Fair[Entry]] = {}
        self._askers = {kind: Counters() for kind in CLASSES}
        self._levels = Counters()

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def forget(self) -> None:
        """Nobody waited for long: what was served meanwhile was taken from nobody."""
        for counters in (*self._askers.values(), self._levels):
            counters.forget()

    def ahead(self, entry: Entry) -> int:
        """How many are served before one that would come now, at most about."""
        rank = CLASSES.index(entry.turn)
        before = own = others = 0
        for (kind, level, models), line in self._lines.items():
            if not set(models).intersection(entry.models):
                continue
            if CLASSES.index(kind) < rank:
                before += len(line)
            elif kind == entry.turn and level == entry.level:
                own += line.ahead(entry.asker)
            elif kind == entry.turn:
                others += len(line)
        return before + own + min(others, own + 1)

    def waiting(self, models: tuple[str, ...] = (), level: Level | None = None) -> int:
        """How many wait: for these models where some are named, at a level where one is."""
        return sum(
            len(line)
            for (_, at, wanted), line in self._lines.items()
            if (level is None or at == level)
            and (not models or any(each in wanted for each in models))
        )

    def lift(self, entry: Entry) -> None:
        """One begins while nobody waits: it stands no lower than the others from now on."""
        self._levels.lift(entry.level)
        self._askers[entry.kind].lift(entry.asker)

    def push(self, entry: Entry) -> None:
        """One comes to wait."""
        self._levels.lift(entry.level)
        line = self._lines.get(entry.key)
        if line is None:
            line = self._lines[entry.key] = Fair(self._askers[entry.turn])
        line.push(entry.asker, entry)

    def remove(self, entry: Entry) -> bool:
        """One waits no longer; whether it did."""
        line = self._lines.get(entry.key)
        return line is not None and line.remove(entry.asker, entry)

    def pop(self, model: str) -> Entry | None:
        """The next one that a model may serve; None where nobody waits for it."""
        best: tuple[int, float] | None = None
        chosen: tuple[_Key, Fair[Entry]] | None = None
        for key, line in self._lines.items():
            if len(line) and model in key[2]:
                order = (CLASSES.index(key[0]), self._levels.of(key[1]))
                if best is None or order < best:
                    best, chosen = order, (key, line)
        if chosen is None:
            return None
        key, line = chosen
        self._levels.turn(key[1])
        found = line.pop()
        if not len(line):
            del self._lines[key]
        return found[1] if found else None

    def charge(self, entry: Entry, tokens: float) -> None:
        """Count what an asker and a level were served."""
        self._levels.charge(entry.level, tokens)
        line = None if entry.urgent else self._lines.get(entry.key)
        if line is None:
            self._askers[entry.kind].charge(entry.asker, tokens)
        else:
            line.charge(entry.asker, tokens)

    def lines(self) -> Iterator[tuple[tuple[str, ...], Fair[Entry]]]:
        """The lines with the models that serve them."""
        yield from ((models, line) for (_, _, models), line in self._lines.items())
