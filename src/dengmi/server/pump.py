"""Sends what many readers are told in the same moment, without a task that is woken for each.

A send that the network takes at once ends in the step in which it begins. One that has to wait,
because its reader is slow, is finished by the reader's own task.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from typing import Any

AT_ONCE = 200
"""Readers that are sent to before other work gets its turn."""


class Pump:
    """Those who have something to be sent just now."""

    def __init__(self) -> None:
        self._ready: list[Callable[[], None]] = []

    def add(self, send: Callable[[], None]) -> None:
        """Have something sent as soon as what is told in this moment has been told. It raises
        nothing and does not wait."""
        if not self._ready:
            asyncio.get_running_loop().call_soon(self._send)
        self._ready.append(send)

    def _send(self) -> None:
        now, self._ready = self._ready[:AT_ONCE], self._ready[AT_ONCE:]
        if self._ready:
            asyncio.get_running_loop().call_soon(self._send)
        for send in now:
            send()


def begun(sending: Awaitable[None]) -> Awaitable[None] | None:
    """Take something that is to be awaited as far as it gets without waiting: None where that is
    its end, else what is left of it, to be awaited. Raises what it raises."""
    steps = sending.__await__()
    try:
        waits_for = next(steps)
    except StopIteration:
        return None
    return _Rest(steps, waits_for)


class _Rest:
    """The rest of something that has begun to wait."""

    def __init__(self, steps: Generator[Any, Any, None], waits_for: Any) -> None:
        self._steps = steps
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            while True:
                # What it waits for is handed to the task that awaits the rest.
                yield self._waits_for
                self._waits_for = next(self._steps)
        except StopIteration:
            return
        finally:
            self._steps.close()
