"""What the gate decides: who begins, who waits and who does without. Pure: calls, numbers and the
time of a steady clock come in; `gate` does the waiting.

The load is told by how long calls wait: here for a slot, and at the endpoint before their first
token. How long answers last and how busy this computer is say nothing of it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from dengmi.core.errors import ModelFailed, NoRoom, Trouble
from dengmi.core.gate import GateLoad, LevelLoad, ModelLoad, Vacancy
from dengmi.core.records import Level, Tokens
from dengmi.gate.bar import Bar, Signs
from dengmi.gate.lengths import Lengths
from dengmi.gate.model import Model
from dengmi.gate.places import PLACES, had_much, had_nothing, last_class
from dengmi.gate.queue import Entry, Queue
from dengmi.gate.shares import Shares
from dengmi.gate.slots import USUAL, Slots

BEARABLE = 1.0
"""Seconds of waiting above which that is overload, where slots come free often enough."""

TURNS = 2.0
"""So many slots must have come free in that time: with one slot, waiting for one answer is none."""

SHORT = 0.5
"""The part of the bearable wait that all who were not served yet may wait, and everyone may where
nobody waits: slots never run dry below the bar."""

QUIET = 60.0
"""Seconds without anybody waiting after which it no longer counts who was served more."""

LONGEST_PEACE = 60.0
"""Seconds that an endpoint is left in peace at the most, whatever it asks for."""

_NEW = 0.1


@dataclass(slots=True)
class _Level:
    """What is known of a level. `models`: those that its calls may use, when all are well."""

    models: tuple[str, ...] = ()
    bar: Bar = field(default_factory=Bar)
    arrived: int = 0
    granted: int = 0
    refused: int = 0
    tokens: float = 0.0
    queueing: float = 0.0
    waits: list[float] = field(default_factory=list)
    taken: float = 0.0


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
        self._models = {name: Model(Slots(most, lasting=usual)) for name, most in slots.items()}
        self._usual = usual
        self._levels: dict[Level, _Level] = {}
        self._queue = Queue()
        self._waited: float | None = None
        self._lowered = False
        self.waited_for = False
        """Whether questions wait elsewhere for a slot that is free."""
        self.lengths = Lengths()
        self.shares = Shares()

    def become(self, slots: Mapping[str, int], fresh: Collection[str], now: float) -> None:
        """Have these models from now on. Those that are gone stay known to calls that began before,
        and count for nothing else; of `fresh` ones, which became others, nothing is known."""
        for name, most in slots.items():
            model = self._models.get(name)
            if model is None:
                model = self._models[name] = Model(Slots(most, lasting=self._usual))
            elif name in fresh or not model.offered:
                model.anew(now, self._usual)
            model.slots.allow(most)
        for name, model in self._models.items():
            model.offered = name in slots
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
        ready = [name for name in entry.models if self._models[name].open(now)]
        if not ready:
            level.refused += 1
            raise self._resting(entry.models, now)
        free = next((name for name in ready if self._models[name].free(now)), None)
        above = not entry.urgent and not level.bar.lets(entry.place)
        # Who had a share of late leaves what is free to those who wait in the late queue.
        leaves = self._leaves(entry, above=above)
        if free is not None and now <= entry.until and not leaves:
            self._queue.lift(entry)
            return self._begin(entry, free, now)
        ahead = self._queue.ahead(entry)
        wait = self._shut(ready, now) + (ahead + 1) * self._turn(ready)
        above = leaves or (above and bool(ahead))
        if now + wait > entry.until or (
            above and not (had_nothing(entry.place) and wait <= SHORT * self._bearable(ready))
        ):
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
        """Nobody knows what others hold: no more than is held now may be, until calls end well; the
        limits grow as after a refusal. Where nothing is held, others may hold everything: nothing
        begins for as long as an answer lasts. How long that is."""
        longest = 0.0
        for model in self._models.values():
            if not model.slots.busy:
                model.until = now + model.slots.lasting
                longest = max(longest, model.slots.lasting)
            model.slots.careful()
        return longest

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
            (entry, self._resting(models, now))
            for models, line in self._queue.lines()
            if len(line) and not any(self._models[name].open(now) for name in models)
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
                    wait = len(line) * self._turn(models)
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
        model = self._models[call.begin.model]
        if call.at >= model.since:
            model.first.waits(seconds)
            self._react(model, call, now)

    def first(self, call: Call, held: float, now: float) -> None:
        """The first token of a call came; the endpoint had held it for so many seconds."""
        model = self._models[call.begin.model]
        if call.at < model.since:
            return
        model.first.came(now - call.at, held)
        if call.begin.probe:
            model.health.answers()
        self._react(model, call, now)

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
        model, entry, probe = self._models[call.begin.model], call.entry, call.begin.probe
        if call.at < model.since:
            model.slots.gone()
        elif not trouble:
            model.health.well()
            model.well += 1
            model.slots.done(now - call.at, held=model.first.held)
        elif trouble == "left":
            model.health.left(probe=probe)
            model.slots.gone()
        else:
            model.health.failed(trouble, now, probe=probe)
            model.well = 0
            if trouble == "busy":
                model.slots.refused(now)
                model.until = max(model.until, now + min(again, LONGEST_PEACE))
            else:
                model.slots.gone()
        if used is not None:
            self._charge(entry, used.hit + used.miss + used.output - entry.tokens, now)
            if not trouble and not entry.urgent:
                self.lengths.was(entry.level, used.output)

    def tick(self, now: float) -> None:
        """Move the bars whose windows are over."""
        for level in self._levels.values():
            if level.bar.ripe(now):
                signs = self._signs(level, now)
                level.bar.ease(now, signs.capacity)
                if level.bar.due(now):
                    level.bar.move(now, signs)
                    self._lowered = self._lowered or level.bar.cut < PLACES
                    level.waits, level.taken = [], 0.0

    def soonest(self, models: Sequence[str]) -> float:
        """Seconds to the first token as usual, of the quickest of some models."""
        return min(self._models[name].first.usual for name in models)

    def vacancy(self, models: Sequence[str], now: float) -> Vacancy:
        """What some models have free now."""
        ready = [self._models[name] for name in dict.fromkeys(models)]
        ready = [model for model in ready if model.open(now) and now >= model.until]
        slots = free = 0
        for model in ready:
            most = 1 if model.health.doubtful else int(model.slots.limit)
            slots += most
            free += min(most, max(0, int(model.slots.limit) - model.slots.busy))
        turn = self._turn(models) if ready else inf
        well = sum(model.well for model in ready)
        return Vacancy(slots, free, self._queue.waiting(tuple(models)), turn, well)

    def load(self, now: float) -> GateLoad:
        """Everything that an operator wants to see."""
        self.tick(now)
        return GateLoad(
            models={
                name: self._model_load(name, now)
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

    def _noted(self, entry: Entry, now: float) -> _Level:
        """Count an arrival."""
        level = self._levels.get(entry.level)
        if level is None:
            level = self._levels[entry.level] = _Level(bar=Bar(began=now))
        if not set(level.models).issuperset(entry.models):
            offered = [name for name in entry.models if self._is_offered(name)]
            level.models = tuple(dict.fromkeys((*level.models, *offered)))
        if not entry.urgent:
            level.arrived += 1
            level.bar.came(entry.place, entry.tokens)
            before = level.tokens or float(entry.tokens)
            level.tokens = before + _NEW * (entry.tokens - before)
        return level

    def _is_offered(self, name: str) -> bool:
        return name in self._models and self._models[name].offered

    def _begin(self, entry: Entry, name: str, now: float) -> Begin:
        model, level = self._models[name], self._levels[entry.level]
        model.slots.take()
        self._charge(entry, entry.tokens, now)
        level.taken += entry.tokens
        if not entry.urgent:
            level.granted += 1
            level.waits.append(now - entry.at)
            level.queueing += _NEW * (now - entry.at - level.queueing)
        return Begin(name, model.health.begin())

    def _charge(self, entry: Entry, tokens: float, now: float) -> None:
        self._queue.charge(entry, tokens)
        self.shares.served(entry.asker, tokens, now)

    def _react(self, model: Model, call: Call, now: float) -> None:
        if model.first.held and model.slots.held(model.first.beyond, call.at, now):
            model.first.shrunk()

    def _resting(self, models: Sequence[str], now: float) -> ModelFailed:
        """Why none of these models may be asked, by the one that may be first."""
        name = min(models, key=lambda each: self._models[each].health.pause(now))
        health = self._models[name].health
        return ModelFailed(health.trouble, name, retry_after=health.pause(now))

    def _turn(self, models: Sequence[str]) -> float:
        """Seconds between two slots of these models that come free, about."""
        rate = sum(1 / self._models[name].slots.turn for name in models)
        return 1 / rate if rate else float("inf")

    def _bearable(self, models: Sequence[str]) -> float:
        return max(BEARABLE, TURNS * self._turn(models))

    def _shut(self, models: Sequence[str], now: float) -> float:
        """Seconds until the first of these models wants to be asked again."""
        return max(0.0, min(self._models[name].until for name in models) - now)

    def _signs(self, level: _Level, now: float) -> Signs:
        """What the bar of a level is moved by."""
        ready = [name for name in level.models if self._models[name].open(now)]
        if not ready:
            return Signs(float("inf"), BEARABLE, 0.0)
        turn = self._turn(ready)
        waiting = self._queue.waiting(tuple(ready))
        own = 0.0
        if waiting:
            had = sum(level.waits) / len(level.waits) if level.waits else 0.0
            # What comes is told by the line as it is now; those who begin now tell of the past.
            own = max(waiting * turn, min(had, 2 * waiting * turn))
        beyond = sum(self._models[name].first.beyond for name in ready) / len(ready)
        taken = sum(each.taken for each in self._levels.values())
        share = level.taken / taken if taken else 1.0
        return Signs(own + beyond, self._bearable(ready), share * level.tokens / turn)

    def _model_load(self, name: str, now: float) -> ModelLoad:
        model = self._models[name]
        pause = model.health.pause(now)
        return ModelLoad(
            busy=model.slots.busy,
            limit=int(model.slots.limit),
            most=model.slots.most,
            waiting=self._queue.waiting((name,)),
            lasting=model.slots.lasting,
            first=model.first.usual,
            held=model.first.beyond,
            state=model.health.state(now),
            trouble=model.health.trouble if pause else "",
            pause=pause,
        )

    def _level_load(self, name: Level, now: float) -> LevelLoad:
        level = self._levels[name]
        ready = [each for each in level.models if self._models[each].open(now)]
        waiting = self._queue.waiting(level=name)
        busy = ready and not any(self._models[each].free(now) for each in ready)
        wait = (self._queue.waiting(tuple(ready)) + 1) * self._turn(ready) if busy else 0.0
        return LevelLoad(
            arrived=level.arrived,
            granted=level.granted,
            refused=level.refused,
            waiting=waiting,
            queueing=level.queueing if waiting or busy else 0.0,
            wait=wait,
            bar=last_class(level.bar.cut),
            lowered=level.bar.cut < PLACES,
            open=level.bar.open,
            tokens=level.tokens,
        )
