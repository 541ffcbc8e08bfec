"""One sync of a source at a time."""

import asyncio
from pathlib import Path

import pytest

from dengmi.core.errors import Conflict
from dengmi.corpus.locks import held, only_one


async def hold(folder: Path) -> None:
    async with only_one(folder, "s"):
        await asyncio.sleep(0)


async def test_a_second_one_is_refused_and_a_later_one_is_not(tmp_path: Path) -> None:
    async with only_one(tmp_path, "s"):
        with pytest.raises(Conflict):
            await hold(tmp_path)
        async with only_one(tmp_path, "other"):
            pass
    await hold(tmp_path)


async def test_whether_it_is_held_is_told_and_disturbs_nobody(tmp_path: Path) -> None:
    names = ("s", "other", "never")
    async with only_one(tmp_path, "s"):
        assert await asyncio.to_thread(held, tmp_path, names) == {"s"}
        async with only_one(tmp_path, "other"):
            assert await asyncio.to_thread(held, tmp_path, names) == {"s", "other"}
    assert await asyncio.to_thread(held, tmp_path, names) == set()
    assert not (tmp_path / "never.lock").exists()

    async def look() -> None:
        for _ in range(300):
            await asyncio.to_thread(held, tmp_path, names)

    looking = asyncio.create_task(look())
    for _ in range(100):
        await hold(tmp_path)
    await looking


async def test_nothing_stays_held_when_the_taker_is_cancelled(tmp_path: Path) -> None:
    for patience in range(6):
        task = asyncio.create_task(hold(tmp_path))
        for _ in range(patience):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5):
        while True:  # the last thread may still be at it
            try:
                return await hold(tmp_path)
            except Conflict:
                await asyncio.sleep(0.01)
