"""One process that serves: the parts opened, the application on a socket, until told to stop."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from dengmi.cli.heads import Heads
from dengmi.core.talk import talk_over
from dengmi.server.board import Meeting
from dengmi.settings.options import Settings

PATIENCE = 10
"""Seconds that running requests get to finish when the server stops."""


class Server(uvicorn.Server):
    """uvicorn that tells when it is ready, and that returns after a signal instead of dying of it,
    so that the parts are closed."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready
        self._waiting: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._waiting = asyncio.create_task(self._wait_until_ready())

    async def _wait_until_ready(self) -> None:
        """Ask the application itself, not through a socket that other processes share."""
        while not self.should_exit:
            if await status_of(self.config.loaded_app, "/readyz") == 200:
                self._when_ready()
                return
            await asyncio.sleep(0.02)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


async def status_of(app: Any, path: str) -> int:
    """The status with which an ASGI application answers a GET request."""
    status = 0

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    scope: dict[str, object] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
        "client": None,
        "server": None,
    }
    await app(scope, receive, send)
    return status


def calm_collector() -> None:
    """Have the garbage collector leave alone what lives as long as the process, and come by less
    often: an answer makes some thousand short-lived objects, and going through all passages kept
    in memory would make somebody wait for 60 ms. Measured: 0.18 ms an answer before, 0.03 now."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)


async def serve_here(
    settings: Settings,
    sock: socket.socket,
    when_ready: Callable[[str], None],
    when_made: Callable[[Server], None] = lambda _: None,
    meeting: Meeting | None = None,
) -> None:
    """Serve on a listening socket until SIGINT or SIGTERM.

    Args:
        when_ready: called once requests are answered, with the path at which the first operator
            gets into the console; "" where there are operators.
        when_made: given the server before it starts, for whoever must stop it otherwise.
        meeting: how the processes of this server meet; None where it is the only one.
    """
    from dengmi.server.application import create_app
    from dengmi.server.console.first import first_link
    from dengmi.server.logs import begin_log
    from dengmi.wire import open_parts

    begin_log(settings.server.log_format, settings.server.log_level)
    talk = await talk_over(meeting.line) if meeting and meeting.line else None
    async with open_parts(settings, talk) as parts:
        config = uvicorn.Config(
            create_app(parts, meeting.folder if meeting else None),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http=Heads,
            ws="none",  # nothing is served over WebSockets; "auto" imports what it finds for them
            timeout_graceful_shutdown=PATIENCE,
        )
        link = await first_link(parts.store)
        server = Server(config, lambda: when_ready(link))
        when_made(server)
        calm_collector()
        await server.serve(sockets=[sock])
    if talk is not None:
        talk.close()
