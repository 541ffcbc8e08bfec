"""A simulation of a gate under load: the decision itself, a clock that is set, an endpoint with so
many slots. No event loop and no waiting."""

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from dengmi.core.charges import Tokens
from dengmi.core.errors import ModelFailed, NoRoom
from dengmi.core.gate import Class, GateLoad
from dengmi.gate.decision import Begin, Call, Decision
from dengmi.gate.gate import NOTICED
from dengmi.gate.places import place_of
from dengmi.gate.queue import Entry

START = 1_800_000_000.0
"""Unix seconds at which a simulation begins."""


@dataclass
class Asked:
    """What became of a question. `begun` is when it began, None where it never did."""

    at: float
    asker: str
    kind: Class
    begun: float | None = None
    refused: float | None = None
    tokens: int = 0


@dataclass
class Surge:
    """A run: questions that arrive, a decision, endpoints that take so many calls at once.

    Attributes:
        models: name to slots; `grants`, where given, what the endpoint really takes.
        first, per_second: seconds to the first token, tokens a second.
        patience: seconds that a question waits.
        holds: whether an endpoint queues what is above its grants, or refuses it.
        wants: the models of the level, where not all.
    """

    models: dict[str, int]
    grants: dict[str, int] = field(default_factory=dict)
    first: float = 0.4
    per_second: float = 60.0
    patience: float = 15.0
    holds: bool = False
    seed: int = 7
    wants: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.decision = Decision(self.models)
        self.asked: list[Asked] = []
        self.now = 0.0
        self.busy: list[tuple[float, int]] = []
        self.loads: list[tuple[float, GateLoad]] = []
        self.running: Counter[str] = Counter()
        self.queued: dict[str, list[tuple[Call, Asked, int]]] = {name: [] for name in self.models}
        self._events: list[tuple[float, int, object]] = []
        self._count = 0
        self._open: dict[Entry, Asked] = {}
        self._random = random.Random(self.seed)

    def at(self, when: float, event: object) -> None:
        """Something happens at a time."""
        self._count += 1
        heapq.heappush(self._events, (when, self._count, event))

    def run(self, arrivals: Iterator[tuple[float, str, Class]]) -> "Surge":
        """Play all arrivals, and what comes of them."""
        for when, asker, kind in arrivals:
            self.at(when, (asker, kind))
        while self._events:
            self.now, _, event = heapq.heappop(self._events)
            if isinstance(event, tuple) and isinstance(event[0], str):
                self._arrive(*event)
            elif isinstance(event, tuple):
                self._end(*event)
            elif isinstance(event, Call):
                if any(event is call for call, *_ in self.queued[event.begin.model]):
                    self.decision.held(event, NOTICED, self.now)
            elif event in self._open:
                self._give_up(event)
            self._hand_out()
            self.busy.append((self.now, sum(self.running.values())))
            if not self.loads or self.now - self.loads[-1][0] >= 1.0:
                self.loads.append((self.now, self.decision.load(self.now)))
        return self

    def between(self, since: float, until: float) -> list[Asked]:
        """The questions of a stretch of time."""
        return [one for one in self.asked if since <= one.at < until]

    def share_busy(self, since: float, until: float, slots: int) -> float:
        """The part of so many slots that was busy in a stretch of time."""
        area, before, held = 0.0, since, 0
        for when, count in self.busy:
            if when > until:
                break
            if when > since:
                area += (when - before) * held
                before = when
            held = count
        return (area + (until - before) * held) / ((until - since) * slots)

    def _arrive(self, asker: str, kind: Class) -> None:
        asked = Asked(self.now, asker, kind)
        self.asked.append(asked)
        tokens = self.decision.lengths.expected("quick", 800, 700)
        wants = self.wants or tuple(self.models)
        entry = Entry(kind=kind, level="quick", models=wants, asker=asker, tokens=tokens)
        entry.at, entry.until = self.now, self.now + self.patience
        band = self.decision.shares.band(asker, self.now)
        entry.place = place_of(kind, asker, START + self.now, band=band)
        try:
            told = self.decision.arrive(entry, self.now)
        except (NoRoom, ModelFailed):
            asked.refused = self.now
            return
        if isinstance(told, Begin):
            self._call(entry, told, asked)
        else:
            self._open[entry] = asked
            self.at(entry.until, entry)

    def _give_up(self, entry: Entry) -> None:
        asked = self._open.pop(entry)
        self.decision.leave(entry, refused=True)
        asked.refused = self.now

    def _hand_out(self) -> None:
        for entry, begin in self.decision.due(self.now):
            self._call(entry, begin, self._open.pop(entry))

    def _call(self, entry: Entry, begin: Begin, asked: Asked) -> None:
        call = Call(entry, begin, self.now)
        output = self._random.randint(120, 300)
        if self.running[begin.model] >= self.grants.get(begin.model, 10**9):
            if not self.holds:
                self.decision.ended(call, self.now, trouble="busy")
                asked.refused = self.now
                return
            self.queued[begin.model].append((call, asked, output))
            self.at(self.now + NOTICED, call)
            return
        self._go(call, asked, output)

    def _go(self, call: Call, asked: Asked, output: int) -> None:
        self.running[call.begin.model] += 1
        asked.begun, asked.tokens = call.at, 800 + output
        self.at(self.now + self.first + output / self.per_second, (call, output))
        self.decision.first(call, self.now - call.at, self.now + self.first)

    def _end(self, call: Call, output: int) -> None:
        model = call.begin.model
        self.running[model] -= 1
        self.decision.ended(call, self.now, used=Tokens(miss=800, output=output))
        if self.queued[model]:
            self._go(*self.queued[model].pop(0))


def poisson(rng: random.Random, since: float, until: float, rate: float) -> Iterator[float]:
    """Times of arrivals at a rate."""
    when = since
    while (when := when + rng.expovariate(rate)) < until:
        yield when
