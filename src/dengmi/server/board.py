"""Where the processes of one server show each other what they counted: a file for each.

A file is written anew every second, whole or not at all. That of a process that died stays as long
as the server runs: what it counted was counted, and a sum that fell would look like a new start.
"""

import contextlib
import shutil
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import msgspec

from dengmi.core.errors import Unavailable
from dengmi.core.ids import new_id
from dengmi.core.lock import FileLock
from dengmi.server.shown import Shown

_LOCK = "lock"
_ENDING = ".load"


@dataclass(frozen=True, slots=True)
class Meeting:
    """How the processes of one server meet: in a folder, and each over a line to their parent,
    where that keeps something for all of them."""

    folder: Path
    line: socket.socket | None


class Board:
    """The files of one server, seen by one of its processes. Its methods block for the disk.

    Args:
        folder: where the files are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = new_id("w")
        self._writing = Lock()
        self._at = 0.0

    def show(self, own: Shown) -> None:
        """Show the others what this process counted. Where the disk is full, they see what it
        showed before."""
        path = self._folder / (self._name + _ENDING)
        with self._writing, contextlib.suppress(OSError):
            if own.at > self._at:  # what is shown never goes back
                fresh = path.with_suffix(".new")
                fresh.write_bytes(msgspec.msgpack.encode(own))
                fresh.replace(path)
                self._at = own.at

    def others(self) -> Sequence[Shown]:
        """What the other processes showed last, those that are gone too."""
        return [
            shown
            for path in sorted(self._folder.glob("*" + _ENDING))
            if path.stem != self._name and (shown := _read(path)) is not None
        ]


class Boards:
    """The folder of a server with several processes, held by their parent while it runs.

    Args:
        folder: where such folders are made; those of servers that were killed are removed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / new_id("run")
        self._lock = FileLock(self.folder / _LOCK)

    def open(self) -> None:
        """Make the folder.

        Raises:
            Unavailable: it cannot be made.
        """
        try:
            for other in self.folder.parent.glob("run_*"):
                with FileLock(other / _LOCK) as lock:
                    gone = lock.take()
                if gone:
                    shutil.rmtree(other, ignore_errors=True)
            self._lock.take()
        except OSError as error:
            path, reason = str(self.folder), error.strerror or ""
            raise Unavailable("home_unusable", path=path, reason=reason) from None

    def close(self) -> None:
        """Remove the folder."""
        self._lock.free()
        shutil.rmtree(self.folder, ignore_errors=True)


def _read(path: Path) -> Shown | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Shown)
    except (OSError, msgspec.DecodeError):  # gone, or of another version
        return None
