"""The optional index of meanings: one vector a passage, in usearch. Needs the extra `semantic`."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, TypeVarTuple

from dengmi.core.ports import Changes, Embedder
from dengmi.search.index.lexical import Limits
from dengmi.search.index.vector_files import DAMAGED, FOLDER, Row, Set, array, live_set, load, stamp
from dengmi.search.index.vector_keeper import Tell, VectorKeeper, VectorStanding

log = logging.getLogger(__name__)

OVERSAMPLE = 4
"""Times as many neighbours are looked up as wanted, since limits are applied afterwards; as many
times more where that leaves too few."""

EXACT = 20_000
"""Up to so many vectors each is compared: as fast as the graph (1.5 ms of one core for 10,000 of
384 numbers, 1.1 with it), and none is missed."""

_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")


@dataclass(frozen=True, slots=True)
class Near:
    """What is near a question in meaning, the nearest first, each with its likeness (the cosine),
    and what that counts beside words."""

    rows: Sequence[tuple[Row, float]]
    worth: float


NOTHING = Near((), 0.0)


@dataclass(frozen=True, slots=True)
class _Open:
    """The live set, open for reading."""

    stamp: tuple[int, ...]
    one: Set
    index: Any
    rows: Mapping[int, Row]


class Vectors:
    """Keeps and searches the vectors.

    Args:
        store: what there is now, and the changes to follow.
        folder: the index folder.
        embedder: makes the vectors.
        reopen: opens the embedder of an earlier recipe, for questions while its vectors answer;
            None where it cannot be had any more.
        deadline: most seconds that `nearest` takes.
    """

    def __init__(
        self,
        store: Changes,
        folder: Path,
        embedder: Embedder,
        reopen: Callable[[Mapping[str, str]], Embedder | None] = lambda _: None,
        deadline: float = 1.0,
    ) -> None:
        self._root = folder / FOLDER
        self._embedder = embedder
        self._reopen = reopen
        self._deadline = deadline
        self._earlier: dict[str, Embedder | None] = {}
        self._writers = ThreadPoolExecutor(1, "dengmi-vectors")
        self._readers = ThreadPoolExecutor(2, "dengmi-near")
        self._keeper = VectorKeeper(store, folder, embedder, self._writers)
        self._opening = Lock()
        self._open: _Open | None = None

    async def open(self) -> None:
        """Open the live set, and who makes vectors for it."""
        opened = await self._run(self._current)
        embedder = self._embedder_of(opened.one) if opened is not None else None
        if embedder is not None:
            await embedder.open()

    async def close(self) -> None:
        """Wait for what is under way in threads."""
        await asyncio.to_thread(self._writers.shutdown)
        await asyncio.to_thread(self._readers.shutdown)
        self._open = None

    async def standing(self) -> VectorStanding:
        """How far the vectors are."""
        return await self._keeper.standing()

    async def catch_up(self, tell: Tell | None = None) -> VectorStanding:
        """Make the vectors that are missing (see VectorKeeper). Raises ModelFailed, BadSettings."""
        return await self._keeper.catch_up(tell)

    async def nearest(self, text: str, language: str, limits: Limits, most: int) -> Near:
        """The passages nearest in meaning. Nothing where there are no vectors, none in time, or
        where they would not help."""
        try:
            async with asyncio.timeout(self._deadline):
                return await self._nearest(text, language, limits, most)
        except TimeoutError:
            pass
        except DAMAGED as error:
            log.warning("vectors cannot be searched: %s", error)
        return NOTHING

    async def _nearest(self, text: str, language: str, limits: Limits, most: int) -> Near:
        opened = await self._run(self._current)
        if opened is None or not opened.rows:
            return NOTHING
        embedder = self._embedder_of(opened.one)
        worth = embedder.worth(language) if embedder is not None else 0.0
        if embedder is None or worth <= 0:
            return NOTHING
        vector = await embedder.asked(text)
        if vector is None or len(vector) != opened.one.told.dimensions:
            return NOTHING
        return Near(await self._run(_near_rows, opened, vector, limits, most), worth)

    def _embedder_of(self, one: Set) -> Embedder | None:
        """Who can make vectors that compare with those of this set."""
        name = one.told.name
        if name == self._embedder.name:
            return self._embedder
        if name not in self._earlier:
            self._earlier[name] = self._reopen(one.told.recipe)
        return self._earlier[name]

    def _current(self) -> _Open | None:
        """The live set, opened or moved to if it was saved again. One thread moves; the others
        go on with what is open. Blocks."""
        now = stamp(self._root)
        if self._open is not None and self._open.stamp == now:
            return self._open
        if not self._opening.acquire(blocking=self._open is None):
            return self._open
        try:
            if self._open is None or self._open.stamp != now:
                self._open = self._moved(self._open, now)
            return self._open
        finally:
            self._opening.release()

    def _moved(self, old: _Open | None, now: tuple[int, ...]) -> _Open | None:
        one = live_set(self._root)
        if one is None:
            return None
        try:
            index, rows = load(one, view=True)
        except ImportError:
            return None
        except DAMAGED as error:
            if stamp(self._root) == now:
                log.warning("vectors in %s cannot be read: %s", one.folder, error)
            return replace(old, stamp=now) if old is not None else None
        return _Open(now, one, index, rows)

    async def _run(self, work: "Callable[[*_Args], _T]", *args: *_Args) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work, *args)


def _near_rows(
    opened: _Open, vector: Sequence[float], limits: Limits, most: int
) -> Sequence[tuple[Row, float]]:
    """The nearest rows within the limits, with their likeness. Blocks."""
    asked, count = array(vector), len(opened.rows)
    wanted = OVERSAMPLE * most
    while True:
        found = opened.index.search(asked, min(count, wanted), threads=1, exact=count <= EXACT)
        inside = [
            (row, 1.0 - float(distance))
            for key, distance in zip(found.keys, found.distances, strict=True)
            if (row := opened.rows.get(int(key))) is not None and _inside(row, limits)
        ]
        if len(inside) >= most or wanted >= count:
            return inside[:most]
        wanted *= OVERSAMPLE


def _inside(row: Row, limits: Limits) -> bool:
    return (
        limits.desk in (None, row.desk)
        and limits.source_id in (None, row.source_id)
        and (limits.since is None or row.day >= limits.since)
        and (limits.until is None or 0 < row.day <= limits.until)
    )
