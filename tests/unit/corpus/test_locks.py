"""One sync of a source at a time."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dengmi.core.errors import Conflict
from dengmi.corpus.locks import only_one, which_held


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


HOLDER = """
import fcntl, sys
file = open(sys.argv[1], "a+b")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="flock is not there")
def test_what_another_process_holds_is_seen_until_it_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "s.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert which_held(tmp_path, ("s", "t", "never")) == {"s"}
        holder.kill()
        holder.wait(20)
    assert which_held(tmp_path, ("s",)) == frozenset()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.lock"]


async def test_looking_keeps_nobody_out(tmp_path: Path) -> None:
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            which_held(tmp_path, ("s",))

    looking = asyncio.create_task(asyncio.to_thread(look))
    try:
        for _ in range(30):
            async with only_one(tmp_path, "s"):
                assert which_held(tmp_path, ("s",)) == {"s"}
    finally:
        over.set()
        await looking
