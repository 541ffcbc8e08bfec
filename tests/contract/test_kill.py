"""Nothing acknowledged is lost when the process is killed, and nothing is there by halves."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import pytest

from dengmi.store.open import open_store
from tests.contract.given import unfinished

WRITER = """
import asyncio, sys
from dengmi.core.records import Prepared
from dengmi.store.open import open_store
from tests.contract.given import answer, prepared, question, source

async def ask(store, worker):
    n = 0
    while True:
        n += 1
        name = f"{worker}_{n}"
        await store.record_question(question("q_" + name, dedup=name))
        print("q_" + name, flush=True)
        await store.finish_question(answer("r_" + name, "q_" + name))
        print("r_" + name, flush=True)

async def add(store):
    from_ = await source(store)
    n = 0
    while True:
        n += 1
        batch = [prepared(f"{n}-{m}", f"Text {n} {m}.", "More.") for m in range(20)]
        await store.put_articles(from_, batch)
        print(f"batch-{n}", flush=True)

async def main():
    store = open_store(sys.argv[1])
    await store.open()
    print("ready", flush=True)
    await asyncio.gather(add(store), *(ask(store, n) for n in range(8)))

asyncio.run(main())
"""


@pytest.mark.slow
async def test_what_was_acknowledged_survives_a_kill(
    new_address: Callable[..., Awaitable[str]],
) -> None:
    address = await new_address()
    for seconds in (0.05, 0.2, 0.4):
        said = await _write_and_kill(address, seconds)
        store = open_store(address)
        await store.open()
        try:
            for name in said:
                if name.startswith(("q_", "r_")):
                    assert await store.answer("r_" + name[2:]) or name.startswith("q_"), name
                if name.startswith("q_"):
                    missing = name not in {each.id for each in await unfinished(store)}
                    assert not missing or await store.answer(name), name
            counts = await store.counts()
            assert counts["articles"] % 20 == 0
            assert counts["passages"] == 2 * counts["articles"] == 2 * counts["changes"]
            batches = [int(name[6:]) for name in said if name.startswith("batch-")]
            assert counts["articles"] >= 20 * max(batches, default=0)
            assert await store.last_change() == counts["changes"]
        finally:
            await store.close()
    assert said


async def _write_and_kill(address: str, seconds: float) -> list[str]:
    """Let a process write for a while, kill it, and return what it said was written."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, address, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    await asyncio.sleep(seconds)
    process.kill()
    said = (await process.stdout.read()).decode().splitlines(keepends=True)
    await process.wait()
    return [line.strip() for line in said if line.endswith("\n")]
