"""What Dengmi adds in front of a model: time to the first token, and answers a second.

    python benchmarks/overhead.py [--streams 20] [--rounds 8] [--seconds 8] [--litellm PATH]
        [--beside PATH,PATH] [--processes 1]

One plain endpoint (_endpoint.py: 200 ms to the first token, a first sentence at once, then 60
tokens a second) is asked straight, through `dengmi serve` (search, prompt, check and ledger
included; every question is another one, so nothing is reused), and through LiteLLM's proxy where
its command is found (`litellm`, or --litellm); --beside names other checkouts of Dengmi to be
measured as well. Each is one process, or so many (--processes), all in one run, in turn. What each
took of the processor for an answer is told too: it hardly depends on what else the machine does.
In the second part the endpoint says its first sentence at once and no more, and wrk asks as fast as
answers come, 64 at a time. Dengmi's first token is its first checked sentence; its quotes, which
come before, do not count.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import _data
import httpx
from _serving import Running, port, running

HERE = Path(__file__).parent
KEY = "sk-test"
MOST_ASKED = 3_000
"""Questions of a way in the second part, at most; each way has its own."""


class Way(NamedTuple):
    """How something is asked: path, body (of question and most tokens), whether a line of data
    under an event's name is a token of the answer, headers."""

    path: str
    body: Callable[[str, int], dict[str, object]]
    is_token: Callable[[bytes, bytes], bool]
    headers: dict[str, str]


Ways = list[tuple[str, str, Way]]

SERVERS: dict[str, Running] = {}
"""What serves at each address."""


def main() -> None:
    args = _arguments()
    asked = _questions()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {args.streams} streams at once")
    with (
        tempfile.TemporaryDirectory() as name,
        _endpoint(args.first) as endpoint,
        ExitStack() as stack,
    ):
        folder = Path(name)
        ways: Ways = [("endpoint alone", endpoint, STRAIGHT)]
        started = _dengmi(folder, endpoint, processes=args.processes)
        with started as dengmi, _litellm(folder, endpoint, args) as proxy:
            ways.append(("Dengmi", dengmi, DENGMI))
            if proxy:
                ways.append(("LiteLLM proxy", proxy, PROXY))
            for n, checkout in enumerate(args.beside):
                other = stack.enter_context(_dengmi(folder / f"beside{n}", endpoint, checkout))
                ways.append((f"Dengmi in {Path(checkout).name}", other, DENGMI))
            _first_tokens(ways, asked, args)
            httpx.get(f"{endpoint}/speed?first=0&per_second=0&more=0")
            if args.seconds and shutil.which("wrk"):
                _throughput(ways, asked, args)
            else:
                print("answers a second are left out: no wrk, or --seconds 0")


def _first_tokens(ways: Ways, asked: Iterator[str], args: argparse.Namespace) -> None:
    times: dict[str, list[float]] = {name: [] for name, *_ in ways}
    for _, address, way in ways:  # whatever is read or made at the first request
        asyncio.run(_round(address, way, asked, 4))
    spent = dict.fromkeys(times, 0.0)
    for _ in range(args.rounds):
        for name, address, way in ways:
            before = SERVERS[address].processor() * 1e3
            times[name] += asyncio.run(_round(address, way, asked, args.streams))
            spent[name] += SERVERS[address].processor() * 1e3 - before
    base = statistics.median(times["endpoint alone"])
    base99 = _p99(times["endpoint alone"])
    head = f"{'time to the first token, ms':30}{'median':>9}{'p99':>9}{'added':>9}{'added p99':>11}"
    print(f"{head}{'processor':>11}")
    for name, found in times.items():
        middle, high = statistics.median(found), _p99(found)
        added = f"{middle - base:9.1f}{high - base99:11.1f}{spent[name] / len(found):11.1f}"
        print(f"{name:30}{middle:9.1f}{high:9.1f}{added}")


def _throughput(ways: Ways, asked: Iterator[str], args: argparse.Namespace) -> None:
    """wrk asks as fast as answers come."""
    print(f"{'answers of one sentence':30}{'a second':>9}{'failed':>9}{'processor':>11}")
    for name, address, way in ways:
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as bodies:
            for _ in range(MOST_ASKED):
                bodies.write(json.dumps(way.body(next(asked), 1)) + "\n")
            bodies.flush()
            headers = [part for pair in way.headers.items() for part in pair]
            wrk = [
                "wrk",
                "-t1",
                "-c64",
                f"-d{args.seconds}s",
                "--timeout",
                "10s",
                "-s",
                str(HERE / "_wrk.lua"),
                address,
            ]
            before = SERVERS[address].processor() * 1e3
            done = subprocess.run(
                [*wrk, "--", way.path, bodies.name, "0", *headers],
                check=True,
                capture_output=True,
                text=True,
            )
        line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
        count, took, *_, failed = map(int, line.split()[1:])
        whole = count - failed
        spent = (SERVERS[address].processor() * 1e3 - before) / max(whole, 1)
        print(f"{name:30}{whole / took * 1e6:9.0f}{failed:9}{spent:11.1f}")


async def _round(address: str, way: Way, asked: Iterator[str], streams: int) -> list[float]:
    """Milliseconds to the first token of three questions in each stream."""

    async def stream(n: int) -> list[float]:
        await asyncio.sleep(n * 0.05)  # the streams begin apart, as askers do
        return [await _first_token(address, way, next(asked)) for _ in range(3)]

    return list(chain.from_iterable(await asyncio.gather(*map(stream, range(streams)))))


async def _first_token(address: str, way: Way, question: str) -> float:
    """Ask over a new connection and read the answer to its end. Plain sockets: a client library
    takes more time for a token than what is measured here."""
    body = json.dumps(way.body(question, 120)).encode()
    head = {"host": "127.0.0.1", "content-type": "application/json", "connection": "close"}
    head |= {"content-length": str(len(body)), **way.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
    began = time.perf_counter()
    writer.write(f"POST {way.path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
    first = 0.0
    event = b""
    async for line in reader:
        event = line if line.startswith(b"event: ") else event
        if not first and line.startswith(b"data: ") and way.is_token(event, line):
            first = (time.perf_counter() - began) * 1e3
        if line in (b"0\r\n", b"data: [DONE]\n"):
            break
    writer.close()
    if not first:
        raise SystemExit(f"no answer from {address}")
    return first


def _content(_: bytes, line: bytes) -> bool:
    return b'"content":"' in line.replace(b'": "', b'":"') and b'"content":""' not in line


def _completion(question: str, most: int) -> dict[str, object]:
    content = f"[1.1] {question}\nQuestion: {question}"
    messages = [{"role": "user", "content": content}]
    return {"model": "deepseek-flash", "messages": messages, "max_tokens": most, "stream": True}


STRAIGHT = Way(
    "/chat/completions",
    lambda question, most: _completion(question, most) | {"thinking": {"type": "disabled"}},
    _content,
    {"authorization": f"Bearer {KEY}"},
)
PROXY = STRAIGHT._replace(body=_completion)
DENGMI = Way(
    "/api/v1/answers",
    lambda question, _: {"question": question, "level": "quick"},
    lambda event, _: event.strip() in (b"event: text", b"event: done"),
    {"accept": "text/event-stream"},
)


def _questions() -> Iterator[str]:
    """Questions of SQuAD-dev, none twice."""
    for each in _data.squad().queries:
        yield each.text


@contextmanager
def _endpoint(first: float) -> Iterator[str]:
    """The endpoint of the tests in a process of its own."""
    number = port()
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from _endpoint import run; run(int(sys.argv[2]), float(sys.argv[3]))"
    )
    command = [sys.executable, "-c", code, str(HERE), str(number), str(first)]
    with running(command, number, "/speed") as started:
        yield _address(started)


@contextmanager
def _dengmi(folder: Path, endpoint: str, checkout: str = "", processes: int = 1) -> Iterator[str]:
    home = folder / "home"
    home.mkdir(parents=True)
    (home / "dengmi.toml").write_text(
        f"[models.flash]\nkind = 'deepseek'\nmodel = 'deepseek-flash'\nbase_url = '{endpoint}'\n"
        f"api_key = '{KEY}'\n[desks.main]\ncheck = 'mark'\n"
    )
    articles = folder / "articles.jsonl"
    rows = [{"id": a.id, "title": a.title, "text": a.text} for a in _data.squad().articles]
    articles.write_text("".join(json.dumps(row) + "\n" for row in rows))
    environ = {**os.environ, "DENGMI_HOME": str(home)}
    if checkout:
        environ["PYTHONPATH"] = str(Path(checkout) / "src")
    add = [sys.executable, "-m", "dengmi", "add", str(articles)]
    subprocess.run(add, env=environ, check=True, capture_output=True)
    number = port()
    serve = [sys.executable, "-m", "dengmi", "serve", "--port", str(number)]
    serve += ["--workers", str(processes)]
    with running(serve, number, "/readyz", environ, seconds=120) as started:
        yield _address(started)


@contextmanager
def _litellm(folder: Path, endpoint: str, args: argparse.Namespace) -> Iterator[str]:
    command = args.litellm or shutil.which("litellm")
    if not command:
        print("LiteLLM is not installed: its rows are left out")
        yield ""
        return
    config = folder / "litellm.yaml"
    config.write_text(
        "model_list:\n  - model_name: deepseek-flash\n    litellm_params:\n"
        f"      model: openai/deepseek-flash\n      api_base: {endpoint}\n      api_key: {KEY}\n"
        "      extra_body: {thinking: {type: disabled}}\n"
        "litellm_settings:\n  drop_params: false\n  telemetry: false\n"
    )
    number = port()
    serve = [command, "--config", str(config), "--port", str(number), "--host", "127.0.0.1"]
    serve += ["--num_workers", str(args.processes)]
    environ = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
    environ["LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY"] = "true"
    environ.pop("PYTHONPATH", None)
    with running(serve, number, "/health/liveliness", environ, seconds=240) as started:
        yield _address(started)


def _address(started: Running) -> str:
    """Where something serves, noted for its processor time."""
    SERVERS[started.address] = started
    return started.address


def _p99(times: list[float]) -> float:
    return sorted(times)[min(int(len(times) * 0.99), len(times) - 1)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--first", type=float, default=0.2)
    parser.add_argument("--processes", type=int, default=1, help="of Dengmi and of LiteLLM each")
    parser.add_argument("--litellm", help="path of LiteLLM's command")
    parser.add_argument(
        "--beside", type=lambda text: text.split(","), default=[], help="other checkouts of Dengmi"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
