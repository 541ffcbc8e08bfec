"""Which processes of a home are still alive.

A process gets a name when it first works on something, and holds a lock on the file of that name
as long as it lives; the operating system lets go of it however the process ends. A file without
its lock is therefore a process that is gone. Processes of another home are neither: nothing is
known of them.

Whoever finds that a process is gone holds its lock until it has taken over what was left: so nobody
buries a process before its questions are taken over, nor one that is just beginning, whose file is
there a moment before its lock.
"""

import threading
from collections.abc import Collection
from pathlib import Path

from dengmi.core.ids import new_id
from dengmi.core.lock import FileLock

_TRIES = 3


class Life:
    """This process among those that share a home. Its methods block for the disk.

    Args:
        folder: where the files are; made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._deciding = threading.Lock()
        self._lock: FileLock | None = None
        self._name: str | None = None
        self._gone: dict[str, FileLock] = {}

    def name(self) -> str:
        """The name of this process, the same each time; "" where no lock can be had."""
        with self._deciding:
            if self._name is None:
                self._name = self._begun()
            return self._name

    def gone(self) -> Collection[str]:
        """The names of processes that ended without a word, until they are buried here; others are
        told nothing of these meanwhile."""
        with self._deciding:
            for path in self._files():
                if path.name != self._name and path.name not in self._gone:
                    lock = FileLock(path)
                    if _taken(lock):
                        self._gone[path.name] = lock
            return set(self._gone)

    def alive(self) -> Collection[str]:
        """The names of processes that live, this one too."""
        with self._deciding:
            others = {path.name: path for path in self._files() if path.name not in self._gone}
            return {name for name, path in others.items() if name == self._name or _held(path)}

    def bury(self, names: Collection[str]) -> None:
        """Forget processes that are gone; to be called when nothing of theirs is open any more."""
        with self._deciding:
            self._bury(names)

    def _bury(self, names: Collection[str]) -> None:
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
            if (lock := self._gone.pop(name, None)) is not None:
                lock.free()

    def close(self) -> None:
        """End with a word: nothing of this process is open."""
        with self._deciding:
            if self._name:
                self._bury([self._name])
            if self._lock is not None:
                self._lock.free()
            self._lock, self._name = None, None
            for lock in self._gone.values():
                lock.free()
            self._gone.clear()

    def _begun(self) -> str:
        for _ in range(_TRIES):
            name = new_id("life")
            lock = FileLock(self._folder / name)
            try:
                held = lock.take()
            except OSError:  # a home that cannot be written, or has no locks
                break
            # Somebody may have found the file before its lock and forgotten it.
            if held and (self._folder / name).exists():
                self._lock = lock
                return name
            lock.free()
        return ""

    def _files(self) -> Collection[Path]:
        try:
            return list(self._folder.iterdir())
        except OSError:
            return ()


def _taken(lock: FileLock) -> bool:
    """Take a lock that nobody holds; whether that went well."""
    try:
        return lock.take()
    except OSError:
        return False


def _held(path: Path) -> bool:
    """Whether some process holds the lock of a file."""
    with FileLock(path) as lock:
        return not _taken(lock)
