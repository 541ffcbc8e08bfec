"""The store's database in one SQLite file: one writer, several readers, write-ahead log."""

import asyncio
import queue
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from dengmi.core.errors import DengmiError
from dengmi.store.queries import Query, load
from dengmi.store.sqlite_errors import translate
from dengmi.store.sqlite_schema import prepare
from dengmi.store.sqlite_threads import Job, SqliteThread
from dengmi.store.steps import Row, Work

T = TypeVar("T")
P = ParamSpec("P")

READERS = 2
"""Reading threads: as many as the reference machine has cores; Python runs one at a time anyway."""


class SqliteConnector:
    """A connector (see `dengmi.store.connector`) for a SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._reading: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads: list[SqliteThread] = []

    async def open(self) -> Sequence[str]:
        applied, queries = await self._in_thread(_prepare, self._path)
        writer = SqliteThread(self._path, queries, self._writing, readonly=False)
        readers = [
            SqliteThread(self._path, queries, self._reading, readonly=True) for _ in range(READERS)
        ]
        self._threads = [writer, *readers]
        return applied

    async def close(self) -> None:
        threads, self._threads = self._threads, []
        if not threads:
            return
        self._writing.put(None)
        for _ in range(READERS):
            self._reading.put(None)
        for thread in threads:
            await asyncio.to_thread(thread.join)

    async def read(self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._ask(self._reading, partial(script, *args, **kwargs), alone=True)

    async def write(self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._ask(self._writing, partial(script, *args, **kwargs), alone=False)

    async def write_alone(
        self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._ask(self._writing, partial(script, *args, **kwargs), alone=True)

    async def write_unsynced(
        self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        work = partial(script, *args, **kwargs)
        return await self._ask(self._writing, work, alone=False, synced=False)

    def locks(self) -> None:
        """Whoever uses this file is on one machine."""

    async def copy_out(self, path: Path) -> None:
        from dengmi.store.snapshot import vacuum_into

        await self._in_thread(vacuum_into, self._path, path)

    async def copy_in(
        self, tables: Iterable[tuple[str, Sequence[str], Iterator[Sequence[Row]]]]
    ) -> None:
        from dengmi.store.snapshot import fill_sqlite

        await self._in_thread(fill_sqlite, self._path, tables)

    async def _ask(
        self,
        jobs: "queue.SimpleQueue[Job | None]",
        script: Callable[[], Work[T]],
        *,
        alone: bool,
        synced: bool = True,
    ) -> T:
        if not self._threads:
            raise DengmiError("store_closed")
        job = Job(script, alone, synced)
        jobs.put(job)
        result: T = await job.future
        return result

    async def _in_thread(self, call: Callable[..., T], *args: Any) -> T:
        try:
            return await asyncio.to_thread(call, *args)
        except Exception as error:
            translated = translate(error, self._path)
            if translated is error:
                raise
            raise translated from error


def _prepare(path: Path) -> tuple[Sequence[str], dict[str, Query]]:
    return prepare(path), load("sqlite")
