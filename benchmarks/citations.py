"""How well a claim's support is told, beside plain containment of words, in the same run.

    python benchmarks/citations.py [--nli MODEL] [--labels A,B,C] [--languages en,zh] [--every N]
         [--halves sealed3,sealed4] [--decides]
    python benchmarks/citations.py --judge-model GGUF|URL#MODEL [--every N] [--threads N]

With --nli a model for natural language inference stands beside the built-in judge: alone (its odds
of entailment, less those of contradiction), and as the second look of a desk that has it, by how
sure of a contradiction it must be; with --decides, by how sure that a claim is borne out. --every N
takes every Nth claim, --halves only these planted sets, and with a model nothing else.

With --judge-model a model that writes judges planted sentences (`desks.NAME.judge`): a GGUF file,
or a model behind an endpoint.

Reads WiCE dev, CLIMATE-FEVER and tests/data/planted.jsonl. The shipped trees have seen the first
two and every planted part but "held"; train_judge.py prints cross-validated numbers. Takes a
minute.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from _judge_model import compare
from _judging import MOST, Labelled, auroc, climate_fever, planted, planted_rows, wice, wice_pages

from dengmi.answer.check.judge import COPIED, best_support, judge
from dengmi.answer.write.entailed import entailed, pair_of
from dengmi.answer.write.second import Doubt
from dengmi.core.entailment import Odds, Pair
from dengmi.language.words import terms
from dengmi.models.nli import NliModel
from dengmi.settings.nli import NliSettings


def contained(each: Labelled) -> float:
    """The plain way: the share of the claim's distinct words that stand in the sentences."""
    mine = frozenset(terms(each.claim))
    there = frozenset().union(*(terms(source.text) for source in each.sources))
    return len(mine & there) / (len(mine) or 1)


def judged(each: Labelled) -> float:
    return judge(each.claim, each.sources).score


REFUTING = (0.9, 0.95, 0.98, 0.99)
"""How sure of a contradiction the model must be, where a claim seems borne out."""

DECIDING = (0.3, 0.4, 0.5, 0.7)
"""How sure that a claim is borne out a model must be that decides."""


@dataclass(slots=True)
class Second:
    """A model for natural language inference, what it said of pairs, and how long it took."""

    model: NliModel
    known: dict[Pair, Odds | None] = field(default_factory=dict)
    threshold: float = 0.7
    refuting: float = 1.0
    spent: float = 0.0

    async def read(self, chosen: Sequence[Labelled]) -> None:
        """Have it read claims, as many at a time as it takes."""
        pairs = [pair_of(each.claim, each.sources) for each in chosen]
        left = list(dict.fromkeys(pair for pair in pairs if pair not in self.known))
        began = time.process_time()
        self.known |= zip(left, await self.model.told(left), strict=True)
        self.spent += time.process_time() - began

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def decides(self) -> bool:
        return self.model.decides

    @property
    def languages(self) -> tuple[str, ...]:
        return self.model.languages

    async def open(self) -> None:
        await self.model.open()

    async def odds(self, pairs: Sequence[Pair]) -> Sequence[Odds | None] | None:
        return [self.known[pair] for pair in pairs]

    def alone(self, each: Labelled) -> float:
        """The odds of entailment less those of contradiction, from 0 to 1; 0 where it could not
        read the claim whole."""
        odds = self.known[pair_of(each.claim, each.sources)]
        return (1 + odds.entails - odds.contradicts) / 2 if odds else 0.0

    def both(self, each: Labelled) -> float:
        """The mean with the score of the built-in judge."""
        return (judged(each) + self.alone(each)) / 2

    @property
    def levels(self) -> tuple[float, ...]:
        """How sure the model may have to be."""
        return DECIDING if self.decides else REFUTING

    async def passes(self, each: Labelled, level: float) -> bool:
        """Whether a claim is supported when a desk has this second look."""
        if self.decides:
            self.threshold = level
        else:
            self.refuting = level
        found = judge(each.claim, each.sources)
        if found.score >= COPIED:
            return True
        doubt = Doubt(each.claim, each.sources, found.verdict, found.reasons)
        (turned,) = await entailed(self, [doubt])
        return (turned or found.verdict) == "supported"


async def beside(second: Second, every: int, halves: Sequence[str]) -> None:
    """The same tables with the model."""
    if not halves:
        await areas(second, every)
    levels = " | ".join(f"at {at}" for at in second.levels)
    print(f"\n| planted: caught, flagged | built-in | {levels} | of |")
    print("|---" * (len(second.levels) + 3) + "|")
    for half in halves or dict.fromkeys(row["half"] for row in planted_rows()):
        for lang in second.languages or ("en", "zh"):
            chosen = [each for each in planted(half) if each.kind.startswith(lang)][::every]
            await second.read(chosen)
            told = [await rated(second, chosen, at) for at in (None, *second.levels)]
            print(f"| {half}, {lang} | {' | '.join(told)} | {len(chosen)} |", flush=True)
    print(f"\n{1000 * second.spent / len(second.known):.1f} ms of CPU a claim, loading included")


async def areas(second: Second, every: int) -> None:
    """AUROC of the built-in judge, of the model, and of the mean of both."""
    right, wrong, climate = (
        list(rows)[::every] for rows in (wice(), wice(wrong=True), climate_fever())
    )
    mixed = [*[each for each in right if each.label], *wrong]
    print("\n| AUROC | Dengmi | NLI alone | mean of both |\n|---|---|---|---|", flush=True)
    for name, chosen in (
        ("WiCE dev", right),
        ("wrong article", mixed),
        ("CLIMATE-FEVER", climate),
    ):
        await second.read(chosen)
        ways = (judged, second.alone, second.both)
        print(f"| {name} |", *[f"{area(way, chosen):.3f} |" for way in ways], flush=True)


async def rated(second: Second, chosen: Sequence[Labelled], level: float | None) -> str:
    """Made-up ones caught and true ones flagged; without the model where `level` is None."""
    passed: dict[bool, list[bool]] = {True: [], False: []}
    for each in chosen:
        if level is None:
            ok = judge(each.claim, each.sources).verdict == "supported"
        else:
            ok = await second.passes(each, level)
        passed[each.label].append(ok)
    caught, flagged = (1 - sum(ok) / max(1, len(ok)) for ok in (passed[False], passed[True]))
    return f"{caught:.1%}, {flagged:.1%}"


def area(score: Callable[[Labelled], float], chosen: Sequence[Labelled]) -> float:
    return auroc([score(each) for each in chosen], [each.label for each in chosen])


def rates(half: str, lang: str) -> tuple[float, float, int]:
    """(made-up claims caught, true ones flagged, how many claims)."""
    chosen = [each for each in planted(half) if each.kind.startswith(lang)]
    passed = [judge(each.claim, each.sources).verdict == "supported" for each in chosen]
    true = [ok for ok, each in zip(passed, chosen, strict=True) if each.label]
    false = [ok for ok, each in zip(passed, chosen, strict=True) if not each.label]
    return 1 - sum(false) / len(false), 1 - sum(true) / len(true), len(chosen)


def speed() -> tuple[float, float]:
    """CPU ms for a claim with all sentences of its page: page read before, and not."""
    first = again = 0.0
    pages = list(wice_pages())[:120]
    for claim, every, _ in pages:
        for warm in (False, True):
            began = time.process_time()
            best = best_support(claim, every, MOST)
            judge(claim, [every[place] for place, _ in best])
            took = (time.process_time() - began) * 1000 / len(pages)
            first, again = (first, again + took) if warm else (first + took, again)
    return again, first


def main() -> None:
    """All tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nli", metavar="MODEL", help="folder, or a name at Hugging Face")
    parser.add_argument("--labels", default="", help="of its outputs, in order")
    parser.add_argument("--halves", type=lambda text: text.split(","), default=[])
    parser.add_argument("--judge-model", metavar="GGUF|URL#MODEL", help="a model that writes")
    parser.add_argument("--threads", type=int, default=0, help="of a GGUF file; 0: all cores")
    parser.add_argument("--decides", action="store_true", help="as nli.decides")
    parser.add_argument("--languages", default="", help="of the sentences it is asked about")
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    if options.judge_model:
        asyncio.run(compare(options.judge_model, options.every, options.threads))
        return
    if options.nli:
        labels = tuple(options.labels.split(",")) if options.labels else ()
        home = Path(tempfile.gettempdir()) / "dengmi-bench-nli"
        languages = tuple(options.languages.split(",")) if options.languages else ()
        table = NliSettings(
            model=options.nli, labels=labels, languages=languages, decides=options.decides
        )
        model = NliModel(table, home)
        asyncio.run(beside(Second(model), options.every, options.halves))
        return
    again, first = speed()
    right, wrong, climate = list(wice()), list(wice(wrong=True)), list(climate_fever())
    mixed = [*[each for each in right if each.label], *wrong]
    print("| AUROC | plain containment | Dengmi |\n|---|---|---|")
    for name, chosen in (
        ("WiCE dev, supported against partly and not", right),
        ("a supported claim with the wrong article", mixed),
        ("CLIMATE-FEVER, supports against the rest", climate),
    ):
        print(f"| {name} | {area(contained, chosen):.3f} | {area(judged, chosen):.3f} |")
    print("\n| planted | made-up ones caught | true ones flagged | of |\n|---|---|---|---|")
    for half in dict.fromkeys(row["half"] for row in planted_rows()):
        for lang in ("en", "zh"):
            caught, flagged, count = rates(half, lang)
            print(f"| {half}, {lang} | {caught:.1%} | {flagged:.1%} | {count} |")
    print(f"\n{again:.2f} ms CPU a claim over its whole page; {first:.2f} ms with reading the page")


if __name__ == "__main__":
    main()
