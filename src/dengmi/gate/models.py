"""What the gate knows of several models together. Pure: the time comes in as a number."""

from collections.abc import Collection, ItemsView, Mapping, Sequence
from math import inf

from dengmi.core.errors import ModelFailed
from dengmi.core.gate import Vacancy
from dengmi.gate.model import Model
from dengmi.gate.slots import USUAL, Slots

BEARABLE = 1.0
"""Seconds of waiting above which that is overload, where slots come free often enough."""

TURNS = 2.0
"""So many slots must have come free in that time: with one slot, waiting for one answer is none."""


class Models:
    """The models by their names.

    Args:
        slots: the most requests in flight of each.
        usual: seconds that an answer is taken to last before any has ended.
    """

    def __init__(self, slots: Mapping[str, int], *, usual: float = USUAL) -> None:
        self._models = {name: Model(Slots(most, lasting=usual)) for name, most in slots.items()}
        self._usual = usual

    def __getitem__(self, name: str) -> Model:
        return self._models[name]

    def __contains__(self, name: str) -> bool:
        return name in self._models

    def items(self) -> ItemsView[str, Model]:
        """All of them, those that are not offered any more too."""
        return self._models.items()

    def become(self, slots: Mapping[str, int], fresh: Collection[str], now: float) -> None:
        """Offer these from now on. Those that are gone stay known to calls that began before, and
        count for nothing else; of `fresh` ones, which became others, nothing is known."""
        for name, most in slots.items():
            model = self._models.get(name)
            if model is None:
                model = self._models[name] = Model(Slots(most, lasting=self._usual))
            elif name in fresh or not model.offered:
                model.anew(now, self._usual)
            model.slots.allow(most)
        for name, model in self._models.items():
            model.offered = name in slots

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

    def offered(self, names: Sequence[str]) -> list[str]:
        """Those of some models that the settings have."""
        return [name for name in names if name in self._models and self._models[name].offered]

    def open(self, names: Sequence[str], now: float) -> list[str]:
        """Those of some models that are not left alone just now."""
        return [name for name in names if self._models[name].open(now)]

    def free(self, names: Sequence[str], now: float) -> str | None:
        """The first of some models that has a slot; None where none has."""
        return next((name for name in names if self._models[name].free(now)), None)

    def resting(self, names: Sequence[str], now: float) -> ModelFailed:
        """Why none of these models may be asked, by the one that may be first."""
        name = min(names, key=lambda each: self._models[each].health.pause(now))
        health = self._models[name].health
        return ModelFailed(health.trouble, name, retry_after=health.pause(now))

    def turn(self, names: Sequence[str]) -> float:
        """Seconds between two slots of these models that come free, about."""
        rate = sum(1 / self._models[name].slots.turn for name in names)
        return 1 / rate if rate else inf

    def bearable(self, names: Sequence[str]) -> float:
        """Seconds of waiting for these models above which that is overload."""
        return max(BEARABLE, TURNS * self.turn(names))

    def beyond(self, names: Sequence[str]) -> float:
        """Seconds that endpoints hold calls before their first token, beyond what is usual."""
        return sum(self._models[name].first.beyond for name in names) / len(names)

    def shut(self, names: Sequence[str], now: float) -> float:
        """Seconds until the first of these models wants to be asked again."""
        return max(0.0, min(self._models[name].until for name in names) - now)

    def soonest(self, names: Sequence[str]) -> float:
        """Seconds to the first token as usual, of the quickest of some models."""
        return min(self._models[name].first.usual for name in names)

    def vacancy(self, names: Sequence[str], waiting: int, now: float) -> Vacancy:
        """What some models, for which so many wait, have free now."""
        ready = [self._models[name] for name in dict.fromkeys(names)]
        ready = [model for model in ready if model.open(now) and now >= model.until]
        slots = free = 0
        for model in ready:
            most = 1 if model.health.doubtful else int(model.slots.limit)
            slots += most
            free += min(most, max(0, int(model.slots.limit) - model.slots.busy))
        turn = self.turn(names) if ready else inf
        return Vacancy(slots, free, waiting, turn, sum(model.well for model in ready))
