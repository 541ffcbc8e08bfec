"""One sync of a source at a time, in this process and between processes.

The lock is held by the operating system on an open file, so a killed process leaves none behind.
"""

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from dengmi.core.errors import Conflict

_LOOKS = 0.02
"""Seconds after which a lock is tried once more: somebody may just have looked whether it is held,
which takes some microseconds."""


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


def which_held(folder: Path, names: Iterable[str]) -> frozenset[str]:
    """Which of these locks somebody holds now, in whichever process. Blocks for the disk."""
    return frozenset(name for name in names if _is_held(folder / f"{name}.lock"))


class _Hold:
    """A lock taken in a thread, which goes on when the task that waits for it is cancelled: whoever
    comes second, the taker or the one who lets go, closes the file."""

    def __init__(self) -> None:
        self._deciding = threading.Lock()
        self._file: IO[bytes] | None = None
        self._over = False

    def take(self, folder: Path, name: str) -> None:
        file = _held(folder, name)
        with self._deciding:
            if self._over:
                file.close()
            else:
                self._file = file

    def let_go(self) -> None:
        with self._deciding:
            self._over = True
            if self._file is not None:
                self._file.close()


def _held(folder: Path, name: str) -> IO[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / f"{name}.lock").open("a+b")
    for last in (False, True):
        try:
            _lock(file)
        except OSError:
            if last:
                file.close()
                raise Conflict("sync_running", source=name) from None
            time.sleep(_LOOKS)
        else:
            break
    return file


def _is_held(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            return not _free(file)
    except OSError:  # nobody ever took it
        return False


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> None:
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _free(file: IO[bytes]) -> bool:
        try:
            _lock(file)
        except OSError:
            return False
        return True

else:

    def _lock(file: IO[bytes]) -> None:
        import fcntl

        # Taken per open file, so a second sync in the same process is kept out as well.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _free(file: IO[bytes]) -> bool:
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # those who look do not see each other
        except OSError:
            return False
        return True
