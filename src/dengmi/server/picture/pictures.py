"""Pictures of answers: drawn in a thread, one at a time, and kept while they are asked for."""

import asyncio
from collections import OrderedDict
from importlib.util import find_spec

from dengmi.core.errors import NotFound, Unavailable
from dengmi.core.records import Answer
from dengmi.server.picture.fonts import Fonts, find_fonts
from dengmi.server.problems import Refusal
from dengmi.server.ui.card import can_draw
from dengmi.server.ui.links import answer_path
from dengmi.server.ui.page import Frame
from dengmi.settings.options import Settings

KEPT = 64
"""Pictures kept; each has about 60 kB."""

WAITING = 16
"""Pictures that may wait to be drawn; who comes then is asked to come again."""

Key = tuple[str, str, str, str, str]


class Pictures:
    """Draws answers.

    Nothing is imported or looked for before the first page of an answer is shown.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.sharing
        self._fonts: Fonts | None = None
        self._looked = False
        self._looking = asyncio.Lock()
        self._drawing = asyncio.Lock()
        self._waiting = 0
        self._kept: OrderedDict[Key, bytes] = OrderedDict()

    async def ready(self) -> str:
        """In which writing pictures can be drawn here: "all", "latin", or "" for none."""
        fonts = await self._found() if self._settings.cards else None
        return fonts.writes if fonts else ""

    async def picture(self, frame: Frame, answer: Answer, base: str, shape: str) -> bytes:
        """An answer as PNG.

        Args:
            frame: says how the desk is called, and in which language.
            base: the address of this server as readers know it.
            shape: "tall" or "wide".

        Raises:
            NotFound: pictures are turned off.
            Unavailable: the extra or a font is missing.
            Refusal: 503, too many are waiting.
        """
        if not self._settings.cards:
            raise NotFound("card_off")
        fonts = await self._found()
        if fonts is None:
            raise Unavailable("card_extra_missing")
        if not can_draw(fonts.writes, answer):
            raise Unavailable("card_font_missing")
        address = base + answer_path(answer.id)
        key = (answer.id, frame.lang, frame.name, address, shape)
        if key not in self._kept:
            await self._draw(key, frame, answer, fonts)
        self._kept.move_to_end(key)
        return self._kept[key]

    async def _draw(self, key: Key, frame: Frame, answer: Answer, fonts: Fonts) -> None:
        if self._waiting >= WAITING:
            raise Refusal("card_busy", 503, headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            async with self._drawing:
                if key not in self._kept:
                    self._kept[key] = await asyncio.to_thread(_drawn, key, frame, answer, fonts)
        finally:
            self._waiting -= 1
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    async def _found(self) -> Fonts | None:
        """The fonts; None where the libraries of the extra are missing."""
        if not self._looked:
            async with self._looking:
                if not self._looked:
                    self._fonts = await asyncio.to_thread(_fonts_of, self._settings.font)
                    self._looked = True
        return self._fonts


def _fonts_of(wanted: str) -> Fonts | None:
    """Looks for libraries and fonts, and imports none."""
    has_all = find_spec("PIL") is not None and find_spec("segno") is not None
    return find_fonts(wanted) if has_all else None


def _drawn(key: Key, frame: Frame, answer: Answer, fonts: Fonts) -> bytes:
    from dengmi.server.picture.draw import draw

    return draw(frame, answer, fonts, key[3], key[4])
