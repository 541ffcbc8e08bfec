"""Quote answers per second over HTTP, with the load generator on the same machine.

    python benchmarks/http_quotes.py [--workers 2] [--connections 16] [--seconds 10]
        [--articles JSONL] [--questions FILE]

Starts a real `dengmi serve` over a fresh home, asks questions over kept-alive connections and
prints answers per second, latency and resident memory. Without --articles it indexes the guide.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
GUIDE = (
    "How do I add a feed?",
    "怎样添加订阅源？",
    "What is a quote answer?",
    "Which port does the server listen on?",
    "怎样备份？",
    "How do I restore a backup?",
)


def main() -> None:
    args = _arguments()
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "DENGMI_HOME": home}
        articles = args.articles or str(ROOT / "docs" / "guide")
        dengmi = [sys.executable, "-m", "dengmi"]
        subprocess.run([*dengmi, "add", articles], env=environ, check=True, stdout=sys.stderr)
        command = [*dengmi, "serve", "--port", "0", "--workers", str(args.workers)]
        began = time.perf_counter()
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            address = server.stdout.readline().split("http://")[1].split()[0]
            ready = time.perf_counter() - began
            host, port = address.rsplit(":", 1)
            questions = _questions(args.questions)
            asyncio.run(_load(host, int(port), questions, args.connections, 2.0))
            idle = _resident(server.pid)
            took = asyncio.run(_load(host, int(port), questions, args.connections, args.seconds))
            busy = _resident(server.pid)
            server.terminate()
            server.wait(30)
    took.sort()
    print(f"command      {' '.join(['python', *sys.argv])}")
    print(f"ready        {ready:.2f} s")
    print(f"resident     {idle:.0f} MB after warming up, {busy:.0f} MB at the end")
    print(f"answers/s    {len(took) / args.seconds:.0f}  ({args.connections} connections)")
    for name, share in (("median", 0.5), ("p95", 0.95), ("p99", 0.99)):
        print(f"{name:12} {took[int(len(took) * share)] * 1000:.1f} ms")


async def _load(
    host: str, port: int, questions: list[bytes], connections: int, seconds: float
) -> list[float]:
    """The time of every answer, in seconds."""
    until = time.perf_counter() + seconds
    runs = (
        _ask(host, port, questions[number:] + questions[:number], until)
        for number in range(connections)
    )
    return [one for run in await asyncio.gather(*runs) for one in run]


async def _ask(host: str, port: int, requests: list[bytes], until: float) -> list[float]:
    reader, writer = await asyncio.open_connection(host, port)
    took: list[float] = []
    number = 0
    while (began := time.perf_counter()) < until:
        writer.write(requests[number % len(requests)])
        number += 1
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode())
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        took.append(time.perf_counter() - began)
    writer.close()
    return took


def _questions(path: str | None) -> list[bytes]:
    asked = Path(path).read_text("utf-8").splitlines() if path else GUIDE
    return [_request(one) for one in asked if one.strip()]


def _request(question: str) -> bytes:
    body = json.dumps({"question": question}).encode()
    head = (
        "POST /api/v1/answers HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _resident(pid: int) -> float:
    """Megabytes of the process and its children."""
    pids = [str(pid)]
    for one in pids:
        children = Path(f"/proc/{one}/task/{one}/children")
        pids += children.read_text().split() if children.exists() else []
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--articles")
    parser.add_argument("--questions", help="one question a line")
    return parser.parse_args()


if __name__ == "__main__":
    main()
