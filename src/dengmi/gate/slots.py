"""How many requests a model is sent at once: no more than the settings say, fewer where the
endpoint grants fewer. Pure: the time comes in as a number."""

from dataclasses import dataclass, field

SHRINK = 0.9
"""What stays of the limit when the endpoint refuses."""

EPOCH = 1.0
"""Seconds in which refusals count once: those sent together are refused together."""

USUAL = 5.0
"""Seconds that an answer is taken to last before any has ended."""

_NEW = 0.1
"""Weight of the newest answer in how long answers usually last."""


@dataclass(slots=True)
class Slots:
    """The slots of one model. `most` is what the settings allow, `limit` what is granted now."""

    most: int
    limit: float = field(init=False)
    busy: int = 0
    lasting: float = USUAL
    _shrunk: float = float("-inf")

    def __post_init__(self) -> None:
        self.limit = float(self.most)

    @property
    def free(self) -> bool:
        """Whether one more may begin."""
        return self.busy < int(self.limit)

    def take(self) -> None:
        """One begins."""
        self.busy += 1

    def done(self, lasted: float) -> None:
        """One ended well after so many seconds. The limit grows by one for each round of slots
        that ended while they were in use: unused slots say nothing of what is granted."""
        if self.busy >= int(self.limit):
            self.limit = min(float(self.most), self.limit + 1.0 / self.limit)
        self.lasting += _NEW * (lasted - self.lasting)
        self.busy -= 1

    def refused(self, now: float) -> None:
        """The endpoint had no room for one of those in flight."""
        self.busy -= 1
        if now - self._shrunk >= EPOCH:
            self._shrunk = now
            self.limit = max(1.0, min(self.limit * SHRINK, float(self.busy)))

    def gone(self) -> None:
        """One ended otherwise: nothing is learned of how many the endpoint takes."""
        self.busy -= 1

    def wait(self, ahead: int) -> float:
        """Seconds until a slot is free for one with so many ahead, about."""
        return (ahead + 1) * self.lasting / max(1.0, self.limit)
