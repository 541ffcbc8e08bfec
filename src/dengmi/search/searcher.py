"""Searches: the index finds, ranking orders, the store tells what is there now."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TypeVar, TypeVarTuple

from dengmi.core.clock import Clock
from dengmi.core.counts import Counts
from dengmi.core.ports import Changes, Passages, Reranker
from dengmi.core.records import HALL, Evidence, Hit, SearchQuery
from dengmi.core.together import Together
from dengmi.language.dates import wanted_dates
from dengmi.language.detect import language_of
from dengmi.search.asked import WHOLE_WEIGHT, Asked, asked
from dengmi.search.fold import Scored, folded
from dengmi.search.fuse import fused
from dengmi.search.index.keeper import Keeper
from dengmi.search.index.lexical import (
    Damaged,
    Limits,
    Reader,
    day_number,
    unusable,
    version,
)
from dengmi.search.index.state import State, read_state, stamp
from dengmi.search.marks import marks
from dengmi.search.rank import IDEAL, Found, idf, ranked
from dengmi.search.timely import timely

if TYPE_CHECKING:
    from dengmi.search.index.vectors import Near, Vectors

CANDIDATES = 14
"""Passages ranked for a question, or twice as many as are wanted: reading more of them changed
no score by more than 0.001, and the share of right quotes by no more than 0.004."""

MOST_CANDIDATES = 1_000
"""Where looking for more ends, when what was found is gone or folded away."""

_READERS = 2

_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")


class Kept(Passages, Changes, Protocol):
    """What a searcher needs of the store."""


@dataclass(frozen=True, slots=True)
class Info:
    """The index: the change it stands at, passages in it, its version and folder."""

    seq: int
    passages: int
    version: str
    folder: Path


@dataclass(frozen=True, slots=True)
class _Shelf:
    """One state of the index, open for reading."""

    state: State
    stamp: tuple[int, int]
    reader: Reader


_Wanted = tuple[SearchQuery, Asked, Limits, int]
"""A query, read; what may be found, and how much of it at the most."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What the index says to a question."""

    scored: list[tuple[float, Found]]
    weights: Mapping[str, float]
    seq: int = 0
    more: bool = False


class Searcher:
    """Implements `core.ports.Search` over an index folder that several processes may share.

    Args:
        store: what is there now, and the changes the index follows.
        folder: the index folder; made when the index is built.
        clock: for questions that say "this year".
        private: desks that the hall leaves out; looked at anew by each search.
        vectors: add a second ranking by meaning, fused with that by words; None: words alone.
        reranker: reads the best passages once more and orders them; None: they stay in order.
        counts: where searches are counted; None: nobody looks.
    """

    def __init__(
        self,
        store: Kept,
        folder: Path,
        clock: Clock,
        *,
        private: Collection[str] = (),
        vectors: "Vectors | None" = None,
        reranker: Reranker | None = None,
        counts: Counts | None = None,
    ) -> None:
        self._store = store
        self._folder = folder
        self._clock = clock
        self._private = private
        self._counts = counts or Counts()
        self._readers = ThreadPoolExecutor(_READERS, "dengmi-search")
        self._writers = ThreadPoolExecutor(1, "dengmi-index")
        self._keeper = Keeper(store, folder, self._writers)
        self._vectors = vectors
        self._reranker = reranker
        self._keeping = asyncio.Lock()
        self._opening = Lock()
        self._shelf: _Shelf | None = None
        self._looks = Together(self._look_all, lanes=_READERS, most=8, direct=True)

    async def open(self) -> None:
        """Open the index if there is one; a missing or damaged one is built when first needed."""
        try:
            await self._run(self._current)
        except Damaged:
            self._shelf = None

    async def ready(self) -> None:
        """Load the models and the vectors, where there are any: a question that comes before
        they are loaded is answered by words alone."""
        parts = (self._vectors, self._reranker)
        await asyncio.gather(*(part.open() for part in parts if part is not None))

    async def close(self) -> None:
        """Wait for what is under way."""
        async with self._keeping:
            await asyncio.to_thread(self._writers.shutdown)
            await asyncio.to_thread(self._readers.shutdown)
            self._shelf = None

    async def catch_up(self) -> int:
        """Bring the index of words to the store's newest change; the change it stands at
        afterwards. Vectors follow on their own (see `Vectors.catch_up`).

        Raises:
            Unavailable: the index cannot be built.
        """
        async with self._keeping:
            return await self._keeper.catch_up()

    async def rebuild(self) -> int:
        """Build the index anew; the old one answers meanwhile."""
        async with self._keeping:
            return await self._keeper.rebuild()

    async def info(self) -> Info:
        """What `doctor` and `health` tell of the index."""
        try:
            shelf = await self._run(self._current)
        except Damaged:
            shelf = None
        if shelf is None:
            return Info(0, 0, version(), self._folder)
        return Info(shelf.state.seq, shelf.reader.passages, shelf.state.version, self._folder)

    async def search(self, query: SearchQuery) -> Evidence:
        """Ranked passages, at most `query.limit`, from articles that exist now.

        Scores are those of `rank`; where a question wishes for a time ("latest", "2025年") hits
        of that time come before better-scored ones.

        Raises:
            Unavailable: the index is damaged and cannot be built again.
        """
        began = self._clock.steady()
        self._counts.shift("searches", by=1)
        try:
            return await self._searched(query, began)
        finally:
            self._counts.shift("searches", by=-1)
            self._counts.time("search", seconds=self._clock.steady() - began)

    async def _searched(self, query: SearchQuery, began: float) -> Evidence:
        question = asked(query.text)
        limits = _limits(query)
        timed = bool(self._vectors or self._reranker) and self._wishes_for_time(query)
        read = self._reranker.most if self._reranker and not timed else 0
        limit = max(query.limit, read)
        most = max(CANDIDATES, 2 * limit)
        while True:
            if self._vectors is None or timed:
                look = await self._looked(query, question, limits, most)
            else:
                look = await self._looked_both(self._vectors, query, question, limits, most)
            hits = await self._hydrated(limit, limits, look)
            if len(hits) >= limit or not look.more or most >= MOST_CANDIDATES:
                break
            most = min(4 * most, MOST_CANDIDATES)
        hits = await self._reranked(query.text, hits, read)
        return Evidence(
            query=query,
            hits=self._hits(query, hits[: query.limit], question.terms),
            weights=look.weights,
            ideal=IDEAL * sum(look.weights.values()),
            seq=look.seq,
            took_ms=(self._clock.steady() - began) * 1000,
        )

    async def _looked_both(
        self, vectors: "Vectors", query: SearchQuery, question: Asked, limits: Limits, most: int
    ) -> _Look:
        """Ask for words and for meanings at the same time; the meanings come in time or not."""
        language = language_of(query.text)
        near = asyncio.create_task(vectors.nearest(query.text, language, limits, most))
        try:
            look = await self._looked(query, question, limits, most)
            return replace(look, scored=_joined(look, await near))
        finally:
            near.cancel()

    def _wishes_for_time(self, query: SearchQuery) -> bool:
        """Whether the order of times comes first: it is that of the words, and stays."""
        wish = wanted_dates(query.text, self._today())
        return bool(wish.newest or wish.since or wish.until)

    async def _reranked(self, question: str, hits: list[Scored], most: int) -> list[Scored]:
        """The hits with the first so many in the order of the reranker, if it answers in time."""
        if self._reranker is None or most < 2 or len(hits) < 2:
            return hits
        first, rest = hits[:most], hits[most:]
        texts = [f"{head.title}\n{passage.text}" for _, head, passage in first]
        scores = await self._reranker.rerank(question, texts)
        if scores is None:
            return hits
        order = sorted(range(len(first)), key=lambda n: -scores[n])
        return [first[n] for n in order] + rest

    async def _looked(
        self, query: SearchQuery, question: Asked, limits: Limits, most: int
    ) -> _Look:
        """Ask the index; if there is none or it is damaged, have it built and ask again. While
        another process builds the first one, nothing is found."""
        try:
            look = await self._looks((query, question, limits, most))
        except Damaged:
            await self.rebuild()
        else:
            if look is not None:
                return look
            await self.catch_up()
        try:
            look = await self._looks((query, question, limits, most))
        except Damaged as error:
            raise unusable(str(error)) from error
        return look or _Look(
            [], {term: count * idf(0, 0) for term, count in question.terms.items()}
        )

    async def _look_all(self, wanted: Sequence[_Wanted]) -> Sequence[_Look | None]:
        return await self._run(lambda: [self._look(*one) for one in wanted])

    def _look(self, query: SearchQuery, question: Asked, limits: Limits, most: int) -> _Look | None:
        shelf = self._current()
        if shelf is None:
            return None
        weights = shelf.reader.weights(question.terms)
        found = shelf.reader.search(question.terms, limits, most)
        dates = wanted_dates(query.text, self._today())
        scored = timely(ranked(found, weights, question.pairs), dates)
        return _Look(scored, weights, shelf.state.seq, len(found) == most)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock.now(), UTC).date()

    async def _hydrated(self, limit: int, limits: Limits, look: _Look) -> list[Scored]:
        """What is still there and allowed, folded, at most `limit`. The index only suggests: the
        store has the last word, so the first few are fetched, then the rest."""
        hits: list[Scored] = []
        scored = look.scored
        at, step = 0, limit + 2
        while at < len(scored) and len(hits) < limit:
            part = scored[at : at + step]
            there = await self._store.passages([one.passage_id for _, one in part])
            known = [
                (score, *there[one.passage_id]) for score, one in part if one.passage_id in there
            ]
            hits = list(folded([*hits, *(hit for hit in known if self._allowed(limits, hit))]))
            at += step
        return hits[:limit]

    def _allowed(self, limits: Limits, hit: Scored) -> bool:
        """Whether the article as it is now is one that was asked for; the index may be behind."""
        head = hit[1]
        day = day_number(head.published)
        return (
            (limits.desk == head.desk or (limits.desk is None and head.desk not in self._private))
            and limits.source_id in (None, head.source_id)
            and (limits.since is None or day >= limits.since)
            and (limits.until is None or 0 < day <= limits.until)
        )

    def _hits(
        self, query: SearchQuery, hits: list[Scored], counts: Mapping[str, float]
    ) -> tuple[Hit, ...]:
        wanted = frozenset(term for term, count in counts.items() if count >= WHOLE_WEIGHT)
        return tuple(
            Hit(
                rank=rank,
                score=score,
                head=head,
                passage=passage,
                marks=marks(passage, wanted) if query.marked else (),
            )
            for rank, (score, head, passage) in enumerate(hits, 1)
        )

    def _current(self) -> _Shelf | None:
        """The newest state of the index, opened or moved to if the folder changed. Blocks."""
        now = stamp(self._folder)
        shelf = self._shelf
        if shelf is not None and shelf.stamp == now:
            return shelf
        with self._opening:
            if self._shelf is None or self._shelf.stamp != now:
                self._shelf = self._opened(self._shelf)
            return self._shelf

    def _opened(self, old: _Shelf | None) -> _Shelf | None:
        """Stamp before state before files: at worst the files are newer than the state says."""
        at = stamp(self._folder)
        state = read_state(self._folder)
        if at is None or state is None or state.version != version():
            return None
        if old is not None and old.state.folder == state.folder:
            reader = old.reader
            reader.refresh()
        else:
            reader = Reader(self._folder / state.folder)
        return _Shelf(state, at, reader)

    async def _run(self, work: "Callable[[*_Args], _T]", *args: *_Args) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work, *args)


def _joined(look: _Look, near: "Near") -> list[tuple[float, Found]]:
    """By words and by meaning in one ranking; scores stay those of words, 0 without any."""
    if not near.rows:
        return look.scored
    known = {one.passage_id: (score, one) for score, one in look.scored}
    for row, _ in near.rows:
        only = Found(passage_id=row.passage_id, bm25=0.0, day=row.day, terms="")
        known.setdefault(row.passage_id, (0.0, only))
    ideal = max(IDEAL * sum(look.weights.values()), 1e-9)
    words = {one.passage_id: score / ideal for score, one in look.scored}
    order = fused(words, [(row.passage_id, like) for row, like in near.rows], near.worth)
    return [known[passage_id] for passage_id in order]


def _limits(query: SearchQuery) -> Limits:
    return Limits(
        desk=None if query.desk == HALL else query.desk,
        source_id=query.source_id,
        since=day_number(query.since) or None,
        until=day_number(query.until, late=True) or None,
    )
