"""How many requests a model is sent at once: no more than the settings say, fewer where the
endpoint grants fewer. Pure: the time comes in as a number."""

from dataclasses import dataclass, field

SHRINK = 0.9
"""What stays of the limit when the endpoint refuses, and at most when it lets calls wait."""

HALF = 0.5
"""What stays of the limit at least when the endpoint lets calls wait."""

EPOCH = 1.0
"""Seconds in which those that were sent together are refused together."""

AGAIN = 3.0
"""Seconds after which a refusal is not the same trouble as the one before."""

USUAL = 5.0
"""Seconds that an answer is taken to last before any has ended."""

NEAR = 0.9
"""The part of the limit that was found too high up to which it grows back fast."""

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
    _ceiling: float = field(init=False)

    def __post_init__(self) -> None:
        self.limit = self._ceiling = float(self.most)

    @property
    def free(self) -> bool:
        """Whether one more may begin."""
        return self.busy < int(self.limit)

    @property
    def turn(self) -> float:
        """Seconds between two slots that come free, about."""
        return self.lasting / max(1.0, self.limit)

    def allow(self, most: int) -> None:
        """The settings allow another number. What was found out about the endpoint stays."""
        whole = self.limit >= self.most
        self.most = most
        self.limit = float(most) if whole else min(self.limit, float(most))
        self._ceiling = max(self.limit, min(self._ceiling, float(most)))

    def take(self) -> None:
        """One begins."""
        self.busy += 1

    def done(self, lasted: float, *, held: bool = False) -> None:
        """One ended well after so many seconds. Where all slots were in use and the endpoint let
        nothing wait (`held`), the limit grows: by one for each round of slots near the limit that
        was found too high, doubling with each round below. Unused slots say nothing, and neither
        do calls above a limit that shrank."""
        if int(self.limit) <= self.busy <= int(self.limit) + 1 and not held:
            fast = self.limit < NEAR * self._ceiling
            self.limit = min(float(self.most), self.limit + (1.0 if fast else 1.0 / self.limit))
            self._ceiling = max(self._ceiling, self.limit)
        self.lasting += _NEW * (lasted - self.lasting)
        self.busy -= 1

    def refused(self, now: float) -> None:
        """The endpoint had no room for one of those in flight: it grants no more than the others.
        Where it goes on refusing, it grants still fewer."""
        self.busy -= 1
        limit = min(self.limit, float(self.busy))
        if EPOCH <= now - self._shrunk < AGAIN:
            limit = min(limit, self.limit * SHRINK)
        if limit < self.limit:
            self._shrink(now, self.busy + 1.0, limit)

    def held(self, seconds: float, began: float, now: float) -> bool:
        """The endpoint lets calls wait so long in its own queue, about: the limit shrinks by the
        part of their time that they wait. What began before the limit last shrank says nothing of
        it. Whether it shrank."""
        if began <= self._shrunk or now - self._shrunk < EPOCH:
            return False
        share = seconds / max(self.lasting, seconds, 0.001)
        self._shrink(now, self.limit, self.limit * min(SHRINK, max(HALF, 1 - share)))
        return True

    def careful(self) -> None:
        """What others hold is not known: the limit is what is held here now, at least one."""
        self.limit = max(1.0, min(self.limit, float(self.busy)))

    def gone(self) -> None:
        """One ended otherwise: nothing is learned of how many the endpoint takes."""
        self.busy -= 1

    def wait(self, ahead: int) -> float:
        """Seconds until a slot is free for one with so many ahead, about."""
        return (ahead + 1) * self.turn

    def _shrink(self, now: float, ceiling: float, limit: float) -> None:
        self._ceiling, self.limit = ceiling, max(1.0, limit)
        if now - self._shrunk >= EPOCH:
            self._shrunk = now
