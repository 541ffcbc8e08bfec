"""What a WeChat message costs the server, in processor time, without sockets.

    python benchmarks/messages.py [--messages 3000] [--questions 200]

`questions` different questions of SQuAD-dev and CMRC-dev are asked once each and answered by a
quick endpoint (_upstream.py). Then as many messages as wanted, each of a reader of its own, ask
them again by Zipf's law (1.1), 24 at a time, through the application itself: every answer serves
again. Last, every message is delivered a second time. Told for blocks of 200 messages: the least
and the median, as other work on the machine only ever adds; "loop" is the main thread's share.
`--where` names another checkout to be measured, for two versions in turn.
"""

import argparse
import asyncio
import hashlib
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--messages", type=int, default=3_000)
parser.add_argument("--questions", type=int, default=200)
parser.add_argument("--where", default=str(Path(__file__).resolve().parents[1]))
args = parser.parse_args()
sys.path.insert(0, f"{args.where}/src")
os.environ["PYTHONPATH"] = f"{args.where}/src"

import _serving  # noqa: E402 - behind the choice of what is measured
from _plan import ZIPF, Material  # noqa: E402
from _wechat import TOKEN, Message, body_of, signed  # noqa: E402
from starlette.types import ASGIApp  # noqa: E402

from dengmi.server.application import create_app  # noqa: E402
from dengmi.settings.load import load_settings  # noqa: E402
from dengmi.wire import open_parts  # noqa: E402

BLOCK = 200
AT_ONCE = 24
ACCOUNT = f"[wechat.news]\napp_id = 'wx1'\ntoken = '{TOKEN}'\nsecret = 's'\n"


def main() -> None:
    material = Material(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _serving.fill(folder / "home", material.articles)
        with _serving.upstream(400, 0.01, 3_000, 120, folder / "calls.jsonl") as endpoint:
            _serving.settings(folder / "home", endpoint.address, 400, ACCOUNT)
            asyncio.run(_measured(folder / "home", material.questions[: args.questions]))


async def _measured(home: Path, questions: Sequence[str]) -> None:
    weights = list(itertools.accumulate((n + 1) ** -ZIPF for n in range(len(questions))))
    texts = random.Random(2).choices(questions, cum_weights=weights, k=args.messages)
    first = [Message(f"w{n}", text, n) for n, text in enumerate(questions)]
    messages = [Message(f"o{n}", text, 10_000 + n) for n, text in enumerate(texts)]
    async with open_parts(load_settings(home, {})) as parts:
        app = create_app(parts)
        async with app.router.lifespan_context(app):
            await asyncio.sleep(1.5)  # warmed up
            await _all(app, first)
            print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, ms of processor time")
            print(f"{'':38}{'least':>8}{'median':>8}{'loop':>8}{'median':>8}")
            for what in ("new, its answer serves again", "delivered again"):
                whole, loop = [], []
                for at in range(0, len(messages), BLOCK):
                    began, there = time.process_time(), time.thread_time()
                    await _all(app, messages[at : at + BLOCK])
                    whole.append((time.process_time() - began) / BLOCK * 1e3)
                    loop.append((time.thread_time() - there) / BLOCK * 1e3)
                middle = statistics.median
                numbers = (min(whole), middle(whole), min(loop), middle(loop))
                print(f"{what:38}" + "".join(f"{each:8.2f}" for each in numbers))


async def _all(app: ASGIApp, messages: Sequence[Message]) -> None:
    """Deliver messages, so many at a time; each must get its answer."""
    left = iter(messages)

    async def lane() -> None:
        for message in left:
            status, body = await _delivered(app, message)
            if status != 200 or b"<MsgType>" not in body:
                raise SystemExit(f"no answer: {status} {body[:200]!r}")

    await asyncio.gather(*(lane() for _ in range(AT_ONCE)))


async def _delivered(app: ASGIApp, message: Message) -> tuple[int, bytes]:
    stamp = str(int(time.time()))
    body = body_of(message, stamp)
    nonce = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    query = f"signature={signed(stamp, nonce)}&timestamp={stamp}&nonce={nonce}"
    told: list[dict[str, object]] = []
    come = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, object]:
        return next(come, {"type": "http.disconnect"})

    async def send(part) -> None:  # type: ignore[no-untyped-def]
        told.append(part)

    host, kind = (b"host", b"127.0.0.1"), (b"content-type", b"text/xml")
    path = "/wechat/news"
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": path,
        "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
        "headers": [host, kind], "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "state": {},
    }  # fmt: skip
    answer: Callable[..., Awaitable[None]] = app
    await answer(scope, receive, send)
    pieces = [each.get("body", b"") for each in told[1:]]
    return int(str(told[0]["status"])), b"".join(map(bytes, pieces))  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
