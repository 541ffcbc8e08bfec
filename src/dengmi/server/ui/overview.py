"""What the pages tell of the desks: titles, how many articles, how fresh, what one might ask."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from starlette.requests import Request

from dengmi.core.errors import DengmiError, NotFound
from dengmi.core.records import HALL, Head, Passage
from dengmi.language.detect import language_of
from dengmi.server.parts import Parts
from dengmi.server.picture.pictures import Pictures
from dengmi.server.ui.page import LEVEL_COOKIE, DeskView, Frame, page_language
from dengmi.server.ui.shared import shared_of

log = logging.getLogger(__name__)

FRESH = 5.0
"""Seconds that what was looked up is told again without a look."""

EXAMPLES = 4

PATIENCE = 0.4
"""Seconds that a page waits for examples that are still being chosen."""

LATELY = 7 * 86_400.0
"""Seconds that make an answer count for what is asked of late."""

_LOOKED_AT = 40
_COUNTED = 300
_POPULAR = 12


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
        self._examples: dict[tuple[str, str], tuple[float, tuple[str, ...]]] = {}
        self._choosing: dict[tuple[str, str], asyncio.Task[None]] = {}

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
        """A few things to ask in the page's language: those of the settings, else such as the
        articles answer, first from the articles that are cited most of late."""
        settings = self.parts.settings.desks.get(name)
        if settings and settings.examples:
            own = tuple(one for one in settings.examples if language_of(one) == lang)
            return (own or settings.examples)[:EXAMPLES]
        key = (name, lang)
        seen, known = self._examples.get(key, (-1e9, ()))
        if self.parts.clock.steady() - seen > 12 * FRESH and key not in self._choosing:
            choosing = asyncio.create_task(self._choose(key))
            self._choosing[key] = choosing
            choosing.add_done_callback(lambda _: self._choosing.pop(key, None))
        if not known and key in self._choosing:
            # Nobody waits long for a few suggestions; the next page has them.
            await asyncio.wait([self._choosing[key]], timeout=PATIENCE)
            known = self._examples.get(key, (0.0, ()))[1]
        return known

    async def _choose(self, key: tuple[str, str]) -> None:
        try:
            chosen = await self._chosen(*key)
        except DengmiError as error:
            log.warning("no examples for desk %s: %s", key[0], error.code)
            chosen = ()
        self._examples[key] = (self.parts.clock.steady(), chosen)

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

    async def _chosen(self, name: str, lang: str) -> tuple[str, ...]:
        """Questions that quotes answer, else headings in the page's language, else any."""
        from dengmi.server.ui.examples import answered, questions

        often, other = await self._headings(name)
        found: list[str] = []
        for one in await asyncio.to_thread(questions, often, other, lang):
            if len(found) < EXAMPLES and await answered(self.parts.search, one, name):
                found.append(one)
        if found:
            return tuple(found)
        known = list(_good([*often, *other]))
        own = [one for one in known if language_of(one) == lang]
        return tuple((own or known)[:EXAMPLES])

    async def _headings(self, name: str) -> tuple[list[str], list[str]]:
        """Headings and titles (of a desk's articles that are cited most of late, of others)."""
        store = self.parts.store
        since = self.parts.clock.now() - LATELY
        cited = await store.cited_lately(name, since, _COUNTED)
        popular = sorted(cited, key=lambda pk: (-cited[pk], pk))[:_POPULAR]
        heads = await store.articles(None if name == HALL else name, limit=_LOOKED_AT)
        pks = list(dict.fromkeys([*popular, *(head.pk for head in heads)]))
        found = await store.article_passages(pks)
        if name == HALL:
            found = {pk: one for pk, one in found.items() if self._is_public(one[0].desk)}
        often = [_told(*found[pk]) for pk in popular if pk in found]
        other = [
            one for pk in pks if pk in found and pk not in popular for one in _told(*found[pk])
        ]
        # One of each article in turn, so that no article asks everything.
        turns = (one for row in zip_longest(*often) for one in row if one)
        return list(dict.fromkeys(turns)), _spread(list(dict.fromkeys(other)))


def _told(head: Head, passages: Sequence[Passage]) -> Iterable[str]:
    """The headings of an article, each once, then its title."""
    return dict.fromkeys(
        [*(heading for passage in passages for heading in passage.headings), head.title]
    )


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


def _good(texts: Sequence[str]) -> Iterable[str]:
    """Headings of a length worth asking, questions first."""
    fitting = [one.strip() for one in dict.fromkeys(texts) if 4 <= _width(one.strip()) <= 48]
    questions = [one for one in fitting if one.endswith(("?", "？"))]
    others = [one for one in fitting if not one.endswith(("?", "？")) and _width(one) >= 10]
    return [*questions, *others]


def _spread(texts: list[str]) -> list[str]:
    step = max(1, len(texts) // (2 * EXAMPLES))
    return texts[::step] + [one for index, one in enumerate(texts) if index % step]


def _width(text: str) -> int:
    return sum(2 if char >= "\u2e80" else 1 for char in text)
