"""Where the server of a home can be reached from this computer, for commands that name it.

A server writes its address into the home, beside a lock that dies with it: what a server that was
killed has left says nothing. `--port` and port 0 are known to nobody else.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dengmi.core.lock import FileLock
from dengmi.settings.options import Settings

_NAME = "serving"
_LONGEST = 200
_TRIES, _PAUSE = 5, 0.02
"""A command that looks holds the lock for a moment."""


@dataclass(frozen=True, slots=True)
class Reached:
    """An address without a slash at its end, and whether a server says that it listens there; else
    it is what the settings say."""

    address: str
    running: bool


@contextmanager
def told(home: Path, address: str) -> Iterator[None]:
    """Say that a server listens there, while it does. Of several servers of one home the first one
    says so. Blocks. A home that cannot be written hinders nobody from serving."""
    lock = FileLock(home / f"{_NAME}.lock")
    with suppress(OSError):
        if _taken(lock):
            (home / _NAME).write_text(f"{address}\n", "utf-8")
    with lock:
        yield


def reached(settings: Settings) -> Reached:
    """Where the server of these settings is. Blocks."""
    home = settings.home
    with suppress(OSError, UnicodeDecodeError):
        if (home / f"{_NAME}.lock").exists():
            lock = FileLock(home / f"{_NAME}.lock")
            if lock.take():
                lock.free()
            elif found := (home / _NAME).read_text("utf-8")[:_LONGEST].strip():
                return Reached(found, True)
    return Reached(shown(settings.server.host, settings.server.port), False)


def shown(host: str, port: int) -> str:
    """The address at which a program of this computer finds who listens on a host and port."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _taken(lock: FileLock) -> bool:
    for n in range(_TRIES):
        if n:
            time.sleep(_PAUSE)
        if lock.take():
            return True
    return False
