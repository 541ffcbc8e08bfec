"""One sync of a source at a time, in this process and between processes.

The lock is held by the operating system on an open file, so a killed process leaves none behind.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from dengmi.core.errors import Conflict
from dengmi.core.lock import FileLock

TRIES = 3
"""How often a lock is tried: whoever looks whether it is held has it for a moment."""

_MOMENT = 0.002


@asynccontextmanager
async def only_one(folder: Path, name: str) -> AsyncIterator[None]:
    """Hold the lock `name` in a folder.

    Raises:
        Conflict: somebody holds it.
    """
    hold = _Hold()
    try:
        await asyncio.to_thread(hold.take, folder, name)
        yield
    finally:
        hold.let_go()


def held(folder: Path, names: Iterable[str]) -> set[str]:
    """Those of the locks that somebody holds, in any process. Blocks."""
    return {name for name in names if _is_held(_path(folder, name))}


class _Hold:
    """A lock taken in a thread, which goes on when the task that waits for it is cancelled: whoever
    comes second, the taker or the one who lets go, frees it."""

    def __init__(self) -> None:
        self._deciding = threading.Lock()
        self._lock: FileLock | None = None
        self._over = False

    def take(self, folder: Path, name: str) -> None:
        lock = _taken(folder, name)
        with self._deciding:
            if self._over:
                lock.free()
            else:
                self._lock = lock

    def let_go(self) -> None:
        with self._deciding:
            self._over = True
            if self._lock is not None:
                self._lock.free()


def _taken(folder: Path, name: str) -> FileLock:
    lock = FileLock(_path(folder, name))
    for left in reversed(range(TRIES)):
        if lock.take():
            return lock
        if left:
            time.sleep(_MOMENT)
    raise Conflict("sync_running", source=name)


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    lock = FileLock(path)
    if not lock.take():
        return True
    lock.free()
    return False


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.lock"
