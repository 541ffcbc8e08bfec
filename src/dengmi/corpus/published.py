"""Reading the articles that an account lists as published."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field, replace

from dengmi.core.clock import Clock
from dengmi.core.published import Listing, ListUsedUp, Publication, Published, Publisher
from dengmi.core.records import Draft
from dengmi.corpus.elsewhere import identity
from dengmi.corpus.extract.dates import iso_date
from dengmi.corpus.extract.jsonl import Failure
from dengmi.corpus.items import Gone, Incomplete, Item, Job, Same, Total
from dengmi.corpus.walk import BEIJING, Walk, read_walk

WALK = "walk"
"""The option of a source that keeps how far its list was read."""


@dataclass(slots=True, kw_only=True)
class Listed:
    """What reading a list works with.

    Attributes:
        job: the source, and what is stored of it.
        publisher: lists the publications.
        elsewhere: names (`identity`) of articles that other sources of the desk have.
        keep: keeps how far the list was read.
        walk: how far it was read, and the calls of today.
    """

    job: Job
    publisher: Publisher
    clock: Clock
    elsewhere: Callable[[], Awaitable[frozenset[str]]]
    keep: Callable[[Walk], Awaitable[None]]
    walk: Walk = field(init=False)
    _kept: Walk = field(init=False)
    _elsewhere: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Goes on where the last sync ended."""
        self.walk = self._kept = read_walk(self.job.source.options.get(WALK))

    async def call(self, offset: int) -> Listing | None:
        """A part of the list; None where it may not be asked for any more today. The call is
        written down before it is made, what came of it only by `ended`: the articles are not
        stored yet."""
        now = self.clock.now()
        if not self.walk.may_call(now, self.publisher.calls):
            return None
        self._kept, self.walk = self._kept.called(now), self.walk.called(now)
        await self.keep(self._kept)
        try:
            return await self.publisher.listing(offset)
        except ListUsedUp:
            return None

    async def ended(self) -> None:
        """All that was read is stored."""
        if self.walk != self._kept:
            await self.keep(self.walk)

    async def others(self) -> frozenset[str]:
        """What other sources have; looked up when the first new article comes."""
        if self._elsewhere is None:
            self._elsewhere = await self.elsewhere()
        return self._elsewhere


async def read_published(listed: Listed) -> AsyncGenerator[Item]:
    """The articles that an account lists, as far as today's calls reach: the new ones first, then
    what an earlier sync had to leave or, once a week, all others.

    Raises:
        DengmiError: the platform refused the list.
    """
    before, now = listed.walk, listed.clock.now()
    newest, added, offset = before.newest, 0, 0
    at_top = contiguous = True
    while True:
        listing = await listed.call(offset)
        if listing is None:
            yield Incomplete(code="wechat_list_used", params={"calls": listed.walk.calls})
            return
        newer = [each for each in listing.publications if each.updated > before.newest]
        added += sum(each.created > before.newest for each in newer)
        newest = max([newest, *(each.updated for each in newer)])
        yield Total(max(listing.total, len(listed.job.known)))
        async for item in _items(listed, listing):
            yield item
        offset += len(listing.publications)
        listed.walk = replace(listed.walk, newest=newest, next=offset)
        at_end = not listing.publications or offset >= listing.total
        at_top = at_top and len(newer) == len(listing.publications)
        current = before.total + added == listing.total and not before.is_due(now)
        if at_end or (not at_top and current):
            whole = now if at_end else before.whole
            listed.walk = replace(listed.walk, total=listing.total, whole=whole, next=0)
            if not (at_end and contiguous):
                yield Incomplete()
            return
        reached = before.next + added - len(listing.publications)  # one page is read twice
        if not at_top and contiguous and offset < reached:
            offset, contiguous = reached, False  # what is between was read on an earlier day


async def _items(listed: Listed, listing: Listing) -> AsyncGenerator[Item]:
    for publication in listing.publications:
        known = [key for key in listed.job.known if key.startswith(f"{publication.id}#")]
        keys = []
        for place, article in enumerate(publication.articles, start=1):
            keys.append(key := f"{publication.id}#{place}")
            yield await _item(listed, key, publication, article)
        for key in known:
            if key not in keys:
                yield Gone(key)


async def _item(listed: Listed, key: str, publication: Publication, article: Published) -> Item:
    if article.gone:
        return Gone(key)
    stamp = f"listed-{publication.updated}"
    before = listed.job.known.get(key)
    if before is not None and before.modified == stamp:
        return Same(key, before.etag, stamp)
    if before is None and identity(article.url) in await listed.others():
        params = {"title": article.title, "address": article.url}
        return Failure(key=key, code="wechat_elsewhere", params=params, skipped=True)
    body = await asyncio.to_thread(_body, article)
    return Draft(
        key=key,
        title=article.title,
        body=body,
        url=article.url,
        author=article.author,
        published=iso_date(publication.created + BEIJING),
        modified=stamp,
    )


def _body(article: Published) -> str:
    from dengmi.corpus.extract.wechat import content_markdown

    return content_markdown(article.markup, article.title)
