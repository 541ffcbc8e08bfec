"""`kill -9` of the server under questions: each accepted question reaches one final state."""

import asyncio
import sqlite3
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.commands import add, served
from tests.http.conftest import write_articles

ROUNDS = 3
TOGETHER = 8


async def ask_on(address: str, round_number: int, worker: int, answered: set[str]) -> None:
    """Ask until the server is gone."""
    async with httpx.AsyncClient(base_url=address, timeout=5) as client:
        number = 0
        while True:
            number += 1
            body = {"question": "When does the lantern walk close?"}
            key = {"idempotency-key": f"{round_number}-{worker}-{number}"}
            try:
                reply = await client.post("/api/v1/answers", json=body, headers=key)
            except httpx.HTTPError:
                return
            assert reply.status_code == 200
            answered.add(reply.json()["question_id"])


async def killed_under_questions(home: Path, round_number: int, answered: set[str]) -> None:
    async with served(home) as server:
        asking = [
            asyncio.create_task(ask_on(server.address, round_number, worker, answered))
            for worker in range(TOGETHER)
        ]
        await asyncio.sleep(0.7 + 0.31 * round_number)
        server.process.kill()
        await asyncio.gather(*asking)


def rows(home: Path, query: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(home / "dengmi.sqlite") as base:
        return base.execute(query).fetchall()


@pytest.mark.slow
async def test_every_accepted_question_is_answered_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    folder = await asyncio.to_thread(write_articles, tmp_path / "articles")
    await asyncio.to_thread(add, home, folder)
    answered: set[str] = set()
    for round_number in range(ROUNDS):
        await killed_under_questions(home, round_number, answered)
    assert answered

    async with (
        served(home) as server,
        asyncio.timeout(30),
        httpx.AsyncClient(base_url=server.address) as client,
    ):
        unfinished = "SELECT id FROM questions WHERE state = 'asked'"
        while await asyncio.to_thread(rows, home, unfinished):  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.1)
        for question_id in list(answered)[:20]:
            reply = await client.get(f"/api/v1/answers/{question_id}")
            assert reply.json()["question_id"] == question_id

    states = dict(rows(home, "SELECT id, state FROM questions"))
    assert set(states.values()) <= {"answered", "unanswered"}
    assert answered <= states.keys()
    finals = Counter(question for (question,) in rows(home, "SELECT question_id FROM answers"))
    assert finals.keys() == states.keys()
    assert set(finals.values()) == {1}
