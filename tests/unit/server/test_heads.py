"""Heads of requests that are too long, or come too slowly, over real connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from dengmi.cli import heads

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"


@dataclass
class Served:
    """A server: its port, its connections, and the answer to "/slow", which waits to be let go."""

    port: int = 0
    made: list[heads.Heads] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        if scope["path"] == "/slow":
            self.asked.set()
            await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})
        await send({"type": "http.response.body", "body": b"done"})


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    served = Served()
    config = uvicorn.Config(
        served.app, interface="asgi3", ws="none", log_config=None, lifespan="off"
    )
    config.load()
    state = ServerState()

    def made() -> heads.Heads:
        served.made.append(heads.Heads(config=config, server_state=state, app_state={}))
        return served.made[-1]

    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1")
    async with server:
        served.port = server.sockets[0].getsockname()[1]
        yield served


@asynccontextmanager
async def talk(
    served: Served,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection, for so long that only a hanging test runs into the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    try:
        async with asyncio.timeout(20):
            yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def said(served: Served, words: bytes) -> bytes:
    """All that the server says to these words, until it hangs up."""
    async with talk(served) as (reader, writer):
        writer.write(words)
        return await reader.read()


async def test_a_head_without_end_is_refused(served: Served) -> None:
    sent = 0
    async with talk(served) as (reader, writer):
        writer.write(HEAD + b"X: ")
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"a" * 10_000)
                await writer.drain()
                sent += 10_000
                await asyncio.sleep(0.001)
    assert heads.MOST <= sent < 2_000_000


async def test_a_long_head_within_the_limit_is_taken(served: Served) -> None:
    whole = HEAD + b"Connection: close\r\nX: " + b"a" * 50_000 + b"\r\n\r\n"
    assert (await said(served, whole)).startswith(b"HTTP/1.1 200")


async def test_a_long_body_is_no_head(served: Served) -> None:
    body = b"b" * 400_000
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 400000\r\n\r\n"
    assert (await said(served, head + body)).startswith(b"HTTP/1.1 200")


async def test_who_says_nothing_is_hung_up_on(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "PATIENCE", 0.05)
    assert await said(served, b"") == b""


async def test_who_says_half_is_hung_up_on_but_not_before_an_answer_is_whole(
    served: Served,
) -> None:
    async with talk(served) as (reader, writer):
        writer.write(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + HEAD)
        await served.asked.wait()
        served.made[0]._too_slow()
        served.go.set()
        whole = await reader.readuntil(b"done\r\n0\r\n\r\n")
        assert whole.startswith(b"HTTP/1.1 200")
        served.made[0]._too_slow()
        assert await reader.read() == b""
