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


class Counters:
    """Tokens served, by key. `floor` is where those stand who were not served of late; several
    lines of waiters may count in the same ones."""

    def __init__(self) -> None:
        self.floor = 0.0
        self._served: dict[str, float] = {}
        self._most = MOST_KEPT

    def __len__(self) -> int:
        return len(self._served)

    def of(self, key: str) -> float:
        """The counter of a key."""
        return self._served.get(key, self.floor)

    def lift(self, key: str) -> None:
        """A key comes to wait: it stands no lower than the others."""
        self._served[key] = max(self.of(key), self.floor)

    def turn(self, key: str) -> None:
        """It is a key's turn: nobody stands lower from now on."""
        self.floor = max(self.floor, self.of(key))

    def charge(self, key: str, tokens: float) -> None:
        """A key was served so many tokens; fewer than none where too many had been counted."""
        self._served[key] = self.of(key) + tokens
        if len(self._served) > self._most:
            self._served = {name: n for name, n in self._served.items() if n > self.floor}
            self._most = max(MOST_KEPT, 2 * len(self._served))

    def forget(self) -> None:
        """Everyone starts anew."""
        self.floor = 0.0
        self._served = {}


class Fair(Generic[T]):
    """What waits, by key; the order within a key is that of arrival."""

    def __init__(self, counters: Counters | None = None) -> None:
        self.counters = Counters() if counters is None else counters
        self._waiting: dict[str, deque[T]] = {}
        self._count = 0
        self._heap: list[tuple[float, int, str]] = []
        self._entry: dict[str, int] = {}
        self._entries = 0

    def __len__(self) -> int:
        return self._count

    def ahead(self, key: str) -> int:
        """At most how many are served before one that would come now."""
        own = len(self._waiting.get(key, ()))
        others = (len(each) for name, each in self._waiting.items() if name != key)
        return own + sum(min(each, own + 1) for each in others)

    def push(self, key: str, item: T) -> None:
        """One comes to wait."""
        if key not in self._waiting:
            self._waiting[key] = deque()
            self.counters.lift(key)
            self._enter(key)
        self._waiting[key].append(item)
        self._count += 1

    def pop(self) -> tuple[str, T] | None:
        """The next one, with its key; None where nobody waits."""
        while self._heap:
            counter, number, key = heappop(self._heap)
            if self._entry.get(key) != number:
                continue  # an entry that a newer one took the place of
            if counter < self.counters.of(key):
                self._enter(key)  # served elsewhere meanwhile
                continue
            self.counters.turn(key)
            queue = self._waiting[key]
            item = queue.popleft()
            self._count -= 1
            if queue:
                self._enter(key)
            else:
                self._gone(key)
            return key, item
        return None

    def remove(self, key: str, item: T) -> bool:
        """One waits no longer; whether it did."""
        queue = self._waiting.get(key)
        if queue is None or item not in queue:
            return False
        queue.remove(item)
        self._count -= 1
        if not queue:
            self._gone(key)
        return True

    def charge(self, key: str, tokens: float) -> None:
        """Count what a key was served, and keep its place in line right."""
        self.counters.charge(key, tokens)
        if key in self._waiting:
            self._enter(key)

    def items(self) -> list[T]:
        """Everyone who waits."""
        return [item for queue in self._waiting.values() for item in queue]

    def drain(self) -> list[T]:
        """Everyone who waits, who then waits no longer."""
        items = self.items()
        self._waiting, self._heap, self._entry, self._count = {}, [], {}, 0
        return items

    def _enter(self, key: str) -> None:
        self._entries += 1
        self._entry[key] = self._entries
        heappush(self._heap, (self.counters.of(key), self._entries, key))

    def _gone(self, key: str) -> None:
        del self._waiting[key]
        del self._entry[key]
