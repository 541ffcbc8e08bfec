"""What one process of a server shows of itself, and what several show together. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from dengmi.core.counts import Counted, together

GONE = 10.0
"""Seconds without a word after which a process is taken to be gone; each speaks once a second."""

SUMMED = frozenset({"busy", "limit", "most", "waiting", "arrived", "granted", "refused"})
"""What the parts of several processes add up to."""

LEAST = frozenset({"open"})
"""What is shown of the process that has the least; of other numbers it is the most."""

Facts = Mapping[str, Any]


class Shown(Struct, frozen=True, kw_only=True):
    """One process.

    Attributes:
        at: when this was true; `began` when the process began to count (Unix seconds).
        counted: since it began; `minute` in the last `seconds`, about a minute.
        facts: what is watched tells, such as the gate: tables of numbers and words by name.
        store_seq: the store's newest change; `index_seq` the one its index stands at.
    """

    at: float
    began: float
    pid: int
    counted: Counted
    minute: Counted
    seconds: float
    facts: Facts = {}
    store_seq: int = 0
    index_seq: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A server: the same of all its processes. `pids` are those that live."""

    at: float
    began: float
    pids: Sequence[int]
    counted: Counted
    minute: Counted
    seconds: float
    facts: Facts
    store_seq: int
    index_lag: int

    @property
    def models(self) -> Mapping[str, Facts]:
        """What the gate tells of each model."""
        return _table(self.facts, "models")

    @property
    def gates(self) -> Mapping[str, Facts]:
        """What the gate tells of each level."""
        return _table(self.facts, "levels")


def whole(shown: Sequence[Shown], now: float) -> Whole:
    """One server's processes together.

    Args:
        shown: all of its processes, at least one that lives.
        now: Unix seconds.
    """
    living = [one for one in shown if now - one.at < GONE]
    gone = [one.counted.past() for one in shown if now - one.at >= GONE]
    store_seq = max(one.store_seq for one in living)
    return Whole(
        at=now,
        began=min(one.began for one in shown),
        pids=[one.pid for one in living],
        counted=together([*(one.counted for one in living), *gone]),
        minute=together(one.minute for one in living),
        seconds=max(one.seconds for one in living),
        facts=_facts(living),
        store_seq=store_seq,
        index_lag=store_seq - max(0, min(one.index_seq for one in living)),
    )


def _facts(living: Sequence[Shown]) -> Facts:
    """What all of them tell together. What one tells of all of them is told by whoever spoke
    last."""
    newest = max(living, key=lambda one: one.at)
    gate = newest.facts.get("gate")
    shared = isinstance(gate, Mapping) and bool(gate.get("shared"))
    return {**joined(one.facts for one in living), **({"gate": gate} if shared else {})}


def joined(facts: Iterable[Facts]) -> Facts:
    """The facts of several processes as those of one."""
    several: dict[str, list[Any]] = {}
    for one in facts:
        for name, value in one.items():
            several.setdefault(name, []).append(value)
    return {name: _one(name, values) for name, values in several.items()}


def _table(facts: Facts, name: str) -> Mapping[str, Facts]:
    gate = facts.get("gate")
    table = gate.get(name) if isinstance(gate, Mapping) else None
    return table if isinstance(table, Mapping) else {}


def _one(name: str, values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    if not known:
        return None
    if all(isinstance(value, bool) for value in known):
        return any(known)
    if all(isinstance(value, int | float) for value in known):
        return sum(known) if name in SUMMED else min(known) if name in LEAST else max(known)
    if all(isinstance(value, Mapping) for value in known):
        return joined(known)
    words = dict.fromkeys(str(value) for value in known)
    return ", ".join(words) if len(words) > 1 else known[0]
