"""Join: one making for everyone who follows it."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from dengmi.answer.join import Hub


class _Making:
    def __init__(self, fail: bool = False) -> None:
        self.begun = self.ended = 0
        self.fail = fail
        self.go = asyncio.Event()

    async def make(self) -> AsyncGenerator[int, None]:
        self.begun += 1
        try:
            yield 1
            await self.go.wait()
            if self.fail:
                raise ValueError("broken")
            yield 2
        finally:
            self.ended += 1


async def _all(hub: Hub[int], making: _Making, key: str = "k") -> list[int]:
    held = hub.hold(key, making.make)
    try:
        return [each async for each in held.pieces()]
    finally:
        await held.leave()


async def test_who_comes_late_reads_from_the_start() -> None:
    hub, making = Hub[int](), _Making()
    first = asyncio.create_task(_all(hub, making))
    await asyncio.sleep(0.01)
    assert hub.running("k")
    second = asyncio.create_task(_all(hub, making))
    await asyncio.sleep(0.01)
    making.go.set()
    assert await first == await second == [1, 2]
    assert (making.begun, making.ended) == (1, 1)
    assert not hub.running("k")


async def test_a_failure_reaches_everyone_who_follows() -> None:
    hub, making = Hub[int](), _Making(fail=True)
    tasks = [asyncio.create_task(_all(hub, making)) for _ in range(3)]
    await asyncio.sleep(0.01)
    making.go.set()
    for task in tasks:
        with pytest.raises(ValueError, match="broken"):
            await task
    assert making.begun == 1


async def test_the_last_one_to_leave_ends_the_making() -> None:
    hub, making = Hub[int](), _Making()
    one = hub.hold("k", making.make)
    other = hub.hold("k", making.make)
    assert (one.joined, other.joined) == (False, True)
    assert await anext(other.pieces()) == 1
    await other.leave()
    await other.leave()
    assert making.ended == 0
    await one.leave()
    assert making.ended == 1
    assert not hub.running("k")
    assert hub.join("k") is None


async def test_a_cancelled_follower_leaves_too() -> None:
    hub, making = Hub[int](), _Making()
    task = asyncio.create_task(_all(hub, making))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert making.ended == 1


async def test_different_keys_are_made_apart() -> None:
    hub, making = Hub[int](), _Making()
    making.go.set()
    assert await _all(hub, making, "a") == await _all(hub, making, "b") == [1, 2]
    assert making.begun == 2


async def test_what_was_made_can_be_joined_until_it_is_let_go() -> None:
    hub, making = Hub[int](), _Making()
    making.go.set()
    held = hub.hold("k", making.make)
    assert [each async for each in held.pieces()] == [1, 2]
    assert await _all(hub, making) == [1, 2]
    assert making.begun == 1
    await held.leave()
    assert not hub.running("k")
    assert await _all(hub, making) == [1, 2]
    assert making.begun == 2


async def test_what_failed_is_made_anew() -> None:
    hub, making = Hub[int](), _Making(fail=True)
    making.go.set()
    held = hub.hold("k", making.make)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            await _all(hub, making)
    await held.leave()
    assert making.begun == 2


async def test_those_who_decide_about_the_same_go_one_by_one() -> None:
    """Each looks for what is stored, and makes it where nothing is: once, however the looks and
    the makings fall."""
    hub, stored, makings = Hub[int](), list[int](), 0

    async def make() -> AsyncGenerator[int, None]:
        nonlocal makings
        makings += 1
        yield 7

    async def ask(n: int) -> int:
        await asyncio.sleep(n % 5 * 0.001)
        async with hub.deciding("k"):
            held = hub.join("k")
            if held is None:
                there = list(stored)
                await asyncio.sleep(0.002)  # a look takes time; what it sees is how it began
                if there:
                    return there[0]
                held = hub.hold("k", make)
        got = [each async for each in held.pieces()]
        await asyncio.sleep(0.001 * (n % 3))
        stored[:] = got
        await held.leave()
        return got[0]

    assert await asyncio.gather(*map(ask, range(200))) == [7] * 200
    assert makings == 1
    async with hub.deciding("other"), asyncio.timeout(20), hub.deciding("k"):
        pass


async def _numbers(go: list[asyncio.Event]) -> AsyncGenerator[int, None]:
    yield 0
    for number, each in enumerate(go, 1):
        await each.wait()
        yield number


async def test_who_hears_is_given_each_piece_when_it_is_made() -> None:
    hub, go = Hub[int](), [asyncio.Event() for _ in range(4)]
    held = hub.hold("k", lambda: _numbers(go))
    heard: list[int] = []

    def hear(piece: int) -> bool:
        if piece == 4:
            return False
        heard.append(piece)
        return True

    async def read() -> list[int]:
        return [piece async for piece in held.pieces(hear)]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    for number in range(3):
        go[number].set()
        await asyncio.sleep(0.01)
        assert heard == list(range(1, number + 2))
    go[3].set()
    assert await reading == [0, 4], "what was there before, and what it would not hear"
    await held.leave()


async def test_who_hears_and_leaves_hears_no_more() -> None:
    hub, go = Hub[int](), [asyncio.Event(), asyncio.Event()]
    held, other = (hub.hold("k", lambda: _numbers(go)) for _ in range(2))
    heard: list[int] = []

    async def read() -> None:
        async for _ in held.pieces(lambda piece: not heard.append(piece)):
            pass

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    go[0].set()
    await asyncio.sleep(0.01)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    go[1].set()
    assert [piece async for piece in other.pieces()] == [0, 1, 2]
    assert heard == [1]
    await held.leave()
    await other.leave()


async def test_who_hears_is_told_of_a_failure() -> None:
    hub, making = Hub[int](), _Making(fail=True)
    held = hub.hold("k", making.make)

    async def read() -> list[int]:
        return [piece async for piece in held.pieces(lambda _: True)]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    making.go.set()
    with pytest.raises(ValueError, match="broken"):
        await reading
    await held.leave()
