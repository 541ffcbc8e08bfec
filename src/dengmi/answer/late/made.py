"""The late queue as the settings want it. What serves it is imported where somebody may wait."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from dengmi.answer.late.terms import Terms
from dengmi.answer.late.waits import Kept, Waits
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


def terms_of(settings: Settings) -> Terms | None:
    """How long and how many may wait; None where nobody may."""
    late = settings.late
    return Terms(longest=late.hours * 3600, each=late.each, most=late.most) if late.on else None


def runner_of(
    levels: Mapping[Level, Sequence[str]],
    store: Kept,
    waits: Waits,
    ladder: Climbing,
    *,
    room: Room,
    lives: Lives,
) -> "Runner":
    """What writes late answers.

    Args:
        levels: the models of each level that is offered, as they are at each look.
    """
    from dengmi.answer.late.runner import Places, Runner

    places = Places(levels=levels, room=room, crowded=lambda: ladder.crowded)
    return Runner(store, waits.clock, waits, ladder.better, places=places, lives=lives)
