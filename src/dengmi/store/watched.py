"""A connector that remembers how the last write went, so that a server can say that it is of no
use while its disk is full, instead of refusing one question after the other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from dengmi.core.errors import Unavailable
from dengmi.core.ports import Locks
from dengmi.store.connector import Connector
from dengmi.store.steps import Row, Work

T = TypeVar("T")
P = ParamSpec("P")


class Watched:
    """A connector (see `dengmi.store.connector`) around another one.

    `failed` is why the last write did not come to be, where the database was full, not to be
    written to or away; None where it did, or failed for reasons of its own.
    """

    def __init__(self, connector: Connector) -> None:
        self._behind = connector
        self.failed: Unavailable | None = None

    async def open(self) -> Sequence[str]:
        return await self._behind.open()

    async def close(self) -> None:
        await self._behind.close()

    async def read(self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._behind.read(script, *args, **kwargs)

    async def write(self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        with self._watching():
            return await self._behind.write(script, *args, **kwargs)

    async def write_alone(
        self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self._watching():
            return await self._behind.write_alone(script, *args, **kwargs)

    async def write_unsynced(
        self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self._watching():
            return await self._behind.write_unsynced(script, *args, **kwargs)

    def locks(self) -> Locks | None:
        return self._behind.locks()

    async def copy_out(self, path: Path) -> None:
        await self._behind.copy_out(path)

    async def copy_in(
        self, tables: Iterable[tuple[str, Sequence[str], Iterator[Sequence[Row]]]]
    ) -> None:
        await self._behind.copy_in(tables)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        try:
            yield
        except Unavailable as error:
            self.failed = error
            raise
        self.failed = None
