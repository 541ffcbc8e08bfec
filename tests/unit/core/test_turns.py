"""First replies go first, so many at a time; a round of the loop holds one piece of work."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from dengmi.core.turns import Turns


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def reply(turns: Turns, name: str, begun: list[str], over: asyncio.Event) -> None:
    async with turns.first():
        begun.append(name)
        await over.wait()


async def test_so_many_at_once_and_the_others_as_they_came() -> None:
    turns, begun = Turns(most=2), list[str]()
    over = [asyncio.Event() for _ in range(4)]
    tasks = [asyncio.create_task(reply(turns, str(n), begun, over[n])) for n in range(4)]
    await settle()
    assert begun == ["0", "1"]
    assert turns.crowded and turns.waiting == 2
    over[1].set()
    await settle()
    assert begun == ["0", "1", "2"]
    for each in over:
        each.set()
    await asyncio.gather(*tasks)
    assert begun == ["0", "1", "2", "3"]
    assert not turns.crowded


async def test_who_leaves_takes_no_place() -> None:
    turns, begun = Turns(most=1), list[str]()
    over = [asyncio.Event() for _ in range(3)]
    tasks = [asyncio.create_task(reply(turns, str(n), begun, over[n])) for n in range(3)]
    await settle()
    tasks[1].cancel()
    await settle()
    assert turns.waiting == 1
    over[0].set()
    await settle()
    assert begun == ["0", "2"]
    over[2].set()
    await asyncio.gather(tasks[0], tasks[2])
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]
    async with turns.first():  # the place came back
        assert not turns.crowded


async def test_who_leaves_in_the_moment_of_being_called_passes_the_place_on() -> None:
    turns, begun = Turns(most=1), list[str]()
    over = [asyncio.Event() for _ in range(3)]
    tasks = [asyncio.create_task(reply(turns, str(n), begun, over[n])) for n in range(3)]
    await settle()
    over[0].set()
    await asyncio.sleep(0)  # the first one ends and calls the second
    tasks[1].cancel()
    await settle()
    assert begun[-1] == "2"
    over[2].set()
    await asyncio.gather(tasks[0], tasks[2])


async def test_a_failure_gives_the_place_back() -> None:
    turns = Turns(most=1)
    with pytest.raises(RuntimeError):
        async with turns.first():
            raise RuntimeError
    async with asyncio.timeout(20), turns.first():
        pass


class Rounds:
    """Counts rounds of the loop, and notes in which one each piece of work ran."""

    def __init__(self) -> None:
        self.now = 0
        self.ran: list[tuple[str, int]] = []

    async def count(self) -> None:
        while True:
            self.now += 1
            await asyncio.sleep(0)

    async def piece(self, name: str, turn: Callable[[], Awaitable[None]]) -> None:
        await turn()
        self.ran.append((name, self.now))


async def ran(turns: Turns, *names: str) -> list[tuple[str, int]]:
    """Have pieces of work come at once: those of first replies begin with an f."""
    rounds = Rounds()
    counting = asyncio.create_task(rounds.count())
    await asyncio.gather(
        *(rounds.piece(name, turns.go if name[0] == "f" else turns.give_way) for name in names)
    )
    counting.cancel()
    return rounds.ran


async def test_one_piece_in_a_round_and_first_replies_before_the_others() -> None:
    some = await ran(Turns(longest=30), "o1", "o2", "f1", "o3", "f2", "f3")
    assert [name for name, _ in some] == ["o1", "f1", "f2", "f3", "o2", "o3"]
    at = [number for _, number in some]
    assert len(set(at)) == len(at)
    again = await ran(Turns(longest=30), "f1")
    assert [name for name, _ in again] == ["f1"]


async def test_what_has_waited_too_long_gets_every_second_piece() -> None:
    names = ("f0", "o1", "o2", "f1", "f2", "f3", "f4")
    some = await ran(Turns(longest=0.0), *names)
    assert [name for name, _ in some] == ["f0", "o1", "f1", "o2", "f2", "f3", "f4"]


async def test_who_leaves_takes_nobodys_turn() -> None:
    turns = Turns()
    going = [asyncio.create_task(one()) for one in (turns.go, turns.go, turns.give_way)]
    await asyncio.sleep(0)
    assert turns.crowded  # one has gone, two wait
    for task in going:
        task.cancel()
    async with asyncio.timeout(20):
        await turns.go()
        await turns.give_way()
    await settle()
    assert not turns.crowded


async def test_a_long_round_holds_more_pieces() -> None:
    turns, done = Turns(), list[float]()

    async def piece() -> None:
        await turns.give_way()
        done.append(loop.time())

    async def slow() -> None:
        while len(done) < 40:
            time.sleep(0.05)  # noqa: ASYNC251 - thousands of streams take their time
            await asyncio.sleep(0)

    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(slow(), *(piece() for _ in range(40)))
    assert loop.time() - began < 1.2  # one piece a round would take two seconds
