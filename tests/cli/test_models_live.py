"""A model added in the console of a server with two processes and none before: both use it within
seconds, and send no more together than it has slots. `kill -9` behind the edit loses nothing."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from tests.commands import Served, add, home_of, run, serving
from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.http.conftest import write_articles
from tests.http.entering import enter
from tests.http.test_console_models import boxes, enter_model, own, use

GUARD = 60.0
SLOTS = 3
WHERE = "Where do the riddles hang on the lantern walk?"
KEYS = {"OWN_API_KEY": "sk-test", "DEEPSEEK_API_KEY": ""}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc"),
]


async def level(address: str, number: int) -> str:
    """The level of the answer to a question that nobody asked before, over a fresh connection."""
    async with httpx.AsyncClient(base_url=address, timeout=GUARD) as client:
        body = {"question": f"{WHERE} ({number})", "level": "quick"}
        return (await client.post("/api/v1/answers", json=body)).json()["level"]


async def test_both_processes_take_a_model_and_a_kill_loses_nothing(tmp_path: Path) -> None:
    home, fake = await asyncio.to_thread(home_of, tmp_path, ""), FakeDeepSeek(slots=100)
    folder = await asyncio.to_thread(write_articles, tmp_path / "articles")
    await asyncio.to_thread(add, home, folder)
    with Serving(fake.app()) as model:
        with serving(home, "--workers", "2", **KEYS) as server:
            await _added(server, fake, model.address)
        (listed,) = run(home, "models", "--json").json["models"]
        assert (listed["name"], listed["levels"]) == ("own", "quick")
        assert "OWN_API_KEY, and that variable is not set" in run(home, "doctor").out
        with serving(home, "--workers", "2", **KEYS) as server:
            async with httpx.AsyncClient(base_url=server.address) as client:
                (load,) = (await client.get("/api/v1/load")).json()["models"]
            assert (load["model"], load["most"]) == ("own", SLOTS + 2)
            assert await level(server.address, 1_000) == "quick"


async def _added(server: Served, fake: FakeDeepSeek, endpoint: str) -> None:
    """Add a model and have questions answered by it; then change it, and kill every process in the
    moment that the change is kept."""
    address = server.address
    assert server.process.stdout is not None
    link = server.process.stdout.readline().split(": ", 1)[1].strip()
    assert await level(address, 0) == "quote"
    async with httpx.AsyncClient(base_url=address, timeout=GUARD) as client:
        await enter(client, link, "Mei")
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
        saved = await client.post("/console/models/save", data=form | {"slots": str(SLOTS + 2)})
        for process in (*_children(server.process.pid), server.process.pid):
            os.kill(process, signal.SIGKILL)
        assert saved.status_code == 303


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(each) for each in found]
