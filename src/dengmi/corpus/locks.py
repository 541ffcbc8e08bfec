"""One sync of a source at a time, in this process and between processes.

The lock is held by the operating system on an open file, so a killed process leaves none behind.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from dengmi.core.errors import Conflict


@asynccontextmanager
async def only_one(folder: Path, name: str) -> AsyncIterator[None]:
    """Hold the lock `name` in a folder.

    Raises:
        Conflict: somebody holds it.
    """
    taking = asyncio.ensure_future(asyncio.to_thread(_held, folder, name))
    try:
        file = await asyncio.shield(taking)
    except asyncio.CancelledError:
        taking.add_done_callback(_let_go)  # the thread goes on and may come to hold it
        raise
    try:
        yield
    finally:
        file.close()


def _let_go(taking: asyncio.Future[IO[bytes]]) -> None:
    if not taking.cancelled() and taking.exception() is None:
        taking.result().close()


def _held(folder: Path, name: str) -> IO[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / f"{name}.lock").open("a+b")
    try:
        _lock(file)
    except OSError:
        file.close()
        raise Conflict("sync_running", source=name) from None
    return file


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> None:
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:

    def _lock(file: IO[bytes]) -> None:
        import fcntl

        # Taken per open file, so a second sync in the same process is kept out as well.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
