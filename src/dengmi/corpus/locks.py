"""One sync of a source at a time, in this process and between processes.

The lock is held by the operating system on an open file, so a killed process leaves none behind.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dengmi.core.errors import Conflict


@contextmanager
def only_one(folder: Path, name: str) -> Iterator[None]:
    """Hold the lock `name` in a folder. Quick enough for the event loop.

    Raises:
        Conflict: somebody holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("a+b") as file:
        try:
            _lock(file)
        except OSError:
            raise Conflict("sync_running", source=name) from None
        yield


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
