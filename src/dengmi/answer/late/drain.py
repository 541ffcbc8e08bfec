"""How many late answers are written at once, so that an endpoint that has just come back is not
overloaded a second time. Pure: times come in as numbers.

One is tried first. Each that ends well, late or not, lets one more be written beside it; a failure
brings it back to one, after a pause. Whoever asks now comes first: while anybody waits for a slot,
or few are free, no late answer begins.
"""

import math
from collections import deque
from dataclasses import dataclass, field

from dengmi.core.background import pause_after
from dengmi.core.gate import Vacancy

MOST = 64
"""Late answers of one level written at once by one process, at most."""

KEPT_FREE = 4
"""One slot of so many stays free for those who ask now, at most."""

SOON = 0.5
"""Fewer stay free where slots come free by themselves so often: who asks now is next in line."""

PAUSE = 1.0
"""Seconds of the first pause after a failure; each that follows is twice as long."""

LONGEST = 30.0
"""Seconds of the longest pause."""

USUAL = 5.0
"""Seconds that an answer is taken to last before any has ended."""

_NEW = 0.2
"""Weight of the newest answer in how long answers usually last."""

SEEN = 120.0
"""Seconds for which ends are remembered, to tell how fast the line moves."""


@dataclass(slots=True)
class Drain:
    """The late answers of one level. `width`: how many may be written at once now."""

    width: int = 1
    lasting: float = USUAL
    _failures: int = 0
    _until: float = float("-inf")
    _stuck: float | None = None
    _ends: deque[float] = field(default_factory=lambda: deque(maxlen=64))

    def allowed(self, vacancy: Vacancy, running: int, now: float) -> int:
        """How many more may begin now.

        Args:
            vacancy: what the level's models have free.
            running: how many are being written.
        """
        spare = vacancy.free - kept_free(vacancy)
        if vacancy.waiting or spare <= 0 or now < self._until:
            if not running and self._stuck is None:
                self._stuck = now
            return 0
        width = max(self.width, min(MOST, vacancy.well))
        return max(0, min(width - running, spare))

    def well(self, lasted: float, now: float) -> None:
        """One ended well after so many seconds."""
        self.width = min(MOST, self.width + 1)
        self.lasting += _NEW * (lasted - self.lasting)
        self._failures, self._stuck = 0, None
        self._ends.append(now)

    def shared(self, now: float) -> None:
        """One got an answer that was there: the line has moved, but no model was called."""
        self._ends.append(now)

    def failed(self, now: float) -> None:
        """A model failed. Those that began together fail together, and count once."""
        self.width = 1
        if now < self._until:
            return
        if self._stuck is None:
            self._stuck = now
        self._failures += 1
        self._until = now + pause_after(self._failures, PAUSE, LONGEST)

    def crowded(self, now: float) -> None:
        """There was no slot for one after all: others came first. That says nothing of the model,
        so as many may be written as before once there is room."""
        self._until = max(self._until, now + PAUSE)

    def wait(self, position: int, now: float) -> float:
        """Seconds until the answer of this position (the next one has 1) is there, about: as fast
        as the line moved lately; where it has come to a stand, it is taken to last as long again
        as it has lasted."""
        stand = now - self._stuck if self._stuck is not None else 0.0
        stand = max(stand, self._until - now, 0.0)
        recent = [end for end in self._ends if now - end <= SEEN]
        if len(recent) >= 4 and now > recent[0]:
            return stand + position * (now - recent[0]) / len(recent)
        return stand + math.ceil(position / self.width) * self.lasting


def kept_free(vacancy: Vacancy) -> int:
    """How many slots stay free: a part of them all, and no more than it takes for one to come free
    soon."""
    part = vacancy.slots // KEPT_FREE
    return part if vacancy.turn == math.inf else min(part, math.ceil(vacancy.turn / SOON))
