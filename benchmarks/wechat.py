"""WeChat readers by the hundred a second while the model is busy: who gets which reply in time.

    python benchmarks/wechat.py [--rate 500] [--seconds 20] [--slots 20] [--questions 200]
        [--workers 2] [--only passive,push] [--settle 60]

The platform (_wechat.py) delivers messages of as many readers over HTTP, hangs up after 5 s and
delivers again, three times in all with the same MsgId. What is asked is drawn by Zipf's law (1.1)
from `questions` different questions of SQuAD-dev and CMRC-dev. The model's endpoint (_upstream.py)
has `slots` slots, 0.4 s to the first token, 60 tokens a second and answers of 200 tokens: with 20
slots it gives 5.4 answers a second, so that it is busy from the first moment on. Nothing is known
when a run begins.

    passive   an account without the right to send messages: one of the three deliveries is answered
    push      a verified account: quotes at once, the written answer as a message of its own

Columns: replies in ≤ 4.5 s from the delivery that they answer, median, p99 and longest; messages
without any reply; deliveries that the platform hung up on (a passive account lets all but the last
run out while the answer is being written); calls of the model, and different questions; calls
above one a question; for `push`: readers with a written answer, and with one twice; processor time
of the server for each message. Platform, endpoint and server share the machine's cores.
"""

import argparse
import asyncio
import json
import os
import random
import sqlite3
import tempfile
import time
from collections import Counter
from itertools import accumulate
from pathlib import Path

import _serving
from _plan import ZIPF, Material
from _wechat import Interface, Message, Platform, crowd

FIRST, PER_SECOND, TOKENS = 0.4, 60.0, 200
IN_TIME = 4.5
ACCOUNT = 'app_id = "wx1"\ntoken = "AAAAA"\nsecret = "s"\n'


def main() -> None:
    args = _arguments()
    _serving.raise_limit(20_000)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {args.rate:g} messages/s")
    columns = ("≤4.5 s %", "median", "p99", "max", "no reply", "hung up", "calls", "different")
    print(f"{'':9}" + "".join(f"{each:>10}" for each in (*columns, "above 1")), end="")
    print(f"{'written':>9}{'twice':>7}{'ms CPU':>8}")
    material = Material(1)
    for kind in args.only:
        with tempfile.TemporaryDirectory() as folder:
            _run(kind, Path(folder), material, args)


def _run(kind: str, folder: Path, material: Material, args: argparse.Namespace) -> None:
    home, log = folder / "home", folder / "calls.jsonl"
    _serving.fill(home, material.articles)
    Interface.sent = {}
    with _serving.upstream(args.slots, FIRST, PER_SECOND, TOKENS, log) as endpoint:
        asyncio.run(_measured(kind, home, endpoint.address, material, args))
    _calls(log)


async def _measured(
    kind: str, home: Path, endpoint: str, material: Material, args: argparse.Namespace
) -> None:
    loop = asyncio.get_running_loop()
    api = await loop.create_server(Interface, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{api.sockets[0].getsockname()[1]}"
    more = f"[wechat.news]\n{ACCOUNT}api = '{address}'\npush = {str(kind == 'push').lower()}\n"
    _serving.settings(home, endpoint, args.slots, more)
    with _serving.dengmi(home, args.workers) as server:
        await asyncio.sleep(3.0)  # warmed up
        before = server.processor()
        platform = Platform("127.0.0.1", server.port, "/wechat/news")
        messages = await crowd(platform, _questions(material, args), args.rate, args.seconds)
        used = server.processor() - before
        if kind == "push":
            await _settled(home, args.settle)
        _tell(kind, messages, platform, home, used)
        api.close()


def _questions(material: Material, args: argparse.Namespace) -> list[str]:
    """What is asked, in order."""
    some = material.questions[: args.questions]
    weights = list(accumulate((rank + 1) ** -ZIPF for rank in range(len(some))))
    return random.Random(1).choices(some, cum_weights=weights, k=int(args.rate * args.seconds))


async def _settled(home: Path, seconds: float) -> None:
    """Wait until nothing is owed that can be sent, or until that takes too long."""
    until = time.monotonic() + seconds
    open_ = (
        "SELECT count(*) FROM deliveries JOIN questions ON questions.id = question_id"
        " WHERE deliveries.state = 'owed'"
    )
    while time.monotonic() < until and _rows(home, open_)[0][0]:
        await asyncio.sleep(0.5)


def _tell(kind: str, messages: list[Message], platform: Platform, home: Path, used: float) -> None:
    times = sorted(each.took for each in messages if each.took is not None)
    lost = len(messages) - len(times)
    at = lambda share: times[min(len(times) - 1, int(len(times) * share))]  # noqa: E731
    good = 100 * sum(each <= IN_TIME for each in times) / len(messages)
    calls = _rows(
        home,
        "SELECT questions.text, count(*) FROM charges JOIN questions"
        " ON questions.id = charges.question_id WHERE purpose = 'answer' AND output > 0 GROUP BY 1",
    )
    different = len({each.text for each in messages})
    numbers = (f"{good:.1f}", f"{at(0.5):.3f}", f"{at(0.99):.3f}", f"{times[-1]:.3f}", lost)
    made = sum(count for _, count in calls)
    above = sum(count - 1 for _, count in calls)
    row = (*numbers, platform.hung_up, made, different, above)
    print(f"{kind:9}" + "".join(f"{each:>10}" for each in row), end="")
    sent = [Counter(said) for said in Interface.sent.values()]
    twice = sum(max(said.values()) > 1 for said in sent)
    print(f"{len(sent):>9}{twice:>7}{1000 * used / len(messages):>8.2f}")
    kept = _rows(home, "SELECT state, count(*) FROM questions GROUP BY 1")
    owed = _rows(home, "SELECT state, count(*) FROM deliveries GROUP BY 1")
    print(f"          kept: {dict(kept)}; deliveries: {dict(owed)}; bad: {dict(platform.bad)}")


def _rows(home: Path, query: str) -> list[tuple]:  # type: ignore[type-arg]
    with sqlite3.connect(home / "dengmi.sqlite") as base:
        return base.execute(query).fetchall()


def _calls(log: Path) -> None:
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    refused = sum(line.get("status") == 429 for line in lines)
    print(f"          endpoint: {len(lines)} calls, {refused} refused")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--slots", type=int, default=20)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--settle", type=float, default=60)
    parser.add_argument("--only", type=lambda text: text.split(","), default=["passive", "push"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
