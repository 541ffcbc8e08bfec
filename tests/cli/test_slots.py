"""The processes of a server share the slots of a model: together they send no more than it has,
and all of it wherever the questions come in. Whatever dies gives back what it held."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.commands import SOON, add, home_of, serving
from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.http.conftest import write_articles

SLOTS = 3
"""Not twice a whole number: without sharing two processes could use two."""

GUARD = 60.0
SETTINGS = """
[models.flash]
kind = "deepseek"
model = "deepseek-flash"
base_url = "{address}"
api_key = "sk-test"
slots = {slots}

[levels]
quick = ["flash"]

[late]
on = false
"""
QUESTIONS = (
    "When does the lantern walk close?",
    "Where do the riddles hang on the lantern walk?",
    "What does whoever solves a riddle get?",
    "How many parking places does the old tea factory have?",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc"),
]


@dataclass
class Running:
    """A server with two processes, and the endpoint that it asks."""

    process: subprocess.Popen[str]
    fake: FakeDeepSeek
    address: str
    asked: int = 0

    def questions(self, count: int) -> list[str]:
        """Questions that nobody asked before."""
        numbers = range(self.asked, self.asked + count)
        self.asked += count
        return [f"{QUESTIONS[n % 4]} {'please ' * (n // 4)}({n})" for n in numbers]

    async def ask(self, text: str, asker: str = "") -> int:
        """The status of the answer; 0 where the connection broke."""
        body = {"question": text, "level": "quick", "asker": asker}
        async with httpx.AsyncClient(base_url=self.address, timeout=GUARD) as client:
            try:
                return (await client.post("/api/v1/answers", json=body)).status_code
            except httpx.TransportError:
                return 0

    async def rests(self) -> dict[str, object]:
        """What the load tells of the model once nothing is under way."""
        async with asyncio.timeout(GUARD), httpx.AsyncClient(base_url=self.address) as client:
            while True:  # the processes are told how it stands some times a second
                (model,) = (await client.get("/api/v1/load", timeout=GUARD)).json()["models"]
                if not model["busy"]:
                    return model
                await asyncio.sleep(0.1)

    def children(self) -> list[int]:
        """The serving processes."""
        pid = self.process.pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return [int(each) for each in found if _serves(int(each))]


def _serves(pid: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return b"spawn_main" in command


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(GUARD):
        while not true():  # noqa: ASYNC110 - other processes set no event
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    root = tmp_path_factory.mktemp("slots")
    fake = FakeDeepSeek(slots=100, first=0.3)
    with Serving(fake.app()) as model:
        home = home_of(root, SETTINGS.format(address=model.address, slots=SLOTS))
        add(home, write_articles(root / "articles"))
        with serving(home, "--workers", "2", before=SOON) as served:
            yield Running(served.process, fake, served.address)


async def test_two_workers_use_all_slots_and_no_more(server: Running) -> None:
    texts = server.questions(32)
    assert set(await asyncio.gather(*map(server.ask, texts))) == {200}
    assert server.fake.most_running == SLOTS


async def test_the_load_is_that_of_the_server(server: Running) -> None:
    """Whichever process is asked, and not counted once for each."""
    for _ in range(4):
        model = await server.rests()
        assert (model["most"], model["limit"]) == (SLOTS, SLOTS)


async def test_a_killed_worker_frees_what_it_held(server: Running) -> None:
    server.fake.hold()
    asking = [asyncio.create_task(server.ask(text)) for text in server.questions(12)]
    await until(lambda: server.fake.running == SLOTS)
    os.kill(server.children()[0], signal.SIGKILL)
    server.fake.go_on()
    first = await asyncio.gather(*asking)
    assert 200 in first, "the other one goes on"
    await until(lambda: len(server.children()) == 2 and not server.fake.running)
    assert set(await asyncio.gather(*map(server.ask, server.questions(8)))) == {200}
    assert server.fake.most_running == SLOTS
    model = await server.rests()
    assert (model["most"], model["waiting"]) == (SLOTS, 0)


async def test_the_keeper_killed_with_the_parent(server: Running) -> None:
    """The slots are kept by the parent. Its processes finish what they began, and end."""
    children = server.children()
    server.fake.hold()
    asking = [asyncio.create_task(server.ask(text)) for text in server.questions(8)]
    await until(lambda: server.fake.running == SLOTS)
    server.process.kill()
    server.fake.go_on()
    assert 200 in await asyncio.gather(*asking)
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
    assert server.fake.most_running == SLOTS
