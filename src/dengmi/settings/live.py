"""Tables of the settings that change while they are held: whoever has one sees what comes later."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Live(Mapping[str, T]):
    """A table as it is now."""

    def __init__(self, table: Mapping[str, T]) -> None:
        self._table = table

    def become(self, table: Mapping[str, T]) -> None:
        """Take another table's place."""
        self._table = table

    def __getitem__(self, name: str) -> T:
        return self._table[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def __repr__(self) -> str:
        return repr(dict(self._table))


class Made(Mapping[str, R], Generic[T, R]):
    """What is made of each entry of a table; made anew when the entry is another one."""

    def __init__(self, table: Mapping[str, T], make: Callable[[str, T], R]) -> None:
        self._table = table
        self._make = make
        self._made: dict[str, tuple[T, R]] = {}

    def __getitem__(self, name: str) -> R:
        entry = self._table[name]
        known = self._made.get(name)
        if known is None or known[0] is not entry:
            known = self._made[name] = (entry, self._make(name, entry))
        return known[1]

    def forget(self) -> None:
        """Make everything anew: what it is made of beside the entries is another by now."""
        self._made.clear()

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


class Those(Collection[str]):
    """The names of a table's entries of which something is true."""

    def __init__(self, table: Mapping[str, T], true: Callable[[T], bool]) -> None:
        self._names = Made(table, lambda _, entry: true(entry))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._names.get(name, False)

    def __iter__(self) -> Iterator[str]:
        return (name for name, is_true in self._names.items() if is_true)

    def __len__(self) -> int:
        return sum(self._names.values())
