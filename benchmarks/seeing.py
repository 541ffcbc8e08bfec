"""What counting, timing and logging cost a quote answer, in processor time.

`python benchmarks/seeing.py [--questions N]` asks questions of the guide through the application
itself (no sockets), each twice in a row, with and without what sees it, and prints the median
difference; then what counting and logging take alone, many thousand times in a row.
"""

import argparse
import asyncio
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import httpx

from dengmi.answer.seen import Seen
from dengmi.core.clock import SystemClock
from dengmi.core.counts import Counts
from dengmi.core.events import Cited, Done, Event, Found, Spent, Text
from dengmi.core.records import Answer, Citation, Cost, Head, Question
from dengmi.server.application import create_app
from dengmi.server.logs import begin_log
from dengmi.settings.load import load_settings
from dengmi.wire import open_parts

log = logging.getLogger(__name__)

GUIDE = Path(__file__).parent.parent / "docs" / "guide"
WORDS = ("port", "desk", "backup", "level", "source", "proxy", "budget", "model", "quote", "token")


class Blind(Counts):
    """Sees nothing."""

    def add(self, *key: str, by: float = 1) -> None: ...
    def shift(self, *key: str, by: int) -> None: ...
    def time(self, *key: str, seconds: float) -> None: ...


@contextmanager
def unseen() -> Iterator[None]:
    """Nothing is counted, and no question is followed."""
    nothing = {name: lambda *_, **__: None for name in ("aims", "hear", "end")}
    with (
        patch.multiple(Seen, **nothing),
        patch.multiple(Counts, **{name: getattr(Blind, name) for name in ("add", "shift", "time")}),
    ):
        yield


async def asked(client: httpx.AsyncClient, number: int) -> float:
    """Processor time in milliseconds of an answer."""
    words = f"What does {WORDS[number % len(WORDS)]} mean in case {number // len(WORDS)}?"
    began = time.process_time()
    reply = await client.post("/api/v1/answers", json={"question": words, "level": "quote"})
    assert reply.status_code == 200
    return (time.process_time() - began) * 1000


async def pairs(questions: int) -> tuple[list[float], list[float]]:
    """Milliseconds of the same questions, unseen and seen, one after the other."""
    blind, seen = [], []
    with tempfile.TemporaryDirectory() as home:
        async with open_parts(load_settings(Path(home), {})) as parts:
            source = await parts.corpus.add("guide", str(GUIDE))
            await parts.corpus.sync(source)
            await parts.search.catch_up()
            transport = httpx.ASGITransport(create_app(parts))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as one:
                for number in range(questions):
                    await asked(one, number)  # what can be remembered of it is remembered
                    for turn in (number, number + 1):
                        if turn % 2:
                            seen.append(await asked(one, number))
                        else:
                            with unseen():
                                blind.append(await asked(one, number))
    return blind, seen


def alone(times: int) -> float:
    """Microseconds of everything that is counted for one quote answer."""
    head = Head(pk=1, id="a", desk="d", source_id="s", title="t")
    cited = Citation(n=1, head=head, passage_id="p", first=1, last=1, quote="q")
    answer = Answer(
        id="an", question_id="q", desk="d", question="?", level="quote", wanted="auto",
        text="t", grounded=True, confidence=1.0,
    )  # fmt: skip
    events: list[Event] = [
        *(Found("q", "quote", 6, 1.0), Text("a"), Cited(cited), Text("b"), Cited(cited)),
        *(Spent(Cost()), Done(answer)),
    ]
    counts, clock, question = Counts(), SystemClock(), Question(id="q", desk="d", text="?")
    began = time.process_time()
    for _ in range(times):
        one = Seen(counts, question, clock)
        one.aims("quote")
        counts.shift("searches", by=1)
        counts.shift("searches", by=-1)
        counts.time("search", seconds=0.004)
        for event in events:
            one.hear(event)
        one.end()
        counts.add("requests", "/api/v1/answers", "POST", "200")
        counts.time("request", "/api/v1/answers", seconds=0.01)
        if log.isEnabledFor(logging.INFO):
            log.info("request", extra={"told": {"route": "/api/v1/answers", "took_ms": 10.1}})
    return (time.process_time() - began) / times * 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=500)
    args = parser.parse_args()
    with Path(os.devnull).open("w") as nowhere:
        begin_log("json", "warning", nowhere)
        micros = alone(20_000)
        begin_log("json", "info", nowhere)
        written = alone(5_000)
        begin_log("json", "warning", nowhere)
        blind, seen = asyncio.run(pairs(args.questions))
    plain = statistics.median(blind)
    more = statistics.median(one - other for one, other in zip(seen, blind, strict=True))
    print(f"an answer that nobody sees: {plain:.3f} ms of processor time (median of {len(blind)})")
    print(f"seen: {more:+.3f} ms (median of the differences) = {more / plain * 100:+.2f} %")
    print(f"counting alone: {micros:.1f} µs = {micros / plain / 10:.2f} %")
    share = written / plain / 10
    print(f"counting and two lines of JSON in the log: {written:.1f} µs = {share:.2f} %")


if __name__ == "__main__":
    main()
