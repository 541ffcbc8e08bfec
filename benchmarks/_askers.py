"""Asks on a schedule, whatever becomes of the answers (open loop), in a process of its own.

Plain sockets: a client library would take more of the two cores than what is measured. Reads a
plan, a line for each question: seconds after the start, a tab, and as JSON the `path`, `head` and
`body` to send, and what is `known` of it and comes back with the result. Writes what became of
each, one JSON line each:

    sent, first, ended   seconds since the start; `first` is the first useful reply, 0 without one
    status               of HTTP; 0 where there was none
    level, reused, late, id  of Dengmi's answer ("" for others); `late`: a better one was promised
    whole                whether the answer came to its end
    texts, due           when each piece of text came, and was due where it says so (a `due` at its
                         beginning); only where `known` has `texts`
"""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

READ = 1 << 16


class Asking(asyncio.Protocol):
    """One question over one connection."""

    def __init__(self, start: float, request: bytes) -> None:
        self._start, self._request = start, request
        self._rest = b""
        self._event = b""
        self.first = self.ended = 0.0
        self.status = 0
        self.level = self.id = ""
        self.reused = self.whole = self.late = False
        self.texts: list[float] = []
        self.due: list[float] = []
        self.over = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def connection_lost(self, _: Exception | None) -> None:
        self._end()

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if not self.status:
            self.status = int(data[9:12] or 0)
        lines = data.split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if line.startswith(b"event: "):
                self._event = line[7:].strip()
            elif line.startswith(b"data: "):
                self._told(line[6:])
            elif line == b"0\r":  # the end of a body in chunks
                self._end()
                return
        if self._rest == b"0\r\n":
            self._end()

    def _told(self, line: bytes) -> None:
        if self._event == b"text":
            self.texts.append(time.time() - self._start)
            if line.startswith(b'{"due": '):
                self.due.append(float(line[8 : line.index(b",")]) - self._start)
        if self._event:
            self._of_dengmi(line)
        elif line.startswith(b"[DONE]"):
            self.whole = True
            self._end()
        elif not self.first and b'"content":' in line and b'"content": ""' not in line:
            self.first = time.time() - self._start

    def _of_dengmi(self, line: bytes) -> None:
        if self._event == b"done":
            answer = json.loads(line)
            self.whole = True
            if not answer:
                return
            self.level, self.reused, self.whole = answer["level"], answer["reused"], True
            self.id = answer["question_id"]
            self.late = "pending" in answer and bool(answer["pending"])
        if not self.first and self._useful(line):
            self.first = time.time() - self._start

    def _useful(self, line: bytes) -> bool:
        """Quotes, the nearest articles, text, or the answer that there is none."""
        if self._event == b"found":
            return b'"quotes":[]' not in line or b'"nearest":[]' not in line
        return self._event in (b"text", b"done")

    def _end(self) -> None:
        if not self.over.done():
            self.ended = time.time() - self._start
            self.over.set_result(None)
        if self.transport is not None:
            self.transport.close()


async def _ask(start: float, port: int, patience: float, planned: str) -> str:
    """Ask one question of the plan; what became of it."""
    at, _, told = planned.partition("\t")
    await asyncio.sleep(start + float(at) - time.time())
    line: dict[str, Any] = json.loads(told)
    body = json.dumps(line["body"], ensure_ascii=False).encode()
    head = f"POST {line['path']} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
    head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n{line['head']}\r\n"
    asking = Asking(start, head.encode() + body)
    sent = time.time() - start
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(patience):
            await loop.create_connection(lambda: asking, "127.0.0.1", port)
            await asking.over
    except (TimeoutError, OSError):
        asking.ended = time.time() - start
        if asking.transport is not None:
            asking.transport.abort()
    said = {"sent": sent, "first": asking.first, "ended": asking.ended, "status": asking.status}
    said |= {"level": asking.level, "reused": asking.reused, "whole": asking.whole}
    said |= {"late": asking.late, "id": asking.id, **line["known"]}
    if "texts" in line["known"]:
        said |= {"texts": asking.texts, "due": asking.due}
    return json.dumps(said, ensure_ascii=False)


async def _run(plan: Path, out: Path, port: int, patience: float, start: float) -> None:
    with plan.open(encoding="utf-8") as lines:
        asking = [asyncio.create_task(_ask(start, port, patience, x)) for x in lines]
    with out.open("w", encoding="utf-8") as told:
        for task in asyncio.as_completed(asking):
            told.write(await task + "\n")


if __name__ == "__main__":
    plan, out, port, patience, start = sys.argv[1:]
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(_run(Path(plan), Path(out), int(port), float(patience), float(start)))
