"""Join: one making for everyone who follows it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

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


async def _all(hub: Hub[int], making: _Making, got: list[int]) -> list[int]:
    async for each in hub.follow("k", making.make):
        got.append(each)
    return got


async def test_who_comes_late_reads_from_the_start() -> None:
    hub, making = Hub[int](linger=0), _Making()
    first = asyncio.create_task(_all(hub, making, []))
    await asyncio.sleep(0.01)
    assert hub.running("k")
    second = asyncio.create_task(_all(hub, making, []))
    await asyncio.sleep(0.01)
    making.go.set()
    assert await first == await second == [1, 2]
    assert (making.begun, making.ended) == (1, 1)
    assert not hub.running("k")


async def test_a_failure_reaches_everyone_who_follows() -> None:
    hub, making = Hub[int](linger=0), _Making(fail=True)
    tasks = [asyncio.create_task(_all(hub, making, [])) for _ in range(3)]
    await asyncio.sleep(0.01)
    making.go.set()
    for task in tasks:
        with pytest.raises(ValueError, match="broken"):
            await task
    assert making.begun == 1


async def test_the_last_one_to_leave_ends_the_making() -> None:
    hub, making = Hub[int](linger=0), _Making()
    async with aclosing(hub.follow("k", making.make)) as one:
        assert await anext(one) == 1
        async with aclosing(hub.follow("k", making.make)) as other:
            assert await anext(other) == 1
        assert making.ended == 0
    assert making.ended == 1
    assert not hub.running("k")


async def test_a_cancelled_follower_leaves_too() -> None:
    hub, making = Hub[int](linger=0), _Making()
    task = asyncio.create_task(_all(hub, making, []))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert making.ended == 1


async def test_different_keys_are_made_apart() -> None:
    hub, making = Hub[int](linger=0), _Making()
    making.go.set()
    assert [each async for each in hub.follow("a", making.make)] == [1, 2]
    assert [each async for each in hub.follow("b", making.make)] == [1, 2]
    assert making.begun == 2


async def test_what_was_made_can_be_joined_a_moment_longer() -> None:
    hub, making = Hub[int](linger=0.2), _Making()
    making.go.set()
    assert await _all(hub, making, []) == await _all(hub, making, []) == [1, 2]
    assert making.begun == 1
    await asyncio.sleep(0.3)
    assert not hub.running("k")
    assert await _all(hub, making, []) == [1, 2]
    assert making.begun == 2


async def test_what_failed_is_made_anew() -> None:
    hub, making = Hub[int](), _Making(fail=True)
    making.go.set()
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            await _all(hub, making, [])
    assert making.begun == 2
