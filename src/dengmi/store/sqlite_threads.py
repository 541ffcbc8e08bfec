"""SQLite's threads: one that writes, a few that read. Each owns its connection.

A thread takes jobs from a queue and hands results back to the event loop that asked. The writer
takes everything that waits and commits it together, so the cost of a commit is shared.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from dengmi.store.clean import clean
from dengmi.store.jsons import to_json
from dengmi.store.queries import Query
from dengmi.store.sqlite_errors import translate
from dengmi.store.sqlite_schema import connect, roll_back
from dengmi.store.steps import Params, Step, Work

MOST_TOGETHER = 256
"""How many small writes share one commit at most."""

_AT_ONCE = (1, 4, 16, 32)
"""Rows that one statement inserts: sizes that come again, so that SQLite's driver knows the
statement. At 25 columns 800 parameters, below the 999 of the smallest builds."""


class Job:
    """A script to run, and the future that waits for its result."""

    __slots__ = ("alone", "error", "future", "loop", "result", "script", "synced")

    def __init__(self, script: Callable[[], Work[Any]], alone: bool, synced: bool) -> None:
        self.script = script
        self.alone = alone
        self.synced = synced
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None


class SqliteThread:
    """A thread with a connection that runs jobs until it is stopped."""

    def __init__(
        self,
        path: Path,
        queries: Mapping[str, Query],
        jobs: "queue.SimpleQueue[Job | None]",
        *,
        readonly: bool,
    ) -> None:
        self._path, self._queries, self._jobs, self._readonly = path, queries, jobs, readonly
        self._connection: sqlite3.Connection | None = None
        self._synced = True
        name = "dengmi-store-read" if readonly else "dengmi-store-write"
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until the thread has come to its end."""
        self._thread.join()

    def _loop(self) -> None:
        going = True
        while going:
            batch, going = self._take()
            for group in _groups(batch):
                self._run(group)
                _hand_back(group)
        if self._connection is not None:
            self._connection.close()

    def _take(self) -> tuple[list[Job], bool]:
        """The jobs to run next, and whether to go on after them."""
        batch: list[Job] = []
        job = self._jobs.get()
        while job is not None:
            batch.append(job)
            if self._readonly or len(batch) >= MOST_TOGETHER:
                return batch, True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _run(self, group: Sequence[Job]) -> None:
        try:
            if self._connection is None:
                self._connection = connect(self._path, readonly=self._readonly)
            self._sync(self._connection, group[0].synced)
            self._transact(self._connection, group)
        # The outermost loop of this thread: whatever went wrong belongs to who waits for it.
        except BaseException as error:  # noqa: BLE001
            if self._connection is not None:
                roll_back(self._connection)
            for job in group:
                job.error = job.error or translate(error, self._path)

    def _sync(self, connection: sqlite3.Connection, synced: bool) -> None:
        """Whether the next commits wait for the disk. In the write-ahead log one that does takes
        those before it along (sqlite.org/pragma.html#pragma_synchronous)."""
        if synced != self._synced:
            connection.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            self._synced = synced

    def _transact(self, connection: sqlite3.Connection, group: Sequence[Job]) -> None:
        """Run the group in one transaction. If one of several fails, all run once more, each with
        its savepoint: failures are rare, and every statement lets go of the interpreter, which
        other threads then hold for a while."""
        try:
            connection.execute("BEGIN" if self._readonly else "BEGIN IMMEDIATE")
            for job in group:
                job.result = self._drive(connection, job.script())
            connection.execute("COMMIT")
        except BaseException:
            if len(group) == 1:
                raise
            roll_back(connection)
            self._guarded(connection, group)

    def _guarded(self, connection: sqlite3.Connection, group: Sequence[Job]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for job in group:
            self._with_savepoint(connection, job)
        connection.execute("COMMIT")

    def _with_savepoint(self, connection: sqlite3.Connection, job: Job) -> None:
        job.result = None
        connection.execute("SAVEPOINT job")
        try:
            job.result = self._drive(connection, job.script())
        except BaseException as error:
            if not connection.in_transaction:  # a full disk ends the whole transaction
                raise
            job.error = translate(error, self._path)
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")

    def _drive(self, connection: sqlite3.Connection, work: Work[Any]) -> Any:
        try:
            step = next(work)
            while True:
                step = work.send(self._perform(connection, step))
        except StopIteration as end:
            return end.value

    def _perform(self, connection: sqlite3.Connection, step: Step) -> list[Any]:
        query = self._queries[step.query]
        if not query.sql:  # nothing to do in this dialect
            return []
        if isinstance(step.params, Mapping):
            return connection.execute(query.sql, _bound(query, step.params)).fetchall()
        rows = [_bound(query, each) for each in step.params]
        if query.table is None:
            connection.executemany(query.sql, rows)
            return []
        while rows:
            some = max(size for size in _AT_ONCE if size <= len(rows))
            connection.execute(_insert(query, some), list(chain.from_iterable(rows[:some])))
            rows = rows[some:]
        return []


@lru_cache(maxsize=128)
def _insert(query: Query, rows: int) -> str:
    """The SQL that inserts several rows in one statement."""
    names = ", ".join(query.params)
    marks = f"({', '.join('?' * len(query.params))})"
    return f"INSERT INTO {query.table} ({names}) VALUES {', '.join([marks] * rows)}"  # noqa: S608


def _bound(query: Query, params: Params) -> list[Any]:
    values = [params[name] for name in query.params]
    for n, value in enumerate(values):
        kind = type(value)
        if kind is str:
            values[n] = clean(value)  # type: ignore[arg-type]
        elif kind is list:
            values[n] = to_json(value)
    return values


def _groups(batch: Sequence[Job]) -> list[list[Job]]:
    """What shares a commit. What does not wait for the disk goes first, or it would wait for it
    behind the others; else neighbours, in the order they came."""
    quick = [job for job in batch if not job.synced]
    groups: list[list[Job]] = [quick] if quick else []
    for job in batch:
        if not job.synced:
            continue
        last = groups[-1][-1] if groups else None
        if last is not None and last.synced and not (job.alone or last.alone):
            groups[-1].append(job)
        else:
            groups.append([job])
    return groups


def _hand_back(group: Sequence[Job]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in group:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, jobs)
        except RuntimeError:  # that loop is closed: nobody waits any more
            continue


def _settle(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.future.done():  # who waited was cancelled
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
