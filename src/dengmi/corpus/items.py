"""What reading a source yields, item by item, and what readers are given."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from dengmi.core.records import Draft, Known, Source
from dengmi.corpus.extract.jsonl import Failure
from dengmi.settings.options import FetchSettings, FileSettings

if TYPE_CHECKING:
    from dengmi.corpus.fetch import Fetcher

LONGEST_NAME = 500
"""Characters of a title or an author's name."""

LONGEST_TAG = 40
"""Characters of a date or a language."""

LONGEST_ADDRESS = 4_000
"""Characters of an address; longer ones are left out."""

_NO_NAME = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile("[\ud800-\udfff]")

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


def storable(draft: Draft) -> Draft:
    """The draft as it may be kept: lone surrogates, which no encoding can write, as U+FFFD; what
    names it (title, author, language) without control characters and not endless, because it
    stands beside every quote; no address that no browser would take."""
    found: dict[str, str | None] = {
        "title": _named(draft.title, LONGEST_NAME),
        "author": _named(draft.author, LONGEST_NAME),
        "lang": _named(draft.lang, LONGEST_TAG),
        "published": draft.published and _named(draft.published, LONGEST_TAG),
        "url": _whole(draft.url) if len(draft.url) <= LONGEST_ADDRESS else "",
        "key": _whole(draft.key),
        "body": _whole(draft.body),
        "id": draft.id and _whole(draft.id),
        "etag": _whole(draft.etag),
        "modified": _whole(draft.modified),
    }
    other = {name: value for name, value in found.items() if value != getattr(draft, name)}
    return replace(draft, **other) if other else draft  # type: ignore[arg-type]


def _named(text: str, most: int) -> str:
    if _NO_NAME.search(text):
        text = " ".join(_NO_NAME.sub(" ", text).split())
    return _whole(text[:most])


def _whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


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
