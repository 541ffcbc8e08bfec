"""Events on their way to one reader: together, alive, and given up with the reader."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dengmi.answer.audience import Audience
from dengmi.core.events import Event, Found, Notice, Text, Thinking
from dengmi.core.records import Question
from dengmi.server import stream as module
from dengmi.server.context import Context
from dengmi.server.crew import Crew
from dengmi.server.pump import AT_ONCE, Pump
from dengmi.server.stream import stream

QUESTION = Question(id="q_1", desk="main", text="Why?")


@dataclass
class Ladder:
    """Gives what it is told to, moment by moment."""

    moments: list[list[Event]]
    go: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False
    audience: Audience = field(default_factory=Audience)

    async def run(self, _: Question, **more: object) -> AsyncGenerator[Event]:
        try:
            for n, moment in enumerate(self.moments):
                if n:
                    await self.go.wait()
                    self.go.clear()
                for event in moment:
                    yield event
        finally:
            self.ended = True


@dataclass
class Reader:
    """The other end of a response."""

    pieces: list[bytes] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            self.over = not message.get("more_body", False)
            if message["body"]:
                self.pieces.append(message["body"])


def _render(event: Event) -> tuple[str, object]:
    return type(event).__name__.lower(), {"text": getattr(event, "text", "")}


def _begun(ladder: Ladder, reader: Reader) -> asyncio.Task[None]:
    parts = SimpleNamespace(ladder=ladder)
    context = cast("Context", SimpleNamespace(crew=Crew(), parts=parts, pump=Pump()))
    response = stream(context, QUESTION, _render)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert "content-length" not in response.headers
    return asyncio.create_task(response({"type": "http"}, reader.receive, reader.send))


async def _until(met: Any) -> None:
    async with asyncio.timeout(20):
        while not met():  # noqa: ASYNC110 - what is met sets no event
            await asyncio.sleep(0.005)


async def test_events_of_one_moment_leave_together() -> None:
    ladder = Ladder([[Notice("a"), Notice("b")], [Notice("c")]])
    reader = Reader()
    running = _begun(ladder, reader)
    await _until(lambda: reader.pieces)
    assert reader.pieces[0].count(b"event: notice\n") == 2
    assert len(reader.pieces) == 1
    ladder.go.set()
    await running
    assert reader.over
    ids = [line for line in b"".join(reader.pieces).split(b"\n") if line.startswith(b"id:")]
    assert ids == [b"id: 1", b"id: 2", b"id: 3"]


async def test_long_silence_is_broken_by_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP_ALIVE", 0.02)
    ladder, reader = Ladder([[Notice("a")], [Notice("b")]]), Reader()
    running = _begun(ladder, reader)
    await _until(lambda: reader.pieces.count(b": keep-alive\n\n") >= 2)
    ladder.go.set()
    await running
    assert b"event: notice" in reader.pieces[-1]


async def test_a_reader_who_goes_ends_the_writing_but_not_the_quotes() -> None:
    written = Ladder([[Found("q_1", "quick", 1, 1.0)], [Thinking("x")]])
    quoted = Ladder([[Found("q_1", "quote", 1, 1.0)], [Notice("a")]])
    for ladder, ended in ((written, True), (quoted, False)):
        reader = Reader()
        running = _begun(ladder, reader)
        await _until(lambda reader=reader: reader.pieces)
        reader.gone.set()
        async with asyncio.timeout(20):
            await running
        await asyncio.sleep(0.02)
        assert ladder.ended is ended
        ladder.go.set()
        await _until(lambda ladder=ladder: ladder.ended)


async def test_a_reader_who_goes_leaves_the_answer_to_those_who_read_along() -> None:
    ladder, reader = Ladder([[Found("q_1", "quick", 1, 1.0)], [Thinking("x")]]), Reader()
    ladder.audience.begin(QUESTION)
    along = asyncio.create_task(anext(ladder.audience.follow(QUESTION.id)))
    running = _begun(ladder, reader)
    await _until(lambda: reader.pieces and ladder.audience.watched(QUESTION.id))
    reader.gone.set()
    await running
    await asyncio.sleep(0.02)
    assert not ladder.ended
    ladder.go.set()
    await _until(lambda: ladder.ended)
    along.cancel()


@dataclass
class Hearing(Ladder):
    """A ladder whose events are heard at the moment they are written."""

    hear: Any = None

    async def run(self, _: Question, **more: Any) -> AsyncGenerator[Event]:
        self.hear = more["hear"]
        yield Notice("first")
        await self.go.wait()
        yield Notice("last")


async def test_what_is_heard_leaves_in_one_piece_and_before_what_follows() -> None:
    ladder, reader = Hearing([]), Reader()
    running = _begun(ladder, reader)
    await _until(lambda: reader.pieces)
    ladder.hear(Text("one"))
    ladder.hear(Text("two"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(reader.pieces) == 2
    assert reader.pieces[1].count(b"event: text\n") == 2
    ladder.hear(Text("three"))
    ladder.go.set()
    await running
    ids = [line for line in b"".join(reader.pieces).split(b"\n") if line.startswith(b"id:")]
    assert ids == [b"id: %d" % n for n in range(1, 6)]
    assert reader.over


@dataclass
class Slow(Reader):
    """A reader whose connection takes no more for a while."""

    takes: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Any) -> None:
        if message.get("body") and self.pieces:
            await self.takes.wait()
        await super().send(message)


async def test_a_slow_reader_gets_everything_in_order_and_keeps_nobody() -> None:
    ladder, slow = Hearing([]), Slow()
    running = _begun(ladder, slow)
    await _until(lambda: slow.pieces)
    for number in range(5):
        ladder.hear(Text(str(number)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    ladder.go.set()
    await asyncio.sleep(0.01)
    assert len(slow.pieces) == 1
    slow.takes.set()
    async with asyncio.timeout(20):
        await running
    lines = b"".join(slow.pieces).split(b"\n")
    assert [line for line in lines if line.startswith(b"id:")] == [
        b"id: %d" % n for n in range(1, 8)
    ]
    assert slow.over


@dataclass
class Breaking(Reader):
    """A connection of which sending makes a fault of ours."""

    async def send(self, message: Any) -> None:
        if message.get("body") and self.pieces:
            raise RuntimeError("broken")
        await super().send(message)


async def test_a_fault_in_sending_is_that_of_one_reader() -> None:
    ladder, reader = Hearing([]), Breaking()
    running = _begun(ladder, reader)
    await _until(lambda: reader.pieces)
    ladder.hear(Text("one"))
    with pytest.raises(RuntimeError, match="broken"):
        await running
    ladder.go.set()


async def test_many_readers_leave_turns_to_others() -> None:
    pump, sent = Pump(), []
    for number in range(AT_ONCE + 1):
        pump.add(lambda number=number: sent.append(number))
    asyncio.get_running_loop().call_soon(sent.append, -1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert sent == [*range(AT_ONCE), -1, AT_ONCE]
