"""Turns by tokens served: whoever was served least is next, so that one who asks much takes no
more than a fair share while others wait. Pure.

Each key has a counter of the tokens it was served. One that was away is lifted to where the
others are: nobody saves turns up by being idle (the virtual token counter of arXiv 2401.00588).
"""

from collections import deque
from heapq import heappop, heappush
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_KEPT = 10_000
"""Counters kept before those that say nothing any more are forgotten."""


class Fair(Generic[T]):
    """What waits, by key; the order within a key is that of arrival."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[T]] = {}
        self._served: dict[str, float] = {}
        self._heap: list[tuple[float, int, str]] = []
        self._entries = 0
        self._floor = 0.0

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def served(self, key: str) -> float:
        """The counter of a key."""
        return self._served.get(key, self._floor)

    def ahead(self, key: str) -> int:
        """At most how many are served before one that would come now."""
        own = len(self._waiting.get(key, ()))
        others = (len(each) for name, each in self._waiting.items() if name != key)
        return own + sum(min(each, own + 1) for each in others)

    def push(self, key: str, item: T) -> None:
        """One comes to wait."""
        if key not in self._waiting:
            self._waiting[key] = deque()
            self._served[key] = max(self.served(key), self._floor)
            self._enter(key)
        self._waiting[key].append(item)

    def pop(self) -> tuple[str, T] | None:
        """The next one, with its key; None where nobody waits."""
        while self._heap:
            counter, _, key = heappop(self._heap)
            queue = self._waiting.get(key)
            if queue is None or counter != self._served[key]:
                continue  # an entry that a newer one took the place of
            self._floor = max(self._floor, counter)
            item = queue.popleft()
            if queue:
                self._enter(key)
            else:
                del self._waiting[key]
            return key, item
        return None

    def remove(self, key: str, item: T) -> bool:
        """One waits no longer; whether it did."""
        queue = self._waiting.get(key)
        if queue is None or item not in queue:
            return False
        queue.remove(item)
        if not queue:
            del self._waiting[key]
        return True

    def charge(self, key: str, tokens: float) -> None:
        """A key was served so many tokens; fewer than none where too many had been counted."""
        self._served[key] = self.served(key) + tokens
        if key in self._waiting:
            self._enter(key)
        elif len(self._served) > MOST_KEPT:
            self._served = {
                name: count
                for name, count in self._served.items()
                if count > self._floor or name in self._waiting
            }

    def _enter(self, key: str) -> None:
        self._entries += 1
        heappush(self._heap, (self._served[key], self._entries, key))
