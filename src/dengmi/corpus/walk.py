"""How far the list of an account's publications has been read: what a sync needs to ask for little.

A platform lets its list be asked for so many times a day. A sync therefore reads from the top until
nothing is newer than last time, and the whole list only now and then, over several days where it
must. Pure: times come in as numbers.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

WHOLE_AFTER = 7 * 86_400.0
"""Seconds after which the whole list is read once more, for what was taken down or put right."""

BEIJING = 8 * 3600
"""Seconds by which the platform's day is ahead."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What is known from earlier syncs. Times are Unix seconds.

    Attributes:
        day: number of the day in Beijing, and how many `calls` were made on it.
        total: publications in the list when it was last known to be read to its end.
        newest: the newest time of a publication that was read.
        whole: when the list was last read to its end.
        next: where reading the whole list goes on; 0 where it is not under way.
    """

    day: int = 0
    calls: int = 0
    total: int = 0
    newest: int = 0
    whole: float = 0.0
    next: int = 0

    def called(self, now: float) -> "Walk":
        """The list was asked for once more."""
        today = int(now + BEIJING) // 86_400
        return replace(self, day=today, calls=self.calls + 1 if today == self.day else 1)

    def may_call(self, now: float, most: int) -> bool:
        """Whether it may be asked for once more today."""
        return self.day != int(now + BEIJING) // 86_400 or self.calls < most

    def is_due(self, now: float) -> bool:
        """Whether the whole list is to be read, or reading it is to go on."""
        return bool(self.next) or now - self.whole >= WHOLE_AFTER

    def as_option(self) -> dict[str, float]:
        """As it is kept among the options of its source."""
        return asdict(self)


def read_walk(kept: object) -> Walk:
    """What was kept; anything else is as if nothing had been."""
    if not isinstance(kept, Mapping):
        return Walk()
    known = {each.name for each in fields(Walk)}
    good = {
        name: value
        for name, value in kept.items()
        if name in known and isinstance(value, int | float) and not isinstance(value, bool)
    }
    whole = float(good.pop("whole", 0.0))
    return Walk(**{name: int(value) for name, value in good.items()}, whole=whole)
