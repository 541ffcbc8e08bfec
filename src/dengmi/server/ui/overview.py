"""What the pages tell of the desks: titles, how many articles, how fresh, what one might ask."""

from starlette.requests import Request

from dengmi.core.errors import NotFound
from dengmi.core.records import HALL
from dengmi.server.parts import Parts
from dengmi.server.picture.pictures import Pictures
from dengmi.server.ui.page import LEVEL_COOKIE, DeskView, Frame, page_language
from dengmi.server.ui.shared import shared_of

FRESH = 5.0
"""Seconds that what was looked up is told again without a look."""


class Overview:
    """Looks desks up, at most every few seconds.

    Args:
        parts: where to look.
        pictures: draws answers as pictures; None where no answer is shown.
    """

    def __init__(self, parts: Parts, pictures: Pictures | None = None) -> None:
        self.parts = parts
        self.pictures = pictures
        self._desks: tuple[float, tuple[DeskView, ...]] = (-1e9, ())

    async def desks(self) -> tuple[DeskView, ...]:
        """Every desk that is public."""
        return tuple(desk for desk in await self.every() if self._is_public(desk.name))

    async def every(self) -> tuple[DeskView, ...]:
        """Every desk, the private ones too."""
        now = self.parts.clock.steady()
        if now - self._desks[0] > FRESH:
            self._desks = (now, await self._look())
        return self._desks[1]

    async def desk(self, name: str) -> DeskView:
        """One desk; the hall counts everything."""
        if name == HALL:
            desks = await self.desks()
            synced = [desk.synced_at for desk in desks if desk.synced_at]
            total = sum(desk.articles for desk in desks)
            return DeskView(HALL, "", total, max(synced, default=None))
        for desk in await self.every():
            if desk.name == name:
                return desk
        return DeskView(name, self._title(name, ""), 0, None)

    async def default(self) -> str:
        """The desk of the front page; empty when there is none at all."""
        try:
            return await self.parts.desks.resolve(None)
        except NotFound:
            desks = await self.desks()
            return desks[0].name if desks else ""

    async def examples(self, name: str, lang: str) -> tuple[str, ...]:
        """A few things to ask in the page's language."""
        return await self.parts.examples.of(name, lang)

    async def _look(self) -> tuple[DeskView, ...]:
        counts: dict[str, int] = {}
        synced: dict[str, float] = {}
        for source in await self.parts.store.sources():
            counts[source.desk] = counts.get(source.desk, 0) + source.articles
            if source.synced_at:
                synced[source.desk] = max(source.synced_at, synced.get(source.desk, 0))
        return tuple(
            DeskView(
                desk.name,
                self._title(desk.name, desk.title),
                counts.get(desk.name, 0),
                synced.get(desk.name),
                self._greeting(desk.name),
            )
            for desk in await self.parts.store.desks()
        )

    def _title(self, name: str, stored: str) -> str:
        settings = self.parts.settings.desks.get(name)
        return (settings.title if settings else "") or stored or name

    def _is_public(self, name: str) -> bool:
        settings = self.parts.settings.desks.get(name)
        return settings is None or settings.public

    def _greeting(self, name: str) -> str:
        settings = self.parts.settings.desks.get(name)
        return settings.greeting if settings else ""


async def frame_of(overview: Overview, request: Request, desk: str) -> Frame:
    """The frame around a page of a desk."""
    parts = overview.parts
    desks = await overview.desks()
    open_ = shared_of(parts.settings, [one.name for one in desks] if desk == HALL else [desk]).open
    return Frame(
        lang=page_language(request, parts.settings.language),
        desk=await overview.desk(desk),
        desks=desks,
        default=await overview.default(),
        now=parts.clock.now(),
        max_chars=parts.settings.ask.max_chars,
        levels=bool(parts.settings.levels.deep),
        deep=bool(parts.settings.levels.deep) and request.cookies.get(LEVEL_COOKIE) == "deep",
        offered=tuple(each for each in ("quick", "deep") if getattr(parts.settings.levels, each)),
        shared=open_,
        pictures=await overview.pictures.ready() if open_ and overview.pictures else "",
    )
