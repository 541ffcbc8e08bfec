"""Locks between processes by the thousand, on one file that has nothing in it.

A place in the file is locked without touching the disk, in a microsecond, and the kernel lets go of
it however its holder ends. How long the locked stretch is says who holds it. These are the locks of
an open file (`F_OFD_SETLK`, Linux since 3.15): they keep two openings of the file apart, wherever
those are.
"""

import os
import struct
import sys
from pathlib import Path

if sys.platform == "linux":
    import fcntl

MOST_SIGNS = 1 << 16
"""A sign is smaller than this."""

PLACES = 1 << 46
"""A place is smaller than this."""


class RangeLocks:
    """The file, opened.

    Args:
        path: where it is; made where there is none.

    Raises:
        OSError: it cannot be opened, or this system has no such locks. Blocks.
    """

    def __init__(self, path: Path) -> None:
        if sys.platform != "linux":
            raise OSError("this system has no locks of open files")
        self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, place: int, sign: int) -> int:
        """Lock a place under a sign (from 1): 0 where that went well, else the sign of its
        holder. Never waits.

        Raises:
            OSError: the file system, or this object once closed, has no locks.
        """
        start = place * MOST_SIGNS
        while not _locked(self._open(), start, sign):
            if holder := _length(self._open(), start):
                return holder
        return 0

    def free(self, place: int) -> None:
        """Let go of a place; nothing happens where it is not held, or everything is closed."""
        if self._file is not None:
            _unlock(self._file, place * MOST_SIGNS, MOST_SIGNS)

    def close(self) -> None:
        """Let go of everything. Blocks."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is None:
            raise OSError("closed")
        return self._file


# struct flock of <fcntl.h> with 64-bit offsets: type, whence, start, length, process.
_FLOCK = struct.Struct("hhqqi")


def _asked(file: int, command: int, kind: int, start: int, length: int) -> bytes:
    return fcntl.fcntl(file, command, _FLOCK.pack(kind, os.SEEK_SET, start, length, 0))


def _locked(file: int, start: int, length: int) -> bool:
    try:
        _asked(file, fcntl.F_OFD_SETLK, fcntl.F_WRLCK, start, length)
    except BlockingIOError:
        return False
    return True


def _length(file: int, start: int) -> int:
    """Of the stretch that somebody else locked there; 0 where nobody has."""
    told = _asked(file, fcntl.F_OFD_GETLK, fcntl.F_WRLCK, start, 1)
    kind, _, _, length, _ = _FLOCK.unpack(told)
    return 0 if kind == fcntl.F_UNLCK else int(length)


def _unlock(file: int, start: int, length: int) -> None:
    _asked(file, fcntl.F_OFD_SETLK, fcntl.F_UNLCK, start, length)
