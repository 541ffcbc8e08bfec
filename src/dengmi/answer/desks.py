"""Which desk a request means."""

import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence

from dengmi.core.errors import BadInput, NotFound
from dengmi.core.ports import Shelf
from dengmi.core.records import HALL
from dengmi.core.together import Together
from dengmi.settings.desks import DeskSettings

FIRST_DESK = "main"
"""The desk that articles go to when nobody named one."""

FRESH = 1.0
"""Seconds for which it is taken for granted that the only desk with sources is the only one yet:
asked at each question, the store was a hop between threads on the way to every first word."""

_NAME = re.compile(r"[^\W_][\w-]{0,39}")


class Desks:
    """Resolves desk names. Remembers the names it has seen: desks are never renamed or removed.

    Args:
        settings: of desks, by name: those that are not public are named to nobody who does not
            know them.
    """

    def __init__(
        self,
        shelf: Shelf,
        default: str = "",
        steady: Callable[[], float] = time.monotonic,
        settings: Mapping[str, DeskSettings] | None = None,
    ) -> None:
        self._settings = {} if settings is None else settings
        self._shelf = shelf
        self._steady = steady
        self._only = ("", 0.0)
        self._several = 0.0
        self._default = default
        self._known: set[str] = set()
        self._used: Together[None, Collection[str]] = Together(
            self._used_all, most=1_000, direct=True
        )

    async def resolve(self, name: str | None) -> str:
        """The desk to ask.

        Without a name: the default of the settings, else the only desk with sources, else "main".

        Raises:
            NotFound: there is no such desk, or several and none is called "main".
        """
        if name and (name == HALL or name in self._known):
            return name
        if not name and not self._default:
            only, until = self._only
            if self._steady() < until:
                return only
            used = await self._used(None)
            if len(used) == 1:  # a source's desk is there
                self._only = next(iter(used)), self._steady() + FRESH
                return self._only[0]
            self._known = {desk.name for desk in await self._shelf.desks()}
            name = _usual(used or self._known, self._is_public)
        else:
            name = name or self._default
            self._known = {desk.name for desk in await self._shelf.desks()}
        if name not in self._known:
            known = ", ".join(sorted(filter(self._is_public, self._known))) or "–"
            raise NotFound("desk_unknown" if self._known else "desk_none", desk=name, known=known)
        return name

    async def for_channel(self, name: str | None) -> str:
        """The desk that a channel asks: as `resolve` says, and the hall where nobody said which of
        several desks it is. Who writes in a chat cannot name one, and wants an answer also on the
        day on which an operator adds a second desk.

        Raises:
            NotFound: there is no desk of this name, or none at all.
        """
        if not name and self._steady() < self._several:
            return HALL
        try:
            return await self.resolve(name)
        except NotFound as error:
            if error.code != "desk_several":
                raise
            self._several = self._steady() + FRESH
            return HALL

    def _is_public(self, name: str) -> bool:
        told = self._settings.get(name)
        return told is None or told.public

    async def _used_all(self, askers: Sequence[None]) -> Sequence[Collection[str]]:
        """The desks with sources, read once for all who ask at the same time."""
        return [await self._shelf.desks_with_sources()] * len(askers)

    async def for_adding(self, name: str | None) -> str:
        """The desk that new articles go to; it need not exist yet.

        Raises:
            BadInput: the name cannot be a desk's.
        """
        name = name or self._default or FIRST_DESK
        if not _NAME.fullmatch(name):
            raise BadInput("desk_name_bad", desk=name)
        return name


def _usual(used: Collection[str], is_public: Callable[[str], bool]) -> str:
    """The desk when nobody names one. A desk whose first sync failed has no sources."""
    if len(used) > 1 and FIRST_DESK not in used:
        raise NotFound("desk_several", known=", ".join(sorted(filter(is_public, used))) or "–")
    return next(iter(used)) if len(used) == 1 else FIRST_DESK
