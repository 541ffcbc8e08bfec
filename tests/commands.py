"""The real command: to its end, or as a server. One way for all tests that start processes."""

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATIENCE = 120.0
"""Seconds that a command may take; a busy machine is slow."""

LANG = "en_US.UTF-8"
DENGMI = (sys.executable, "-m", "dengmi")
START = "from dengmi.cli import main; main()"

SCRIPTED = """
[models.script]
kind = "scripted"
model = "script.toml"

[levels]
quick = ["script"]
"""
"""Settings of a model that plays a script and writes at `quick`. More levels and
then other tables may be put behind."""

SOON = "import dengmi.cli.workers as workers; workers.BRIEF = 0.5"
"""Before a server: a process of it that dies is started again, also soon after the start. As it is
used, it gives up on one that lives for less than ten seconds."""


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit status and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Outcome]


@dataclass(frozen=True)
class Served:
    """A running server: its address, its home and its process."""

    address: str
    home: Path
    process: "subprocess.Popen[str]"

    def environment(self) -> dict[str, str]:
        """The variables of a command in this home."""
        return environment(self.home)

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self.process.kill()
        self.process.wait()


def environment(home: Path, lang: str = LANG, **variables: str) -> dict[str, str]:
    """The variables of a person whose home and language these are."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DENGMI_")}
    return {**kept, "DENGMI_HOME": str(home), "LC_ALL": lang, **variables}


def run(home: Path, *args: str, lang: str = LANG, stdin: bytes = b"") -> Outcome:
    """Run `dengmi` to its end; a warning fails it.

    The first command of each verb is started as a person starts it. Those behind it come out of a
    process that has the modules in memory, where there are forks to be had.
    """
    environ = environment(home, lang, PYTHONWARNINGS="error")
    verb = next((each for each in args if not each.startswith("-")), "")
    started = _started()
    if verb not in started or not lang.endswith("UTF-8") or sys.platform != "linux":
        started.add(verb)
        done = subprocess.run(
            [*DENGMI, *args],
            input=stdin,
            capture_output=True,
            env=environ,
            timeout=PATIENCE,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())
    return _forks().run(args, environ, stdin)


def home_of(root: Path, settings: str, script: str = "") -> Path:
    """A home in a folder with settings, and what its model says where that plays a script."""
    home = root / "home"
    home.mkdir(parents=True)
    (home / "dengmi.toml").write_text(settings, encoding="utf-8")
    if script:
        (home / "script.toml").write_text(script, encoding="utf-8")
    return home


def add(home: Path, *addresses: Path, desk: str = "") -> None:
    """Add articles to a home."""
    for address in addresses:
        done = run(home, "add", str(address), *(("--desk", desk) if desk else ()))
        assert done.status == 0, done


@contextmanager
def serving(home: Path, *args: str, before: str = "", **variables: str) -> Iterator[Served]:
    """A real `dengmi serve`, ended with the block if it lives then.

    Args:
        before: Python that its process runs first.
        variables: more of its environment.
    """
    start = (sys.executable, "-c", f"{before}\n{START}") if before else DENGMI
    command = [*start, "serve", *(() if "--port" in args else ("--port", "0")), *args]
    environ = environment(home, **variables)
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert " at " in line, line
            yield Served(line.split(" at ")[1].split()[0], home, process)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(30)


@asynccontextmanager
async def served(home: Path, *args: str) -> AsyncIterator[Served]:
    """The same beside an event loop, which goes on while the server starts and ends."""
    block = serving(home, *args)
    server = await asyncio.to_thread(block.__enter__)
    try:
        yield server
    finally:
        await asyncio.to_thread(block.__exit__, None, None, None)


@cache
def _started() -> set[str]:
    """The verbs of which a command was started."""
    return set()


class Forks:
    """Commands out of one process that has everything in memory (tests.forked)."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dengmi-forks-")
        self._socket = str(Path(self._folder.name) / "s")
        path = str(Path(__file__).with_name("forked.py"))
        environ = {k: v for k, v in os.environ.items() if not k.startswith("DENGMI_")}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", path, self._socket],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def run(self, args: tuple[str, ...], environ: dict[str, str], stdin: bytes) -> Outcome:
        """Run one command to its end."""
        with ExitStack() as stack:
            files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
            files[0].write(stdin)
            files[0].seek(0)
            request = {"args": args, "cwd": str(Path.cwd()), "environ": environ}
            talk = stack.enter_context(socket.socket(socket.AF_UNIX))
            talk.settimeout(PATIENCE)
            talk.connect(self._socket)
            numbers = [file.fileno() for file in files]
            socket.send_fds(talk, [json.dumps(request).encode()], numbers)
            told = stack.enter_context(talk.makefile("rb"))
            pid = json.loads(told.readline())["pid"]
            try:
                status = json.loads(told.readline())["status"]
            except TimeoutError:
                os.kill(pid, 9)
                raise
            for file in files:
                file.seek(0)
            return Outcome(status, files[1].read().decode(), files[2].read().decode())

    def close(self) -> None:
        """End it: its standard input ends."""
        self._process.communicate()
        self._folder.cleanup()


_starting = threading.Lock()


def _forks() -> Forks:
    with _starting:
        return _only()


@cache
def _only() -> Forks:
    forks = Forks()
    atexit.register(forks.close)
    return forks
