"""What an answer costs over a day of real arrivals, and what saves how much.

    python benchmarks/cost.py [--arrivals 4000] [--zipf 1.1] [--thinking 400]

Arrivals are those of the Azure trace (their times), questions those of SQuAD-dev and CMRC-dev
drawn by Zipf's law, prices those of the DeepSeek API's sheet (deepseek-flash, off-peak), and the
prefix cache counts by the rules of its guide (tests/fakes/prefix_cache.py), a new unit after three
seconds. The model writes what it can copy from its prompt, the same for every way.

Dengmi answers through its own ladder: real search, prompt, check, reuse, join and ledger, on a
clock that jumps from arrival to arrival. A question that comes while the same one is being written
counts as joined. The plain way searches as well, and prompts with the ten best passages in order of
rank, whatever was asked before.
"""

import argparse
import asyncio
import csv
import json
import random
import sys
import tempfile
from bisect import bisect_left
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from itertools import accumulate
from pathlib import Path

import _data

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dengmi.answer.climb import LevelWay, Ways
from dengmi.answer.ladder import Ladder
from dengmi.answer.reusing import Reusing
from dengmi.answer.upper import Upper
from dengmi.answer.write.prompt import messages
from dengmi.answer.write.shown import Shown, chosen
from dengmi.answer.write.writer import Writer
from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatRequest, Ended, Message, Piece, Said
from dengmi.core.events import Done
from dengmi.core.records import Question, SearchQuery
from dengmi.language.tokens import estimate_tokens
from dengmi.ledger.costs import cost
from dengmi.ledger.ledger import Ledger
from dengmi.ledger.prices import price_at
from dengmi.models.extractive import extract
from dengmi.settings.load import load_settings
from dengmi.settings.options import ModelSettings
from dengmi.wire import open_parts
from tests.fakes.prefix_cache import PrefixCache

START = datetime.fromisoformat("2026-11-28T12:00:00+00:00").timestamp()
FIRST, PER_SECOND = 0.4, 60.0
MODEL = "deepseek-flash"


class TraceClock:
    """Shows the time of the arrival that is being answered."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at


class Copying:
    """A model that copies from its prompt and counts tokens as the endpoint would."""

    name = "flash"

    def __init__(self, clock: TraceClock) -> None:
        self.cache = PrefixCache(estimate_tokens, clock.now)
        self.calls = 0

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        self.calls += 1
        text = extract(request.messages)
        tokens = used(self.cache, request.messages, text, 0)
        yield Said(text)
        yield Ended("stop", tokens, "trace")

    async def close(self) -> None:
        """Nothing to let go of."""


def used(cache: PrefixCache, prompt: Sequence[Message], text: str, thinking: int) -> Tokens:
    """What a call uses, and its prompt kept for the next."""
    plain = [(each.role, each.text) for each in prompt]
    hit, miss = cache.split("", plain)
    cache.note("", plain, text)
    return Tokens(hit=hit, miss=miss, output=estimate_tokens(text) + thinking, reasoning=thinking)


async def run(folder: Path, args: argparse.Namespace) -> None:
    arrivals, asked = _arrivals(args.arrivals), _asked(args)
    price = price_at(MODEL, START)
    clock = TraceClock()
    plain = {name: PrefixCache(estimate_tokens, clock.now) for name in ("rank", "short", "order")}
    sums = dict.fromkeys(("thinking", "plain", "short", "order"), 0)
    joined = reused = 0
    ours = saved_reuse = saved_join = 0
    writing: dict[str, float] = {}
    async with open_parts(load_settings(folder / "home", {})) as parts:
        await parts.search.catch_up()
        model = Copying(clock)
        ledger = Ledger(parts.store, clock, {"flash": ModelSettings(kind="deepseek", model=MODEL)})
        ways = Ways(levels={"quick": LevelWay(models=("flash",), evidence=2_400, tokens=700)})
        upper = Upper(
            ways, Writer(lambda _: model, ledger), ledger, parts.store, clock,
            reusing=Reusing(parts.store),
        )  # fmt: skip
        ladder = Ladder(parts.store, parts.search, clock, upper)
        for n, (at, question) in enumerate(zip(arrivals, asked, strict=True)):
            clock.at = START + at
            query = SearchQuery(text=question, desk="main", limit=10, marked=False)
            evidence = await parts.search.search(query)
            ranked = [(hit.head, hit.passage) for hit in evidence.hits]
            short = chosen(evidence, 2_400)
            in_rank = [place for place in ranked if place in short]
            lang = "zh" if not question.isascii() else "en"
            for name, places in (("rank", ranked), ("short", in_rank), ("order", short)):
                prompt = messages("", (), Shown().more(places), question, "quick", lang)
                tokens = used(plain[name], prompt, extract(prompt), 0)
                key = {"rank": "plain", "short": "short", "order": "order"}[name]
                sums[key] += cost(price, tokens)
                if name == "rank":
                    more = Tokens(
                        hit=tokens.hit,
                        miss=tokens.miss,
                        output=tokens.output + args.thinking,
                    )
                    sums["thinking"] += cost(price, more)
            async for event in ladder.ask(Question(id="", desk="main", text=question)):
                if isinstance(event, Done):
                    answer = event.answer
                    ours += answer.cost.micros
                    if answer.reused:
                        full = answer.full_cost.micros
                        if clock.at < writing.get(answer.origin, 0.0):
                            joined, saved_join = joined + 1, saved_join + full
                        else:
                            reused, saved_reuse = reused + 1, saved_reuse + full
                    elif answer.level == "quick":
                        output = answer.usage.get("output", 0)
                        writing[answer.id] = clock.at + FIRST + output / PER_SECOND
            if (n + 1) % 500 == 0:
                print(f"{n + 1} of {len(arrivals)} …", file=sys.stderr)
        calls = model.calls
    _report(len(arrivals), sums, ours, (reused, joined, calls, len(set(asked))))


def _report(n: int, sums: dict[str, int], ours: int, counts: tuple[int, int, int, int]) -> None:
    reused, joined, calls, distinct = counts
    print(
        f"{n} questions, {distinct} different ones; {calls} calls, {reused} reused, {joined} joined"
    )
    print(f"{'millionths of a yuan an answer':44}{'cost':>9}{'of plain':>10}")
    rows = (
        ("plain, thinking as the API's default", sums["thinking"]),
        ("plain: ten passages by rank, no thinking", sums["plain"]),
        ("+ shorter evidence", sums["short"]),
        ("+ articles in canonical order", sums["order"]),
        ("Dengmi: + reuse, join, declined for nothing", ours),
    )
    for name, total in rows:
        print(f"{name:44}{total / n:9.0f}{total / sums['plain']:10.3f}")
    print(
        f"Dengmi costs {sums['plain'] / ours:.1f} times less than plain without thinking, "
        f"{sums['thinking'] / ours:.1f} times less than plain with it"
    )


def _arrivals(most: int) -> list[float]:
    """Seconds from the first arrival on."""
    path = _data.folder() / "azure_trace" / "AzureLLMInferenceTrace_conv.csv"
    with path.open(encoding="utf-8") as file:
        times = [row["TIMESTAMP"][:26] for row in csv.DictReader(file)][:most]
    moments = [datetime.fromisoformat(time).timestamp() for time in times]
    return [moment - moments[0] for moment in moments]


def _asked(args: argparse.Namespace) -> list[str]:
    """Questions drawn by Zipf's law; which are frequent is by chance."""
    chance = random.Random(11)
    pool = [each.text for each in (*_data.squad().queries, *_data.cmrc().queries)]
    chance.shuffle(pool)
    weights = list(accumulate(1 / (rank + 1) ** args.zipf for rank in range(len(pool))))
    return [pool[bisect_left(weights, chance.random() * weights[-1])] for _ in range(args.arrivals)]


def _fill(folder: Path) -> None:
    import subprocess

    articles = folder / "articles.jsonl"
    with articles.open("w", encoding="utf-8") as file:
        for each in (*_data.squad().articles, *_data.cmrc().articles):
            row = {"id": each.id, "title": each.title, "text": each.text}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    home = str(folder / "home")
    add = [sys.executable, "-m", "dengmi", "--home", home, "add", str(articles)]
    subprocess.run(add, check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arrivals", type=int, default=4_000)
    parser.add_argument("--zipf", type=float, default=1.1)
    parser.add_argument("--thinking", type=int, default=400, help="tokens a thinking model thinks")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        _fill(Path(name))
        asyncio.run(run(Path(name), args))


if __name__ == "__main__":
    main()
