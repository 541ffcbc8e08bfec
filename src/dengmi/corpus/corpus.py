"""Sources and their articles: add, sync, remove."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, aclosing
from functools import partial
from typing import TYPE_CHECKING

from dengmi.core.clock import Clock
from dengmi.core.errors import DengmiError, NotFound
from dengmi.core.ports import Search, Shelf
from dengmi.core.published import Publisher
from dengmi.core.records import Source
from dengmi.corpus.elsewhere import other_articles
from dengmi.corpus.items import Item, Job, in_thread
from dengmi.corpus.kinds import PREFIX, Guess, guess, unknown_account
from dengmi.corpus.locks import held, only_one
from dengmi.corpus.outcome import failure_of, outcome_of
from dengmi.corpus.published import WALK, Listed, read_published
from dengmi.corpus.sync import Progress, Report, sync
from dengmi.corpus.walk import Walk
from dengmi.settings.options import Settings

if TYPE_CHECKING:
    from dengmi.corpus.fetch import Fetcher


class Corpus:
    """Brings articles from where they are published into the store, and keeps them current.

    Args:
        shelf: where desks, sources and articles are kept.
        search: the index, told to follow when something was written.
        settings: limits of fetching and of files, and the home (for locks).
        publisher: gives what lists the articles of an account of the settings.
    """

    def __init__(
        self,
        shelf: Shelf,
        search: Search,
        settings: Settings,
        clock: Clock,
        publisher: Callable[[str], Publisher] | None = None,
    ) -> None:
        self._shelf = shelf
        self._search = search
        self._settings = settings
        self._clock = clock
        self._locks = settings.home / "locks"
        self._publisher = publisher

    async def add(
        self,
        desk: str,
        what: str,
        kind: str = "auto",
        options: Mapping[str, object] | None = None,
    ) -> Source:
        """Make a source of a path or address; its articles come with the first sync. Adding one
        again gives the source there is, with the options renewed.

        Args:
            desk: the desk it belongs to; made if it does not exist.
            kind: a source kind, or "auto" to tell by looking, at the content if need be.
            options: "pages" and "delay" of a site, "delay" and "full_text" of a feed,
                "allow_networks" of any address: private networks it may be fetched from.

        Raises:
            BadInput, Unreadable, Refused: there is nothing there that could be read.
        """
        options = options or {}
        accounts = tuple(self._settings.wechat)
        found = await asyncio.to_thread(guess, what, kind, accounts)
        found = await self._find_out(found, options)
        await self._shelf.ensure_desk(desk)
        return await self._shelf.add_source(desk, found.kind, found.address, options)

    async def sync(self, source: Source, on_progress: Progress | None = None) -> Report:
        """Bring the store to what a source holds now.

        A source whose first sync gives nothing but errors is not kept: most likely its address
        is mistyped.

        Raises:
            Conflict: that source is being synced by somebody.
            DengmiError: it cannot be read at all; what is stored of it stays.
        """
        async with only_one(self._locks, source.id):
            useless = True
            try:
                report = await self._sync(source, on_progress)
                useless = bool(report.failed) and not report.usable
                await self._shelf.note_outcome(source.id, outcome_of(report, self._clock.now()))
            except DengmiError as error:
                await self._shelf.note_outcome(source.id, failure_of(error, self._clock.now()))
                raise
            finally:
                if useless and source.synced_at is None:
                    await self._forget_if_empty(source)
            return report

    async def _sync(self, source: Source, on_progress: Progress | None) -> Report:
        async with AsyncExitStack() as stack:
            job = await self._job(source, stack)
            listed = await self._listed(job, stack) if source.address.startswith(PREFIX) else None
            reader = _reader(job) if listed is None else read_published(listed)
            items = await stack.enter_async_context(aclosing(reader))
            report = await sync(
                source,
                items,
                self._shelf,
                self._search,
                self._clock,
                known=job.known,
                on_progress=on_progress,
            )
            if listed is not None:
                await listed.ended()
            return report

    async def _listed(self, job: Job, stack: AsyncExitStack) -> Listed:
        """The list of an account of the settings. Raises NotFound, BadSettings."""
        source, name = job.source, job.source.address.removeprefix(PREFIX)
        accounts = tuple(self._settings.wechat)
        if self._publisher is None or name not in accounts:
            raise unknown_account(name, accounts)
        publisher = await asyncio.to_thread(self._publisher, name)
        stack.push_async_callback(publisher.close)

        async def keep(walk: Walk) -> None:
            options = {**source.options, WALK: walk.as_option()}
            await self._shelf.add_source(source.desk, source.kind, source.address, options)

        return Listed(
            job=job,
            publisher=publisher,
            clock=self._clock,
            elsewhere=partial(other_articles, self._shelf, source),
            keep=keep,
        )

    async def _forget_if_empty(self, source: Source) -> None:
        if not await self._shelf.known(source.id):
            await self._shelf.remove_source(source.id)

    async def reading(self, source_ids: Iterable[str]) -> set[str]:
        """Those of the sources that are being read now, by whichever process of this home."""
        return await asyncio.to_thread(held, self._locks, tuple(source_ids))

    async def remove(self, source_id: str) -> int:
        """Remove a source with its articles; how many articles went.

        Raises:
            NotFound: no such source. Conflict: it is being synced.
        """
        if await self._shelf.source(source_id) is None:
            raise NotFound("source_unknown", source=source_id[:100])
        async with only_one(self._locks, source_id):
            removed = await self._shelf.remove_source(source_id)
        await self._search.catch_up()
        return removed

    async def _find_out(self, guessed: Guess, options: Mapping[str, object]) -> Guess:
        if guessed.sure:
            return guessed
        async with await asyncio.to_thread(self._fetcher, options) as fetcher:
            from dengmi.corpus.pages import is_feed

            fetched = await fetcher.get(guessed.address)
        return Guess("feed" if is_feed(fetched) else "page", guessed.address)

    async def _job(self, source: Source, stack: AsyncExitStack) -> Job:
        fetcher = None
        if source.address.startswith(("http://", "https://")):
            made = await asyncio.to_thread(self._fetcher, source.options)
            fetcher = await stack.enter_async_context(made)
        return Job(
            source=source,
            known=await self._shelf.known(source.id),
            fetch=self._settings.fetch,
            files=self._settings.files,
            fetcher=fetcher,
        )

    def _fetcher(self, options: Mapping[str, object]) -> "Fetcher":
        """Blocking: imports httpx, reads certificate authorities."""
        from dengmi.corpus.fetch import Fetcher, Limits

        fetch = self._settings.fetch
        allowed = options.get("allow_networks")
        more = tuple(map(str, allowed)) if isinstance(allowed, list | tuple) else ()
        limits = Limits(bytes=fetch.max_bytes, seconds=fetch.timeout)
        return Fetcher((*fetch.allow_networks, *more), limits)


def _reader(job: Job) -> AsyncGenerator[Item]:
    """The items of a source, read the way its kind asks for."""
    source = job.source
    web = source.address.startswith(("http://", "https://"))
    if source.kind == "jsonl":
        from dengmi.corpus.folder import read_lines

        return in_thread(read_lines(job))
    if source.kind == "folder" or (source.kind == "wechat" and not web):
        from dengmi.corpus.folder import read_folder

        return in_thread(read_folder(job))
    if source.kind == "site":
        from dengmi.corpus.site import read_site

        return read_site(job)
    if source.kind == "feed":
        from dengmi.corpus.feed import read_feed

        return read_feed(job)
    from dengmi.corpus.page import read_page

    return read_page(job)
