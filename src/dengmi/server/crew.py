"""Tasks that outlive the request that started them."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from dengmi.core.background import log_failure

PATIENCE = 10.0
"""Seconds that tasks get to finish when the server stops."""


class Crew:
    """Holds running tasks so that none is lost, and lets them finish at the end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._endless: set[asyncio.Task[Any]] = set()

    def keep(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Run something that ends only with the server."""
        self._endless.add(self.start(work, name))

    def start(self, work: Coroutine[Any, Any, object], name: str) -> asyncio.Task[Any]:
        """Run something in the background; a failure is logged with its name."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def stop(self) -> None:
        """Wait for what runs, then cancel the rest. Nothing is lost: the next start resumes it."""
        for task in tuple(self._endless):
            task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=PATIENCE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._endless.discard(task)
        log_failure(task)
