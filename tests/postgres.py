"""A throw-away PostgreSQL server for tests, started once per test session.

PostgreSQL refuses to run as root, so under root the server runs as `postgres` or `nobody`.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Server:
    """A running server. `address(name)` is a database's address."""

    port: int

    def address(self, database: str) -> str:
        return f"postgresql://dengmi@127.0.0.1:{self.port}/{database}"


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl; None when PostgreSQL is not installed."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def server() -> Iterator[Server]:
    """A server on a free loopback port with a fresh cluster; skips where there is none."""
    bins = binaries()
    if bins is None:
        pytest.skip("PostgreSQL is not installed (no initdb in /usr/lib/postgresql or on PATH)")
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="dengmi-postgres-", dir=_quick_place()))
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, port = folder / "data", _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    try:
        _run(user, folder, bins / "initdb", "-D", data, "-U", "dengmi", "-A", "trust",
             "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip
        _run(user, folder, bins / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w",
             "start")  # fmt: skip
        try:
            yield Server(port)
        finally:
            _run(user, folder, bins / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _quick_place() -> Path | None:
    """A folder in memory if there is one with room: databases come and go with every test."""
    memory = Path("/dev/shm")
    try:
        return memory if shutil.disk_usage(memory).free > 1_000_000_000 else None
    except OSError:
        return None


def _user() -> pwd.struct_passwd | None:
    """Who the server runs as; None for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in _USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("PostgreSQL refuses to run as root, and there is no other user to run it as")


def _run(user: pwd.struct_passwd | None, folder: Path, *command: object) -> None:
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    with (folder / "out").open("wb") as out:  # not a pipe: the server would keep it open
        done = subprocess.run(
            [str(each) for each in command],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
            **as_user,
        )
    if done.returncode:
        text = (folder / "out").read_text(errors="replace")
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {text[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
