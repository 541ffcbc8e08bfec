"""Ten thousand open event streams in one process: how late events come, and what they take.

    python benchmarks/streams.py [--streams 10000] [--answers 20] [--seconds 15] [--open 250]
        [--every 1] [--granian PATH] [--only dengmi,uvicorn,granian]

Askers open streams, so many a second, and keep them open; each gets an event `every` so many
seconds. At Dengmi they follow `answers` answers that are being written, a sentence each time,
searched for, checked and joined as ever: real questions to a real `dengmi serve` with one process.
The peers send a text of that size and do nothing else (_bare_stream.py): uvicorn, and granian where
its command is found. Delay is from the moment the endpoint said the sentence (for the peers: from
the moment an event was due) until it is read, for the events of the last `seconds` with every
stream open. Answers begin apart, so that they do not all speak at once. The reader is one other
process on the same cores (_askers.py). Server and reader each need so many open files: the soft
limit is raised to what the system allows.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import _serving
import httpx
from _plan import Material

HERE = Path(__file__).parent
SPARE = 500
"""Open files that a process needs beside its streams."""


def main() -> None:
    args = _arguments()
    limit = _serving.raise_limit(args.streams + SPARE)
    if limit < args.streams + SPARE:
        args.streams = limit - SPARE
        print(f"the limit of open files is {limit} (ulimit -Hn): {args.streams} streams")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {args.streams} streams")
    title = f"an event every {args.every:g} s"
    print(f"{title:26}{'open':>7}{'events':>9}{'median ms':>11}{'p99':>8}{'max':>8}", end="")
    print(f"{'MB':>7}{'CPU s/s':>9}{'lost':>6}")
    ways = {"dengmi": _dengmi, "uvicorn": _uvicorn, "granian": _granian}
    for name in args.only:
        with tempfile.TemporaryDirectory() as folder:
            ways[name](Path(folder), args)


def _dengmi(folder: Path, args: argparse.Namespace) -> None:
    material = Material(1)
    home = folder / "home"
    _serving.fill(home, material.articles)
    log = folder / "calls.jsonl"
    events = _events(args)
    asked = material.questions[: args.answers]
    with _serving.upstream(10 * args.answers, 0.4, 1 / args.every, events, log) as endpoint:
        httpx.get(f"{endpoint.address}/set?lines=1")
        more = f"[writing]\nquick_tokens = {100 * events}\n"
        _serving.settings(home, endpoint.address, 10 * args.answers, more)
        with _serving.dengmi(home) as server:
            lines = [
                _line(n, args, "/api/v1/answers", {"question": asked[n % len(asked)]})
                for n in range(args.streams)
            ]
            measured = _listened(folder, server, lines, args)
    said: dict[str, list[float]] = {}
    for line in log.read_text().splitlines():
        call = json.loads(line)
        said.setdefault(call["question"], call.get("said", []))
    start = measured.start

    def due(row: Mapping[str, Any]) -> Sequence[float]:
        return [at - start for at in said.get(row["question"], ())]

    _told("Dengmi", measured, due, args)


def _uvicorn(folder: Path, args: argparse.Namespace) -> None:
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(HERE), "_bare_stream:app"]
    more = ["--http", "httptools", "--no-access-log", "--log-level", "error", "--backlog", "4096"]
    _peer("uvicorn, bare", [*command, *more, "--port"], folder, args)


def _granian(folder: Path, args: argparse.Namespace) -> None:
    command = args.granian or shutil.which("granian")
    if not command:
        print("granian is not installed: left out (--granian PATH)")
        return
    more = ["--interface", "asgi", "--no-ws", "--log-level", "error", "--backlog", "4096"]
    app = ["--working-dir", str(HERE), "_bare_stream:app"]
    _peer("granian, bare", [command, *more, *app, "--port"], folder, args)


def _peer(label: str, command: list[str], folder: Path, args: argparse.Namespace) -> None:
    number = _serving.port()
    with _serving.running([*command, str(number)], number, "/") as server:
        path = f"/?events={_events(args)}&every={args.every}"
        lines = [_line(n, args, path, {}) for n in range(args.streams)]
        measured = _listened(folder, server, lines, args)

    def due(row: Mapping[str, Any]) -> Sequence[float]:
        return row["due"]

    _told(label, measured, due, args)


class Measured:
    """What the reader heard, with the most memory and the processor time of the server."""

    def __init__(self, start: float, server: _serving.Running, out: Path) -> None:
        self.start, self._server, self._out = start, server, out
        self.memory = self.processor = 0.0
        self.rows: list[Mapping[str, Any]] = []

    @contextmanager
    def watched(self, first: float, last: float) -> Iterator[None]:
        """Watch the server from one time to another."""
        over = threading.Event()

        def watch() -> None:
            time.sleep(max(0.0, first - time.time()))
            before, since = self._server.processor(), time.time()
            while not over.wait(0.5) and time.time() < last:
                self.memory = max(self.memory, self._server.resident())
            self.processor = (self._server.processor() - before) / (time.time() - since)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        self.rows = [json.loads(line) for line in self._out.read_text("utf-8").splitlines()]


def _events(args: argparse.Namespace) -> int:
    """Events from the first stream to the end, and some to begin with."""
    return int((_at(args.streams, args) + args.seconds + 8) / args.every)


def _listened(
    folder: Path, server: _serving.Running, lines: Sequence[str], args: argparse.Namespace
) -> Measured:
    """Have the streams opened and read."""
    plan, out = folder / "plan", folder / "results.jsonl"
    plan.write_text("".join(lines), "utf-8")
    start = time.time() + 3
    measured = Measured(start, server, out)
    told = [plan, out, server.port, _events(args) * args.every + 60, start]
    command = [sys.executable, str(HERE / "_askers.py"), *map(str, told)]
    first = start + _at(args.streams, args)
    with measured.watched(first, first + args.seconds):
        subprocess.run(command, check=True, timeout=600)
    return measured


def _at(n: int, args: argparse.Namespace) -> float:
    """When a stream is opened: the first ones, whose answers are written, apart."""
    apart = args.every / args.answers
    return min(n, args.answers) * apart + max(0, n - args.answers) / args.open


def _line(n: int, args: argparse.Namespace, path: str, body: Mapping[str, object]) -> str:
    known = {"texts": True, "question": body.get("question", "")}
    body = {**body, "asker": f"asker-{n}", "level": "quick"}
    head = "accept: text/event-stream\r\n"
    told = {"path": path, "head": head, "body": body, "known": known}
    return f"{_at(n, args):.4f}\t{json.dumps(told, ensure_ascii=False)}\n"


def _told(
    label: str,
    measured: Measured,
    due: Callable[[Mapping[str, Any]], Sequence[float]],
    args: argparse.Namespace,
) -> None:
    """Delays of the events that were due while every stream was open."""
    first = _at(args.streams, args) + 2
    delays, lost = [], 0
    for row in measured.rows:
        times = due(row)
        lost += not row["whole"] or len(times) != len(row["texts"])
        for at, heard in zip(times, row["texts"], strict=False):
            if first <= at < first + args.seconds:
                delays.append(heard - at)
    delays.sort()
    open_ = sum(bool(row["texts"]) for row in measured.rows)
    median, p99 = (delays[int(len(delays) * share)] * 1e3 for share in (0.5, 0.99))
    print(
        f"{label:26}{open_:7}{len(delays):9}{median:11.1f}{p99:8.1f}{delays[-1] * 1e3:8.1f}", end=""
    )
    print(f"{measured.memory:7.0f}{measured.processor:9.2f}{lost:6}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two events")
    parser.add_argument("--open", type=int, default=250, help="streams opened a second")
    parser.add_argument("--granian", help="path of granian's command")
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=["dengmi", "uvicorn", "granian"]
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
