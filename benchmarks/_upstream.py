"""A model endpoint with the limits of the DeepSeek API, cheap enough to stand on the same cores as
what is measured: plain asyncio, no framework.

`slots` requests are answered at once; what comes above gets 429, or waits with `: keep-alive`
comments where `queue` is on. An answer begins after `first` seconds and comes at `per_second`
tokens a second: sentences of the prompt's numbered evidence with their numbers, about `tokens` of
them. What a call was for, when it began and ended and what it used is written to a file, one JSON
line a call.

GET /set?slots=…&queue=…&dead=…&fault=… changes how it behaves. `dead`: every connection is
closed at once, as of a host that is down. `fault`: that share of the calls breaks off halfway.
`lines`: a token is a whole sentence on a line of its own, and the times at which they were said are
written down too.
"""

import asyncio
import itertools
import json
import random
import re
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from _request import request_in

_EVIDENCE = re.compile(r"\[(\d+\.\d+)\] ([^\n]+)")
_QUESTION = re.compile(r"^Question: (.+)$", re.MULTILINE)
_OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CHARACTERS = 4
"""Characters of a token, about."""

MAKING = 3.0
"""Seconds until a prompt's beginning can be found in the cache."""

KEEP_ALIVE = 1.0
"""Seconds between two comments to who waits."""


class Upstream:
    """What all connections share: the limits, and who holds a slot or waits for one."""

    def __init__(self, slots: int, first: float, per_second: float, tokens: int, log: str) -> None:
        self.slots, self.first, self.per_second, self.tokens = slots, first, per_second, tokens
        self.queue = self.dead = 0.0
        self.fault = self.lines = 0.0
        self.busy = self.refused = 0
        self.waiting: deque[Connection] = deque()
        self.open: set[Connection] = set()
        self._seen: dict[str, float] = {}
        self.chance = random.Random(1)
        self.log = Path(log).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115 - while it runs

    def freed(self) -> None:
        """A slot is free: the next one that waits begins."""
        self.busy -= 1
        while self.waiting and self.busy < self.slots:
            one = self.waiting.popleft()
            if one.transport is not None and not one.transport.is_closing():
                one.begin()

    def counts(self, messages: Sequence[dict[str, str]]) -> tuple[int, int]:
        """Tokens of a prompt that the cache knows, and the others. Of its rules one is kept: the
        first message is known some seconds after it came first."""
        first, now = messages[0]["content"], time.time()
        total = sum(len(each["content"]) for each in messages) * 3 // 10
        known = now - self._seen.setdefault(first, now) > MAKING
        hit = len(first) * 3 // 10 if known else 0
        return hit, total - hit

    def set(self, name: str, value: float) -> None:
        """Change one of its numbers; one that is dead lets go of everybody."""
        setattr(self, name, int(value) if name == "slots" else value)
        if name == "dead" and value:
            for one in list(self.open):
                if one.transport is not None and not one.controls:
                    one.transport.abort()


class Connection(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self.transport: asyncio.Transport | None = None
        self.controls = False
        self._read = b""
        self._timer: asyncio.TimerHandle | None = None
        self._asked: dict[str, Any] = {}
        self._pieces: list[str] = []
        self._at = 0
        self._came = self._began = 0.0
        self._running = False
        self._counts = (0, 0)
        self._said: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.upstream.open.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        self.upstream.open.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._running:
            self._ended("left")

    def data_received(self, data: bytes) -> None:
        self._read += data
        request = request_in(self._read)
        if request is None:
            return
        self._read = request.rest
        assert self.transport is not None
        if request.method == "GET":
            self._control(request.path)
        elif self.upstream.dead:
            self.transport.abort()
        else:
            self._come(json.loads(request.body))

    def _control(self, path: str) -> None:
        self.controls = True
        for name, values in parse_qs(urlsplit(path).query).items():
            self.upstream.set(name, float(values[0]))
        said = json.dumps({"busy": self.upstream.busy, "waiting": len(self.upstream.waiting)})
        self._write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(said)}\r\n\r\n{said}".encode())

    def _come(self, asked: dict[str, Any]) -> None:
        self._asked, self._came = asked, time.time()
        if self.upstream.busy < self.upstream.slots:
            self._write(_OK)
            self.begin()
        elif self.upstream.queue:
            self._write(_OK)
            self.upstream.waiting.append(self)
            self._wait()
        else:
            self._log(status=429, began=self._came)
            said = b'{"error":{"message":"Rate limit reached","type":"rate_limit_error"}}'
            head = f"HTTP/1.1 429 Too Many Requests\r\ncontent-length: {len(said)}\r\n"
            self._write(f"{head}content-type: application/json\r\n\r\n".encode() + said)

    def _wait(self) -> None:
        self._chunk(b": keep-alive\n\n")
        self._timer = asyncio.get_running_loop().call_later(KEEP_ALIVE, self._wait)

    def begin(self) -> None:
        """Take a slot and answer."""
        if self._timer is not None:
            self._timer.cancel()
        upstream = self.upstream
        upstream.busy += 1
        self._running, self._began, self._at = True, time.time(), 0
        self._said = []
        self._pieces = (_lines if upstream.lines else _answer)(self._asked, upstream.tokens)
        self._counts = upstream.counts(self._asked["messages"])
        if upstream.fault and upstream.chance.random() < upstream.fault:
            self._pieces = [*self._pieces[: len(self._pieces) // 2], ""]
        self._timer = asyncio.get_running_loop().call_later(upstream.first, self._piece)

    def _piece(self) -> None:
        if self._at >= len(self._pieces):
            self._end()
            return
        piece = self._pieces[self._at]
        self._at += 1
        if not piece:
            assert self.transport is not None
            self.transport.abort()
            return
        self._event([{"index": 0, "delta": {"content": piece}}])
        if self.upstream.lines:
            self._said.append(time.time())
        due = self._began + self.upstream.first + self._at / self.upstream.per_second
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(0.0, due - time.time()), self._piece)

    def _end(self) -> None:
        hit, miss = self._counts
        used = {"prompt_tokens": hit + miss, "completion_tokens": self._at}
        used |= {"total_tokens": hit + miss + self._at}
        used |= {"prompt_cache_hit_tokens": hit, "prompt_cache_miss_tokens": miss}
        self._event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
        self._event([], used)
        self._chunk(b"data: [DONE]\n\n")
        self._write(b"0\r\n\r\n")
        self._ended("done")

    def _ended(self, how: str) -> None:
        self._running = False
        self._timer = None
        hit, miss = self._counts
        more = {"said": self._said} if self._said else {}
        self._log(
            status=200, began=self._began, how=how, hit=hit, miss=miss, output=self._at, **more
        )
        self.upstream.freed()

    def _log(self, **what: object) -> None:
        text = str(self._asked["messages"][-1]["content"])
        question = _QUESTION.findall(text)[-1:] or [text[-200:]]
        line = {"question": question[0], "came": self._came, "ended": time.time()}
        self.upstream.log.write(json.dumps({**line, **what}, ensure_ascii=False) + "\n")

    def _event(self, choices: list[Any], usage: object = None) -> None:
        event = {"id": "c", "object": "chat.completion.chunk", "created": 1}
        event |= {"model": self._asked["model"], "choices": choices, "usage": usage}
        self._chunk(b"data: " + json.dumps(event).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self._write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _write(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)


def _answer(asked: dict[str, Any], tokens: int) -> list[str]:
    """Pieces of the answer, a token each: whole sentences of the evidence with their numbers, of
    about four characters a token; said again where there are too few."""
    most = min(tokens, asked.get("max_tokens") or tokens)
    found = _EVIDENCE.findall(asked["messages"][-1]["content"]) or [("1.1", "Nothing is known.")]
    text, at = "", 0
    while len(text) < CHARACTERS * most:
        number, sentence = found[at % len(found)]
        text += f"{sentence} [{number}] "
        at += 1
    cuts = [len(text) * n // most for n in range(most + 1)]
    return [text[first:last] for first, last in itertools.pairwise(cuts)]


def _lines(asked: dict[str, Any], most: int) -> list[str]:
    """So many sentences of the evidence, each on a line."""
    found = _EVIDENCE.findall(asked["messages"][-1]["content"]) or [("1.1", "Nothing is known.")]
    some = itertools.islice(itertools.cycle(found), most)
    return [f"{sentence} [{number}]\n\n" for number, sentence in some]


async def _serve(port: int, upstream: Upstream) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(upstream), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    port, slots, first, per_second, tokens, log = sys.argv[1:]
    asyncio.run(
        _serve(int(port), Upstream(int(slots), float(first), float(per_second), int(tokens), log))
    )
