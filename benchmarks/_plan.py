"""Who asks what when in a surge: thousands of askers, one of whom sends 30 % of all questions;
the questions of SQuAD-dev and CMRC-dev, drawn by Zipf's law."""

import bisect
import csv
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import _data

HEAVY = "heavy"
SHARE = 0.3
"""The heavy asker's share of all questions."""

ZIPF = 1.1
PRESENT = 100
"""Ordinary askers who are there at a time, where each asks several questions."""

WANTED = {"questions": 5_000, "hot": 100}
"""Different questions that are asked in all, and in the spike."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time. `times`: arrivals in parts of what the endpoint can answer without reuse;
    `hot`: few questions, asked by many. `set`: what changes at the endpoint when it begins."""

    name: str
    seconds: float
    times: float
    hot: bool = False
    set: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of the plan. `phase` is a place in the list of phases."""

    at: float
    phase: int
    asker: str
    question: str
    heavy: bool = field(default=False)


class Material:
    """Articles and the questions about them."""

    def __init__(self, seed: int) -> None:
        squad, cmrc = _data.squad(), _data.cmrc()
        self.articles = [
            *(_data.Text(f"s{a.id}", a.title, a.text) for a in squad.articles),
            *(_data.Text(f"c{a.id}", a.title, a.text) for a in cmrc.articles),
        ]
        texts = {article.id: article.text for article in self.articles}
        self._evidence: dict[str, str] = {}
        for sign, data in (("s", squad), ("c", cmrc)):
            for asked in data.queries:
                words = " ".join(asked.text.split())
                self._evidence[words] = texts[sign + min(data.qrels[asked.id])]
        self.questions = sorted(self._evidence)
        random.Random(seed).shuffle(self.questions)

    def evidence(self, question: str) -> str:
        """The text of an article that answers it."""
        return self._evidence[question]


def steps(
    capacity: float, phases: Sequence[Phase], rng: random.Random
) -> Iterator[tuple[float, int]]:
    """Arrivals (seconds, phase) at a rate that changes with the phase, Poisson within it."""
    begin = 0.0
    for number, phase in enumerate(phases):
        at = begin + rng.expovariate(capacity * phase.times)
        while at < begin + phase.seconds:
            yield at, number
            at += rng.expovariate(capacity * phase.times)
        begin += phase.seconds


def trace(path: Path, capacity: float, times: float, seconds: float) -> Iterator[tuple[float, int]]:
    """Arrivals of the Azure trace sped up so that they come at `times` the capacity on average."""
    with path.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    stamps = [datetime.fromisoformat(row["TIMESTAMP"][:26]).timestamp() for row in rows]
    wanted = int(capacity * times * seconds)
    stamps = stamps[: wanted + 1]
    span = stamps[-1] - stamps[0]
    for stamp in stamps[:wanted]:
        yield (stamp - stamps[0]) / span * seconds, 0


def asks(
    arrivals: Iterator[tuple[float, int]],
    phases: Sequence[Phase],
    material: Material,
    askers: "Askers",
    rng: random.Random,
) -> list[Ask]:
    """Arrivals with who asks what."""
    many = _Zipf(material.questions[: WANTED["questions"]], rng)
    hot = _Zipf(material.questions[-WANTED["hot"] :], rng)
    planned = []
    for at, phase in arrivals:
        heavy = rng.random() < SHARE
        asker = HEAVY if heavy else askers.draw()
        question = (hot if phases[phase].hot else many).draw()
        planned.append(Ask(at, phase, asker, question, heavy))
    return planned


class Askers:
    """Ordinary askers: so many in all, each of whom comes once and asks so many questions, between
    those of others who are there at the time; or whoever it may be, where `each` is one."""

    def __init__(self, many: int, each: int, rng: random.Random) -> None:
        self._many, self._each, self._rng = many, each, rng
        self._next = min(PRESENT, many)
        self._present = [[number, each] for number in range(self._next)]

    def draw(self) -> str:
        if self._each == 1:
            return f"asker-{self._rng.randrange(self._many)}"
        one = self._rng.choice(self._present)
        name = f"asker-{one[0]}"
        one[1] -= 1
        if not one[1]:
            one[:] = [self._next % self._many, self._each]
            self._next += 1
        return name


class _Zipf:
    """Draws questions, the n-th as often as 1 / n ** 1.1."""

    def __init__(self, questions: Sequence[str], rng: random.Random) -> None:
        self._questions, self._rng = questions, rng
        weights = (1 / n**ZIPF for n in range(1, len(questions) + 1))
        self._sums = list(itertools.accumulate(weights))

    def draw(self) -> str:
        at = bisect.bisect(self._sums, self._rng.random() * self._sums[-1])
        return self._questions[min(at, len(self._questions) - 1)]


def line(ask: Ask, path: str, head: str, body: object) -> str:
    """A line of the plan that _askers.py reads."""
    known = {"phase": ask.phase, "asker": ask.asker, "question": ask.question, "heavy": ask.heavy}
    told = {"path": path, "head": head, "body": body, "known": known}
    return f"{ask.at:.4f}\t{json.dumps(told, ensure_ascii=False)}\n"
