"""How many messages may still go to one place: so many a minute and so many an hour."""

from collections import deque
from collections.abc import Sequence

MOST_PLACES = 20_000
"""Places that are remembered; the ones nobody wrote to for longest go first."""


class SendBudget:
    """Counts what was sent to each place in the last minute and hour. What the platform drops
    without a word must not be sent in the first place.

    Args:
        limits: (messages, seconds) that may go to one place.
    """

    def __init__(self, limits: Sequence[tuple[int, float]]) -> None:
        self._limits = limits
        self._longest = max(seconds for _, seconds in limits)
        self._sent: dict[str, deque[float]] = {}

    def wait(self, place: str, now: float) -> float:
        """Seconds until a message may be sent there; 0 where it may now."""
        sent = self._sent.get(place)
        if sent is None:
            return 0.0
        while sent and now - sent[0] >= self._longest:
            sent.popleft()
        waits = [sent[-many] + seconds - now for many, seconds in self._limits if len(sent) >= many]
        return max(0.0, *waits) if waits else 0.0

    def left(self, place: str, now: float) -> int:
        """How many messages may still be sent there now."""
        sent = self._sent.get(place, ())
        return min(many - sum(now - at < seconds for at in sent) for many, seconds in self._limits)

    def take(self, place: str, now: float) -> None:
        """A message is sent there."""
        sent = self._sent.pop(place, None) or deque(maxlen=max(many for many, _ in self._limits))
        sent.append(now)
        self._sent[place] = sent
        if len(self._sent) > MOST_PLACES:
            del self._sent[next(iter(self._sent))]
