"""Work in the background: loops that look for it again and again, pauses after what failed, tasks
that nobody awaits."""

import asyncio
import logging
from typing import Any

log = logging.getLogger(__name__)


class Bell:
    """Ends the pause of a loop early."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """There may be something to do."""
        self._rung.set()

    async def pause(self, seconds: float) -> None:
        """Wait until it rings, or so long at the most. What rang before is forgotten: the loop has
        just looked."""
        self._rung.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return


def pause_after(failures: int, first: float, longest: float) -> float:
    """Seconds until what failed so many times in a row is tried again: `first`, and each time after
    that twice as long."""
    return min(longest, first * 2.0 ** min(max(0, failures - 1), 10))


def log_failure(task: "asyncio.Task[Any]") -> None:
    """Log what a finished task raised, under its name: nobody else would hear of it."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s failed", task.get_name(), exc_info=error)
