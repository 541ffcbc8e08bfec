"""What each asker was served of late: who had least is first when there is not room for all. Pure.

Unlike the counters of `fair`, which order those who wait, this also remembers who was sent away:
they had nothing, however long ago they came first.
"""

from math import log2

HALF = 120.0
"""Seconds after which half of what was served is forgotten."""

BANDS = 12
"""Bands of askers, from those who had nothing up; each begins at about 1.4 times the one before."""

MOST_KEPT = 10_000
"""Askers remembered before those who had next to nothing are forgotten."""

_NOTHING = 0.35
"""So much of one answer, or less, is nothing."""


class Shares:
    """Tokens served of late, by asker."""

    def __init__(self) -> None:
        self._had: dict[str, tuple[float, float]] = {}
        self._usual = 0.0
        self._most = MOST_KEPT

    def __len__(self) -> int:
        return len(self._had)

    def had(self, asker: str, now: float) -> float:
        """Tokens that an asker had of late."""
        tokens, at = self._had.get(asker, (0.0, now))
        return float(tokens * 0.5 ** ((now - at) / HALF))

    def answers(self, asker: str, now: float) -> float:
        """The same in answers as they usually are."""
        return self.had(asker, now) / self._usual if self._usual else 0.0

    def band(self, asker: str, now: float) -> int:
        """The band of an asker, from 0 for nothing to BANDS - 1."""
        had = self.had(asker, now)
        if not self._usual or had <= _NOTHING * self._usual:
            return 0
        return max(1, min(BANDS - 1, 3 + round(2 * log2(had / self._usual))))

    def served(self, asker: str, tokens: float, now: float) -> None:
        """An asker is served so many tokens; fewer than none where too many had been counted."""
        self._had[asker] = (max(0.0, self.had(asker, now) + tokens), now)
        if tokens > 0:
            self._usual += 0.1 * (tokens - self._usual) if self._usual else tokens
        if len(self._had) > self._most:
            least = _NOTHING * self._usual
            self._had = {k: v for k, v in self._had.items() if self.had(k, now) > least}
            self._most = max(MOST_KEPT, 2 * len(self._had))
