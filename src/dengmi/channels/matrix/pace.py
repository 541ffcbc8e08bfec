"""How many messages an account may send. Pure: time comes from outside.

Homeservers count messages of a user, edits too, in a bucket that drips (Synapse: 10, then one in
five seconds). What must be said waits for its turn; what may be left out is said only while more
than half of the bucket is left.
"""


class Pace:
    """The bucket of one account.

    Args:
        rate: messages a second; 0 for no limit.
        burst: messages at once.
    """

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._left = self._burst
        self._at = float("-inf")
        self._held = float("-inf")

    def turn(self, now: float) -> float:
        """Take the next turn; seconds until it comes. Turns are taken in the order of asking."""
        self._drip(now)
        held = max(0.0, self._held - now)
        if not self._rate:
            return held
        self._left -= 1
        return max(held, -self._left / self._rate)

    def spare(self, now: float) -> bool:
        """Whether something may be said that nobody would miss; it counts then."""
        self._drip(now)
        if now < self._held:
            return False
        if not self._rate:
            return True
        if self._left - 1 < self._burst / 2:
            return False
        self._left -= 1
        return True

    def refused(self, now: float, wait: float) -> None:
        """The server said no and named the seconds until it may be tried again."""
        self._drip(now)
        self._held = max(self._held, now + wait)
        self._left = min(self._left, 0.0)

    def wait(self, now: float) -> float:
        """Seconds that somebody who asks for a turn now would wait."""
        self._drip(now)
        due = (1 - self._left) / self._rate if self._rate else 0.0
        return max(0.0, self._held - now, due)

    def _drip(self, now: float) -> None:
        if self._at != float("-inf"):
            self._left = min(self._burst, self._left + max(0.0, now - self._at) * self._rate)
        self._at = now
