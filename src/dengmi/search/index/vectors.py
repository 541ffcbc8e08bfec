"""The optional index of meanings: one vector a passage, in usearch. Needs the extra `vectors`.

It follows the store as the index of words does. `vectors.json` says which embedder made it, the
change it stands at and the file its vectors are in, and is replaced after that file is whole.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from dengmi.core.errors import BadSettings
from dengmi.core.lock import FileLock
from dengmi.core.ports import Changes, Embedder
from dengmi.core.records import Passage
from dengmi.search.index.lexical import Limits, day_number

if TYPE_CHECKING:
    from usearch.index import Index

FILE = "vectors.json"
LOCK = "vectors.lock"
BATCH = 100
"""Articles embedded at a time."""

OVERSAMPLE = 4
"""Times as many neighbours are looked up as wanted, since limits are applied afterwards."""


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one vector. Its key in usearch is `key`."""

    key: int
    article: int
    passage_id: str
    desk: str
    source_id: str
    day: int


class _Told(msgspec.Struct, frozen=True):
    name: str
    dimensions: int
    seq: int
    file: str
    rows: tuple[Row, ...]


class Vectors:
    """Keeps and searches the vectors. `pool` runs what blocks."""

    def __init__(self, store: Changes, folder: Path, embedder: Embedder, pool: Executor) -> None:
        self._store = store
        self._folder = folder
        self._embedder = embedder
        self._pool = pool
        self._open: tuple[str, Any, dict[int, Row]] | None = None

    async def catch_up(self) -> int:
        """Embed what changed; the change the vectors stand at. Leaves it to another process
        that is at it. Raises BadSettings when usearch is not installed."""
        loop = asyncio.get_running_loop()
        told = await loop.run_in_executor(self._pool, self._read)
        if told is not None and told.seq == await self._store.last_change():
            return told.seq
        with FileLock(self._folder / LOCK) as lock:
            if not await loop.run_in_executor(self._pool, lock.take):
                return told.seq if told is not None else 0
            return await self._follow(await loop.run_in_executor(self._pool, self._read))

    async def nearest(self, text: str, limits: Limits, most: int) -> list[Row]:
        """The passages nearest in meaning, nearest first. Empty before the first `catch_up`."""
        (vector,) = await self._embedder.embed([text])
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._nearest, vector, limits, most)

    async def _follow(self, told: _Told | None) -> int:
        loop = asyncio.get_running_loop()
        if told is not None and told.seq > await self._store.last_change():
            told = None
        index = await loop.run_in_executor(self._pool, self._load, told)
        rows = {row.key: row for row in told.rows} if told is not None else {}
        seq = told.seq if told is not None else 0
        while changes := await self._store.changes(seq, BATCH):
            pks = {change.article_pk for change in changes}
            for key in [key for key, row in rows.items() if row.article in pks]:
                index.remove(key)
                del rows[key]
            articles = await self._store.article_passages(list(pks))
            for pk, (head, passages) in articles.items():
                day = day_number(head.published)
                vectors = await self._embedder.embed([_text(head.title, p) for p in passages])
                for passage, vector in zip(passages, vectors, strict=True):
                    key = max(rows, default=0) + 1
                    rows[key] = Row(key, pk, passage.id, head.desk, head.source_id, day)
                    await loop.run_in_executor(self._pool, _add, index, key, vector)
            seq = changes[-1].seq
        await loop.run_in_executor(self._pool, self._save, index, seq, tuple(rows.values()))
        return seq

    def _read(self) -> _Told | None:
        """What is told of vectors that this embedder made, if their file is there."""
        try:
            told = msgspec.json.decode((self._folder / FILE).read_bytes(), type=_Told)
        except (OSError, msgspec.DecodeError):
            return None
        same = (told.name, told.dimensions) == (self._embedder.name, self._embedder.dimensions)
        return told if same and (self._folder / told.file).is_file() else None

    def _load(self, told: _Told | None) -> "Index":
        try:
            from usearch.index import Index
        except ImportError:
            raise BadSettings("vectors_missing") from None
        index = Index(ndim=self._embedder.dimensions, metric="cos", dtype="f16")
        if told is not None:
            index.load(str(self._folder / told.file))
        return index

    def _save(self, index: "Index", seq: int, rows: tuple[Row, ...]) -> None:
        file = f"vectors-{seq}.usearch"
        index.save(str(self._folder / f"{file}.new"))
        (self._folder / f"{file}.new").replace(self._folder / file)
        told = _Told(self._embedder.name, self._embedder.dimensions, seq, file, rows)
        (self._folder / f"{FILE}.new").write_bytes(msgspec.json.encode(told))
        (self._folder / f"{FILE}.new").replace(self._folder / FILE)
        for old in self._folder.glob("vectors-*.usearch"):
            if old.name != file:
                old.unlink(missing_ok=True)

    def _nearest(self, vector: Sequence[float], limits: Limits, most: int) -> list[Row]:
        told = self._read()
        if told is None or not told.rows:
            return []
        if self._open is None or self._open[0] != told.file:
            rows = {row.key: row for row in told.rows}
            self._open = (told.file, self._load(told), rows)
        _, index, rows = self._open
        found = index.search(_array(vector), min(len(rows), OVERSAMPLE * most))
        near = [rows[int(key)] for key in found.keys]
        return [row for row in near if _inside(row, limits)][:most]


def _text(title: str, passage: Passage) -> str:
    return "\n".join((title, *passage.headings, passage.text))


def _array(vector: Sequence[float]) -> Any:
    import numpy

    return numpy.asarray(vector, dtype=numpy.float32)


def _add(index: "Index", key: int, vector: Sequence[float]) -> None:
    index.add(key, _array(vector))


def _inside(row: Row, limits: Limits) -> bool:
    return (
        limits.desk in (None, row.desk)
        and limits.source_id in (None, row.source_id)
        and (limits.since is None or row.day >= limits.since)
        and (limits.until is None or 0 < row.day <= limits.until)
    )
