"""Counts what happens, and how long it takes: dictionary steps that cost about a microsecond each.

Everything only grows, so that a stretch of time is the difference of two copies, and several
processes add up. A key is a name followed by its labels, such as ("arrivals", "quick").
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

Key = tuple[str, ...]

EDGES = tuple(
    round(step * 10.0**power, 6)
    for power in range(-3, 3)
    for step in (1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0)
)
"""Upper ends of the buckets in seconds, ten for each power of ten from 1 ms to 800 s: a share of
what was timed is told to about a tenth."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took: how often in each bucket (one more than EDGES), and in sum."""

    buckets: tuple[int, ...]
    seconds: float

    @property
    def count(self) -> int:
        """How often it was timed."""
        return sum(self.buckets)

    def within(self, share: float) -> float | None:
        """Seconds within which this share of them ended, read off the buckets; None without any.

        What took longer than the last edge counts as that long.
        """
        wanted = self.count * share
        if not wanted:
            return None
        below = 0
        for at, number in enumerate(self.buckets):
            if number and below + number >= wanted:
                if at == len(EDGES):
                    break
                low = EDGES[at - 1] if at else 0.0
                return low + (EDGES[at] - low) * (wanted - below) / number
            below += number
        return EDGES[-1]


@dataclass(frozen=True, slots=True)
class Counted:
    """A copy of counts. `now` holds what goes up and down, such as questions under way."""

    counts: Mapping[Key, float] = field(default_factory=dict)
    times: Mapping[Key, Times] = field(default_factory=dict)
    now: Mapping[Key, float] = field(default_factory=dict)

    def since(self, earlier: "Counted") -> "Counted":
        """What was counted after an earlier copy; `now` stays as it is."""
        return Counted(
            {
                key: value - earlier.counts.get(key, 0)
                for key, value in self.counts.items()
                if value != earlier.counts.get(key, 0)
            },
            {
                key: _less(value, earlier.times[key]) if key in earlier.times else value
                for key, value in self.times.items()
            },
            self.now,
        )

    def past(self) -> "Counted":
        """The same of a process that is gone: nothing is under way in it."""
        return Counted(self.counts, self.times)


class Counts:
    """What was counted since the start. Not for several threads."""

    def __init__(self) -> None:
        self._counts: dict[Key, float] = {}
        self._buckets: dict[Key, list[int]] = {}
        self._seconds: dict[Key, float] = {}
        self._now: dict[Key, float] = {}
        self._watched: dict[str, Callable[[], object]] = {}

    def add(self, *key: str, by: float = 1) -> None:
        """Count something."""
        self._counts[key] = self._counts.get(key, 0) + by

    def shift(self, *key: str, by: int) -> None:
        """Something begins (1) or ends (-1)."""
        self._now[key] = self._now.get(key, 0) + by

    def time(self, *key: str, seconds: float) -> None:
        """Count something that took so long."""
        buckets = self._buckets.get(key)
        if buckets is None:
            buckets = self._buckets[key] = [0] * (len(EDGES) + 1)
            self._seconds[key] = 0.0
        buckets[bisect_left(EDGES, seconds)] += 1
        self._seconds[key] += seconds

    def watch(self, name: str, tell: Callable[[], object]) -> None:
        """Have something told when somebody looks: it knows its own state better than counts do."""
        self._watched[name] = tell

    def facts(self) -> Mapping[str, object]:
        """What is watched, as it is now."""
        return {name: tell() for name, tell in self._watched.items()}

    def copy(self) -> Counted:
        """Everything as it is now."""
        return Counted(
            dict(self._counts),
            {
                key: Times(tuple(buckets), self._seconds[key])
                for key, buckets in self._buckets.items()
            },
            dict(self._now),
        )


def together(several: Iterable[Counted]) -> Counted:
    """The counts of several processes added up."""
    counts: dict[Key, float] = {}
    times: dict[Key, Times] = {}
    now: dict[Key, float] = {}
    for one in several:
        for key, value in one.counts.items():
            counts[key] = counts.get(key, 0) + value
        for key, value in one.now.items():
            now[key] = now.get(key, 0) + value
        for key, timed in one.times.items():
            times[key] = _more(times[key], timed) if key in times else timed
    return Counted(counts, times, now)


def _more(one: Times, other: Times) -> Times:
    buckets = tuple(a + b for a, b in zip(one.buckets, other.buckets, strict=True))
    return Times(buckets, one.seconds + other.seconds)


def _less(one: Times, other: Times) -> Times:
    buckets = tuple(a - b for a, b in zip(one.buckets, other.buckets, strict=True))
    return Times(buckets, one.seconds - other.seconds)
