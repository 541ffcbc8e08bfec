"""First replies go first, so many at a time; other work gives way, but not for long."""

import asyncio

import pytest

from dengmi.core.turns import Turns


async def settle() -> None:
    for _ in range(10):
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


async def test_other_work_waits_while_somebody_waits_for_a_first_reply() -> None:
    turns, begun = Turns(most=1, longest=30), list[str]()
    over = [asyncio.Event() for _ in range(2)]
    await turns.give_way()  # nobody waits: at once
    tasks = [asyncio.create_task(reply(turns, str(n), begun, over[n])) for n in range(2)]
    await settle()
    other = asyncio.create_task(turns.give_way())
    await settle()
    assert not other.done()
    over[0].set()
    await settle()
    assert begun == ["0", "1"]
    over[1].set()
    await asyncio.gather(*tasks, other)


async def test_other_work_goes_on_after_a_while_however_many_come() -> None:
    turns, begun = Turns(most=1, longest=0.02), list[str]()
    over = asyncio.Event()
    tasks = [asyncio.create_task(reply(turns, str(n), begun, over)) for n in range(3)]
    await settle()
    async with asyncio.timeout(5):
        await asyncio.gather(*(turns.give_way() for _ in range(5)))
    assert turns.crowded
    over.set()
    await asyncio.gather(*tasks)


async def test_who_leaves_takes_no_turn() -> None:
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
    async with turns.first():  # the turn came back
        assert not turns.crowded


async def test_who_leaves_in_the_moment_of_being_called_passes_the_turn_on() -> None:
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


async def test_a_failure_gives_the_turn_back() -> None:
    turns = Turns(most=1)
    with pytest.raises(RuntimeError):
        async with turns.first():
            raise RuntimeError
    async with asyncio.timeout(1), turns.first():
        pass
