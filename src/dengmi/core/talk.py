"""Talk between two processes of one server over a pair of connected sockets.

What is said is one line of JSON: a list whose first member is the topic. Several parts may use one
line, each with a topic of its own. Whoever hears that the other end is gone (`lost`) knows that the
process is: nothing else holds that end.
"""

import asyncio
import json
import logging
import socket
from collections.abc import Callable
from typing import Any, Final

log = logging.getLogger(__name__)

LONGEST: Final = 4_000_000
"""Characters of one line; whoever says more is no process of ours."""

Heard = Callable[[list[Any]], None]
"""Told what the other end said on a topic, without the topic."""


class Talk(asyncio.Protocol):
    """One end. `open` says whether the other one is there."""

    def __init__(self) -> None:
        self.open = False
        self._topics: dict[str, Heard] = {}
        self._lost: list[Callable[[], None]] = []
        self._transport: asyncio.Transport | None = None
        self._rest = b""

    def on(self, topic: str, heard: Heard) -> None:
        """Have a topic's words told to somebody. What was said before is not kept."""
        self._topics[topic] = heard

    def when_lost(self, tell: Callable[[], None]) -> None:
        """Tell somebody when the other end is gone."""
        self._lost.append(tell)

    def say(self, topic: str, *words: Any) -> None:
        """Say something; nothing happens where nobody is there any more."""
        if self._transport is not None and self.open:
            line = json.dumps((topic, *words), separators=(",", ":"), ensure_ascii=True)
            self._transport.write(line.encode("ascii") + b"\n")

    def close(self) -> None:
        """Hang up; nobody is told."""
        self._lost.clear()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.open = transport, True

    def connection_lost(self, _: Exception | None) -> None:
        self.open = False
        for tell in self._lost:
            tell()

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._heard(line)
        if len(self._rest) > LONGEST:
            log.error("a line of %d bytes from another process", len(self._rest))
            assert self._transport is not None
            self._transport.abort()

    def _heard(self, line: bytes) -> None:
        try:
            topic, *words = json.loads(line)
            heard = self._topics.get(topic)
            if heard is not None:
                heard(words)
        except Exception:
            # A fault of ours in one word must not end the talk: the other process would be alone.
            log.exception("what another process said could not be used")


async def talk_over(sock: socket.socket) -> Talk:
    """Begin to talk over a connected socket."""
    sock.setblocking(False)
    _, talk = await asyncio.get_running_loop().create_connection(Talk, sock=sock)
    return talk
