"""Questions that wait for an answer somebody else has asked for as well: they take neither a turn
nor a slot. Pure: times come in as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

LANES = 32
"""Of these so many are served at once, at most: each is a search and a few writes."""

PASSED = 30.0
"""Seconds for which one is passed over for which another's answer would not do."""


@dataclass(slots=True)
class Company:
    """Who shares, at one process. `lanes`: how many at once."""

    lanes: int = LANES
    _until: dict[str, float] = field(default_factory=dict)

    def passes(self, question_id: str, now: float) -> None:
        """An answer to the same question was none to this one: its evidence is another, or it could
        not be joined."""
        self._until[question_id] = now + PASSED

    def passed(self, now: float) -> Sequence[str]:
        """Those that are passed over now."""
        self._until = {name: until for name, until in self._until.items() if until > now}
        return list(self._until)
