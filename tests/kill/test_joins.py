"""A server with two processes: one call for everyone who asks the same, whichever process they
reach, also where `kill -9` takes the one that writes."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from dengmi.core.chat import Message
from tests.commands import SOON, add, home_of, serving
from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.http.conftest import write_articles
from tests.kill.test_server import rows
from tests.kill.test_written import SETTINGS, stream

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes share by locks of Linux"),
]

ASKERS = 1_000
STREAMS = 16  # all of them reach one process once in 2^15 times
PARTS = (
    "The lantern walk closes on the seventeenth [1.1].",
    "Riddles hang on every lantern along the south bridge [1.2].",
    "Whoever solves one gets a paper fan [1.3].",
)


def answer(messages: Sequence[Message]) -> str:
    """Three sentences; the rest of them where some stand there already."""
    begun = messages[-2].text if messages[-2].role == "assistant" else ""
    left = [part for part in PARTS if part.split(" [")[0] not in begun]
    return " ".join(left) or "COMPLETE"


@dataclass
class Running:
    """A server with two processes, and the model behind it."""

    address: str
    home: Path
    fake: FakeDeepSeek


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    root = tmp_path_factory.mktemp("joins")
    fake = FakeDeepSeek(first=0.5, per_second=30.0, answer=answer)
    with Serving(fake.app()) as model:
        home = home_of(root, SETTINGS.format(address=model.address))
        add(home, write_articles(root / "articles"))
        with serving(home, "--workers", "2", before=SOON) as server:
            yield Running(server.address, home, fake)


async def ask(port: int, number: int) -> dict[str, object]:
    """One question on a connection of its own; the answer."""
    body = json.dumps({"question": "When does the lantern walk close?", "level": "quick"}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /api/v1/answers HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nIdempotency-Key: {number}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    try:
        reply = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
    head_, _, told = reply.partition(b"\r\n\r\n")
    assert head_.startswith(b"HTTP/1.1 200"), head_
    if b"chunked" in head_.lower():
        told = b"".join(told.split(b"\r\n")[1::2])
    answered: dict[str, object] = json.loads(told)
    return answered


async def test_a_thousand_askers_of_two_processes_share_one_call(running: Running) -> None:
    port = int(running.address.rsplit(":", 1)[1])
    async with asyncio.timeout(120):
        told = await asyncio.gather(*(ask(port, number) for number in range(ASKERS)))
    assert len(running.fake.requests) == 1
    (text,) = {str(each["text"]) for each in told}
    assert [part.split(" [")[0] in text for part in PARTS] == [True] * len(PARTS)
    assert {each["level"] for each in told} == {"quick"}
    lines = dict(
        await asyncio.to_thread(
            rows, running.home, "SELECT purpose, count(*) FROM charges GROUP BY 1"
        )
    )
    assert lines.pop("answer") == 1
    assert sum(map(int, lines.values())) == ASKERS - 1


async def follow(running: Running, body: dict[str, str], key: str, heard: list[str]) -> str:
    """The text of a stream, sentence by sentence, and its answer's; "" where it broke off."""
    async with httpx.AsyncClient(base_url=running.address, timeout=60) as client:
        try:
            async for name, told in stream(client, body, key):
                if name == "text":
                    heard.append(told["text"].split(" [")[0].strip())
                if name == "done":
                    return str(told["text"])
        except httpx.HTTPError:
            pass
    return ""


async def test_the_killed_writer_is_followed_by_one_of_those_who_read(running: Running) -> None:
    running.fake.per_second, before = 4.0, len(running.fake.requests)
    body = {"question": "What does whoever solves a riddle get?", "level": "quick"}
    heard: list[list[str]] = [[] for _ in range(STREAMS)]
    asked = [asyncio.create_task(follow(running, body, f"k{n}", heard[n])) for n in range(STREAMS)]
    async with asyncio.timeout(60):
        while not all(heard):  # noqa: ASYNC110 - heard by several tasks
            await asyncio.sleep(0.02)
    assert len(running.fake.requests) == before + 1
    await asyncio.to_thread(kill_writer, running)
    running.fake.per_second = 30.0
    async with asyncio.timeout(60):
        texts = await asyncio.gather(*asked)
    whole = [n for n, text in enumerate(texts) if text]
    assert whole, "nobody had reached the other process"
    assert len(whole) < STREAMS, "the one killed answered nobody"
    sentences = [part.split(" [")[0] + "." for part in PARTS]
    assert [heard[n] for n in whole] == [sentences] * len(whole)
    assert len({texts[n] for n in whole}) == 1
    assert len(running.fake.requests) == before + 2
    begun = running.fake.requests[-1]["messages"][-2]
    assert begun["role"] == "assistant"
    assert sentences[0] in begun["content"]
    # Who was cut off asks again under the same key, and has the same answer at no cost.
    cut = next(n for n, text in enumerate(texts) if not text)
    assert await follow(running, body, f"k{cut}", []) == texts[whole[0]]
    assert len(running.fake.requests) == before + 2
    # The call of the killed one stays reserved until somebody closes it; of the rest, one pays.
    lines = await asyncio.to_thread(
        rows,
        running.home,
        "SELECT charges.state, count(*) FROM charges JOIN questions"
        " ON questions.id = question_id WHERE purpose = 'answer' AND text LIKE '%solves a riddle%'"
        " GROUP BY 1",
    )
    states = dict(lines)
    assert states.pop("settled") == 1
    assert list(states.values()) == [1]
    finals = Counter(
        question
        for (question,) in await asyncio.to_thread(
            rows, running.home, "SELECT question_id FROM answers"
        )
    )
    assert set(finals.values()) == {1}


def kill_writer(running: Running) -> None:
    """End the process whose line in the ledger is open."""
    ((owner,),) = rows(running.home, "SELECT owner FROM charges WHERE state = 'reserved'")
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            held = {os.readlink(each) for each in folder.iterdir()}  # noqa: PTH115
        except OSError:
            continue
        if str(running.home / "lives" / owner) in held:
            os.kill(int(folder.parent.name), signal.SIGKILL)
            return
    raise AssertionError("no process holds " + owner)
