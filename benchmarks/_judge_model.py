"""A model that writes as the judge of planted sentences, beside the built-in one."""

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from _chat import LEVEL, NAME, PATIENT, Unpaid, model_at, question
from _judging import Labelled, planted, planted_rows

from dengmi.answer.check.judge import judge
from dengmi.answer.write.second import Doubt, SecondLook, doubtful
from dengmi.core.records import Verdict

BUILT_IN, BOTH, ALONE = "built-in", "built-in, the model about doubts", "the model about all"


@dataclass(frozen=True, slots=True)
class Told:
    """A claim with what the built-in judge and the model say of it; None: no verdict."""

    claim: Labelled
    built_in: Verdict
    doubted: bool
    model: Verdict | None

    def passed(self, way: str) -> bool:
        """Whether the claim counts as supported; without a verdict the built-in one stands."""
        asked = way == ALONE or (way == BOTH and self.doubted)
        return ((self.model if asked else None) or self.built_in) == "supported"


async def compare(where: str, every: int, threads: int) -> None:
    """Print the table of the planted sentences, every Nth of each language."""
    ledger = Unpaid()
    built_in: list[float] = []
    async with model_at(where, threads) as model:
        look = SecondLook(lambda _: model, ledger, PATIENT)
        print(f"| planted, every {every}. | caught | flagged | of |\n|---|---|---|---|", flush=True)
        everything: list[Told] = []
        for lang in ("en", "zh"):
            found = [await _told(look, each, built_in) for each in _sample(lang, every)]
            everything += found
            for way in (BUILT_IN, BOTH, ALONE):
                print(_row(f"{lang}: {way}", way, found), flush=True)
    said = Counter(each.model or "nothing" for each in everything)
    print(f"\nthe model said: {dict(said)}; in doubt were {sum(e.doubted for e in everything)}")
    print(f"ms a claim: model {1000 * statistics.median(ledger.took):.0f} (median, wall clock), "
          f"built-in {1000 * statistics.mean(built_in):.1f} (CPU); {ledger.tokens}")  # fmt: skip


def _sample(lang: str, every: int) -> Sequence[Labelled]:
    halves = dict.fromkeys(row["half"] for row in planted_rows())
    rows = [each for half in halves for each in planted(half) if each.kind.startswith(lang)]
    return rows[::every]


async def _told(look: SecondLook, each: Labelled, built_in: list[float]) -> Told:
    began = time.process_time()
    found = judge(each.claim, each.sources)
    built_in.append(time.process_time() - began)
    doubt = Doubt(each.claim, each.sources, found.verdict, found.reasons)
    looked = await look.look(question(each.claim), LEVEL, NAME, [doubt])
    return Told(each, found.verdict, doubtful(found), looked.verdicts[0])


def _row(name: str, way: str, found: Sequence[Told]) -> str:
    passed: dict[bool, list[bool]] = {True: [], False: []}
    for each in found:
        passed[each.claim.label].append(each.passed(way))
    caught, flagged = (1 - sum(ok) / max(1, len(ok)) for ok in (passed[False], passed[True]))
    counts = f"{len(passed[False])} made up, {len(passed[True])} true"
    return f"| {name} | {caught:.1%} | {flagged:.1%} | {counts} |"
