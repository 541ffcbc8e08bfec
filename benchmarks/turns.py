"""Who is served in a surge: the gate's decision and the late queue's turns under the load of
surge.py, with a clock that is set instead of servers. Seconds instead of minutes, and the same
each time, so that a change of the rules shows in the numbers and nothing else does.

    python benchmarks/turns.py [--slots 20] [--each 4] [--seeds 5] [--seconds 30]

What decides is the product's own (gate/decision.py, answer/late/drain.py and terms.py); searching,
checking and the store take no time, every answer serves again, and a fault never happens. Ways:

    shared     one gate for two processes, one call for all who ask the same
    parted     half of the slots and an account of its own for each process
    random     no gate: whoever comes when a slot is free begins, the others are shed

Columns: model's answers within 60 s of all questions, and of those of ordinary askers; the bound of
surge.py, and what is left of it if the questions of later phases have a call each; Jain's index
over answered/asked of ordinary askers, beside shedding as many by chance and beside spreading them
as evenly as whole answers can be; the heavy asker's tokens, as many times an active ordinary
asker's; slots busy; seconds of the calm phase behind it all after which no ordinary asker got
quotes in place of the level asked for, in the worst run. Else of the questions that come in the
step to ten times.
"""

import argparse
import heapq
import random
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

import _plan
import _tally
from _plan import Ask, Material, Phase
from surge import FIRST, PER_SECOND, TOKENS

from dengmi.answer.late.drain import Drain
from dengmi.core.charges import Tokens
from dengmi.core.errors import NoRoom
from dengmi.gate.decision import Begin, Call, Decision
from dengmi.gate.places import place_of
from dengmi.gate.queue import Entry

LASTS = FIRST + TOKENS / PER_SECOND
PROMPT, MOST = 800, 700
PATIENCE = 15.0
EACH, LOOK = 20, 1.0
"""Questions of one asker that may wait late; seconds between two looks at the late queue."""


@dataclass(eq=False)
class Asked:
    """A question. `answered`: when; `lowered`: whether it got quotes at first."""

    ask: Ask
    place: int
    answered: float | None = None
    turn: int = -1
    since: float = 0.0
    lowered: bool = False


@dataclass
class Process:
    """What one process has of its own, or shares."""

    decision: Decision
    drain: Drain = field(default_factory=Drain)
    trying: int = 0


class Run:
    """One run. `gates`: the decision of each process; `joins`: whether they share calls."""

    def __init__(self, gates: Sequence[Decision], slots: int, seed: int) -> None:
        self.gates = [Process(each) for each in gates]
        self.slots = slots
        self.now = 0.0
        self.asked: list[Asked] = []
        self.calls: list[tuple[str, float, int]] = []
        self.busy = 0.0
        self._rng = random.Random(seed)
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0
        self._known: set[str] = set()
        self._making: dict[str, list[Asked]] = {}
        self._open: dict[Entry, tuple[Process, str, bool]] = {}
        self._late: list[Asked] = []
        self._last: Counter[str] = Counter()
        self._turn = 0
        self._running = 0

    def at(self, when: float, what: Callable[..., None], *more: Any) -> None:
        """Something happens."""
        self._count += 1
        heapq.heappush(self._events, (when, self._count, what, more))

    def play(self, asks: Sequence[Ask], until: float) -> None:
        """Everything that comes, up to a time."""
        for ask in asks:
            self.at(ask.at, self._come, ask)
        for process in self.gates:
            self.at(LOOK, self._look, process)
        while self._events and self._events[0][0] <= until:
            when, _, what, more = heapq.heappop(self._events)
            self.busy += (when - self.now) * self._running
            self.now = when
            what(*more)

    def _come(self, ask: Ask) -> None:
        asked = Asked(ask, self._rng.randrange(len(self.gates)))
        self.asked.append(asked)
        if ask.question in self._known:
            asked.answered = self.now
        elif ask.question in self._making:
            self._making[ask.question].append(asked)
        else:
            self._begin(asked, self.gates[asked.place], background=False)

    def _begin(self, asked: Asked, process: Process, *, background: bool) -> None:
        decision, ask = process.decision, asked.ask
        kind = "background" if background else "visitor"
        entry = Entry(
            kind=kind,
            level="quick",
            models=("m",),
            asker=ask.asker,
            tokens=decision.lengths.expected("quick", PROMPT, MOST),
        )
        band = decision.shares.band(ask.asker, self.now)
        entry.place = place_of(kind, ask.asker, self.now, band=band)
        entry.at, entry.until = self.now, self.now + PATIENCE
        self._making[ask.question] = [asked]
        self._next(decision)
        try:
            told = decision.arrive(entry, self.now)
        except NoRoom:
            self._refused(ask.question, process, background)
            return
        if isinstance(told, Begin):
            self._call(entry, told, process, ask.question, background)
        else:
            self._open[entry] = (process, ask.question, background)
            self.at(entry.until, self._tired, entry)

    def _tired(self, entry: Entry) -> None:
        found = self._open.pop(entry, None)
        if found is not None:
            process, question, background = found
            process.decision.leave(entry, refused=True)
            self._refused(question, process, background)

    def _refused(self, question: str, process: Process, background: bool) -> None:
        for asked in self._making.pop(question):
            self._wait(asked, process)
        if background:
            process.trying -= 1
            process.drain.crowded(self.now)

    def _call(
        self, entry: Entry, begin: Begin, process: Process, question: str, background: bool
    ) -> None:
        self._running += 1
        call = Call(entry, begin, self.now)
        self.calls.append((entry.asker, self.now, PROMPT + TOKENS))
        process.decision.first(call, 0.0, self.now + FIRST)
        self.at(self.now + LASTS, self._ended, call, process, question, background)

    def _ended(self, call: Call, process: Process, question: str, background: bool) -> None:
        self._running -= 1
        process.decision.ended(call, self.now, used=Tokens(miss=PROMPT, output=TOKENS))
        self._known.add(question)
        for asked in self._making.pop(question):
            asked.answered = self.now
        if background:
            process.trying -= 1
            process.drain.well(LASTS, self.now)
        self._next(process.decision)
        self._serve(process)

    def _next(self, decision: Decision) -> None:
        """Those whose turn has come, and those for whom it will not come."""
        for entry, _ in decision.hopeless(self.now):
            its, wanted, late = self._open.pop(entry)
            self._refused(wanted, its, late)
        for entry, begin in decision.due(self.now):
            its, wanted, late = self._open.pop(entry)
            self._call(entry, begin, its, wanted, late)

    def _wait(self, asked: Asked, process: Process) -> None:
        """A question comes to wait late, as store/waiting.py has it."""
        asked.lowered = True
        if asked.turn >= 0:
            self._late.append(asked)  # one that was tried goes back to its turn
            return
        own = [each for each in self._late if each.ask.asker == asked.ask.asker]
        topics = {each.ask.question for each in self._late}
        if len(own) >= EACH and asked.ask.question not in topics:
            return
        had = round(process.decision.shares.answers(asked.ask.asker, self.now))
        begins = min((each.turn for each in self._late), default=self._turn)
        asked.turn = max(begins + had, self._last.get(asked.ask.asker, -1) + 1)
        asked.since = self.now
        self._last[asked.ask.asker] = asked.turn
        self._late.append(asked)

    def _look(self, process: Process) -> None:
        self._serve(process)
        self.at(self.now + LOOK, self._look, process)

    def _serve(self, process: Process) -> None:
        """One look of a process at the late queue."""
        waiting = []
        for asked in self._late:
            if asked.ask.question in self._known:
                asked.answered = self.now
            elif asked.ask.question in self._making:
                self._making[asked.ask.question].append(asked)
            else:
                waiting.append(asked)
        self._late = waiting
        due = bool(waiting)
        vacancy = process.decision.vacancy(("m",), self.now)
        for _ in range(process.drain.allowed(vacancy, process.trying, self.now)):
            if not self._late:
                break
            asked = min(self._late, key=lambda each: (each.turn, each.since))
            self._late.remove(asked)
            self._turn = max(self._turn, asked.turn)
            process.trying += 1
            self._begin(asked, process, background=True)
        process.decision.waited_for = due


def shed(asks: Sequence[Ask], slots: int, seed: int) -> Run:
    """Whoever comes when a slot is free begins, and nobody waits."""
    run = Run([], slots, seed)
    ends: deque[tuple[float, str]] = deque()
    known: set[str] = set()
    making: dict[str, list[Asked]] = defaultdict(list)
    for ask in asks:
        while ends and ends[0][0] <= ask.at:
            end, question = ends.popleft()
            known.add(question)
            for one in making.pop(question):
                one.answered = end
        asked = Asked(ask, 0)
        run.asked.append(asked)
        if ask.question in known:
            asked.answered = ask.at
        elif ask.question in making:
            making[ask.question].append(asked)
        elif len(ends) < slots:
            making[ask.question].append(asked)
            ends.append((ask.at + LASTS, ask.question))
            run.calls.append((ask.asker, ask.at, PROMPT + TOKENS))
    for end, question in ends:
        for one in making.pop(question):
            one.answered = end
    return run


def told(run: Run, phases: Sequence[Phase], slots: int, number: int = 1) -> list[float]:
    """The columns, of one phase."""
    begin = sum(phase.seconds for phase in phases[:number])
    span = (begin, begin + phases[number].seconds)
    some = [one for one in run.asked if one.ask.phase == number]
    yes = [one.answered is not None and one.answered - one.ask.at <= _tally.WITHIN for one in some]
    rows = [{"question": one.ask.question, "asker": one.ask.asker} for one in some]
    calls = int(slots / LASTS * (phases[number].seconds + _tally.WITHIN))
    ordinary = [
        (one.ask.asker, each)
        for one, each in zip(some, yes, strict=True)
        if one.ask.asker != _plan.HEAVY
    ]
    share = sum(each for _, each in ordinary) / len(ordinary)
    kept = _tally.Kept(calls=run.calls)
    _, heavy = _tally.heavy(_tally.Seen("", 0.0, [], [], kept, ours=True), rows, span)
    bound = _tally.bound(rows, calls)
    chance, best = _tally.shed(ordinary, share), _tally.best_of(ordinary)
    rest = calls - _others(run, number, span[1] + _tally.WITHIN)
    told = [mean(yes), share, bound, _tally.bound(rows, rest)]
    after = sum(phase.seconds for phase in phases[:-1])
    lowered = (one.ask for one in run.asked if one.lowered and one.ask.asker != _plan.HEAVY)
    up = max((ask.at - after for ask in lowered), default=0.0)
    return [*told, _tally.jain(ordinary), chance, best, heavy, run.busy, max(0.0, up)]


def _others(run: Run, number: int, until: float) -> int:
    """The calls that the questions of later phases need meanwhile."""
    own = {one.ask.question for one in run.asked if one.ask.phase <= number}
    later = (one.ask for one in run.asked if one.ask.phase > number and one.ask.at < until)
    return len({ask.question for ask in later} - own)


def main() -> None:
    args = _arguments()
    capacity = args.slots / LASTS
    phases = (
        Phase("calm", 10, 0.5),
        Phase("10x", args.seconds, 10),
        Phase("spike", 10, 50, hot=True),
        Phase("after", 20, 0.5),
    )
    found: dict[str, list[list[float]]] = defaultdict(list)
    for seed in range(1, args.seeds + 1):
        rng = random.Random(seed)
        askers = _plan.Askers(args.askers, args.each, rng)
        asks = _plan.asks(_plan.steps(capacity, phases, rng), phases, Material(seed), askers, rng)
        whole = Decision({"m": args.slots})
        parts = [Decision({"m": args.slots // 2}) for _ in range(2)]
        for name, gates in (("shared", [whole, whole]), ("parted", parts)):
            run = Run(gates, args.slots, seed)
            run.play(asks, sum(phase.seconds for phase in phases) + _tally.WITHIN)
            run.busy /= args.slots * run.now
            found[name].append(told(run, phases, args.slots))
        found["random"].append(told(shed(asks, args.slots, seed), phases, args.slots))
    print(f"{'':8}{'<=60 s':>8}{'ordin.':>8}{'bound':>8}{'left':>8}", end="")
    print(f"{'Jain':>8}{'chance':>8}{'best':>8}{'heavy':>8}{'busy':>8}{'up s':>8}")
    for name, rows in found.items():
        shares = [mean(column) for column in zip(*rows, strict=True)]
        print(f"{name:8}", *(f"{each:7.1%}" for each in shares[:4]), end=" ")
        print(
            *(f"{each:7.3f}" for each in shares[4:7]), f"{shares[7]:7.2f} {shares[8]:7.1%}", end=" "
        )
        print(f"{max(row[9] for row in rows):7.1f}")
        print(f"{'':8}heavy by seed:", *(f"{row[7]:.2f}" for row in rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slots", type=int, default=20)
    parser.add_argument("--askers", type=int, default=2_000)
    parser.add_argument("--each", type=int, default=4, help="questions of an ordinary asker")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30, help="how long the step lasts")
    return parser.parse_args()


if __name__ == "__main__":
    main()
