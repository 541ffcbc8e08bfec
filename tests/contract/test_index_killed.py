"""A process that dies while it indexes leaves an index that others use and finish."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dengmi.core.clock import SystemClock
from dengmi.core.records import SearchQuery
from dengmi.search.searcher import Searcher
from dengmi.store.open import open_store
from tests.contract.given import prepared, source

INDEXING = """
import asyncio, sys
from pathlib import Path
from dengmi.core.clock import SystemClock
from dengmi.search.index import keeper
from dengmi.search.searcher import Searcher
from dengmi.store.open import open_store

keeper.BATCH = 20
keeper.COMMIT_AFTER = 0.0

async def main(home):
    store = open_store(str(home / "s.sqlite"))
    await store.open()
    search = Searcher(store, home / "index", SystemClock())
    print("begun", flush=True)
    await search.catch_up()
    print("done", flush=True)

asyncio.run(main(Path(sys.argv[1])))
"""

ARTICLES = 400


def killed_after(seconds: float, home: Path) -> None:
    """Start a process that indexes, and kill it."""
    child = subprocess.Popen(
        [sys.executable, "-c", INDEXING, str(home)], stdout=subprocess.PIPE, env={**os.environ}
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"begun\n"
    time.sleep(seconds)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()


@pytest.mark.parametrize("after", [0.0, 0.03, 0.1, 0.3])
async def test_killed_while_indexing(tmp_path: Path, after: float) -> None:
    store = open_store(str(tmp_path / "s.sqlite"))
    await store.open()
    shelf = await source(store)
    await store.put_articles(
        shelf, [prepared(f"k{n}", f"lantern number {n} " * 20) for n in range(ARTICLES)]
    )
    await asyncio.to_thread(killed_after, after, tmp_path)

    search = Searcher(store, tmp_path / "index", SystemClock())
    await search.open()
    try:
        assert 0 <= (await search.info()).seq <= await store.last_change()
        assert await search.catch_up() == await store.last_change()
        assert (await search.info()).passages == ARTICLES
        found = await search.search(SearchQuery(text="lantern number 399", desk="guide"))
        assert found.hits[0].passage.text.startswith("lantern number 399")
    finally:
        await search.close()
        await store.close()
