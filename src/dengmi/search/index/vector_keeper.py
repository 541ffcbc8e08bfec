"""Keeps the vectors in step with the store, one process at a time.

They follow on their own, later than the index of words: making vectors takes thousands of times
longer. Another embedder makes a set of its own, beside the one that answers until the new one is
complete.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar, TypeVarTuple

import msgspec

from dengmi.core.errors import BadSettings
from dengmi.core.lock import FileLock
from dengmi.core.ports import Changes, Embedder
from dengmi.core.records import Change, Head, Passage
from dengmi.search.index.lexical import day_number
from dengmi.search.index.vector_files import (
    DAMAGED,
    FOLDER,
    Row,
    Told,
    array,
    live_set,
    load,
    load_usearch,
    make_index,
    make_live,
    new_folder,
    save,
    sets,
)

log = logging.getLogger(__name__)

LOCK = "vectors.lock"
BATCH = 20
"""Articles whose passages are embedded together."""

SAVE_AFTER = 10.0
"""Seconds of work after which what was made so far is saved."""

SAVE_SHARE = 10
"""Saving takes at most one part in so many of the time: a large set is saved less often."""

_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")
Tell = Callable[[int], None]
"""Is told how many vectors there are by now."""


@dataclass(frozen=True, slots=True)
class VectorStanding:
    """How far the vectors are.

    Attributes:
        wanted: name of the embedder of the settings.
        live: name of the one whose vectors answer, "" for none.
        count: vectors that answer.
        refused: passages without one, since the model refuses them.
        seq: the store's change they stand at.
        last: the store's newest change.
        making: vectors saved so far of the set that is being made; None without one.
    """

    wanted: str
    live: str
    count: int
    refused: int
    seq: int
    last: int
    making: int | None

    @property
    def complete(self) -> bool:
        """Whether the vectors of the wanted embedder answer and nothing is left to embed."""
        return self.live == self.wanted and self.seq == self.last and self.making is None


@dataclass(slots=True)
class _Work:
    """A set while it is followed. Folder, `told` and index come with the first vector, which
    tells the length of all."""

    folder: Path | None = None
    told: Told | None = None
    index: Any = None
    rows: dict[int, Row] = field(default_factory=dict)
    by_article: dict[int, list[Row]] = field(default_factory=dict)
    seq: int = 0
    refused: int = 0
    next_key: int = 1
    changed: bool = False
    saved_at: float = field(default_factory=monotonic)
    save_took: float = 0.0

    def due(self) -> bool:
        """Whether it is time to save."""
        return monotonic() - self.saved_at > max(SAVE_AFTER, SAVE_SHARE * self.save_took)

    def place(self, row: Row) -> None:
        """Note what is known of a vector."""
        self.rows[row.key] = row
        self.by_article.setdefault(row.article, []).append(row)
        self.next_key = max(self.next_key, row.key + 1)


class _OtherLength(Exception):
    """The embedder gives vectors of another length than it did: it is another model by now."""


@dataclass(frozen=True, slots=True)
class VectorKeeper:
    """Writes the vectors of an index folder. `pool` runs what blocks."""

    store: Changes
    folder: Path
    embedder: Embedder
    pool: Executor
    following: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def standing(self) -> VectorStanding:
        """How far the vectors are."""
        return await self._run(self._standing, await self.store.last_change())

    async def catch_up(self, tell: Tell | None = None) -> VectorStanding:
        """Embed what changed, or all where the embedder is another one. Leaves it to another
        process that is at it. What was made is saved again and again: after a kill or an error
        the next call goes on from there.

        Raises:
            ModelFailed: the embedder does not answer.
            BadSettings: usearch is not installed.
        """
        standing = await self.standing()
        if standing.complete:
            return standing
        async with self.following:
            with FileLock(self.folder / LOCK) as lock:
                if await self._run(lock.take):
                    try:
                        await self._follow(tell)
                    except _OtherLength:
                        log.warning("%s gives other vectors than before", self.embedder.name)
                        await self._follow(tell, anew=True)
        return await self.standing()

    async def _follow(self, tell: Tell | None, anew: bool = False) -> None:
        last = await self.store.last_change()
        work = _Work() if anew else await self._run(self._chosen, last)
        try:
            while changes := await self.store.changes(work.seq, BATCH):
                await self._put(work, changes)
                work.seq = changes[-1].seq
                if tell is not None:
                    tell(len(work.rows))
                if work.due():
                    await self._run(self._save, work)
        finally:
            await self._run(self._save, work)
        if work.folder is not None:
            await self._run(self._show, work.folder)

    async def _put(self, work: _Work, changes: Sequence[Change]) -> None:
        """Bring these articles' vectors to what they are now. A text that stayed is not embedded
        again. The work is changed only when every vector is there."""
        alive = [change.article_pk for change in changes if not change.gone]
        articles = await self.store.article_passages(alive) if alive else {}
        kept: list[Row] = []
        fresh: list[tuple[Row, str]] = []
        for pk, (head, passages) in articles.items():
            known = {row.digest: row.key for row in work.by_article.get(pk, ())}
            for row, text in _rows(pk, head, passages):
                if key := known.pop(row.digest, None):
                    kept.append(msgspec.structs.replace(row, key=key))
                else:
                    fresh.append((row, text))
        vectors = await self.embedder.embed([text for _, text in fresh]) if fresh else []
        made = [(row, v) for (row, _), v in zip(fresh, vectors, strict=True) if len(v)]
        pks = [change.article_pk for change in changes]
        await self._run(self._apply, work, pks, kept, made)
        work.refused += len(fresh) - len(made)

    def _apply(
        self,
        work: _Work,
        pks: Collection[int],
        kept: Sequence[Row],
        made: Sequence[tuple[Row, Sequence[float]]],
    ) -> None:
        if made:
            self._begin(work, len(made[0][1]))
        work.changed = True
        keep = {row.key for row in kept}
        for pk in pks:
            for row in work.by_article.pop(pk, ()):
                if row.key not in keep:
                    work.index.remove(row.key)
                del work.rows[row.key]
        for row in kept:
            work.place(row)
        for row, vector in made:
            key = work.next_key
            work.index.add(key, array(vector), threads=1)
            work.place(msgspec.structs.replace(row, key=key))

    def _begin(self, work: _Work, dimensions: int) -> None:
        """Make the set if it is a new one. Raises _OtherLength."""
        if work.told is None:
            work.folder = new_folder(self._root)
            work.index = make_index(dimensions)
            work.told = Told(
                name=self.embedder.name,
                recipe=dict(self.embedder.recipe),
                dimensions=dimensions,
            )
        elif work.told.dimensions != dimensions:
            raise _OtherLength

    def _chosen(self, last: int) -> _Work:
        """The set to go on with: the newest of this embedder, or a new one."""
        _check_usearch()
        own = [one for one in sets(self._root) if one.told.name == self.embedder.name]
        if not own or own[-1].told.seq > last:
            return _Work()
        one = own[-1]
        try:
            index, rows = load(one)
        except DAMAGED as error:
            log.warning("vectors in %s cannot be read and are made anew: %s", one.folder, error)
            return _Work()
        work = _Work(one.folder, one.told, index, seq=one.told.seq, refused=one.told.refused)
        for row in rows.values():
            work.place(row)
        return work

    def _save(self, work: _Work) -> None:
        """Save what is not saved; a set without any vector is nothing yet."""
        if work.told is None or work.folder is None:
            return
        if work.seq == work.told.seq and not work.changed:
            return
        began = monotonic()
        work.told = msgspec.structs.replace(
            work.told,
            seq=work.seq,
            file=work.told.file + 1,
            count=len(work.rows),
            refused=work.refused,
        )
        save(work.folder, work.index, tuple(work.rows.values()), work.told)
        work.changed = False
        work.saved_at = monotonic()
        work.save_took = work.saved_at - began

    def _show(self, folder: Path) -> None:
        """Let a complete set answer."""
        live = live_set(self._root)
        if live is None or live.folder != folder:
            make_live(self._root, folder)

    def _standing(self, last: int) -> VectorStanding:
        live = live_set(self._root)
        told = live.told if live is not None else None
        others = [
            one.told
            for one in sets(self._root)
            if one.told.name == self.embedder.name and (live is None or one.folder != live.folder)
        ]
        return VectorStanding(
            wanted=self.embedder.name,
            live=told.name if told else "",
            count=told.count if told else 0,
            refused=told.refused if told else 0,
            seq=told.seq if told else 0,
            last=last,
            making=others[-1].count if others else None,
        )

    @property
    def _root(self) -> Path:
        return self.folder / FOLDER

    async def _run(self, work: "Callable[[*_Args], _T]", *args: *_Args) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, work, *args)


def _rows(pk: int, head: Head, passages: Iterable[Passage]) -> Iterable[tuple[Row, str]]:
    """What is known of each passage, still without a key, and the text to embed."""
    day = day_number(head.published)
    for passage in passages:
        text = "\n".join((head.title, *passage.headings, passage.text))
        digest = int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "big")
        yield Row(0, pk, passage.id, head.desk, head.source_id, day, digest), text


def _check_usearch() -> None:
    try:
        load_usearch()
    except ImportError:
        raise BadSettings("vectors_missing") from None
