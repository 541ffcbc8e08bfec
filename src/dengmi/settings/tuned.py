"""The settings as they are now: those of dengmi.toml with what operators changed, while the process
runs."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from dengmi.core.edits import Edit
from dengmi.core.errors import BadSettings
from dengmi.settings.live import Live
from dengmi.settings.options import Settings


class Tuned:
    """Settings that follow the edits of the store.

    Attributes:
        written: as dengmi.toml has them.
        settings: as they are now. Desks and plans are tables that follow the edits for whoever
            holds them.
        edits: what operators changed.
        refused: the edits that do not hold, by path, with the reason.
        taking: held by whoever reads edits and takes them.
    """

    def __init__(self, written: Settings, edits: Sequence[Edit] = ()) -> None:
        self.written = written
        self.edits: tuple[Edit, ...] = ()
        self.taking = asyncio.Lock()
        self.refused: Mapping[str, BadSettings] = {}
        self._desks, self._plans = Live(written.desks), Live(written.plans)
        self.settings = msgspec.structs.replace(written, desks=self._desks, plans=self._plans)
        self.take(edits)

    def take(self, edits: Sequence[Edit]) -> bool:
        """Have these edits instead of the ones before; whether anything is another now. Blocks for
        the files of time zones."""
        if tuple(edits) == self.edits:
            return False
        from dengmi.settings.overlay import applied  # most homes have no edits

        made = applied(self.written, edits)
        self.edits, self.refused, now = tuple(edits), made.refused, made.settings
        self._desks.become(now.desks)
        self._plans.become(now.plans)
        self.settings = msgspec.structs.replace(self.settings, models=now.models, levels=now.levels)
        return True
