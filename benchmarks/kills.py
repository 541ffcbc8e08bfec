"""`kill -9` at random moments under load: is any question lost, answered or charged twice?

    python benchmarks/kills.py [--kills 200] [--askers 12] [--least 0.2] [--most 1.5] [--keep DIR]

A real `dengmi serve` over a fresh home, an endpoint of few slots that breaks some calls off
(_upstream.py), and askers who ask one question after the other, some of them the same ones, some
with a key of their own. The server is killed after a random time, started again, and so on. At the
end it runs until no question is open and none waits, and then the store is asked what is

    lost      questions without a final state or an answer, or that wait for ever; questions that an
              asker heard of and that are not there
    double    questions with two answers of a level, or two that models wrote; keys with two
              questions; calls that were not settled once; answers that cost more than their calls
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import _serving
from _plan import Material

SLOTS, TOKENS = 6, 40
FAULTS = 0.05
SETTLE = 120.0
"""Seconds in which everything must have come to its end after the last start."""

CHECKS = {
    "lost: without a final state": "SELECT count(*) FROM questions WHERE state = 'asked'",
    "lost: final without an answer": (
        "SELECT count(*) FROM questions q WHERE state IN ('answered', 'unanswered')"
        " AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.question_id = q.id)"
    ),
    "lost: still waiting": "SELECT count(*) FROM late WHERE state = 'waiting'",
    "double: answers of one level": (
        "SELECT count(*) FROM (SELECT 1 FROM answers GROUP BY question_id, level"
        " HAVING count(*) > 1)"
    ),
    "double: a written answer beside another": (
        "SELECT count(*) FROM (SELECT 1 FROM answers WHERE level NOT IN ('quote')"
        " GROUP BY question_id HAVING count(*) > 1)"
    ),
    "double: one key, two questions": (
        "SELECT count(*) FROM (SELECT 1 FROM questions WHERE dedup <> ''"
        " GROUP BY desk, channel, dedup HAVING count(*) > 1)"
    ),
    "double: charges still open": "SELECT count(*) FROM charges WHERE state = 'open'",
    "double: an answer costs more than its calls": (
        "SELECT count(*) FROM answers a WHERE a.micros > (SELECT coalesce(sum(c.micros), 0)"
        " FROM charges c WHERE c.question_id = a.question_id AND c.state = 'settled')"
    ),
}


class Heard(NamedTuple):
    """A question of which an asker heard, and whether its answer came to its end."""

    question: str
    key: str
    done: bool


def main() -> None:
    args = _arguments()
    with ExitStack() as stack:
        folder = Path(args.keep or stack.enter_context(tempfile.TemporaryDirectory()))
        home = folder / "home"
        material = Material(args.seed)
        _serving.fill(home, material.articles[:300])
        endpoint = stack.enter_context(
            _serving.upstream(SLOTS, 0.1, 60.0, TOKENS, folder / "calls.jsonl")
        )
        _serving.settings(home, endpoint.address, SLOTS, "[writing]\npatience = 2\n")
        told = {article.text for article in material.articles[:300]}
        texts = [text for text in material.questions if material.evidence(text) in told][:200]
        asyncio.run(_control(endpoint, f"/set?fault={FAULTS}"))
        began = time.monotonic()
        heard = asyncio.run(_killed(home, texts, args))
        _report(home, heard, args.kills, time.monotonic() - began)


async def _control(endpoint: _serving.Running, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", endpoint.port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def _killed(home: Path, texts: Sequence[str], args: argparse.Namespace) -> list[Heard]:
    """All rounds, then one that runs until everything has come to its end."""
    rng = random.Random(args.seed)
    heard: list[Heard] = []
    for number in range(args.kills):
        server, port = await _started(home)
        asking = [
            asyncio.create_task(_ask_on(port, f"{number}-{n}", texts, rng, heard))
            for n in range(args.askers)
        ]
        await asyncio.sleep(rng.uniform(args.least, args.most))
        os.kill(server.pid, signal.SIGKILL)
        await asyncio.to_thread(server.wait)
        await asyncio.gather(*asking)
        if (number + 1) % 20 == 0:
            print(f"{number + 1} kills, {len(heard)} questions heard of", flush=True)
    server, port = await _started(home)
    try:
        for one in rng.sample(heard, min(20, len(heard))):  # a key again is the same question
            if one.key:
                asker = one.key.rpartition("-")[0]
                body = {"question": texts[0], "level": "quick", "asker": asker}
                await _ask(port, body, one.key, heard)
        await _settled(home)
    finally:
        server.terminate()
        await asyncio.to_thread(server.wait)
    return heard


async def _started(home: Path) -> tuple["subprocess.Popen[bytes]", int]:
    """A server that answers, and its port."""
    command = [sys.executable, "-m", "dengmi", "serve", "--port", "0"]
    log = home.parent / "server.log"
    with log.open("ab") as said:
        server = await asyncio.to_thread(
            subprocess.Popen,
            command,
            env=_serving.environ_of(home),
            stdout=subprocess.PIPE,
            stderr=said,
        )
    assert server.stdout is not None
    line = (await asyncio.to_thread(server.stdout.readline)).decode()
    if " at " not in line:
        sys.exit(f"the server did not start: {line}\n{log.read_text()[-3000:]}")
    return server, int(line.split(" at ")[1].split()[0].rpartition(":")[2])


async def _ask_on(
    port: int, name: str, texts: Sequence[str], rng: random.Random, heard: list[Heard]
) -> None:
    """Ask one question after the other until the server is gone."""
    for number in range(10_000):
        key = f"{name}-{number}" if rng.random() < 0.5 else ""
        text = texts[min(int(rng.paretovariate(0.7)), len(texts)) - 1]
        body = {"question": text, "level": "quick", "asker": name}
        try:
            await _ask(port, body, key, heard)
        except (OSError, asyncio.IncompleteReadError):
            return


async def _ask(port: int, body: dict[str, str], key: str, heard: list[Heard]) -> None:
    """Ask, and read the answer to its end; note what was heard, also where it breaks off."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data = json.dumps(body).encode()
    head = "POST /api/v1/answers HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
    head += "accept: text/event-stream\r\ncontent-type: application/json\r\n"
    head += f"idempotency-key: {key}\r\n" if key else ""
    question, done, name = "", False, b""
    try:
        writer.write(f"{head}content-length: {len(data)}\r\n\r\n".encode() + data)
        while line := await reader.readline():
            name = line[7:].strip() if line.startswith(b"event: ") else name
            if line.startswith(b"data: ") and name in (b"found", b"done"):
                question = json.loads(line[6:])["question_id"]
                done = name == b"done"
        if not done:
            raise asyncio.IncompleteReadError(b"", None)
    finally:
        writer.close()
        if question:
            heard.append(Heard(question, key, done))


async def _settled(home: Path) -> None:
    """Wait until no question is open and none waits."""
    until = time.monotonic() + SETTLE
    open_ = "SELECT (SELECT count(*) FROM questions WHERE state = 'asked')"
    open_ += " + (SELECT count(*) FROM late WHERE state = 'waiting')"
    while time.monotonic() < until:
        with sqlite3.connect(home / "dengmi.sqlite") as base:
            if not base.execute(open_).fetchone()[0]:
                return
        await asyncio.sleep(0.2)


def _report(home: Path, heard: Sequence[Heard], kills: int, took: float) -> None:
    with sqlite3.connect(home / "dengmi.sqlite") as base:
        known = {row[0] for row in base.execute("SELECT id FROM questions")}
        levels = dict(base.execute("SELECT level, count(*) FROM answers GROUP BY level"))
        calls = dict(base.execute("SELECT state, count(*) FROM charges GROUP BY state"))
        found = {name: base.execute(query).fetchone()[0] for name, query in CHECKS.items()}
    found["lost: heard of and not there"] = len({one.question for one in heard} - known)
    keys: dict[str, set[str]] = {}
    for one in heard:
        if one.key:
            keys.setdefault(one.key, set()).add(one.question)
    found["double: one key, two questions heard of"] = sum(len(ids) > 1 for ids in keys.values())
    broken = sum(not one.done for one in heard)
    print(f"{kills} kills in {took:.0f} s: {len(known)} questions kept, {len(heard)} heard of, ")
    print(f"{broken} of them cut off; answers {levels}; lines of the ledger {calls}")
    for name, count in sorted(found.items(), reverse=True):
        print(f"{name:44}{count:6}")
    if any(found.values()):
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--askers", type=int, default=12)
    parser.add_argument("--least", type=float, default=0.2, help="seconds until a kill, at least")
    parser.add_argument("--most", type=float, default=1.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="folder for the home")
    return parser.parse_args()


if __name__ == "__main__":
    main()
