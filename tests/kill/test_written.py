"""`kill -9` of the server while a model writes for several askers: one final state for each
question, one answer, one closed line in the ledger for each call, and no cent counted twice."""

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dengmi.language.han import simplified
from tests.commands import add, home_of, served
from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.http.conftest import write_articles
from tests.kill.test_server import rows

pytestmark = pytest.mark.slow

ROUNDS = 4
QUESTIONS = (
    "When does the lantern walk close?",
    "Where do the riddles hang on the lantern walk?",
    "What does whoever solves a riddle get?",
    "How many parking places does the old tea factory have?",
    "老茶厂的院子每天几点开门？",
    "门口有几个车位？",
)
SETTINGS = """
[models.flash]
kind = "deepseek"
model = "deepseek-flash"
base_url = "{address}"
api_key = "sk-test"
first = 60

[levels]
quick = ["flash"]
deep = ["flash"]
"""

Heard = dict[str, set[str]]
"""What askers heard of each question: the names of the events."""


async def prepare(home: Path, model: str) -> None:
    folder = await asyncio.to_thread(write_articles, home.parent / "articles")
    await asyncio.to_thread(simplified, QUESTIONS[-1])  # the stand-in reads a file for it
    await asyncio.to_thread(home_of, home.parent, SETTINGS.format(address=model))
    await asyncio.to_thread(add, home, folder)


async def stream(
    client: httpx.AsyncClient, body: dict[str, str], key: str
) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The events of one answer, as far as they come."""
    headers = {"accept": "text/event-stream", "idempotency-key": key}
    async with client.stream("POST", "/api/v1/answers", json=body, headers=headers) as reply:
        assert reply.status_code == 200
        name = ""
        async for line in reply.aiter_lines():
            if line.startswith("event:"):
                name = line.partition(":")[2].strip()
            elif line.startswith("data:"):
                yield name, json.loads(line.partition(":")[2])


async def ask_on(address: str, keys: str, rng: random.Random, heard: Heard) -> None:
    """Ask one question after the other until the server is gone."""
    async with httpx.AsyncClient(base_url=address, timeout=10) as client:
        for number in range(1_000):
            body = {"question": rng.choice(QUESTIONS), "level": rng.choice(("quick", "deep"))}
            own = ""
            try:
                async for name, told in stream(client, body, f"{keys}-{number}"):
                    own = own or str(told.get("question_id", ""))
                    heard.setdefault(own, set()).add(name)
            except httpx.HTTPError:
                return


async def killed(home: Path, number: int, rng: random.Random, heard: Heard) -> None:
    async with served(home) as server:
        asking = [
            asyncio.create_task(ask_on(server.address, f"{number}-{n}", random.Random(n), heard))
            for n in range(6)
        ]
        if number % 2:  # not before somebody heard an answer, however busy the machine is
            before = ends(heard)
            async with asyncio.timeout(30):
                while ends(heard) == before:  # noqa: ASYNC110 - heard by several tasks
                    await asyncio.sleep(0.05)
        await asyncio.sleep(rng.uniform(0.1, 1.5))
        server.process.kill()
        await asyncio.gather(*asking)


def ends(heard: Heard) -> int:
    """How many answers were heard to their end."""
    return sum("done" in names for names in heard.values())


async def settled(home: Path) -> None:
    """Wait until no question is open."""
    async with asyncio.timeout(60):
        unfinished = "SELECT 1 FROM questions WHERE state = 'asked'"
        while await asyncio.to_thread(rows, home, unfinished):  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.1)


async def test_killed_while_a_model_writes(tmp_path: Path) -> None:
    home, heard = tmp_path / "home", Heard()
    rng = random.Random(int(os.environ.get("DENGMI_TEST_SEED", "1")))
    # Slow enough that most kills come in the middle of an answer.
    fake = FakeDeepSeek(first=0.1, per_second=60.0)
    with Serving(fake.app()) as model:
        await prepare(home, model.address)
        for number in range(ROUNDS):
            await killed(home, number, rng, heard)
        async with served(home) as server:
            await settled(home)
            await asked_again(home, server.address, fake)
    assert {"text", "done"} <= set().union(*heard.values()), "kills came before any answer"
    check_questions(home, heard)
    check_ledger(home, fake)


async def test_a_living_neighbour_keeps_its_question(tmp_path: Path) -> None:
    """Two processes on one home: when one is killed and starts again, what the other is writing
    is neither closed in the ledger nor written a second time."""
    home = tmp_path / "home"
    fake = FakeDeepSeek(per_second=200.0)
    body = {"question": QUESTIONS[0], "level": "quick"}
    with Serving(fake.app()) as model:
        await prepare(home, model.address)
        fake.hold()
        async with (
            served(home) as server,
            httpx.AsyncClient(base_url=server.address, timeout=30) as client,
        ):
            events = stream(client, body, "kept")
            assert (await anext(events))[0] == "found"
            async with asyncio.timeout(10):
                while not fake.running:  # noqa: ASYNC110 - from outside
                    await asyncio.sleep(0.02)
            async with served(home) as neighbour:
                neighbour.process.kill()
            async with served(home):
                fake.go_on()
                told = [name async for name, _ in events]
    assert told[-1] == "done"
    assert len(fake.requests) == 1
    states = await asyncio.to_thread(rows, home, "SELECT purpose, state FROM charges")
    assert states == [("answer", "settled")]


async def test_a_neighbour_waiting_for_a_slot_keeps_its_question(tmp_path: Path) -> None:
    """A question that waits for a slot has no line in the ledger yet. Whoever starts meanwhile
    leaves it alone; and of two who start after everybody was killed, one takes it over."""
    home = tmp_path / "home"
    fake = FakeDeepSeek()
    fake.hold()
    with Serving(fake.app()) as model:
        await prepare(home, model.address)
        await asyncio.to_thread(one_slot, home / "dengmi.toml")
        async with served(home) as first:
            asking = [
                asyncio.create_task(ask_once(first.address, words, key=f"k{n}"))
                for n, words in enumerate(QUESTIONS[:2])
            ]
            await begun(home, fake, questions=2, calls=1)
            async with served(home):
                await asyncio.sleep(1.0)
                assert len(await asyncio.to_thread(rows, home, UNFINISHED)) == 2
            first.process.kill()
            await asyncio.gather(*asking)
        before = len(fake.requests)
        fake.go_on()
        async with served(home), served(home):
            await settled(home)
    finals = await asyncio.to_thread(rows, home, "SELECT question_id FROM answers")
    assert len(finals) == len(set(finals)) == 2
    assert len(fake.requests) <= before + 2


def one_slot(settings: Path) -> None:
    """Let one call be in flight at a time, and the others wait long for it."""
    text = settings.read_text().replace("[levels]", "slots = 1\n\n[levels]")
    settings.write_text(text + "\n[writing]\npatience = 60\n")


UNFINISHED = "SELECT id FROM questions WHERE state = 'asked'"


async def ask_once(address: str, words: str, key: str) -> None:
    """Ask, and be cut off."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        try:
            async for _ in stream(client, {"question": words, "level": "quick"}, key):
                pass
        except httpx.HTTPError:
            return


async def begun(home: Path, fake: FakeDeepSeek, *, questions: int, calls: int) -> None:
    """Wait until so many questions are open and so many calls have come in."""
    some = f"SELECT 1 FROM questions WHERE state = 'asked' LIMIT 1 OFFSET {questions - 1}"
    async with asyncio.timeout(30):
        while len(fake.requests) < calls:  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.05)
        while not await asyncio.to_thread(rows, home, some):  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.05)


async def asked_again(home: Path, address: str, fake: FakeDeepSeek) -> None:
    """A question under its key is the same question; the same words are served from the shelf."""
    many = "SELECT question_id, dedup FROM answers JOIN questions ON questions.id = question_id"
    known = (await asyncio.to_thread(rows, home, f"{many} WHERE answers.level = 'quick'"))[:3]
    assert known
    async with httpx.AsyncClient(base_url=address, timeout=20) as client:
        body = {"question": QUESTIONS[0], "level": "quick"}
        async for _ in stream(client, body, "first"):
            pass
        before = len(fake.requests)
        async for name, told in stream(client, body, "second"):
            if name == "done":
                assert told["reused"] is True
                assert told["cost"]["micros"] == 0
        for question_id, dedup in known:
            async for name, told in stream(client, body, dedup.partition(":")[2]):
                if name == "done":
                    assert told["question_id"] == question_id
        assert len(fake.requests) == before


def check_questions(home: Path, heard: Heard) -> None:
    states = dict(rows(home, "SELECT id, state FROM questions"))
    assert set(states.values()) <= {"answered", "unanswered"}
    assert heard.keys() - {""} <= states.keys()
    finals = Counter(question for (question,) in rows(home, "SELECT question_id FROM answers"))
    assert finals.keys() == states.keys()
    assert set(finals.values()) == {1}


def check_ledger(home: Path, fake: FakeDeepSeek) -> None:
    """Each call that reached the endpoint has its line, closed, at what it used or reserved."""
    lines = rows(
        home,
        "SELECT question_id, purpose, state, reserved, micros, hit + miss, output FROM charges",
    )
    assert {line[2] for line in lines} <= {"settled", "lost"}
    calls = [line for line in lines if line[1] == "answer"]
    lost = [line for line in calls if line[2] == "lost"]
    assert lost, "no kill came while a model wrote: the moments are chosen badly"
    assert all(line[4] == line[3] for line in lost)
    assert all(line[4] == 0 for line in lines if line[1] in ("reuse", "join"))
    # A line comes before its call; a kill between them leaves a line more.
    assert len(fake.requests) <= len(calls) <= len(fake.requests) + len(lost)
    # An answer's cost is that of its own call that was settled, once.
    paid = dict(
        rows(
            home,
            "SELECT question_id, sum(micros) FROM charges WHERE state = 'settled'"
            " GROUP BY question_id",
        )
    )
    costs = rows(home, "SELECT question_id, micros FROM answers")
    assert sum(int(micros) for _, micros in costs) <= sum(int(each) for each in paid.values())
    assert all(int(micros) <= int(paid.get(question, 0)) for question, micros in costs)
