"""Lets small writes that wait at the same time share one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from dengmi.store.steps import Work

MOST_TOGETHER = 256
"""How many small writes share one commit at most."""


class Waiting:
    """A small write, and the future that waits for its result."""

    __slots__ = ("error", "future", "result", "script")

    def __init__(self, script: Callable[[], Work[Any]]) -> None:
        self.script = script
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.result: Any = None
        self.error: BaseException | None = None


class Group:
    """Collects writes and commits them together, one group at a time.

    Args:
        commit: runs a group in one transaction; sets each write's result or error, or raises
            when the whole group failed.
    """

    def __init__(self, commit: Callable[[Sequence[Waiting]], Awaitable[None]]) -> None:
        self._commit = commit
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, script: Callable[[], Work[Any]]) -> Any:
        """Run a script in the next group; its result, after the commit."""
        write = Waiting(script)
        self._waiting.append(write)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await write.future

    async def drain(self) -> None:
        """Wait until everything that was asked for is committed."""
        if self._task is not None:
            await self._task

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = (
                self._waiting[:MOST_TOGETHER],
                self._waiting[MOST_TOGETHER:],
            )
            try:
                await self._commit(group)
            # The outermost loop of the writer: whatever went wrong belongs to who waits for it.
            except BaseException as error:  # noqa: BLE001
                for write in group:
                    write.error = write.error or error
            for write in group:
                _settle(write)


def _settle(write: Waiting) -> None:
    if write.future.done():  # who waited was cancelled
        return
    if write.error is not None:
        write.future.set_exception(write.error)
    else:
        write.future.set_result(write.result)
