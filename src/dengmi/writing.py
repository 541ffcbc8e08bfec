"""The parts that use models: made when there is the first one, and others when the settings are.

Models come and go while the server runs. What is under way ends with what it began with: a model
that is gone stays known by name to the answers that named it, and is closed when its calls ended.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dengmi.answer.climb import DeskWay, Levels, LevelWay, Ways
from dengmi.answer.ladder import Ladder
from dengmi.answer.late.made import runner_of, terms_of
from dengmi.answer.late.standby import Standby
from dengmi.answer.late.waits import Waits
from dengmi.core.chat import ChatModel
from dengmi.core.clock import Clock
from dengmi.core.counts import Counts
from dengmi.core.life import Life
from dengmi.core.ports import Search, Store
from dengmi.core.rates import Rates
from dengmi.core.records import Level
from dengmi.core.talk import Talk
from dengmi.models.open import Models
from dengmi.settings.desks import DeskSettings, private_of
from dengmi.settings.limits import rates_of
from dengmi.settings.live import Made
from dengmi.settings.options import ModelSettings, Settings

if TYPE_CHECKING:
    from dengmi.answer.rewriting import Rewriting
    from dengmi.answer.upper import Upper
    from dengmi.core.entailment import Entailment
    from dengmi.gate.gate import Gate
    from dengmi.gate.keeper import Keeping
    from dengmi.gate.quota import Plans


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What writing works with. `life` and `waiting` name this process in the ledger and in the late
    queue; `talk` is the line to the parent, None where this process serves alone."""

    store: Store
    search: Search
    clock: Clock
    counts: Counts
    ladder: Ladder
    waits: Waits
    late: Standby | None
    life: Life
    waiting: Life
    nli: "Entailment | None"
    talk: Talk | None


@dataclass(frozen=True, slots=True)
class _Door:
    """What lets calls of models begin, and who has which plan."""

    gate: "Gate"
    plans: "Plans"


@dataclass(frozen=True, slots=True)
class _Writes:
    """What writes, with what of it follows the settings."""

    upper: "Upper"
    rewriting: "Rewriting | None"
    desks: Made[DeskSettings, DeskWay]


class Writing:
    """What uses models, at one with the settings.

    Attributes:
        begun: set once a level is offered.
    """

    def __init__(self, settings: Settings, around: Around) -> None:
        self.begun = asyncio.Event()
        self._around = around
        self._models = Models({}, settings.home)
        self._known: dict[str, ModelSettings] = {}
        self._levels = Levels()
        self._served: dict[Level, tuple[str, ...]] = {}
        self._judges: dict[str, str] = {}
        self._door: _Door | None = None
        self._writes: _Writes | None = None
        self._started = False

    async def become(self, settings: Settings) -> None:
        """Use the models and levels of these settings from now on. What no model is configured for
        is not even imported.

        Raises:
            BadSettings: an amount of the first settings with a model is none.
        """
        levels = levels_of(settings)
        self._known |= settings.models
        self._models.become(settings.models)
        if self._door is None and settings.models:
            self._door = await self._opened(settings)
        if self._door is not None:
            from dengmi.gate.open import offered_of

            self._door.gate.become(offered_of(settings))
        if self._writes is None and levels and self._door is not None:
            self._writes = await asyncio.to_thread(self._made, settings, self._door)
            if self._started:  # at the start this is done beside the first requests
                await asyncio.to_thread(self._writes.upper.warm)
        self._follow(settings, levels)
        if self._writes is not None and self._door is not None and not self.begun.is_set():
            self._begin(settings, self._writes, self._door)
        self._started = True

    def model(self, name: str) -> ChatModel:
        """A model of the settings, as it is used. Raises ModelFailed."""
        return self._models.get(name)

    async def close(self) -> None:
        """Close the models."""
        await self._models.close()

    def _follow(self, settings: Settings, levels: dict[Level, LevelWay]) -> None:
        """Have what is there use these levels."""
        first = next(iter((*settings.levels.quick, *settings.levels.deep)), "")
        self._judges["model"] = settings.levels.judge or first
        self._levels.become(levels)
        self._served.clear()
        self._served |= {name: level.models for name, level in levels.items()}
        if self._writes is not None:
            self._writes.desks.forget()
            if self._writes.rewriting is not None:
                self._writes.rewriting.name = first

    def _begin(self, settings: Settings, writes: _Writes, door: _Door) -> None:
        """Let questions climb from now on, and wait where there is no room."""
        around = self._around
        around.ladder.climb_with(writes.upper, around.life)
        if (terms := terms_of(settings)) is not None:
            around.waits.begin(terms, door.gate.had)
            if around.late is not None:
                around.late.begin(
                    runner_of(
                        *(self._served, around.store, around.waits, around.ladder),
                        room=door.gate,
                        lives=around.waiting,
                    )
                )
        self.begun.set()

    async def _opened(self, settings: Settings) -> _Door:
        """One process keeps its slots itself; several have them kept by their parent."""
        around = self._around
        keeper, plans = await asyncio.to_thread(_kept, settings, around.clock, around.talk)
        from dengmi.gate.gate import Gate

        patience = settings.writing.patience
        gate = Gate(
            keeper, around.clock, patience, rank=lambda question: plans.rank(question.payer)
        )
        keeper.begin()
        around.counts.watch("gate", gate.load)
        return _Door(gate, plans)

    def _made(self, settings: Settings, door: _Door) -> _Writes:
        """Imported here: what writes and checks takes half a second, and a home without a model
        needs none of it. Blocks."""
        from dengmi.answer.reusing import Reusing
        from dengmi.answer.rewriting import Rewriting
        from dengmi.answer.suggesting import Suggesting
        from dengmi.answer.upper import Upper
        from dengmi.answer.write.writer import Writer
        from dengmi.gate.open import limits_of
        from dengmi.ledger.ledger import Ledger

        around, models = self._around, self._models
        models.warm()
        turns = around.ladder.turns
        limits = limits_of(settings, around.clock, door.plans)
        ledger = Ledger(
            *(around.store, around.clock, self._known, around.life, limits), counts=around.counts
        )
        judges = self._judges
        judges["nli"] = around.nli.name if around.nli else ""

        def way(_: str, desk: DeskSettings) -> DeskWay:
            asked = judges.get(desk.judge, "")
            return DeskWay(voice=desk.voice, language=desk.language, policy=desk.check, judge=asked)

        desks = Made(settings.desks, way)
        rewriting = Rewriting(models.get, ledger, "", gate=door.gate)
        upper = Upper(
            Ways(levels=self._levels, desks=desks, private=private_of(settings.desks)),
            Writer(models.get, ledger, door.gate, turns, around.nli),
            *(ledger, around.store, around.clock),
            reusing=Reusing(around.store) if settings.writing.reuse else None,
            suggesting=Suggesting(around.search),
            rewriting=rewriting if settings.writing.rewrite else None,
            turns=turns,
            rates=Rates(rates_of(settings)),
        )
        return _Writes(upper, rewriting, desks)


def levels_of(settings: Settings) -> dict[Level, LevelWay]:
    """The levels that the settings offer, and how each writes."""
    writing, levels = settings.writing, settings.levels

    def made_of(names: Sequence[str]) -> tuple[str, ...]:
        known = (settings.models[name] for name in names if name in settings.models)
        return tuple(f"{each.kind} {each.base_url} {each.model}" for each in known)

    offered: dict[Level, LevelWay] = {}
    if levels.quick:
        offered["quick"] = LevelWay(
            models=levels.quick,
            made_of=made_of(levels.quick),
            evidence=writing.quick_evidence,
            tokens=writing.quick_tokens,
        )
    if levels.deep:
        offered["deep"] = LevelWay(
            models=levels.deep,
            made_of=made_of(levels.deep),
            evidence=writing.deep_evidence,
            tokens=writing.deep_tokens,
            thinking=True,
            passages=16,
        )
    return offered


def _kept(settings: Settings, clock: Clock, talk: Talk | None) -> "tuple[Keeping, Plans]":
    """What keeps the slots, and who has which plan. Imported here: a home without a model has
    nothing to hold. Blocks."""
    from dengmi.gate.open import plans_of, shares_of, slots_of

    if talk is not None:
        from dengmi.gate.apart import Apart

        return Apart(talk, shares_of(settings), clock), plans_of(settings)
    from dengmi.gate.keeper import Keeper

    return Keeper(slots_of(settings), clock), plans_of(settings)
