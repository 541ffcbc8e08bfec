"""What the gate decides: who begins, who waits and who does without. Pure: calls, numbers and the
time of a steady clock come in; `gate` does the waiting.

The load is told by how long calls wait: here for a slot, and at the endpoint before their first
token. How long answers last and how busy this computer is say nothing of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dengmi.core.charges import Tokens
from dengmi.core.errors import ModelFailed, NoRoom, Trouble
from dengmi.core.gate import GateLoad, LevelLoad, Vacancy
from dengmi.core.records import Level
from dengmi.gate.bar import Bar, Signs
from dengmi.gate.lengths import Lengths
from dengmi.gate.level import LevelState
from dengmi.gate.models import BEARABLE, Models
from dengmi.gate.places import had_much, had_nothing
from dengmi.gate.queue import Entry, Queue
from dengmi.gate.shares import Shares
from dengmi.gate.slots import USUAL

SHORT = 0.5
"""The part of the bearable wait that all who were not served yet may wait, and everyone may where
nobody waits: slots never run dry below the bar."""

QUIET = 60.0
"""Seconds without anybody waiting after which it no longer counts who was served more."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A call may begin. `probe`: it is the one that tries a model after a pause."""

    model: str
    probe: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A call that has begun: what wanted it, where, and when."""

    entry: Entry
    begin: Begin
    at: float


class Decision:
    """The state of the gate.

    Args:
        slots: the most requests in flight of each model.
        usual: seconds that an answer is taken to last before any has ended.
    """

    def __init__(self, slots: Mapping[str, int], *, usual: float = USUAL) -> None:
        self._models = Models(slots, usual=usual)
        self._levels: dict[Level, LevelState] = {}
        self._queue = Queue()
        self._waited: float | None = None
        self._lowered = False
        self.waited_for = False
        """Whether questions wait elsewhere for a slot that is free."""
        self.lengths = Lengths()
        self.shares = Shares()

    def become(self, slots: Mapping[str, int], fresh: Collection[str], now: float) -> None:
        """Have these models from now on; see Models.become."""
        self._models.become(slots, fresh, now)
        for level in self._levels.values():
            level.models = tuple(name for name in level.models if name in slots)

    def arrive(self, entry: Entry, now: float) -> Begin | int:
        """A call wants a slot. It begins, or waits behind so many.

        Raises:
            NoRoom: it would wait too long, or stands above the bar.
            ModelFailed: all of its models are left alone just now.
        """
        if self._waited is None or (not len(self._queue) and now - self._waited > QUIET):
            self._queue.forget()
            self._waited = now
        self.tick(now)
        level = self._noted(entry, now)
        if not all(name in self._models for name in entry.models):
            raise ModelFailed("missing", entry.models[0], reason=entry.models[0])
        ready = self._models.open(entry.models, now)
        if not ready:
            level.refused += 1
            raise self._models.resting(entry.models, now)
        free = self._models.free(ready, now)
        above = not entry.urgent and not level.bar.lets(entry.place)
        # Who had a share of late leaves what is free to those who wait in the late queue.
        leaves = self._leaves(entry, above=above)
        if free is not None and now <= entry.until and not leaves:
            self._queue.lift(entry)
            return self._begin(entry, free, now)
        ahead = self._queue.ahead(entry)
        wait = self._models.shut(ready, now) + (ahead + 1) * self._models.turn(ready)
        above = leaves or (above and bool(ahead))
        first = had_nothing(entry.place) and wait <= SHORT * self._models.bearable(ready)
        if now + wait > entry.until or (above and not first):
            level.refused += 1
            raise NoRoom(ready[0], position=ahead + 1, wait=wait)
        self._queue.push(entry)
        self._waited = now
        return ahead

    def adopt(self, call: Call) -> None:
        """A call that was let begin elsewhere is counted here from now on."""
        self._models[call.begin.model].slots.take()
        self._charge(call.entry, call.entry.tokens, call.at)

    def careful(self, now: float) -> float:
        """Nobody knows what others hold; see Models.careful."""
        return self._models.careful(now)

    def due(self, now: float) -> list[tuple[Entry, Begin]]:
        """Those whose turn has come. Who waited beyond the end of their patience is passed over."""
        found = []
        for name, model in self._models.items():
            while model.free(now) and model.open(now):
                entry = self._queue.pop(name)
                if entry is None:
                    break
                if now <= entry.until:
                    found.append((entry, self._begin(entry, name, now)))
        if len(self._queue):
            self._waited = now
        return found

    def hopeless(self, now: float) -> list[tuple[Entry, ModelFailed]]:
        """Those who wait no longer: for models that are all left alone by now, and who came while
        there was room for all and would not be let in now."""
        return [
            (entry, self._models.resting(models, now))
            for models, line in self._queue.lines()
            if len(line) and not self._models.open(models, now)
            for entry in line.drain()
        ] + self._outdone()

    def _outdone(self) -> list[tuple[Entry, ModelFailed]]:
        """Those in line who leave their turns to the late queue since a bar went down."""
        lowered, self._lowered = self._lowered, False
        if not (lowered and self.waited_for):
            return []
        found: list[tuple[Entry, ModelFailed]] = []
        for models, line in self._queue.lines():
            for entry in line.items():
                bar = self._levels[entry.level].bar
                if self._leaves(entry, above=not bar.lets(entry.place)):
                    wait = len(line) * self._models.turn(models)
                    found.append((entry, NoRoom(models[0], position=len(line), wait=wait)))
        for entry, _ in found:
            self.leave(entry, refused=True)
        return found

    def leave(self, entry: Entry, *, refused: bool = False) -> None:
        """One waits no longer. `refused`: for lack of a slot."""
        self._queue.remove(entry)
        if refused:
            self._levels[entry.level].refused += 1

    def held(self, call: Call, seconds: float, now: float) -> None:
        """The endpoint says that a call waits in its queue for so long already."""
        self._models[call.begin.model].held(call.at, seconds, now)

    def first(self, call: Call, held: float, now: float) -> None:
        """The first token of a call came; the endpoint had held it for so many seconds."""
        self._models[call.begin.model].answers(call.at, held, now, probe=call.begin.probe)

    def ended(
        self,
        call: Call,
        now: float,
        *,
        trouble: Trouble | Literal["", "left"] = "",
        again: float = 0.0,
        used: Tokens | None = None,
    ) -> None:
        """A call ended, in whatever way.

        Args:
            trouble: what it failed of; "left" where nobody wanted it any more.
            again: seconds that the endpoint asked to wait.
            used: the tokens it took; None where nobody knows.
        """
        entry, begin = call.entry, call.begin
        model = self._models[begin.model]
        model.ended(call.at, now, trouble, again=again, probe=begin.probe)
        if used is not None:
            self._charge(entry, used.hit + used.miss + used.output - entry.tokens, now)
            if not trouble and not entry.urgent:
                self.lengths.was(entry.level, used.output)

    def tick(self, now: float) -> None:
        """Move the bars whose windows are over."""
        for level in self._levels.values():
            if level.bar.ripe(now):
                moved = level.move(now, self._signs(level, now))
                self._lowered = self._lowered or (moved and level.lowered)

    def soonest(self, models: Sequence[str]) -> float:
        """Seconds to the first token as usual, of the quickest of some models."""
        return self._models.soonest(models)

    def vacancy(self, models: Sequence[str], now: float) -> Vacancy:
        """What some models have free now."""
        return self._models.vacancy(models, self._queue.waiting(tuple(models)), now)

    def load(self, now: float) -> GateLoad:
        """Everything that an operator wants to see."""
        self.tick(now)
        return GateLoad(
            models={
                name: model.load(self._queue.waiting((name,)), now)
                for name, model in self._models.items()
                if model.offered or model.slots.busy
            },
            levels={name: self._level_load(name, now) for name in self._levels},
        )

    def _leaves(self, entry: Entry, *, above: bool) -> bool:
        """Whether a slot that is free is for those who wait in the late queue rather than for one:
        who had something of late and stands above the bar, or had much."""
        if not self.waited_for or entry.urgent or entry.kind == "background":
            return False
        return had_much(entry.place) or (above and not had_nothing(entry.place))

    def _noted(self, entry: Entry, now: float) -> LevelState:
        """Count an arrival."""
        level = self._levels.get(entry.level)
        if level is None:
            level = self._levels[entry.level] = LevelState(bar=Bar(began=now))
        level.arrives(entry, self._models.offered(entry.models))
        return level

    def _begin(self, entry: Entry, name: str, now: float) -> Begin:
        model = self._models[name]
        model.slots.take()
        self._charge(entry, entry.tokens, now)
        self._levels[entry.level].begins(entry, now)
        return Begin(name, model.health.begin())

    def _charge(self, entry: Entry, tokens: float, now: float) -> None:
        self._queue.charge(entry, tokens)
        self.shares.served(entry.asker, tokens, now)

    def _signs(self, level: LevelState, now: float) -> Signs:
        """What the bar of a level is moved by."""
        ready = self._models.open(level.models, now)
        if not ready:
            return Signs(float("inf"), BEARABLE, 0.0)
        turn = self._models.turn(ready)
        waiting = self._queue.waiting(tuple(ready))
        own = 0.0
        if waiting:
            had = sum(level.waits) / len(level.waits) if level.waits else 0.0
            # What comes is told by the line as it is now; those who begin now tell of the past.
            own = max(waiting * turn, min(had, 2 * waiting * turn))
        beyond = self._models.beyond(ready)
        taken = sum(each.taken for each in self._levels.values())
        share = level.taken / taken if taken else 1.0
        return Signs(own + beyond, self._models.bearable(ready), share * level.tokens / turn)

    def _level_load(self, name: Level, now: float) -> LevelLoad:
        level, models = self._levels[name], self._models
        ready = models.open(level.models, now)
        wait = 0.0
        if ready and models.free(ready, now) is None:
            wait = (self._queue.waiting(tuple(ready)) + 1) * models.turn(ready)
        return level.load(self._queue.waiting(level=name), wait)
