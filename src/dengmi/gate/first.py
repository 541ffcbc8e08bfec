"""How long a model lets calls wait before the first token: what is usual, and what is beyond it.
Pure. A long answer is no sign of load, and neither is a model that is slow to begin."""

from dataclasses import dataclass

SLOWER = 2.0
"""So many times the usual time to the first token is still usual."""

SLACK = 0.5
"""Seconds beyond the usual that are."""

HELD = 0.5
"""Seconds beyond that, on average, which mean that the endpoint has a queue."""

_QUICKER, _SLOWER = 0.2, 0.01
"""Weight of a call that began sooner or later than usual: what is usual is near the best."""

_NEW = 0.2
"""Weight of the newest call in what is beyond the usual."""


@dataclass(slots=True)
class First:
    """One model. `usual`: seconds to the first token as usual, 0 before any came. `beyond`: what
    calls wait beyond that, of late."""

    usual: float = 0.0
    beyond: float = 0.0

    @property
    def held(self) -> bool:
        """Whether the endpoint keeps calls in a queue of its own."""
        return self.beyond > HELD

    def came(self, seconds: float, held: float) -> None:
        """The first token of a call came after so many seconds; for `held` of them the endpoint
        said that the call waits."""
        own = max(0.0, seconds - held)
        if not self.usual:
            self.usual = own
        self.usual += (_QUICKER if own < self.usual else _SLOWER) * (own - self.usual)
        self._beyond(max(held, seconds - max(SLOWER * self.usual, self.usual + SLACK)))

    def waits(self, held: float) -> None:
        """A call waits in the endpoint's queue for so long already."""
        if held > self.beyond:
            self._beyond(held)

    def shrunk(self) -> None:
        """Fewer calls are sent from now on: what was measured before says nothing of them."""
        self.beyond = 0.0

    def _beyond(self, seconds: float) -> None:
        self.beyond += _NEW * (max(0.0, seconds) - self.beyond)
