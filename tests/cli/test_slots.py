"""The processes of a server share the slots of a model: together they send no more than it has."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.http.conftest import write_articles
from tests.kill.test_server import environ_of

SLOTS = 4
QUESTIONS = (
    "When does the lantern walk close?",
    "Where do the riddles hang on the lantern walk?",
    "What does whoever solves a riddle get?",
    "How many parking places does the old tea factory have?",
)


async def ask(address: str, text: str) -> int:
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        body = {"question": text, "level": "quick"}
        return (await client.post("/api/v1/answers", json=body)).status_code


@pytest.mark.slow
async def test_two_workers_share_the_slots(tmp_path: Path, start_in) -> None:
    home = tmp_path / "home"
    folder = await asyncio.to_thread(write_articles, tmp_path / "articles")
    fake = FakeDeepSeek(slots=100, first=0.5)
    with Serving(fake.app()) as model:
        home.mkdir()
        (home / "dengmi.toml").write_text(
            "[models.flash]\nkind = 'deepseek'\nmodel = 'deepseek-flash'\n"
            f"base_url = '{model.address}'\napi_key = 'sk-test'\nslots = {SLOTS}\n"
            "[levels]\nquick = ['flash']\n"
        )
        command = [sys.executable, "-m", "dengmi", "add", str(folder)]
        await asyncio.to_thread(
            subprocess.run, command, env=environ_of(home), check=True, capture_output=True
        )
        process = start_in(home, "serve", "--port", "0", "--workers", "2")
        try:
            line = (await asyncio.to_thread(process.stdout.readline)).decode()
            address = line.split(" at ")[1].split()[0]
            texts = [f"{text} {'please ' * n}" for text in QUESTIONS for n in range(8)]
            texts = [f"{text} ({n})" for n, text in enumerate(texts)]
            assert set(await asyncio.gather(*(ask(address, text) for text in texts))) == {200}
        finally:
            process.terminate()
            await asyncio.to_thread(process.communicate)
    assert 2 <= fake.most_running <= SLOTS
