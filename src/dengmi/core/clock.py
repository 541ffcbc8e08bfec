"""The one way to read the time, so that tests can hold it still."""

import time
from typing import Protocol


class Clock(Protocol):
    """Wall time and a steady counter, both in seconds."""

    def now(self) -> float:
        """Unix time, UTC."""
        ...

    def steady(self) -> float:
        """A counter that never jumps back; only differences mean anything."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    def steady(self) -> float:
        return time.monotonic()
