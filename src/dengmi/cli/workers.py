"""Several serving processes on one port, and the parent that watches them."""

import asyncio
import multiprocessing
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import TYPE_CHECKING

from dengmi.cli.app import App
from dengmi.cli.failure import complain, status_of
from dengmi.server.board import Boards, Meeting
from dengmi.settings.options import Settings

if TYPE_CHECKING:
    from dengmi.cli.hub import Hub

BRIEF = 10.0
"""A process that ends within this many seconds of its start is not started again."""

PATIENCE = 20.0
"""Seconds the processes get to end when told to."""


class Workers:
    """The parent: starts one process per socket, replaces one that dies, stops all together."""

    def __init__(self, app: App, settings: Settings, sockets: list[socket.socket]) -> None:
        self._app = app
        self._settings = settings
        self._sockets = sockets
        self._context = multiprocessing.get_context("spawn")
        self._running: dict[SpawnProcess, tuple[int, float]] = {}
        self._stopping = threading.Event()
        self._boards = Boards(settings.home / "load")
        self._hub: Hub | None = None

    def run(self, when_ready: Callable[[str], None]) -> int:
        """Serve until SIGINT or SIGTERM; the exit status.

        Args:
            when_ready: as `serving.serve_here` has it.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self._boards.open()
        self._hub = self._made_hub()
        ears = [self._start(place) for place in range(len(self._sockets))]
        # Each process says a word when it is ready; one that dies closes its end instead.
        heard = [_heard(ear) for ear in ears]
        if None not in heard and not self._stopping.is_set():
            when_ready(heard[0] or "")
        status = self._watch()
        self._end()
        if self._hub is not None:
            self._hub.close()
        self._boards.close()
        return status

    def _made_hub(self) -> "Hub":
        """What keeps the slots for all processes. Also where there is no model yet: one may come
        while the processes run, and their lines are laid when they start."""
        from dengmi.cli.hub import Hub

        return Hub(self._settings)

    def _start(self, place: int) -> Connection:
        ear, mouth = self._context.Pipe(duplex=False)
        line = self._hub.welcome() if self._hub else None
        process = self._context.Process(
            target=work,
            args=(
                *(self._settings, self._app.language, self._sockets[place], mouth),
                Meeting(self._boards.folder, line),
            ),
            daemon=True,
        )
        process.start()
        mouth.close()
        if line is not None:
            line.close()
        self._running[process] = (place, time.monotonic())
        return ear

    def _watch(self) -> int:
        """Wait until told to stop, or until a process cannot be kept running."""
        while not self._stopping.is_set():
            wait([process.sentinel for process in self._running], timeout=0.5)
            for process in [one for one in self._running if not one.is_alive()]:
                place, began = self._running.pop(process)
                if self._stopping.is_set():
                    break
                if time.monotonic() - began < BRIEF:
                    complain(self._app.say("cli_worker_ended", status=process.exitcode or 0))
                    return 1
                self._start(place)
        return 0

    def _end(self) -> None:
        for process in self._running:
            process.terminate()
        until = time.monotonic() + PATIENCE
        for process in self._running:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()

    def _stop(self, *_: object) -> None:
        self._stopping.set()


def _heard(ear: Connection) -> str | None:
    """What a process says when it becomes ready; None where it does not."""
    try:
        return ear.recv_bytes().decode()
    except (EOFError, OSError):
        return None
    finally:
        ear.close()


def work(
    settings: Settings, lang: str, sock: socket.socket, mouth: Connection, meeting: Meeting
) -> None:
    """What one serving process does. It also stops when its parent is gone."""
    from dengmi.cli.serving import Server, serve_here

    def ready(link: str) -> None:
        mouth.send_bytes(link.encode())
        mouth.close()

    def follow_parent(server: Server) -> None:
        parent = multiprocessing.parent_process()

        def watch() -> None:
            if parent is not None:
                parent.join()
                server.should_exit = True

        threading.Thread(target=watch, daemon=True).start()

    try:
        asyncio.run(serve_here(settings, sock, ready, follow_parent, meeting))
    except BaseException as error:  # noqa: BLE001 - the outermost loop of this process
        sys.exit(status_of(error, App(lang=lang)))
