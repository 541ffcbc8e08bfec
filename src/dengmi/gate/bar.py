"""The bar: which questions may wait for a slot, by their place. Pure: numbers and times come in.

This is the admission of DAGOR (Zhou et al., SoCC '18) with a few differences that models make
necessary; see docs/decisions/0014-gate.md. Arrivals, let in or not, are counted by place and
weighted by the tokens they are expected to take. At the end of each window the bar goes down past
as many places as are too many, or up past as many as there is room for, from where it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dengmi.gate.places import PLACES

WINDOW = 1.0
"""Seconds of a window at the most."""

ARRIVALS = 200
"""Arrivals after which a window ends early."""

EASE = 0.5
"""Seconds in which a lowered bar opens when little comes: the surge is over."""

LITTLE = 0.8
"""So much of the capacity is little."""

SPARE = 1.0
"""So much of the capacity wanted is no overload, however long the queue is that has to drain."""

FEW = 50
"""Arrivals of a window below which the windows before still count."""

FADE = 0.7
"""What then stays of them."""

DOWN = 0.05
"""What of the tokens let in the bar gives up at least, in a window with overload."""

UP = 0.02
"""What of all tokens that came it lets in more, in a window without."""

LEAST = 0.25
"""What of the capacity it lets in at least, so that a long queue can drain."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the bar is moved by.

    Attributes:
        queueing: seconds of waiting: for a slot, and in the endpoint's own queue.
        bearable: seconds above which that is overload.
        capacity: tokens that the slots take a second.
    """

    queueing: float
    bearable: float
    capacity: float


@dataclass(slots=True)
class Bar:
    """Who may wait: every place below `cut`; `open` is how much of what came of late that is."""

    cut: int = PLACES
    began: float = 0.0
    open: float = 1.0
    _seen: list[float] = field(default_factory=lambda: [0.0] * PLACES)
    _arrivals: float = 0.0
    _seconds: float = 0.0
    _window: int = 0
    _pulse: tuple[float, float] = (0.0, 0.0)

    def lets(self, place: int) -> bool:
        """Whether a question of this place may wait."""
        return place < self.cut

    def came(self, place: int, tokens: float) -> None:
        """A question arrived, whatever becomes of it."""
        self._seen[place] += tokens
        self._arrivals += 1
        self._window += 1
        self._pulse = (self._pulse[0], self._pulse[1] + tokens)

    def due(self, now: float) -> bool:
        """Whether the window is over."""
        return now - self.began >= WINDOW or self._window >= ARRIVALS

    def ripe(self, now: float) -> bool:
        """Whether there may be something to do."""
        return self.due(now) or now - self._pulse[0] >= EASE

    def ease(self, now: float, capacity: float) -> None:
        """Open a lowered bar where little came of late.

        Args:
            capacity: tokens that the slots take a second.
        """
        since, tokens = self._pulse
        if now - since < EASE:
            return
        if self.cut < PLACES and tokens < LITTLE * capacity * (now - since):
            self._start(PLACES, now, 0.0)
            self.open = 1.0
        self._pulse = (now, 0.0)

    def move(self, now: float, signs: Signs) -> None:
        """End the window: the bar moves to where it lets in as much as there is room for."""
        self._seconds += max(now - self.began, 0.001)
        let_in, came = sum(self._seen[: self.cut]), sum(self._seen)
        cut = moved(self.cut, self._seen, goal_of(let_in, came, signs, self._seconds))
        self.open = sum(self._seen[:cut]) / came if came and cut < PLACES else float(cut == PLACES)
        self._start(cut, now, FADE if self._arrivals < FEW else 0.0)

    def _start(self, cut: int, now: float, stays: float) -> None:
        """A new window. `stays`: what stays of what came before."""
        self.cut, self.began, self._window = cut, now, 0
        self._seen = [each * stays for each in self._seen] if stays else [0.0] * PLACES
        self._arrivals *= stays
        self._seconds = min(self._seconds, 10 * WINDOW) * stays


def goal_of(let_in: float, came: float, signs: Signs, seconds: float) -> float:
    """Tokens to let in during the next window, from those of so many seconds."""
    room = signs.capacity * seconds
    if signs.queueing > signs.bearable and came > SPARE * room:
        share = max(LEAST, min(1.0, signs.bearable / signs.queueing))
        return min((1 - DOWN) * let_in, share * room)
    return max(let_in, room) + UP * came


def moved(cut: int, seen: Sequence[float], goal: float) -> int:
    """Where the bar goes so that what is below it adds up to about a goal.

    The place that goes out is taken off before the bar steps down, and the one that comes in is
    added as it steps up, each from where the bar stands.
    """
    let_in = sum(seen[:cut])
    if let_in > goal:
        while let_in > goal and cut > 0:
            cut -= 1
            let_in -= seen[cut]
        return cut
    while let_in < goal and cut < len(seen):
        let_in += seen[cut]
        cut += 1
    return cut
