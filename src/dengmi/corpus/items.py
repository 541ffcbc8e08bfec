"""What reading a source yields, item by item, and what readers are given."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from dengmi.core.records import Draft, Known, Source
from dengmi.corpus.extract.jsonl import Failure
from dengmi.settings import FetchSettings, FileSettings

if TYPE_CHECKING:
    from dengmi.corpus.fetch import Fetcher

Params = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Same:
    """The article of this key has not changed; `etag` and `modified` are its newest validators."""

    key: str
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """The source says for certain that the article of this key is no more."""

    key: str


@dataclass(frozen=True, slots=True)
class Total:
    """How many items there will be, as far as is known now."""

    count: int


@dataclass(frozen=True, slots=True)
class Incomplete:
    """What was not seen must not be taken as removed. With a code, something is missing that
    should have been seen, and the code says why."""

    key: str = ""
    code: str = ""
    params: Params = field(default_factory=dict)


Item = Draft | Same | Gone | Failure | Total | Incomplete


class Trouble(NamedTuple):
    """One item that gave no article: which, and why as a text of the catalogue."""

    key: str
    code: str
    params: Params


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a reader works with: its source, what is stored of it, the limits and the fetcher."""

    source: Source
    known: Mapping[str, Known]
    fetch: FetchSettings
    files: FileSettings
    fetcher: "Fetcher | None" = None

    @property
    def web(self) -> "Fetcher":
        """The fetcher; sources that need one are always given one."""
        assert self.fetcher is not None
        return self.fetcher

    def option(self, name: str, default: float) -> float:
        """A number among the source's options, or the default."""
        value = self.source.options.get(name)
        good = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if good else default  # type: ignore[arg-type]


T = TypeVar("T")
_MOST = 64
_SECONDS = 0.2


async def in_thread(items: Iterator[T]) -> AsyncGenerator[T]:
    """Go through a blocking iterator on another thread, several items at a time."""

    def some() -> tuple[list[T], bool]:
        end = time.monotonic() + _SECONDS
        taken: list[T] = []
        for item in items:
            taken.append(item)
            if len(taken) >= _MOST or time.monotonic() > end:
                return taken, True
        return taken, False

    more = True
    while more:
        taken, more = await asyncio.to_thread(some)
        for item in taken:
            yield item
