"""One making for several processes of a server: two hubs that meet in a folder."""

# ruff: noqa: ASYNC240 - a folder of three small files

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dengmi.answer.join import Held, Hub
from dengmi.answer.led import LeaderGone, Led
from dengmi.answer.write.writer import Out, Written
from dengmi.core.charges import Charge, Tokens
from dengmi.core.errors import ModelFailed, NoRoom, OverLimit
from dengmi.core.events import Cited, Notice, Text, Thinking
from dengmi.core.records import Answer, Citation, Claim, Cost, Head
from dengmi.server import joining as module
from dengmi.server.joining import Joining
from dengmi.server.pieces import failure_line, line_of, piece_of
from dengmi.server.siblings import Siblings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the locks are those of Linux")

HEAD = Head(pk=1, id="a", desk="walks", source_id="s", title="The walk", addresses=("https://x",))
QUOTE = Citation(n=1, head=HEAD, passage_id="p", first=1, last=2, quote="五点。", verdict=None)
CLAIM = Claim(start=0, end=8, cited=(1,), verdict="supported")
CHARGE = Charge(
    id="c", question_id="q", desk="walks", level="quick", micros=7, tokens=Tokens(hit=1, miss=2)
)
WRITTEN = Written(
    text="At five. [1]", claims=(CLAIM,), citations=(QUOTE,), evidence=("p",), charges=(CHARGE,)
)
ANSWER = Answer(
    id="an",
    question="When?",
    wanted="quick",
    grounded=True,
    confidence=1.0,
    question_id="q",
    desk="walks",
    level="quick",
    text=WRITTEN.text,
    claims=WRITTEN.claims,
    citations=WRITTEN.citations,
    full_cost=Cost(currency="CNY", micros=7),
)
PIECES: tuple[Out, ...] = (
    Thinking("Hm…\n"),
    Text("At five. [1]", CLAIM),
    Cited(QUOTE),
    Notice("budget_spent", {"hours": 3, "share": 0.5, "desk": "walks"}),
    WRITTEN,
)


@dataclass
class Pen:
    """Writes, as far as it is let."""

    error: Exception | None = None
    begun: int = 0
    left: int = 0
    behind: list[int] = field(default_factory=list)
    stored: Answer | None = None
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self, told: tuple[Out, ...]) -> AsyncGenerator[Out, None]:
        self.begun += 1
        self.behind.append(len(told))
        whole = False
        try:
            for piece in PIECES[len(told) : 2]:
                yield piece
            await self.go.wait()
            if self.error is not None:
                raise self.error
            for piece in PIECES[max(2, len(told)) :]:
                yield piece
            whole = True
        finally:
            self.left += not whole

    async def look(self) -> Answer | None:
        return self.stored


class Process:
    """What one process has of it."""

    def __init__(self, folder: Path) -> None:
        self.siblings = Siblings(folder)
        self.joining = Joining(self.siblings)
        self.hub: Hub[Out] = Hub()

    async def open(self) -> None:
        await self.siblings.open()
        await self.joining.open(self.hub)

    async def close(self) -> None:
        await self.siblings.close()
        await self.joining.close()

    async def hold(self, pen: Pen, key: str = "k") -> Held[Out]:
        if (held := self.hub.join(key)) is not None:
            return held
        led = Led(self.joining, key, self.joining.take(key))
        return self.hub.hold(key, lambda: led.pieces(pen.write, pen.look), led)


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Callable[[], "asyncio.Future[Process]"]]:
    """Makes a process of one server."""
    async with AsyncExitStack() as stack:

        async def made() -> Process:
            one = Process(tmp_path)
            await one.open()
            stack.push_async_callback(one.close)
            return one

        yield lambda: asyncio.ensure_future(made())
    assert [each.name for each in tmp_path.iterdir()] == ["makings"]


async def everything(held: Held[Out]) -> list[Out]:
    return [piece async for piece in held.pieces()]


async def first(held: Held[Out], count: int) -> list[Out]:
    pieces = held.pieces()
    some = [await anext(pieces) for _ in range(count)]
    await pieces.aclose()
    return some


async def until(said: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not said():  # noqa: ASYNC110 - several tasks on both sides of a connection
            await asyncio.sleep(0.002)


async def test_one_making_for_three_processes(process) -> None:
    one, *others = [await process() for _ in range(3)]
    pen = Pen()
    held = [await each.hold(pen) for each in (one, *others, *others)]
    assert [each.joined for each in held] == [False, True, True, True, True]
    assert await first(held[1], 2) == list(PIECES[:2])  # what is there comes at once
    pen.go.set()
    assert await asyncio.gather(*map(everything, held)) == [list(PIECES)] * 5
    for each in held[:3]:
        await each.leave()
    # Somebody holds it still: it can be joined, from any process.
    late = await one.hold(pen)
    assert late.joined
    assert await everything(late) == list(PIECES)
    for each in (*held, late):
        await each.leave()
    await until(lambda: not one.hub.running("k"))
    assert pen.begun == 1
    again = await others[0].hold(pen)
    assert not again.joined
    assert await everything(again) == list(PIECES)
    await again.leave()


async def test_the_last_one_to_leave_ends_it_in_whichever_process(process) -> None:
    one, other = await process(), await process()
    pen = Pen()
    own, follows, too = await one.hold(pen), await other.hold(pen), await other.hold(pen)
    assert await first(follows, 2) == list(PIECES[:2])
    await own.leave()
    await follows.leave()
    assert (await first(too, 2), pen.left) == (list(PIECES[:2]), 0)
    assert one.hub.running("k")
    await too.leave()
    await until(lambda: pen.left)
    assert not one.hub.running("k")
    assert not other.hub.running("k")


async def test_who_follows_goes_on_where_the_leader_ended(process) -> None:
    one, other, third = [await process() for _ in range(3)]
    gone, pen = Pen(), Pen()
    left = await one.hold(gone)
    follows, too = await other.hold(pen), await third.hold(pen)
    assert await first(follows, 2) == await first(too, 2) == list(PIECES[:2])
    assert follows.joined
    await one.close()
    pen.go.set()
    told = await asyncio.gather(everything(follows), everything(too))
    assert told == [list(PIECES)] * 2
    assert pen.behind == [2]
    assert sorted((follows.joined, too.joined)) == [False, True]
    for each in (left, follows, too):
        await each.leave()


async def test_what_was_told_whole_is_not_written_again(process) -> None:
    one, other = await process(), await process()
    pen = Pen()
    pen.go.set()
    own = await one.hold(pen)
    follows = await other.hold(pen)
    assert await everything(follows) == list(PIECES)
    await own.leave()
    await one.close()
    late = await other.hold(pen)
    assert await everything(late) == list(PIECES)
    assert pen.begun == 1
    await follows.leave()
    await late.leave()


async def test_who_comes_while_it_is_decided_waits_and_then_decides(process) -> None:
    one, other = await process(), await process()
    lead = await one.joining.seek("k")
    assert lead.ours
    again = await one.joining.seek("k")  # the same process: two who look
    seeking = asyncio.create_task(other.joining.seek("k"))
    lead.free()
    lead.free()
    await asyncio.sleep(0.05)
    assert not seeking.done()
    again.free()  # nothing is made: what there is serves
    found = await seeking
    assert found.ours
    found.free()
    with pytest.raises(LeaderGone):
        await anext(found.pieces(0))


async def test_what_the_leader_found_serves_who_waited(process) -> None:
    """Who came while another process had the lead, which then let go, looks before writing."""
    one, other = await process(), await process()
    lead = one.joining.take("k")
    assert lead is not None
    assert other.joining.take("k") is None
    pen = Pen(stored=ANSWER)
    held = await other.hold(pen)
    assert held.joined
    lead.free()
    *told, written = await everything(held)
    assert told == list(PIECES[1:3])
    assert isinstance(written, Written)
    assert (written.text, written.claims, written.citations) == (
        WRITTEN.text,
        WRITTEN.claims,
        WRITTEN.citations,
    )
    assert [(each.micros, each.full_micros) for each in written.charges] == [(0, 7)]
    assert held.joined
    assert pen.begun == 0
    await held.leave()


async def test_one_who_seeks_and_goes_leaves_nothing_behind(process) -> None:
    one, other = await process(), await process()
    lead = await one.joining.seek("k")
    seeking = asyncio.create_task(other.joining.seek("k"))
    await asyncio.sleep(0.02)
    seeking.cancel()
    await asyncio.gather(seeking, return_exceptions=True)
    lead.free()
    found = await one.joining.seek("k")
    assert found.ours
    found.free()


@pytest.mark.parametrize(
    "error",
    [
        ModelFailed("slow", "flash", 2.5, reason="nothing came"),
        NoRoom("flash", position=3, wait=1.5),
        OverLimit("flash", notice="quota_spent", holder="x", until=9.5, params={"hours": 3}),
    ],
    ids=["failed", "room", "limit"],
)
async def test_what_fails_fails_for_everyone(process, error: ModelFailed) -> None:
    one, other = await process(), await process()
    pen = Pen(error=error)
    own, follows = await one.hold(pen), await other.hold(pen)
    assert await first(follows, 2) == list(PIECES[:2])
    pen.go.set()
    got = await asyncio.gather(everything(own), everything(follows), return_exceptions=True)
    assert got[0] is error
    assert type(got[1]) is type(error)
    assert isinstance(got[1], ModelFailed)
    for name in ("code", "params", "trouble", "model", "retry_after", "__dict__"):
        assert getattr(got[1], name) == getattr(error, name)
    # It can be made anew at once, wherever.
    pen.error = None
    again = await other.hold(pen)
    assert await everything(again) == list(PIECES)
    for each in (own, follows, again):
        await each.leave()
    assert pen.begun == 2


async def test_a_leader_that_hangs_is_left(process, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lock is held and it says nothing: who follows writes on, without the lead."""
    one, other = await process(), await process()
    pen, own = Pen(), Pen()
    held = await one.hold(pen)
    follows = await other.hold(own)
    assert await first(follows, 2) == list(PIECES[:2])
    monkeypatch.setattr(module, "SILENT", 0.2)
    monkeypatch.setattr(module, "GIVES_UP", 0.2)
    monkeypatch.setattr(module, "BEAT", 60.0)
    one.siblings._grants.clear()  # nor does it answer those who come
    own.go.set()
    async with asyncio.timeout(20):
        assert await everything(follows) == list(PIECES)
    assert own.behind == [2]
    assert not follows.joined
    await follows.leave()
    await held.leave()


async def test_alone_everything_is_led_here(tmp_path: Path) -> None:
    joining, hub, pen = Joining(Siblings()), Hub[Out](), Pen()
    await joining.open(hub)
    led = Led(joining, "k", await joining.seek("k"))
    held = hub.hold("k", lambda: led.pieces(pen.write, pen.look), led)
    pen.go.set()
    assert not held.joined
    assert await everything(held) == list(PIECES)
    await held.leave()
    await joining.close()


def test_pieces_as_lines() -> None:
    for piece in PIECES:
        assert piece_of(line_of(piece)) == piece
        assert line_of(piece).count(b"\n") == 1
    for line in (b"", b"[]", b'["no", 1]', b'["text", 1]', b'["text", {"text": "x"'):
        with pytest.raises(ValueError):
            piece_of(line)
    with pytest.raises(NoRoom):
        piece_of(failure_line(NoRoom("flash", position=1, wait=0.5)))
