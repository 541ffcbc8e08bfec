"""What a written answer costs the server, in processor time, without sockets to who asks.

    python benchmarks/written.py [--answers 400] [--at-once 20] [--where CHECKOUT]

Every question of SQuAD-dev is another one, asked through the application itself: searched for,
quoted, reserved, written by the endpoint of overhead.py, checked, settled and stored. First so many
at a time with answers of 33 tokens, then 64 at a time with answers of one sentence. Told for blocks
of 25 answers: the least and the median, as other work on the machine only ever adds; "loop" is the
main thread's share. `--where` names another checkout to be measured, for two versions beside each
other.
"""

import argparse
import asyncio
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--answers", type=int, default=400)
parser.add_argument("--where", default=str(Path(__file__).resolve().parents[1]))
parser.add_argument("--at-once", type=int, default=20)
args = parser.parse_args()
sys.path.insert(0, f"{args.where}/src")
os.environ["PYTHONPATH"] = f"{args.where}/src"
wanted, sys.argv[1:] = args, []

import _data  # noqa: E402 - behind the choice of what is measured
import _serving  # noqa: E402
import httpx  # noqa: E402
import overhead  # noqa: E402
from starlette.types import ASGIApp  # noqa: E402

from dengmi.server.application import create_app  # noqa: E402
from dengmi.settings.load import load_settings  # noqa: E402
from dengmi.wire import open_parts  # noqa: E402

BLOCK = 25
PARTS = (
    (f"of 33 tokens, {args.at_once} at once", args.at_once, 60.0, 32),
    ("of one sentence, 64 at once", 64, 0.0, 0),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as name, overhead._endpoint(0.05) as endpoint:
        home = Path(name) / "home"
        _serving.fill(home, _data.squad().articles)
        _serving.settings(home, endpoint, 400)
        asyncio.run(_measured(home, endpoint))


async def _measured(home: Path, endpoint: str) -> None:
    asked = (query.text for query in _data.squad().queries)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, ms of processor time an answer")
    print(f"{'':30}{'least':>8}{'median':>8}{'loop':>8}{'median':>8}")
    async with open_parts(load_settings(home, {})) as parts:
        app = create_app(parts)
        async with app.router.lifespan_context(app):
            await asyncio.sleep(1.5)  # warmed up
            for what, at_once, speed, more in PARTS:
                query = f"per_second={speed}&more={more}&first=0.05"
                await asyncio.to_thread(httpx.get, f"{endpoint}/speed?{query}")
                await _all(app, itertools.islice(asked, BLOCK), at_once)
                whole, loop = await _blocks(app, asked, at_once)
                middle = statistics.median
                numbers = (min(whole), middle(whole), min(loop), middle(loop))
                print(f"{what:30}" + "".join(f"{each:8.2f}" for each in numbers), flush=True)


async def _blocks(
    app: ASGIApp, asked: Iterator[str], at_once: int
) -> tuple[list[float], list[float]]:
    whole, loop = [], []
    for _ in range(max(wanted.answers // BLOCK, 1)):
        began, there = time.process_time(), time.thread_time()
        await _all(app, itertools.islice(asked, BLOCK), at_once)
        whole.append((time.process_time() - began) / BLOCK * 1e3)
        loop.append((time.thread_time() - there) / BLOCK * 1e3)
    return whole, loop


async def _all(app: ASGIApp, questions: Iterator[str], at_once: int) -> None:
    """Ask questions, so many at a time; each must get a model's answer."""

    async def lane() -> None:
        for question in questions:
            told = await _answered(app, question)
            if b"event: done" not in told or b'"level":"quick"' not in told:
                raise SystemExit(f"no answer: {told[-300:]!r}")

    await asyncio.gather(*(lane() for _ in range(at_once)))


async def _answered(app: ASGIApp, question: str) -> bytes:
    body = json.dumps({"question": question, "level": "quick"}).encode()
    told: list[bytes] = []
    come = iter([{"type": "http.request", "body": body, "more_body": False}])
    over = asyncio.Event()

    async def receive() -> dict[str, object]:
        if (message := next(come, None)) is None:
            await over.wait()
            return {"type": "http.disconnect"}
        return message

    async def send(part) -> None:  # type: ignore[no-untyped-def]
        told.append(part.get("body", b""))

    path = "/api/v1/answers"
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": path,
        "raw_path": path.encode(), "root_path": "", "query_string": b"",
        "headers": [
            (b"host", b"127.0.0.1"), (b"content-type", b"application/json"),
            (b"accept", b"text/event-stream"),
        ],
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    over.set()
    return b"".join(told)


if __name__ == "__main__":
    main()
