"""`kill -9` of servers while questions wait for better answers and while these are written: each
question ends in one state, with one better answer, paid for once."""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.commands import served
from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.kill.test_server import rows
from tests.kill.test_written import QUESTIONS, prepare

pytestmark = pytest.mark.slow

ROUNDS = 2
ASKERS = 12
OPEN = "SELECT question_id FROM late WHERE state = 'waiting'"
UNFINISHED = "SELECT id FROM questions WHERE state = 'asked'"


def no_reuse(settings: Path) -> None:
    """Every question has its own call, but for those that are joined."""
    settings.write_text(settings.read_text() + "\n[writing]\nreuse = false\n")


async def ask(address: str, round_number: int, rng: random.Random) -> list[str]:
    """Ask at once, as many askers; the ids of the questions that were answered."""
    async with httpx.AsyncClient(base_url=address, timeout=20) as client:

        async def one(number: int) -> str:
            words = f"{rng.choice(QUESTIONS)} ({round_number}.{number})"  # nobody asks the same
            body = {"question": words, "asker": f"u{number}", "level": "deep"}
            key = {"idempotency-key": f"{round_number}-{number}"}
            try:
                reply = await client.post("/api/v1/answers", json=body, headers=key)
            except httpx.HTTPError:
                return ""
            assert reply.status_code == 200
            assert reply.json()["level"] in ("quote", "deep")
            return str(reply.json()["question_id"])

        return [each for each in await asyncio.gather(*map(one, range(ASKERS))) if each]


async def seen(home: Path, query: str, *, some: bool, seconds: float = 60.0) -> None:
    """Wait until a query gives some rows, or none."""
    async with asyncio.timeout(seconds):
        while bool(await asyncio.to_thread(rows, home, query)) != some:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def killed_while_waiting(home: Path, number: int, rng: random.Random) -> list[str]:
    """Ask while the endpoint is down, and kill the server somewhere in between."""
    async with served(home) as server:
        asking = asyncio.create_task(ask(server.address, number, rng))
        before = len(await asyncio.to_thread(rows, home, "SELECT 1 FROM late"))
        await seen(home, f"SELECT 1 FROM late LIMIT 1 OFFSET {before}", some=True)
        await asyncio.sleep(rng.uniform(0.0, 0.4))
        server.process.kill()
        return await asking


async def killed_while_writing(home: Path, fake: FakeDeepSeek, rng: random.Random) -> None:
    """Kill two servers, one after the other, while late answers are written."""
    before = len(fake.requests)
    async with served(home) as one, served(home) as two:
        async with asyncio.timeout(30):
            while len(fake.requests) == before:  # noqa: ASYNC110 - from outside
                await asyncio.sleep(0.02)
        for server in (one, two):
            await asyncio.sleep(rng.uniform(0.0, 0.6))
            server.process.kill()


async def test_killed_while_questions_wait(tmp_path: Path) -> None:
    home = tmp_path / "home"
    rng = random.Random(int(os.environ.get("DENGMI_TEST_SEED", "1")))
    fake = FakeDeepSeek(first=0.5, per_second=20.0, faults=["503"] * 100_000)
    accepted: set[str] = set()
    with Serving(fake.app()) as model:
        await prepare(home, model.address)
        await asyncio.to_thread(no_reuse, home / "dengmi.toml")
        for number in range(ROUNDS):
            accepted.update(await killed_while_waiting(home, number, rng))
        assert await asyncio.to_thread(rows, home, OPEN), "nobody waited: the test tests nothing"
        fake.faults.clear()
        for _ in range(ROUNDS):
            assert await asyncio.to_thread(rows, home, OPEN), "all was written before the kill"
            await killed_while_writing(home, fake, rng)
        fake.first, fake.per_second = 0.05, 400.0  # nothing is killed any more
        async with served(home), served(home):
            await seen(home, UNFINISHED, some=False)
            await seen(home, OPEN, some=False, seconds=120.0)
    check(home, accepted, fake)


def check(home: Path, accepted: set[str], fake: FakeDeepSeek) -> None:
    states = dict(rows(home, "SELECT id, state FROM questions"))
    assert accepted <= states.keys()
    assert set(states.values()) <= {"answered", "unanswered"}
    late = dict(rows(home, "SELECT question_id, state FROM late"))
    assert set(late.values()) == {"answered"}
    answers = Counter(rows(home, "SELECT question_id, level FROM answers"))
    assert set(answers.values()) == {1}
    for question in late:  # the quotes at once, and one better answer
        levels = {level for asked, level in answers if asked == question}
        assert levels == {"quote", "deep"}
    # Each try is paid once. A kill after the last word of a model and before its answer is stored
    # has the answer written again: the ledger shows both calls, the answer the cost of its own.
    tries = dict(rows(home, "SELECT question_id, tries FROM late"))
    lines = rows(
        home,
        "SELECT question_id, micros, state FROM charges WHERE purpose IN ('answer', 'join')"
        " AND (state = 'lost' OR output > 0 OR purpose = 'join')",
    )
    assert {state for *_, state in lines} <= {"settled", "lost"}
    for question, number in tries.items():
        own = [line for line in lines if line[0] == question]
        assert 1 <= len(own) <= int(number)
    costs = rows(home, "SELECT question_id, micros FROM answers WHERE level = 'deep'")
    for question, micros in costs:
        assert (question, micros, "settled") in lines
    assert len(lines) > len(costs), "no kill came while an answer was written"
    assert not rows(home, "SELECT 1 FROM charges WHERE state = 'reserved'")
    assert not rows(home, "SELECT 1 FROM late WHERE owner <> ''")
    assert fake.served >= len(costs)
