"""A model added in the console of a server with two processes and none before: both use it within
seconds, and send no more together than it has slots. `kill -9` behind the edit loses nothing."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.http.conftest import write_articles
from tests.http.test_console_door import enter
from tests.http.test_console_models import boxes, enter_model, own, use
from tests.kill.test_server import environ_of

GUARD = 60.0
SLOTS = 3
WHERE = "Where do the riddles hang on the lantern walk?"

pytestmark = pytest.mark.slow


@contextmanager
def served(home: Path, environ: dict[str, str]) -> Iterator[tuple[str, str, int]]:
    """(address, link of the first operator, process) of a server of two processes in a group of
    its own."""
    serve = [sys.executable, "-m", "dengmi", "serve", "--port", "0", "--workers", "2"]
    server = subprocess.Popen(
        serve, env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split(" at ")[1].split()[0]
        yield (
            address,
            "" if home.joinpath("entered").exists() else server.stdout.readline(),
            server.pid,
        )
    finally:
        if server.poll() is None:
            server.terminate()
        server.communicate()


async def level(address: str, number: int) -> str:
    """The level of the answer to a question that nobody asked before, over a fresh connection."""
    async with httpx.AsyncClient(base_url=address, timeout=GUARD) as client:
        body = {"question": f"{WHERE} ({number})", "level": "quick"}
        return (await client.post("/api/v1/answers", json=body)).json()["level"]


async def test_both_processes_take_a_model_and_a_kill_loses_nothing(tmp_path: Path) -> None:
    home, fake = tmp_path / "home", FakeDeepSeek(slots=100)
    environ = environ_of(home) | {"OWN_API_KEY": "sk-test"}
    environ.pop("DEEPSEEK_API_KEY", None)
    folder = await asyncio.to_thread(write_articles, tmp_path / "articles")
    add = [sys.executable, "-m", "dengmi", "add", str(folder)]
    await asyncio.to_thread(subprocess.run, add, env=environ, check=True, capture_output=True)
    with Serving(fake.app()) as model:
        await _added(home, environ, fake, model.address)
        with served(home, environ) as (address, _, _pid):
            async with httpx.AsyncClient(base_url=address) as client:
                (load,) = (await client.get("/api/v1/load")).json()["models"]
            assert (load["model"], load["most"]) == ("own", SLOTS + 2)
            assert await level(address, 1_000) == "quick"


async def _added(home: Path, environ: dict[str, str], fake: FakeDeepSeek, endpoint: str) -> None:
    """Add a model and have questions answered by it; then change it, and kill everything in the
    moment that the change is kept."""
    with served(home, environ) as (address, link, pid):
        assert await level(address, 0) == "quote"
        async with httpx.AsyncClient(base_url=address, timeout=GUARD) as client:
            await enter(client, link.split(": ", 1)[1].strip(), "Mei")
            (home / "entered").touch()
            await enter_model(client, "save", own(endpoint, slots=str(SLOTS)))
            await use(client, "own", "quick")
            async with asyncio.timeout(GUARD):
                asked, well = 1, 0
                while well < 8:  # of two processes, whichever is reached
                    well = well + 1 if await level(address, asked) == "quick" else 0
                    asked += 1
            fake.first = 0.3
            many = [level(address, asked + n) for n in range(12)]
            assert set(await asyncio.gather(*many)) == {"quick"}
            assert fake.most_running == SLOTS
            form = boxes(await client.get("/console/models/own"))
            form["slots"] = str(SLOTS + 2)
            saved = await client.post("/console/models/save", data=form)
            os.killpg(pid, signal.SIGKILL)
            assert saved.status_code == 303
