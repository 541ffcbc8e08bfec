"""Calls that wait at the same time, made as one."""

import asyncio
from collections.abc import Sequence

import pytest

from dengmi.core.together import Together


class Calls:
    """Doubles numbers, once it is let; below 0 it refuses one, at 0 the whole call."""

    def __init__(self) -> None:
        self.made: list[list[int]] = []
        self.let = asyncio.Event()
        self.let.set()

    async def __call__(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.made.append(list(items))
        await self.let.wait()
        if 0 in items:
            raise ValueError("nothing doubled")
        return [2 * item if item > 0 else KeyError(item) for item in items]


async def test_who_comes_while_a_call_is_made_goes_into_the_next() -> None:
    calls = Calls()
    double = Together(calls, most=3)
    assert await double(1) == 2
    calls.let.clear()
    asked = [asyncio.create_task(double(n)) for n in range(1, 8)]
    await asyncio.sleep(0)
    calls.let.set()
    assert await asyncio.gather(*asked) == [2, 4, 6, 8, 10, 12, 14]
    assert calls.made == [[1], [1, 2, 3], [4, 5, 6], [7]]
    assert await double(9) == 18


async def test_several_calls_at_once() -> None:
    calls = Calls()
    calls.let.clear()
    double = Together(calls, lanes=2, most=2)
    asked = [asyncio.create_task(double(n)) for n in range(1, 6)]
    for _ in range(3):
        await asyncio.sleep(0)
    assert calls.made == [[1, 2], [3, 4]]
    calls.let.set()
    assert await asyncio.gather(*asked) == [2, 4, 6, 8, 10]


async def test_one_failure_takes_no_other_along() -> None:
    calls = Calls()
    double = Together(calls)
    results = await asyncio.gather(*map(double, (1, 0, -3, 2)), return_exceptions=True)
    assert results[0] == 2
    assert results[3] == 4
    assert isinstance(results[1], ValueError)
    assert isinstance(results[2], KeyError)
    assert calls.made == [[1, 0, -3, 2], [1], [0], [-3], [2]]


async def test_who_leaves_is_not_waited_for_and_the_call_is_made() -> None:
    calls = Calls()
    calls.let.clear()
    double = Together(calls)
    gone, stays = asyncio.create_task(double(1)), asyncio.create_task(double(2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    calls.let.set()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
    await double.drain()
    assert calls.made == [[1, 2]]
