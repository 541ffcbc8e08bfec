"""Token buckets: so many at once, so many a second in the long run. Pure: the time comes in as a
number that never jumps back.

A bucket is one number, the moment at which it is full again (the generic cell rate algorithm).
Full buckets say nothing and need not be kept. What is kept is bounded: the buckets of one
generation are forgotten together when the next one has grown as large, so somebody is forgotten
only after many others came, and has a full bucket again then.
"""

MOST_KEPT = 100_000


class Buckets:
    """The buckets of many keys.

    Args:
        rate: how many a second in the long run; 0 for no limit.
        burst: how many at once.
        most: keys kept at the most.
    """

    def __init__(self, rate: float, burst: int, most: int = MOST_KEPT) -> None:
        self._each = 1.0 / rate if rate else 0.0
        self._depth = burst * self._each
        self._most = max(1, most // 2)
        self._new: dict[str, float] = {}
        self._old: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def take(self, key: str, now: float) -> float:
        """Take one of a key's. Seconds to wait where there is none, and nothing is taken then; 0
        where there is one."""
        if not self._each:
            return 0.0
        full = self._new.get(key)
        if full is None:
            full = self._old.pop(key, 0.0)
            if len(self._new) >= self._most:
                self._new, self._old = {}, self._new
        full = max(full, now) + self._each
        wait = full - now - self._depth
        # What rounding adds up to over a burst is nobody's fault.
        if wait > 1e-9 * self._depth:
            self._new[key] = full - self._each
            return wait
        self._new[key] = full
        return 0.0
