"""Quote answers per second over HTTP, with the load generator on the same machine.

    python benchmarks/http_quotes.py [--workers N] [--connections 64] [--warm 20]
        [--seconds 10] [--articles JSONL --questions FILE] [--no-peer]

Starts a real `dengmi serve` over a fresh home and lets wrk ask over kept-alive connections. The
desk holds the articles of SQuAD-dev and CMRC-dev and 2,000 news articles, the questions are those
asked about them, mixed; where the data sets are absent it is the guide with a few questions. The
first seconds fill the caches; after them come other questions, none of them asked before. The
peer, in the same run with the same questions, is SQLite FTS5 behind the same HTTP server (see
_fts_server.py). Needs wrk.
"""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import _data
import _fts_server

HERE = Path(__file__).parent
NEWS = 2_000
GUIDE = (
    "How do I add a feed?",
    "怎样添加订阅源？",
    "What is a quote answer?",
    "Which port does the server listen on?",
    "怎样备份？",
    "How do I restore a backup?",
)


class Load(NamedTuple):
    """What wrk measured; times in milliseconds, processor time and memory of the servers."""

    count: int
    per_second: float
    median: float
    p95: float
    p99: float
    errors: int
    cpu: float
    resident: float


def main() -> None:
    args = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles, questions = _given(folder, args)
        bodies = folder / "bodies"
        bodies.write_text("".join(json.dumps({"question": q}) + "\n" for q in questions), "utf-8")
        print(
            f"{len(questions)} questions, {args.connections} connections, {os.cpu_count()} cores,"
        )
        print(f"load {os.getloadavg()[0]:.1f} before the run (wrk runs on the same cores)")
        print(f"{'':30}{'ready s':>8}{'/s':>7}{'median':>8}{'p95':>7}{'p99 ms':>8}", end="")
        print(f"{'CPU ms':>8}{'MB':>6}{'errors':>8}")
        environ = {**os.environ, "DENGMI_HOME": str(folder / "home")}
        dengmi = [sys.executable, "-m", "dengmi"]
        add = [*dengmi, "add", str(articles)]
        subprocess.run(add, env=environ, check=True, capture_output=True)
        for workers in args.workers:
            serve = [*dengmi, "serve", "--workers", str(workers), "--port"]
            label = f"Dengmi, workers: {workers}"
            _measure(label, serve, environ, "/api/v1/answers", bodies, args)
        if args.peer and articles.is_file():
            texts = [json.loads(line)["text"] for line in articles.read_text("utf-8").splitlines()]
            _fts_server.fill(str(folder / "fts"), texts)
            environ = {**os.environ, "BENCH_FTS": str(folder / "fts"), "PYTHONPATH": str(HERE)}
            serve = [sys.executable, "-m", "uvicorn", "--factory", "_fts_server:app"]
            serve += ["--no-access-log", "--log-level", "warning", "--workers", "1", "--port"]
            _measure("SQLite FTS5, workers: 1", serve, environ, "/answers", bodies, args)


def _measure(
    label: str,
    command: Sequence[str],
    environ: dict[str, str],
    path: str,
    bodies: Path,
    args: argparse.Namespace,
) -> None:
    """Start a server, warm it up, load it, print a row."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    began = time.perf_counter()
    with subprocess.Popen([*command, str(port)], env=environ, stdout=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(lambda: _answers(address + path, bodies))
            ready = time.perf_counter() - began
            _spread(server.pid)
            wrk = partial(_wrk, address, path, bodies, args.connections, server.pid)
            asked = wrk(args.warm, 0).count
            load = wrk(args.seconds, asked)
        finally:
            server.terminate()
            server.wait(30)
    print(f"{label:30}{ready:8.2f}{load.per_second:7.0f}{load.median:8.1f}{load.p95:7.1f}", end="")
    print(f"{load.p99:8.1f}{load.cpu:8.2f}{load.resident:6.0f}{load.errors:8}", flush=True)


def _wrk(
    address: str, path: str, bodies: Path, connections: int, pid: int, seconds: int, first: int
) -> Load:
    """Ask for some seconds, from a line of the file on."""
    before = _cpu(pid)
    wrk = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "_wrk.lua")]
    said = subprocess.run(
        [*wrk, address, "--", path, str(bodies), str(first)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    line = next(line for line in said.splitlines() if line.startswith("RESULT"))
    count, took, *times, errors = map(int, line.split()[1:])
    cpu = (_cpu(pid) - before) / max(count, 1) * 1e3
    median, p95, p99 = (each / 1e3 for each in times)
    return Load(count, count / took * 1e6, median, p95, p99, errors, cpu, _resident(pid))


def _wait(ready: Callable[[], bool]) -> None:
    until = time.perf_counter() + 30
    while not ready():
        if time.perf_counter() > until:
            raise SystemExit("the server does not answer")
        time.sleep(0.02)


def _answers(address: str, bodies: Path) -> bool:
    with bodies.open("rb") as lines:
        body = next(lines)
    headers = {"content-type": "application/json"}
    with suppress(urllib.error.URLError, OSError):
        asked = urllib.request.Request(address, body, headers)
        with urllib.request.urlopen(asked, timeout=5) as answer:
            return bool(answer.status == 200)
    return False


def _given(folder: Path, args: argparse.Namespace) -> tuple[Path, list[str]]:
    """What to add, and what to ask."""
    if args.articles:
        asked = Path(args.questions).read_text("utf-8").splitlines() if args.questions else GUIDE
        return Path(args.articles), [one for one in asked if one.strip()]
    try:
        squad, cmrc, news = _data.squad(), _data.cmrc(), _data.news(NEWS)
    except SystemExit:
        return HERE.parent / "docs" / "guide", list(GUIDE)
    file = folder / "articles.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for part, texts in (("s", squad.articles), ("c", cmrc.articles), ("n", news)):
            for text in texts:
                row = {"id": part + text.id, "title": text.title, "text": text.text}
                row["title"] = row["title"] or text.text[:30]
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    asked = [*squad.queries, *cmrc.queries, *_data.news_questions()[:NEWS]]
    random.Random(1).shuffle(asked)
    return file, [each.text for each in asked]


def _tree(pid: int) -> list[int]:
    """A process and its children."""
    pids = [pid]
    for one in pids:
        children = Path(f"/proc/{one}/task/{one}/children")
        pids += map(int, children.read_text().split()) if children.exists() else ()
    return pids


def _spread(pid: int) -> None:
    """Give every process of the server a core of its own where there are enough: on virtual
    machines the scheduler at times leaves two busy processes on one core for seconds."""
    cores = sorted(os.sched_getaffinity(0))
    for n, one in enumerate(reversed(_tree(pid))):
        for task in Path(f"/proc/{one}/task").iterdir():
            os.sched_setaffinity(int(task.name), {cores[n % len(cores)]})


def _cpu(pid: int) -> float:
    """Seconds of processor time of a process and its children."""
    ticks = 0
    for one in _tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    """Megabytes of a process and its children."""
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in _tree(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--warm", type=int, default=20, help="seconds of load before measuring")
    parser.add_argument("--articles")
    parser.add_argument("--questions", help="one question a line")
    parser.add_argument("--peer", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
