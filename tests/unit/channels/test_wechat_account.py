"""How long a delivery of WeChat may wait, whatever the store and the other processes do."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from dengmi.channels.running import Running
from dengmi.channels.tencent import Envelope, signature
from dengmi.channels.wechat.account import Account, Way
from dengmi.core.events import Event
from dengmi.core.records import Question
from dengmi.language.texts import catalogue

BODY = (
    b"<xml><ToUserName>g</ToUserName><FromUserName>o1</FromUserName><MsgType>text</MsgType>"
    b"<Content>When?</Content><MsgId>7</MsgId></xml>"
)


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1_790_000_000.0

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at


class Slow:
    """Takes its time to write a question down, and never answers it."""

    def __init__(self, clock: HandClock, takes: float) -> None:
        self._clock = clock
        self._takes = takes
        self.kept: Question | None = None

    async def accept(self, question: Question) -> Question:
        self._clock.at += self._takes
        self.kept = self.kept or replace(question, id="q_1")
        return self.kept

    async def run(self, _: Question) -> AsyncGenerator[Event, None]:
        await asyncio.Event().wait()
        yield  # type: ignore[misc]


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited for an answer, which never comes."""
    catalogue()  # read before, as the server does
    waits: list[float] = []

    async def end(_: Running, seconds: float) -> bool:
        waits.append(seconds)
        return False

    monkeypatch.setattr(Running, "end", end)
    monkeypatch.setattr("dengmi.channels.wechat.account._MORE", -10.0)  # nobody waits for it
    return waits


def account(clock: HandClock, answering: Slow, tasks: list["asyncio.Task[Any]"]) -> Account:
    """One process that serves the account."""

    async def desk(_: str | None) -> str:
        return "walks"

    def start(work: Coroutine[Any, Any, object], _: str) -> None:
        tasks.append(asyncio.ensure_future(work))

    way = Way(name="small", desk="", hold=3.9, whole=14.0)
    envelope = Envelope("AAAAA", (), "wx1")
    return Account(
        way,
        envelope,
        answering=answering,  # type: ignore[arg-type]
        inbox=None,  # type: ignore[arg-type]
        resolve=desk,
        clock=clock,
        start=start,
    )


async def deliver(to: Account, clock: HandClock) -> bytes | None:
    """One delivery."""
    stamp = str(int(clock.at))
    signed = signature("AAAAA", stamp, "1")
    return await to.receive({"timestamp": stamp, "nonce": "1", "signature": signed}, BODY)


async def test_a_delivery_waits_from_when_it_came(waited: list[float]) -> None:
    """What writing the question down took is no longer there to wait."""
    clock, tasks = HandClock(), list["asyncio.Task[Any]"]()
    slow = Slow(clock, 0.9)
    assert await deliver(account(clock, slow, tasks), clock) is None
    assert waited == [pytest.approx(3.0)]
    clock.at += 20
    overdue = account(clock, Slow(clock, 5.0), tasks)  # nothing is left to wait
    await deliver(overdue, clock)
    assert waited[1] == 0.0
    for task in tasks:
        task.cancel()


async def test_a_process_that_is_behind_lets_deliveries_wait_shorter(
    monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    clock, tasks = HandClock(), list["asyncio.Task[Any]"]()
    one = account(clock, Slow(clock, 0.0), tasks)

    async def end(_: Running, seconds: float) -> bool:
        waited.append(seconds)
        clock.at += seconds + 0.4  # its turn comes later than it was to
        return False

    monkeypatch.setattr(Running, "end", end)
    await deliver(one, clock)
    await deliver(one, clock)
    assert waited == [pytest.approx(3.9), pytest.approx(3.1)]
    clock.at += 30
    await deliver(one, clock)
    assert waited[2] == pytest.approx(3.9)
    for task in tasks:
        task.cancel()


@pytest.mark.parametrize("times", [(0.0, 5.0, 10.0), (0.0, 4.6, 9.3), (0.4, 5.6, 10.9)])
async def test_the_third_delivery_is_answered_whoever_had_the_others(
    times: tuple[float, ...], waited: list[float]
) -> None:
    """Each reaches a process of its own; the platform delivers no fourth time."""
    clock, tasks, replies = HandClock(), list["asyncio.Task[Any]"](), []
    slow, began = Slow(clock, 0.0), clock.at
    for at in times:
        clock.at = began + at
        replies.append(await deliver(account(clock, slow, tasks), clock))
    assert [reply is None for reply in replies] == [True, True, False]
    assert b"msgmenuid=q_1" in (replies[2] or b"")
    assert waited == [pytest.approx(3.9)] * 3
    for task in tasks:
        task.cancel()
