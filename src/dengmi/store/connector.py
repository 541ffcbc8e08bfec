"""The seam between the store's scripts and a database."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from dengmi.core.ports import Locks
from dengmi.store.steps import Row, Work

T = TypeVar("T")
P = ParamSpec("P")


class Connector(Protocol):
    """One database. Raises only DengmiErrors; no driver's exception passes this line."""

    async def open(self) -> Sequence[str]:
        """Connect and bring the schema up to date; the names of the migrations applied."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        ...

    async def read(self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a script that only reads, on the state of one moment. Never waits for writers."""
        ...

    async def write(self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a small writing script. Those that wait at the same time share one commit, but a
        failing one takes no other along. Returns after the commit, which also comes when whoever
        asked has gone."""
        ...

    async def write_alone(
        self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a large writing script in a transaction of its own. Returns after the commit."""
        ...

    async def write_unsynced(
        self, script: Callable[P, Work[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a small writing script in a transaction of its own. Returns when everybody can see
        it and the end of this process cannot undo it; a power cut can, until the next write of
        another kind has returned. Saves the wait for the disk."""
        ...

    def locks(self) -> Locks | None:
        """Locks that all have in common who use this database; None where only processes of one
        machine do."""
        ...

    async def copy_out(self, path: Path) -> None:
        """Write every row, as of one moment, into a fresh SQLite file with the same schema."""
        ...

    async def copy_in(
        self, tables: Iterable[tuple[str, Sequence[str], Iterator[Sequence[Row]]]]
    ) -> None:
        """Fill this empty database with tables (name, columns, row blocks) in one transaction.

        Raises Conflict when there is something in it already.
        """
        ...
