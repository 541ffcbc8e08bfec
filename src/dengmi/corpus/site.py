"""Reading a whole site: the pages its sitemaps name, else those its links lead to."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from dengmi.core.errors import DengmiError, Refused, Unreadable
from dengmi.corpus.addresses import Scope, one_spelling
from dengmi.corpus.extract.jsonl import Failure
from dengmi.corpus.fetch import Fetched
from dengmi.corpus.fetch import Gone as NotThere
from dengmi.corpus.items import Gone, Incomplete, Item, Job, Same, Total
from dengmi.corpus.pace import Pace
from dengmi.corpus.pages import Outline, article_of, outline_of
from dengmi.corpus.robots import EVERYTHING, NOTHING, Robots, parse_robots
from dengmi.corpus.sitemap import ANY_TYPE, Mapped, read_sitemaps

_PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain")
_DEEPEST = 8
"""Links away from the first page."""

_FAILURES_IN_A_ROW = 15
"""So many pages failing one after the other mean that the site is down: stop asking."""


async def read_site(job: Job) -> AsyncGenerator[Item]:
    """The articles of the site (or folder of a site) at the source's address.

    robots.txt, noindex, nofollow and canonical addresses are respected. At most as many pages as
    the option or setting "pages" says are fetched, one at a time, with a pause between two.

    Raises:
        DengmiError: the first page cannot be fetched, or robots.txt forbids it.
    """
    root = one_spelling(job.source.address)
    pace = Pace(job.option("delay", job.fetch.delay))
    robots = await load_robots(job, pace, root)
    if not robots.allows(root):
        raise Refused("robots_refuse", address=root)
    first = await pace.run(root, lambda: job.web.get(root, types=_PAGE_TYPES))
    landed = one_spelling(first.address)
    if urlsplit(landed).netloc != urlsplit(root).netloc:
        robots = await load_robots(job, pace, landed)
        if not robots.allows(landed):
            raise Refused("robots_refuse", address=landed)
    visit = _Visit(job, pace, robots, Scope(landed), {landed: first})
    named = list(robots.sitemaps) or [urljoin(landed, "/sitemap.xml")]
    found = await read_sitemaps(job.web, pace, named)
    pages: dict[str, Mapped] = {}
    for mapped in found.pages:
        if address := visit.scope.page(mapped.address):
            pages.setdefault(address, mapped)
    if pages:
        if not found.complete:
            yield Incomplete(code="sitemap_incomplete", params={"address": landed})
        reading = visit.listed(pages)
    else:
        reading = visit.linked(landed)
    async for item in reading:
        yield item


async def load_robots(job: Job, pace: Pace, address: str) -> Robots:
    """The robots.txt of an address's host: no file allows everything, a broken server nothing."""
    there = urljoin(address, "/robots.txt")
    try:
        fetched = await pace.run(there, lambda: job.web.get(there, types=ANY_TYPE))
    except NotThere:
        return EVERYTHING
    except Unreadable as error:
        status = error.params.get("status")
        if error.code in {"fetch_status", "fetch_busy"} and isinstance(status, int):
            return EVERYTHING if 400 <= status < 500 and status != 429 else NOTHING
        raise
    robots = parse_robots(fetched.body.decode("utf-8", "replace"))
    if robots.delay is not None:
        pace.delay = max(pace.delay, robots.delay)
    return robots


@dataclass(slots=True)
class _Page:
    """What came of one page: the items to report, and the links to follow."""

    items: list[Item]
    links: list[str]
    failed: bool = False


class _Visit:
    """One sync of a site."""

    def __init__(
        self, job: Job, pace: Pace, robots: Robots, scope: Scope, have: dict[str, Fetched]
    ) -> None:
        self.job = job
        self.pace = pace
        self.robots = robots
        self.scope = scope
        self.have = have  # what was fetched already
        self.done: set[str] = set()  # keys that gave an article
        self.most = max(1, round(job.option("pages", job.fetch.pages)))
        self.bad_in_a_row = 0

    async def listed(self, pages: dict[str, Mapped]) -> AsyncGenerator[Item]:
        """The pages of the sitemaps, newest first as far as they tell."""
        order = sorted(pages.items(), key=lambda pair: pair[1].changed, reverse=True)
        if len(order) > self.most:
            params = {"pages": self.most, "all": len(order)}
            yield Incomplete(code="site_limit", params=params)
        yield Total(min(len(order), self.most))
        for address, mapped in order[: self.most]:
            stamp = f"map-{mapped.changed}" if ":" in mapped.changed else ""
            before = self.job.known.get(address)
            if stamp and before is not None and before.modified == stamp:
                self.done.add(address)
                yield Same(address, before.etag, stamp)
                continue
            page = await self._page(address, stamp)
            for item in page.items:
                yield item
            if self._is_down(page):
                yield Incomplete(code="site_down", params={"pages": _FAILURES_IN_A_ROW})
                return

    async def linked(self, start: str) -> AsyncGenerator[Item]:
        """The pages that links lead to, nearest first. Pages stored earlier are visited too, so
        that those that are gone are noticed; only the server's word removes a page."""
        yield Incomplete()
        known = [key for key in self.job.known if self.scope.page(key) == key]
        queue = deque([(start, 0)] + [(key, 1) for key in known if key != start])
        queued = {address for address, _ in queue}
        visited = 0
        while queue:
            if visited >= self.most:
                params = {"pages": self.most, "all": visited + len(queue)}
                yield Incomplete(code="site_limit", params=params)
                return
            address, depth = queue.popleft()
            visited += 1
            page = await self._page(address, "")
            for item in page.items:
                yield item
            if self._is_down(page):
                yield Incomplete(code="site_down", params={"pages": _FAILURES_IN_A_ROW})
                return
            for link in page.links if depth < _DEEPEST else ():
                target = self.scope.page(link)
                if target and target not in queued and not self.scope.is_endless(target):
                    queued.add(target)
                    queue.append((target, depth + 1))

    def _is_down(self, page: _Page) -> bool:
        self.bad_in_a_row = self.bad_in_a_row + 1 if page.failed else 0
        return self.bad_in_a_row >= _FAILURES_IN_A_ROW

    async def _page(self, address: str, stamp: str) -> _Page:
        if not self.robots.allows(address):
            return _Page([_skipped(address, "robots_refuse")], [])
        before = self.job.known.get(address)
        try:
            fetched = self.have.pop(address, None) or await self._fetch(address)
        except NotThere as error:
            if before is not None:
                return _Page([Gone(address)], [])
            return _Page([_skipped(address, error.code, status=_status(error))], [])
        except DengmiError as error:
            harmless = error.code == "fetch_type"
            failure = Failure(key=address, code=error.code, params=error.params, skipped=harmless)
            return _Page([failure], [], failed=not harmless)
        if fetched.status == 304 and before is not None:
            self.done.add(address)
            marks = fetched.etag or before.etag, stamp or before.modified
            return _Page([Same(address, *marks)], [])
        outline = await asyncio.to_thread(outline_of, fetched)
        links = [] if outline.nofollow else [x.address for x in outline.links if not x.nofollow]
        return _Page(await self._article(address, fetched, outline, stamp), links)

    async def _fetch(self, address: str) -> Fetched:
        before = self.job.known.get(address)
        etag, modified = (before.etag, before.modified) if before else ("", "")
        if modified.startswith("map-"):  # the sitemap's date, not the server's
            modified = ""
        return await self.pace.run(
            address,
            lambda: self.job.web.get(address, etag=etag, modified=modified, types=_PAGE_TYPES),
        )

    async def _article(
        self, address: str, fetched: Fetched, outline: Outline, stamp: str
    ) -> list[Item]:
        key = self._key(fetched, outline)
        if key is None:
            return [_skipped(address, "page_elsewhere")]
        if outline.noindex:
            return [Gone(key), _skipped(address, "page_noindex")]
        moved: list[Item] = [Gone(address)] if key != address else []
        if key in self.done:
            return [*moved, _skipped(address, "page_again", other=key)]
        try:
            draft = await article_of(fetched, key, self.job.files)
        except DengmiError as error:
            return [_skipped(address, error.code, **error.params)]
        if not draft.body.strip():
            return [_skipped(address, "page_no_article")]
        self.done.add(key)
        return [*moved, replace(draft, modified=stamp or draft.modified)]

    def _key(self, fetched: Fetched, outline: Outline) -> str | None:
        """Under which address a page is kept: where redirects ended, or what it calls canonical.

        A canonical address that is the front page is a common mistake, and not believed.
        """
        landed = self.scope.page(fetched.address)
        if landed is None:
            return None
        said = self.scope.page(outline.canonical) if outline.canonical else None
        if said and said != landed and urlsplit(said).path != "/" and self.robots.allows(said):
            return said
        return landed


def _skipped(address: str, code: str, **params: str | int | float) -> Failure:
    return Failure(key=address, code=code, params={"address": address} | params, skipped=True)


def _status(error: DengmiError) -> int:
    status = error.params.get("status")
    return status if isinstance(status, int) else 404
