"""Bringing the store to what a source holds now.

Items are read, prepared and written at the same time, in batches; each batch is one transaction.
Whatever is already written when the process dies is found unchanged by the next run, which does
the rest. Articles that the source no longer has are removed last, and only when everything was
seen.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from dengmi.core.clock import Clock
from dengmi.core.errors import DengmiError
from dengmi.core.ports import Search, Shelf
from dengmi.core.records import Draft, Known, Prepared, Source
from dengmi.corpus.extract.jsonl import Failure
from dengmi.corpus.items import Gone, Incomplete, Item, Same, Total, Trouble, storable
from dengmi.corpus.prepare import version_of
from dengmi.corpus.preparing import Preparer

BATCH = 100
BATCH_CHARS = 2_000_000
BATCH_SECONDS = 5.0
"""A batch is written when it has that many articles or characters, or is that old: slow sources
become searchable while they are read."""

INDEX_EVERY = 2_000
"""Articles written between two updates of the index while a long sync goes on."""

_MOST_REASONS = 1_000


@dataclass(slots=True)
class Report:
    """What a sync did, in articles; `failed` and `notes` say which items gave none and why.

    `failed` are items to look at, `notes` items left out for a harmless reason (counted in
    `skipped`). `complete` is false when something that should have been seen was not; then nothing
    is removed except what the source itself calls gone.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: int = 0
    failed: list[Trouble] = field(default_factory=list)
    notes: list[Trouble] = field(default_factory=list)
    complete: bool = True

    @property
    def usable(self) -> int:
        """Articles of the source that can be searched now, of those this sync met."""
        return self.added + self.changed + self.unchanged

    @property
    def done(self) -> int:
        """Items dealt with so far."""
        return self.usable + self.skipped + len(self.failed)


Progress = Callable[[int, int | None, Report], None]
"""Called with items done, items in all (None while unknown) and the report so far."""


async def sync(
    source: Source,
    items: AsyncIterator[Item],
    shelf: Shelf,
    search: Search,
    clock: Clock,
    *,
    known: Mapping[str, Known] | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Read a source to its end and store what changed.

    Args:
        source: the stored source.
        items: what its reader yields.
        known: what the store has of it, if already asked for.

    Raises:
        DengmiError: the source as a whole cannot be read. What was written stays.
    """
    known = await shelf.known(source.id) if known is None else known
    work = _Sync(source, shelf, search, clock=clock, known=known, on_progress=on_progress)
    return await work.run(items)


@dataclass(slots=True)
class _Batch:
    drafts: list[Draft] = field(default_factory=list)
    chars: int = 0
    since: float = 0.0


class _Sync:
    def __init__(
        self,
        source: Source,
        shelf: Shelf,
        search: Search,
        *,
        clock: Clock,
        known: Mapping[str, Known],
        on_progress: Progress | None,
    ) -> None:
        self.source = source
        self.shelf = shelf
        self.search = search
        self.clock = clock
        self.known = known
        self.on_progress = on_progress
        self.report = Report()
        self.total: int | None = None
        self.seen: set[str] = set()
        self.gone: set[str] = set()
        self.keep_unseen = source.kind == "feed"  # feeds drop what is merely old
        self.marks: dict[str, tuple[str, str]] = {}
        self.batch = _Batch(since=clock.steady())
        self.ready: asyncio.Queue[list[Draft] | None] = asyncio.Queue(maxsize=2)
        self.unindexed = 0
        self.indexing: asyncio.Task[int] | None = None

    async def run(self, items: AsyncIterator[Item]) -> Report:
        preparer = Preparer()
        writer = asyncio.create_task(self._write(preparer))
        try:
            failure = await self._read(items, writer)
            await writer
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            await preparer.aclose()
            if self.indexing is not None:
                await asyncio.gather(self.indexing, return_exceptions=True)
        await self._finish(failure)
        return self.report

    async def _read(
        self, items: AsyncIterator[Item], writer: asyncio.Task[None]
    ) -> DengmiError | None:
        """Take every item; the error that ended the reading early, if one did."""
        failure: DengmiError | None = None
        try:
            async for item in items:
                self._take(item)
                if self._is_due():
                    await self._hand_over(writer)
        except DengmiError as error:
            failure = error
        await self._hand_over(writer)
        await self._put(None, writer)
        return failure

    def _take(self, item: Item) -> None:
        match item:
            case Draft():
                self._take_draft(item)
            case Same(key, etag, modified):
                self.seen.add(key)
                self._unchanged(key, etag, modified)
            case Gone(key):
                if key in self.known:
                    self.gone.add(key)
            case Failure():
                self.seen.add(item.key)
                self._trouble(Trouble(item.key, item.code, item.params), item.skipped)
            case Total(count):
                self.total = count
            case Incomplete(key, code, params):
                self.keep_unseen = True
                if code:
                    self.report.complete = False
                    self.report.notes.append(Trouble(key or self.source.address, code, params))
        if self.report.done % 20 == 0:
            self._tell()

    def _take_draft(self, draft: Draft) -> None:
        draft = storable(draft)
        if draft.key in self.seen:
            self._trouble(Trouble(draft.key, "article_twice", {"key": draft.key}), True)
            return
        if not draft.body.strip():
            # An emptied file is no article any more; an empty page is more likely a bad fetch.
            if self.source.address.startswith(("http://", "https://")):
                self.seen.add(draft.key)
            self._trouble(Trouble(draft.key, "article_empty", {"key": draft.key}), True)
            return
        self.seen.add(draft.key)
        before = self.known.get(draft.key)
        if before is not None and before.content_hash == version_of(draft):
            self._unchanged(draft.key, draft.etag, draft.modified)
            return
        self.batch.drafts.append(draft)
        self.batch.chars += len(draft.body)

    def _unchanged(self, key: str, etag: str, modified: str) -> None:
        self.report.unchanged += 1
        before = self.known[key]
        if (before.etag, before.modified) != (etag, modified) and (etag or modified):
            self.marks[key] = (etag or before.etag, modified or before.modified)

    def _trouble(self, trouble: Trouble, harmless: bool) -> None:
        if harmless:
            self.report.skipped += 1
            if len(self.report.notes) < _MOST_REASONS:
                self.report.notes.append(trouble)
        else:
            self.report.failed.append(trouble)

    def _is_due(self) -> bool:
        batch = self.batch
        if not batch.drafts and len(self.marks) < BATCH:
            return False
        return (
            len(batch.drafts) >= BATCH
            or batch.chars >= BATCH_CHARS
            or len(self.marks) >= BATCH
            or self.clock.steady() - batch.since > BATCH_SECONDS
        )

    async def _hand_over(self, writer: asyncio.Task[None]) -> None:
        drafts = self.batch.drafts
        self.batch = _Batch(since=self.clock.steady())
        if drafts:
            await self._put(drafts, writer)
        if self.marks:
            marks, self.marks = self.marks, {}
            await self.shelf.touch_articles(self.source.id, marks)

    async def _put(self, drafts: list[Draft] | None, writer: asyncio.Task[None]) -> None:
        """Pass work to the writer, unless it has failed: then raise what it raised."""
        putting = asyncio.create_task(self.ready.put(drafts))
        await asyncio.wait({putting, writer}, return_when=asyncio.FIRST_COMPLETED)
        if not putting.done():
            putting.cancel()
            writer.result()

    async def _write(self, preparer: Preparer) -> None:
        """Prepare the next batch while the last one is being written."""
        writing: asyncio.Task[None] | None = None
        try:
            while (drafts := await self.ready.get()) is not None:
                prepared = await preparer.prepare(self.source, drafts)
                if writing is not None:
                    await writing
                writing = asyncio.create_task(self._store([p for p in prepared if p.passages]))
                for one in prepared:
                    if not one.passages:
                        key = one.draft.key
                        self._trouble(Trouble(key, "article_empty", {"key": key}), True)
            if writing is not None:
                await writing
        finally:
            if writing is not None and not writing.done():
                await asyncio.gather(writing, return_exceptions=True)

    async def _store(self, batch: list[Prepared]) -> None:
        if not batch:
            return
        await self.shelf.put_articles(self.source, batch)
        changed = sum(one.draft.key in self.known for one in batch)
        self.report.changed += changed
        self.report.added += len(batch) - changed
        self.unindexed += len(batch)
        if self.unindexed >= INDEX_EVERY and (self.indexing is None or self.indexing.done()):
            self.unindexed = 0
            self.indexing = asyncio.create_task(self.search.catch_up())
        self._tell()

    async def _finish(self, failure: DengmiError | None) -> None:
        report = self.report
        if failure is not None:
            if not self.seen and not self.gone:
                raise failure
            report.failed.append(Trouble(self.source.address, failure.code, failure.params))
            report.complete = False
        away = set(self.gone)
        if report.complete and not self.keep_unseen:
            away |= self.known.keys() - self.seen
        if away:
            report.removed = await self.shelf.remove_articles(self.source.id, sorted(away))
        if failure is None:
            await self.shelf.mark_synced(self.source.id, self.clock.now())
        await self.search.catch_up()
        self._tell()

    def _tell(self) -> None:
        if self.on_progress is not None:
            self.on_progress(self.report.done, self.total, self.report)
