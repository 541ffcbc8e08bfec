"""The late queue as the settings want it. What serves it is imported where somebody may wait."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from dengmi.answer.late.terms import Terms
from dengmi.answer.late.waits import Kept, Waits
from dengmi.core.clock import Clock
from dengmi.core.gate import Room
from dengmi.core.ports import Lives
from dengmi.core.records import Level
from dengmi.settings.options import Settings

if TYPE_CHECKING:
    from dengmi.answer.late.runner import Runner, Try


class Climbing(Protocol):
    """What tries questions again: the ladder. `crowded`: whether first replies wait just now."""

    @property
    def better(self) -> "Try": ...

    @property
    def crowded(self) -> bool: ...


def waits_of(settings: Settings, store: Kept, clock: Clock, *, room: Room | None) -> Waits:
    """The questions that wait; none does where that is off or there is no room for any."""
    late = settings.late
    terms = Terms(longest=late.hours * 3600, each=late.each, most=late.most)
    on = late.on and room is not None
    return Waits(
        store,
        clock,
        terms if on else None,
        workers=settings.server.workers,
        had=room.had if room else None,
    )


def runner_of(
    levels: Mapping[Level, Sequence[str]],
    store: Kept,
    waits: Waits,
    ladder: Climbing,
    *,
    room: Room | None,
    lives: Lives,
) -> "Runner | None":
    """What writes late answers; None where no question waits.

    Args:
        levels: the models of each level that is offered.
    """
    if not waits.open or room is None:
        return None
    from dengmi.answer.late.runner import Places, Runner

    places = Places(levels=levels, room=room, crowded=lambda: ladder.crowded)
    return Runner(store, waits.clock, waits, ladder.better, places=places, lives=lives)
