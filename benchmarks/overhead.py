"""What Dengmi adds in front of a model: time to the first token, and answers a second.

    python benchmarks/overhead.py [--streams 20] [--rounds 8] [--seconds 8] [--litellm PATH]

One endpoint of the tests (DeepSeek's rules; 200 ms to the first token, a first sentence at once,
then 60 tokens a second) is asked straight, through `dengmi serve` (search, prompt, check and ledger
included; every question is another one, so nothing is reused), and through LiteLLM's proxy where
its command is found (`litellm`, or --litellm). Each is a process of its own, all in one run, in
turn. The second part asks as fast as answers come, 64 at a time: one token from the endpoint, a
checked sentence from Dengmi. Dengmi's first token is its first checked sentence; its quotes, which
come before, do not count.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import _data
import httpx

ROOT = Path(__file__).resolve().parents[1]
KEY = "sk-test"


def main() -> None:
    args = _arguments()
    asked = _questions()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {args.streams} streams at once")
    with tempfile.TemporaryDirectory() as name, _endpoint(args.first) as endpoint:
        folder = Path(name)
        ways = [("endpoint alone", endpoint, _straight)]
        with _dengmi(folder, endpoint) as dengmi, _litellm(folder, endpoint, args) as proxy:
            ways.append(("Dengmi", dengmi, _through_dengmi))
            if proxy:
                ways.append(("LiteLLM proxy", proxy, _through_proxy))
            _first_tokens(ways, asked, args)
            _set_speed(endpoint, 0.0, 0.0)
            _throughput(ways, asked, args)


Way = tuple[str, str, Callable[..., AsyncIterator[float]]]


def _first_tokens(ways: list[Way], asked: Iterator[str], args: argparse.Namespace) -> None:
    times: dict[str, list[float]] = {name: [] for name, *_ in ways}
    for _, address, ask in ways:  # whatever is read or made at the first request
        asyncio.run(_round(address, ask, asked, 4))
    for _ in range(args.rounds):
        for name, address, ask in ways:
            times[name] += asyncio.run(_round(address, ask, asked, args.streams))
    base = statistics.median(times["endpoint alone"])
    base99 = _p99(times["endpoint alone"])
    print(f"{'time to the first token, ms':30}{'median':>9}{'p99':>9}{'added':>9}{'added p99':>11}")
    for name, found in times.items():
        middle, high = statistics.median(found), _p99(found)
        added = f"{middle - base:9.1f}{high - base99:11.1f}"
        print(f"{name:30}{middle:9.1f}{high:9.1f}{added}")


def _throughput(ways: list[Way], asked: Iterator[str], args: argparse.Namespace) -> None:
    print(f"{'answers of one token':30}{'a second':>9}{'failed':>9}")
    for name, address, ask in ways:
        done, failed, took = asyncio.run(_flood(address, ask, asked, args.seconds))
        print(f"{name:30}{done / took:9.0f}{failed:9}")


async def _round(
    address: str, ask: Callable[..., AsyncIterator[float]], asked: Iterator[str], streams: int
) -> list[float]:
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=200)) as client:

        async def one() -> float:
            began = time.perf_counter()
            first = 0.0
            async for _ in ask(client, address, next(asked), 120):
                first = first or (time.perf_counter() - began) * 1e3
            return first

        async def stream(n: int) -> list[float]:
            await asyncio.sleep(n * 0.05)  # the streams begin apart, as askers do
            return [await one() for _ in range(3)]

        found = await asyncio.gather(*(stream(n) for n in range(streams)))
        return [time for times in found for time in times if time]


async def _flood(
    address: str, ask: Callable[..., AsyncIterator[float]], asked: Iterator[str], seconds: float
) -> tuple[int, int, float]:
    done = failed = 0
    began = time.perf_counter()
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=200)) as client:

        async def work() -> None:
            nonlocal done, failed
            while time.perf_counter() - began < seconds:
                try:
                    got = [t async for t in ask(client, address, next(asked), 1)]
                except httpx.HTTPError:
                    got = []
                done += bool(got)
                failed += not got

        await asyncio.gather(*(work() for _ in range(64)))
    return done, failed, time.perf_counter() - began


async def _straight(
    client: httpx.AsyncClient, address: str, question: str, most: int
) -> AsyncIterator[float]:
    thinking = {"thinking": {"type": "disabled"}}
    async for moment in _through_proxy(client, address, question, most, thinking):
        yield moment


async def _through_proxy(
    client: httpx.AsyncClient,
    address: str,
    question: str,
    most: int,
    more: Mapping[str, object] = MappingProxyType({}),
) -> AsyncIterator[float]:
    body = {
        "model": "deepseek-flash",
        "messages": [{"role": "user", "content": f"[1.1] {question}\nQuestion: {question}"}],
        "max_tokens": most,
        "stream": True,
        **more,
    }
    headers = {"Authorization": f"Bearer {KEY}"}
    async with client.stream(
        "POST", f"{address}/chat/completions", json=body, headers=headers
    ) as response:
        response.raise_for_status()
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                choices = json.loads(line[6:]).get("choices") or [{}]
                if (choices[0].get("delta") or {}).get("content"):
                    yield time.perf_counter()


async def _through_dengmi(
    client: httpx.AsyncClient, address: str, question: str, _most: int
) -> AsyncIterator[float]:
    body = {"question": question, "level": "quick"}
    headers = {"Accept": "text/event-stream"}
    async with client.stream(
        "POST", f"{address}/api/v1/answers", json=body, headers=headers
    ) as response:
        response.raise_for_status()
        name = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: ") and name in ("text", "done"):
                yield time.perf_counter()


def _questions() -> Iterator[str]:
    """Questions of SQuAD-dev, none twice."""
    for each in _data.squad().queries:
        yield each.text


@contextmanager
def _endpoint(first: float) -> Iterator[str]:
    """The endpoint of the tests in a process of its own."""
    port = _port()
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from benchmarks._endpoint import run; run(int(sys.argv[2]), float(sys.argv[3]))"
    )
    command = [sys.executable, "-c", code, str(ROOT), str(port), str(first)]
    with _running(command, f"http://127.0.0.1:{port}/speed"):
        yield f"http://127.0.0.1:{port}"


def _set_speed(endpoint: str, first: float, per_second: float) -> None:
    httpx.get(f"{endpoint}/speed", params={"first": first, "per_second": per_second})


@contextmanager
def _dengmi(folder: Path, endpoint: str) -> Iterator[str]:
    home = folder / "home"
    home.mkdir()
    (home / "dengmi.toml").write_text(
        f"[models.flash]\nkind = 'deepseek'\nmodel = 'deepseek-flash'\nbase_url = '{endpoint}'\n"
        f"api_key = '{KEY}'\n[desks.main]\ncheck = 'mark'\n"
    )
    articles = folder / "articles.jsonl"
    rows = [{"id": a.id, "title": a.title, "text": a.text} for a in _data.squad().articles]
    articles.write_text("".join(json.dumps(row) + "\n" for row in rows))
    environ = {**os.environ, "DENGMI_HOME": str(home)}
    add = [sys.executable, "-m", "dengmi", "add", str(articles)]
    subprocess.run(add, env=environ, check=True, capture_output=True)
    port = _port()
    serve = [sys.executable, "-m", "dengmi", "serve", "--port", str(port)]
    with _running(serve, f"http://127.0.0.1:{port}/readyz", environ):
        yield f"http://127.0.0.1:{port}"


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
    port = _port()
    serve = [command, "--config", str(config), "--port", str(port), "--host", "127.0.0.1"]
    environ = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
    environ["LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY"] = "true"
    environ.pop("PYTHONPATH", None)
    with _running(serve, f"http://127.0.0.1:{port}/health/liveliness", environ, seconds=90):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(
    command: list[str], ready: str, environ: dict[str, str] | None = None, seconds: float = 20
) -> Iterator[None]:
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen(
            command, env=environ, stdout=said, stderr=said, start_new_session=True
        )
        try:
            until = time.monotonic() + seconds
            while time.monotonic() < until and server.poll() is None:
                with suppress(httpx.HTTPError):
                    if httpx.get(ready, timeout=2).status_code < 500:
                        break
                time.sleep(0.1)
            else:
                said.seek(0)
                sys.exit(f"{command[0]} does not serve:\n{said.read()[-2000:].decode()}")
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(20)


def _port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _p99(times: list[float]) -> float:
    return sorted(times)[min(int(len(times) * 0.99), len(times) - 1)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--first", type=float, default=0.2)
    parser.add_argument("--litellm", help="path of LiteLLM's command")
    return parser.parse_args()


if __name__ == "__main__":
    main()
