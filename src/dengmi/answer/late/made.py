"""The late queue as the settings want it."""

from collections.abc import Callable, Sequence

from dengmi.answer.late.runner import Places, Runner, Try
from dengmi.answer.late.terms import Terms
from dengmi.answer.late.waits import Kept, Waits
from dengmi.core.clock import Clock
from dengmi.core.gate import Room
from dengmi.core.ports import Lives
from dengmi.core.records import Level
from dengmi.settings.options import Settings


def waits_of(settings: Settings, store: Kept, clock: Clock, *, room: Room | None) -> Waits:
    """The questions that wait; none does where that is off or there is no model."""
    late = settings.late
    terms = Terms(longest=late.hours * 3600, each=late.each, most=late.most)
    on = late.on and bool(_levels(settings))
    return Waits(
        store,
        clock,
        terms if on else None,
        workers=settings.server.workers,
        had=room.had if room else lambda _: 0.0,
    )


def runner_of(
    settings: Settings,
    store: Kept,
    waits: Waits,
    tried: Try,
    *,
    room: Room | None,
    lives: Lives,
    crowded: Callable[[], bool],
) -> Runner | None:
    """What writes late answers; None where no question waits."""
    if not waits.open or room is None:
        return None
    places = Places(levels=_levels(settings), room=room, crowded=crowded)
    return Runner(store, waits.clock, waits, tried, places=places, lives=lives)


def _levels(settings: Settings) -> dict[Level, Sequence[str]]:
    """The models of each level that is offered."""
    levels: dict[Level, Sequence[str]] = {
        "quick": settings.levels.quick,
        "deep": settings.levels.deep,
    }
    return {name: models for name, models in levels.items() if models}
