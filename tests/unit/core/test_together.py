"""Calls that wait at the same time, made as one."""

import asyncio
from collections.abc import Sequence

import pytest

from dengmi.core.together import QUIET, Together


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


async def _first_leaves(calls: Calls, double: "Together[int, int]") -> None:
    """Of two that ask, the first leaves while its call is made; the other has its answer."""
    calls.let.clear()
    gone, stays = asyncio.create_task(double(1)), asyncio.create_task(double(2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    calls.let.set()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
    await double.drain()


async def test_who_leaves_is_not_waited_for_and_the_call_is_made() -> None:
    calls = Calls()
    double = Together(calls)
    await _first_leaves(calls, double)
    assert calls.made == [[1, 2]]


async def quiet(calls: Calls, lanes: int = 1) -> "Together[int, int]":
    """Reads of which none had company of late."""
    double: Together[int, int] = Together(calls, lanes=lanes, direct=True)
    for n in range(1, QUIET + 1):
        assert await double(n) == 2 * n
    calls.made.clear()
    return double


async def test_a_lone_read_is_made_in_the_same_moment() -> None:
    calls = Calls()
    double = await quiet(calls)
    asking = double(7)
    with pytest.raises(StopIteration) as ended:
        asking.send(None)  # ended without giving way to anybody
    assert ended.value.value == 14
    with pytest.raises(KeyError):
        await double(-1)
    with pytest.raises(ValueError, match="nothing"):
        await double(0)


async def test_who_comes_while_a_lone_read_is_made_goes_into_the_next() -> None:
    calls = Calls()
    double = await quiet(calls)
    calls.let.clear()
    asked = [asyncio.create_task(double(n)) for n in (1, 2, 3)]
    await asyncio.sleep(0)
    assert calls.made == [[1]]
    calls.let.set()
    assert await asyncio.gather(*asked) == [2, 4, 6]
    assert calls.made == [[1], [2, 3]]
    calls.let.clear()  # there was company: what comes at the same time is one call again
    asked = [asyncio.create_task(double(n)) for n in (4, 5)]
    calls.let.set()
    assert await asyncio.gather(*asked) == [8, 10]
    assert calls.made[2:] == [[4, 5]]


async def test_who_leaves_a_lone_read_leaves_those_who_wait_behind() -> None:
    calls = Calls()
    double = await quiet(calls)
    await _first_leaves(calls, double)
    assert calls.made == [[1], [2]]
    assert await double(3) == 6


async def test_a_lone_read_is_waited_for_at_the_end() -> None:
    calls = Calls()
    double = await quiet(calls)
    calls.let.clear()
    asked = asyncio.create_task(double(1))
    await asyncio.sleep(0)
    draining = asyncio.create_task(double.drain())
    await asyncio.sleep(0)
    assert not draining.done()
    calls.let.set()
    await draining
    assert await asked == 2
