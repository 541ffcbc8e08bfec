"""An endpoint that costs next to nothing: what stands in front of it can then be measured.

It streams like the DeepSeek API (server-sent events, usage at the end, connections kept) by plain
asyncio, without a framework: the first sentence of the prompt's evidence in a few other words (a
copy would need no checking) after `first` seconds, then up to `more` tokens at `per_second`. The
rules of the API are the business of the tests (tests/fakes/deepseek.py).
GET /speed?first=…&per_second=…&more=… changes them.
"""

import asyncio
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from _request import request_in

_FIRST = re.compile(r"\[(\d+\.\d+)\] (.+)")
_WORDS = ["That", "is", "what", "the", "articles", "say", "about", "it.", ""]


class Endpoint(asyncio.Protocol):
    """One connection; requests come one after the other."""

    first = 0.2
    per_second = 60.0
    more = 32.0

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._read = b""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._read += data
        request = request_in(self._read)
        if request is None:
            return
        self._read = request.rest
        if request.method == "GET":
            self._speed(request.path)
        else:
            self._answer(json.loads(request.body))

    def _speed(self, path: str) -> None:
        for name, values in parse_qs(urlsplit(path).query).items():
            setattr(Endpoint, name, float(values[0]))
        self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    def _answer(self, asked: dict[str, Any]) -> None:
        found = _FIRST.search(asked["messages"][-1]["content"])
        most = min(int(self.more), asked["max_tokens"] - 1)
        pieces = [f"In short, {found[2]} [{found[1]}]\n\n" if found else "Nothing.\n\n"]
        pieces += [f"{_WORDS[n % len(_WORDS)]} " for n in range(most)]
        self._transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        self._timer = self._loop.call_later(self.first, self._piece, asked["model"], pieces, 0)

    def _piece(self, model: str, pieces: list[str], at: int) -> None:
        if at < len(pieces):
            self._event(model, [{"index": 0, "delta": {"content": pieces[at]}}])
            pause = 1 / self.per_second if self.per_second else 0.0
            self._timer = self._loop.call_later(pause, self._piece, model, pieces, at + 1)
            return
        self._timer = None
        self._event(model, [{"index": 0, "delta": {}, "finish_reason": "stop"}])
        used = {"prompt_tokens": 1000, "completion_tokens": len(pieces), "total_tokens": 1000}
        used |= {"prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 1000}
        self._event(model, [], used)
        self._chunk(b"data: [DONE]\n\n")
        self._transport.write(b"0\r\n\r\n")

    def _event(self, model: str, choices: list[Any], usage: object = None) -> None:
        event = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": model}
        event |= {"choices": choices, "usage": usage}
        self._chunk(b"data: " + json.dumps(event).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self._transport.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Endpoint, "127.0.0.1", port)
    await server.serve_forever()


def run(port: int, first: float) -> None:
    """Serve until stopped."""
    Endpoint.first = first
    asyncio.run(_serve(port))
