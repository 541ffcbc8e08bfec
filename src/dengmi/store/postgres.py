"""The store's database in PostgreSQL, for many workers. Needs the extra `postgres`."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]

from dengmi.core.errors import DengmiError, Unavailable
from dengmi.core.together import Together
from dengmi.store import postgres_copy
from dengmi.store.clean import clean
from dengmi.store.postgres_errors import RETRIED, translate
from dengmi.store.postgres_locks import PostgresLocks
from dengmi.store.postgres_schema import SCHEMA, prepare
from dengmi.store.queries import Query, load
from dengmi.store.steps import Params, Row, Step, Work

T = TypeVar("T")
P = ParamSpec("P")
Script = Callable[[], Work[Any]]

CONNECTIONS = 8
"""Most connections of one process."""

MOST_TOGETHER = 256
"""How many small writes share one commit at most."""

SESSION = {
    "application_name": "dengmi",
    "search_path": SCHEMA,
    # Every query of ours is a lookup by index. A plan made while a table was small, or before its
    # statistics were gathered, reads whole tables instead: measured 20 ms for ten passages, 1.5 to
    # 2 ms with these settings.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}

CONNECT_SECONDS, TRIES = 10.0, 5


class _GoneBefore(Exception):
    """A connection of the pool had ended before a transaction began: another one may have it. Its
    cause is what the driver said."""


@asynccontextmanager
async def _begun(connection: Any, **options: Any) -> AsyncIterator[None]:
    """A transaction. Raises _GoneBefore where it could not begin, as the server has ended the
    connection meanwhile."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(connection.transaction(**options))
        except Exception as error:
            if isinstance(translate(error, ""), Unavailable):
                raise _GoneBefore from error
            raise
        yield


class PostgresConnector:
    """A connector (see `dengmi.store.connector`) for a PostgreSQL database."""

    def __init__(self, address: str) -> None:
        self._address = address
        parts = urlsplit(address)
        self._where = f"{parts.hostname or 'local socket'}{parts.path}"
        self._queries: Mapping[str, Query] = {}
        self._pool: Any = None
        self._writing: Together[Script, Any] = Together(self._commit, most=MOST_TOGETHER)

    async def open(self) -> Sequence[str]:
        self._queries = await asyncio.to_thread(load, "postgres")
        return await self._guard(self._open)

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await self._writing.drain()
            await pool.close()

    async def read(self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        call = partial(self._transact, partial(script, *args, **kwargs), reading=True)
        return await self._guard(call)

    async def write(self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        self._must_be_open()
        result: T = await self._writing(partial(script, *args, **kwargs))
        return result

    async def write_alone(
        self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        call = partial(self._transact, partial(script, *args, **kwargs), reading=False)
        return await self._guard(call)

    async def write_unsynced(
        self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        work = partial(script, *args, **kwargs)
        return await self._guard(partial(self._transact, work, reading=False, synced=False))

    def locks(self) -> PostgresLocks:
        return PostgresLocks(self._address, partial(translate, where=self._where))

    async def copy_out(self, path: Path) -> None:
        await self._guard(partial(self._with_connection, partial(postgres_copy.out, path)))

    async def copy_in(
        self, tables: Iterable[tuple[str, Sequence[str], Iterator[Sequence[Row]]]]
    ) -> None:
        call = partial(postgres_copy.fill, tables, self._where)
        await self._guard(partial(self._with_connection, call))

    async def _open(self) -> Sequence[str]:
        self._pool = await asyncpg.create_pool(
            self._address,
            min_size=1,
            max_size=CONNECTIONS,
            timeout=CONNECT_SECONDS,
            server_settings=SESSION,
        )
        try:
            async with self._pool.acquire() as connection:
                return await prepare(connection, self._where)
        except BaseException:
            pool, self._pool = self._pool, None
            pool.terminate()
            raise

    async def _with_connection(self, call: Callable[[Any], Awaitable[T]]) -> T:
        self._must_be_open()
        async with self._pool.acquire(timeout=CONNECT_SECONDS) as connection:
            try:
                return await call(connection)
            except (asyncpg.InternalClientError, _GoneBefore):
                with suppress(asyncpg.InterfaceError):  # where the pool has let go of it already
                    connection.terminate()  # its state is unknown: nobody may get it again
                raise

    async def _transact(
        self, script: Callable[[], Work[T]], *, reading: bool, synced: bool = True
    ) -> T:
        async def call(connection: Any) -> T:
            # A script that reads in several steps must see one moment.
            level = "repeatable_read" if reading else "read_committed"
            async with _begun(connection, isolation=level, readonly=reading):
                if not synced:
                    await connection.execute("SET LOCAL synchronous_commit = off")
                return await self._drive(connection, script())

        return await self._with_connection(call)

    async def _commit(self, scripts: Sequence[Script]) -> Sequence[Any]:
        """Run writes in one transaction; their results. If one of several fails, all run once
        more, each with its savepoint: savepoints cost two round trips, and failures are rare."""

        async def together(connection: Any) -> list[Any]:
            async with _begun(connection):
                return [await self._drive(connection, script()) for script in scripts]

        async def guarded(connection: Any) -> list[Any]:
            async with _begun(connection):
                return [await self._with_savepoint(connection, script) for script in scripts]

        try:
            return await self._guard(partial(self._with_connection, together))
        except Unavailable as error:  # of the database: no use in trying them one by one
            return [error] * len(scripts)
        except DengmiError:
            if len(scripts) == 1:
                raise
        try:
            return await self._guard(partial(self._with_connection, guarded))
        except DengmiError as error:
            return [error] * len(scripts)

    async def _with_savepoint(self, connection: Any, script: Script) -> Any:
        """The script's result, or the error that belongs to it alone."""
        try:
            async with connection.transaction():  # inside another one: a savepoint
                return await self._drive(connection, script())
        except DengmiError as error:
            return error
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            translated = translate(error, self._where)
            if isinstance(translated, Unavailable):  # the whole transaction is lost
                raise
            return translated

    async def _drive(self, connection: Any, work: Work[T]) -> T:
        try:
            step = next(work)
            while True:
                step = work.send(await self._perform(connection, step))
        except StopIteration as end:
            result: T = end.value
            return result

    async def _perform(self, connection: Any, step: Step) -> list[Any]:
        query = self._queries[step.query]
        if isinstance(step.params, Mapping):
            rows: list[Any] = await connection.fetch(query.sql, *_bound(query, step.params))
            return [tuple(row) for row in rows]
        items = [_bound(query, each) for each in step.params]
        if query.table is not None:  # one COPY instead of an insert per row
            await connection.copy_records_to_table(
                query.table, schema_name=SCHEMA, columns=query.params, records=items
            )
        else:
            await connection.executemany(query.sql, items)
        return []

    async def _guard(self, call: Callable[[], Awaitable[T]]) -> T:
        """Run it, again after a deadlock or where its connection had ended before it began, with
        errors translated."""
        for attempt in range(1, TRIES + 1):
            try:
                return await call()
            except (*RETRIED, _GoneBefore) as error:
                if attempt == TRIES:
                    why = error.__cause__ if isinstance(error, _GoneBefore) else error
                    raise translate(why or error, self._where) from error
                await asyncio.sleep(0.01 * 2**attempt)
            # The border to the driver: its errors are of many families.
            except Exception as error:
                translated = translate(error, self._where)
                if translated is error:
                    raise
                raise translated from error
        raise AssertionError("unreachable")

    def _must_be_open(self) -> None:
        if self._pool is None:
            raise DengmiError("store_closed")


def _bound(query: Query, params: Params) -> list[Any]:
    values: list[Any] = []
    for name in query.params:
        value = params[name]
        if isinstance(value, str):
            value = clean(value)
        elif isinstance(value, list):
            value = [clean(item) if isinstance(item, str) else item for item in value]
        values.append(value)
    return values
