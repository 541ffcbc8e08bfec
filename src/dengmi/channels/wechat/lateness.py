"""How late a process is that has more to do than it can: what waited until some moment goes on when
its turn comes, and what arrived lay as long before anybody looked at it."""

HALVES = 1.0
"""Seconds after which half of a lateness counts."""


class Lateness:
    """The lateness of a moment ago."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._at = 0.0

    def told(self, late: float, now: float) -> None:
        """Something went on so many seconds later than it was to.

        Args:
            now: of the steady clock.
        """
        self._seconds, self._at = max(late, self.at(now)), now

    def at(self, now: float) -> float:
        """Seconds by which things go on late now, as far as is known."""
        if not self._seconds:
            return 0.0
        return float(self._seconds * 0.5 ** max(0.0, (now - self._at) / HALVES))
