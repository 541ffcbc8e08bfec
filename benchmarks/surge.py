"""Everyone shows up at once: Dengmi, LiteLLM's proxy and the bare endpoint under the same surge.

    python benchmarks/surge.py [--load steps|trace|dead] [--short] [--slots 20] [--queue]
        [--litellm PATH] [--only dengmi,litellm,bare] [--askers 2000] [--each 1] [--workers 2]
        [--keep DIR]

The endpoint (_upstream.py) has so many slots, 0.4 s to the first token, 60 tokens a second and
answers of 200 tokens: 20 slots are 5.4 answers a second, the capacity (two cores that endpoint,
askers and server share do not carry more than that tenfold). Askers come on a schedule
whatever becomes of the answers (_askers.py); one of them sends 30 % of all questions. What is asked
is drawn by Zipf's law (1.1) from SQuAD-dev and CMRC-dev, in the spike from few questions. With
`--each 4` an ordinary asker comes, asks four questions and goes: fairness then says something.

    steps   0.5 times the capacity, a step to 10 times, a spike of 50 times, back to 0.5
    trace   the arrivals of the Azure trace, sped up to 10 times the capacity on average
    dead    the endpoint is gone for 60 s, and comes back

Each way is asked the same questions at the same times, one after the other, each with an endpoint
of its own. The bare endpoint and the proxy get a ready prompt (the article that answers, numbered);
Dengmi searches. Everything shares the machine's cores. Columns: first useful reply (quotes, the
nearest articles or text) within 1 s, its median and 99th percentile over all questions; levels;
lost; refused; slots busy with answers somebody waits for; answers of a model within 60 s, and the
most that the slots allow if one call answers all who ask the same; Jain's fairness index over
answered/asked of ordinary askers, that of answering as many by chance, and of spreading them as
evenly as whole answers can be; the heavy asker's share of the tokens, and how many times an
ordinary asker's that is; millionths of a yuan a question; seconds from the beginning of the phase
until every ordinary asker, and until the heavy one, got the level asked for at once.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import _data
import _plan
import _serving
import _tally
import httpx
from _plan import Ask, Material, Phase

from dengmi.answer.write.prompt import system

HERE = Path(__file__).parent
FIRST, PER_SECOND, TOKENS = 0.4, 60.0, 200
PATIENCE = 60.0
"""Seconds that an asker waits before the question counts as lost."""

NAMES = {"dengmi": "Dengmi", "litellm": "LiteLLM proxy", "bare": "endpoint alone"}
STEPS = (
    Phase("calm", 10, 0.5),
    Phase("10x", 30, 10),
    Phase("spike", 10, 50, hot=True),
    Phase("after", 20, 0.5),
)
SHORT = (
    Phase("calm", 3, 0.5),
    Phase("10x", 6, 10),
    Phase("spike", 2, 50, hot=True),
    Phase("after", 6, 0.5),
)
DEAD = (
    Phase("calm", 10, 0.5),
    Phase("dead", 60, 2, set="dead=1"),
    Phase("back", 30, 1, set="dead=0"),
)


def main() -> None:
    args = _arguments()
    _serving.raise_limit(20_000)
    capacity = args.slots / (FIRST + TOKENS / PER_SECOND)
    material = Material(args.seed)
    phases, asks = _planned(args, capacity, material)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {args.slots} slots, ", end="")
    askers = len({ask.asker for ask in asks})
    print(f"{capacity:.1f} answers a second; {len(asks)} questions of {askers} askers")
    for name in args.only:
        with ExitStack() as stack:
            folder = Path(args.keep or stack.enter_context(tempfile.TemporaryDirectory())) / name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            seen = _measured(name, folder, args, material, phases, asks)
        if seen is not None:
            _told(seen, phases, capacity, args.slots)


def _planned(
    args: argparse.Namespace, capacity: float, material: Material
) -> tuple[Sequence[Phase], list[Ask]]:
    rng = random.Random(args.seed)
    if args.load == "trace":
        phases: Sequence[Phase] = (Phase("trace", 6 if args.short else 40, 10),)
        file = _data.folder() / "azure_trace" / "AzureLLMInferenceTrace_conv.csv"
        arrivals = _plan.trace(file, capacity, phases[0].times, phases[0].seconds)
    else:
        phases = DEAD if args.load == "dead" else SHORT if args.short else STEPS
        arrivals = _plan.steps(capacity, phases, rng)
    askers = _plan.Askers(args.askers, args.each, rng)
    return phases, _plan.asks(arrivals, phases, material, askers, rng)


def _measured(
    name: str,
    folder: Path,
    args: argparse.Namespace,
    material: Material,
    phases: Sequence[Phase],
    asks: Sequence[Ask],
) -> _tally.Seen | None:
    """One way under the whole load; None where it is not installed."""
    log = folder / "calls.jsonl"
    home = folder / "home"
    if name == "dengmi":
        _serving.fill(home, material.articles)
    with ExitStack() as stack:
        endpoint = stack.enter_context(
            _serving.upstream(args.slots, FIRST, PER_SECOND, TOKENS, log)
        )
        httpx.get(f"{endpoint.address}/set?queue={int(args.queue)}")
        if name == "dengmi":
            _serving.settings(home, endpoint.address, args.slots)
            server = stack.enter_context(_serving.dengmi(home, args.workers))
        elif name == "litellm":
            proxy = _serving.litellm(folder, endpoint.address, args.litellm)
            found = stack.enter_context(proxy)
            if found is None:
                print("\nLiteLLM is not installed: left out (--litellm PATH)")
                return None
            server = found
        else:
            server = endpoint
        lines = [_line(name, ask, material) for ask in asks]
        _warmed(folder, server, name, material)
        used = server.processor()
        start, results = _asked(folder, server, endpoint, lines, phases)
        if name == "dengmi":
            _drained(home, start + sum(phase.seconds for phase in phases) + PATIENCE)
        used = server.processor() - used
        print(f"\n{NAMES[name]}: {used:.0f} s of processor time, {server.resident():.0f} MB")
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    kept = _tally.kept_in(home) if name == "dengmi" else _tally.Kept()
    calls = [call for call in calls if call["came"] >= start]
    return _tally.Seen(NAMES[name], start, results, calls, kept, name == "dengmi")


def _warmed(folder: Path, server: _serving.Running, name: str, material: Material) -> None:
    """Whatever is read or made at the first questions is not measured; other questions."""
    asked = [Ask(n * 0.2, 0, "warm", text) for n, text in enumerate(material.questions[-130:-110])]
    _asked(folder, server, None, [_line(name, ask, material) for ask in asked], ())


def _asked(
    folder: Path,
    server: _serving.Running,
    endpoint: _serving.Running | None,
    lines: Sequence[str],
    phases: Sequence[Phase],
) -> tuple[float, list[_tally.Row]]:
    """Have the plan carried out: when it began (Unix time), and what became of each question."""
    plan, out = folder / "plan", folder / "results.jsonl"
    plan.write_text("".join(lines), "utf-8")
    start = time.time() + 3
    told = [plan, out, server.port, PATIENCE, start]
    command = [sys.executable, str(HERE / "_askers.py"), *map(str, told)]
    timers = _changes(endpoint, phases, start) if endpoint else []
    subprocess.run(command, check=True, timeout=400)
    for timer in timers:
        timer.cancel()
    return start, [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def _drained(home: Path, until: float) -> None:
    """Wait for late answers, as long as they count."""
    with sqlite3.connect(home / "dengmi.sqlite") as base:
        waiting = "SELECT count(*) FROM late WHERE state = 'waiting'"
        while time.time() < until and base.execute(waiting).fetchone()[0]:
            time.sleep(1)


def _changes(
    endpoint: _serving.Running, phases: Sequence[Phase], start: float
) -> list[threading.Timer]:
    """What is to change at the endpoint at the beginning of phases."""
    timers, at = [], start
    for phase in phases:
        if phase.set:
            url = f"{endpoint.address}/set?{phase.set}"
            timers.append(threading.Timer(at - time.time(), httpx.get, [url]))
            timers[-1].start()
        at += phase.seconds
    return timers


def _line(name: str, ask: Ask, material: Material) -> str:
    if name == "dengmi":
        body: dict[str, object] = {"question": ask.question, "asker": ask.asker, "level": "quick"}
        return _plan.line(ask, "/api/v1/answers", "accept: text/event-stream\r\n", body)
    text = material.evidence(ask.question)
    prompt = f"Articles:\n[1.1] {' '.join(text.split())}\n\nQuestion: {ask.question}\n"
    messages = [
        {"role": "system", "content": system("").text},
        {"role": "user", "content": prompt},
    ]
    body = {"model": "deepseek-flash", "messages": messages, "max_tokens": 700, "stream": True}
    if name == "bare":
        body["thinking"] = {"type": "disabled"}
    head = f"authorization: Bearer {_serving.KEY}\r\n"
    return _plan.line(ask, "/chat/completions", head, body)


def _told(seen: _tally.Seen, phases: Sequence[Phase], capacity: float, slots: int) -> None:
    print(
        f"{'':7}{'asked':>6}{'<=1 s':>7}{'median':>8}{'p99 s':>8}{'lost':>6}{'refused':>8}", end=""
    )
    print(
        f"{'busy':>7}{'<=60 s':>8}{'bound':>7}{'Jain':>7}{'chance':>7}{'best':>7}{'heavy':>7}",
        end="",
    )
    print(f"{'times':>7}{'micro':>7}{'up s':>6}{'heavy':>6}  levels")
    for part in _tally.parts(seen, phases, capacity, slots):
        levels = ", ".join(f"{name} {share:.1%}" for name, share in sorted(part.levels.items()))
        print(
            f"{part.name:7}{part.asked:6}{part.useful:7.1%}{part.median:8.3f}{part.p99:8.3f}"
            f"{part.lost:6}{part.refused:8}{part.busy:7.1%}{part.within:8.1%}{part.bound:7.1%}"
            f"{part.jain:7.3f}{part.shed:7.3f}{part.best:7.3f}{part.heavy:7.1%}{part.rate:7.1f}{part.cost:7.0f}"
            f"{part.up:6.1f}{part.heavy_up:6.1f}  {levels}",
            flush=True,
        )
    refused = sum(call["status"] == 429 for call in seen.calls)
    print(f"calls of the endpoint: {len(seen.calls)}, of them refused: {refused}", end="")
    if seen.ours:
        print(
            f"; questions left open: {seen.kept.open}, answered twice: {seen.kept.doubled}", end=""
        )
    print()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--load", choices=("steps", "trace", "dead"), default="steps")
    parser.add_argument("--short", action="store_true", help="a minute, to see that it runs")
    parser.add_argument("--slots", type=int, default=20)
    parser.add_argument("--queue", action="store_true", help="wait with keep-alives instead of 429")
    parser.add_argument("--askers", type=int, default=2_000)
    parser.add_argument("--each", type=int, default=1, help="questions of an ordinary asker")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(NAMES))
    parser.add_argument("--litellm", help="path of LiteLLM's command")
    parser.add_argument("--keep", help="folder for plans, results and homes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
