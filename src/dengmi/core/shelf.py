"""What the store keeps of articles: desks, sources, passages, and the sequence of their changes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from dengmi.core.outcomes import Outcome
from dengmi.core.records import (
    Article,
    Change,
    Desk,
    Head,
    Known,
    Passage,
    Prepared,
    Question,
    Source,
    SourceKind,
)


class Passages(Protocol):
    """Reads passages that are alive now; what was deleted is simply not in the answer."""

    async def passages(self, ids: Sequence[str]) -> Mapping[str, tuple[Head, Passage]]:
        """The passages of these ids with their articles."""
        ...


class Changes(Protocol):
    """Reads the change sequence that derived indexes follow."""

    async def last_change(self) -> int:
        """The newest sequence number; 0 for an empty store."""
        ...

    async def changes(self, after: int, limit: int) -> Sequence[Change]:
        """The changes after a number, oldest first, only the newest one of each article."""
        ...

    async def article_passages(
        self, article_pks: Sequence[int]
    ) -> Mapping[int, tuple[Head, tuple[Passage, ...]]]:
        """Every passage of these articles, as they are now."""
        ...


class Shelf(Protocol):
    """Keeps desks, sources and articles."""

    async def desks(self) -> Sequence[Desk]: ...

    async def desks_with_sources(self) -> frozenset[str]:
        """The names of the desks that have sources; cheap, whatever the number of articles."""
        ...

    async def ensure_desk(self, name: str, title: str = "") -> Desk: ...

    async def add_source(
        self, desk: str, kind: SourceKind, address: str, options: Mapping[str, object]
    ) -> Source:
        """The source of that desk, kind and address: the one there is (options renewed), or new."""
        ...

    async def sources(self, desk: str | None = None) -> Sequence[Source]: ...
    async def source(self, source_id: str) -> Source | None: ...

    async def remove_source(self, source_id: str) -> int:
        """Remove a source with its articles; how many articles went."""
        ...

    async def mark_synced(self, source_id: str, at: float) -> None: ...

    async def note_outcome(self, source_id: str, outcome: Outcome) -> None:
        """Keep how the last sync of a source ended; nothing where the source is gone."""
        ...

    async def known(self, source_id: str) -> Mapping[str, Known]:
        """By key, what is stored of a source: enough to skip what has not changed."""
        ...

    async def put_articles(self, source: Source, batch: Sequence[Prepared]) -> None:
        """Insert or replace these articles and their passages in one transaction."""
        ...

    async def touch_articles(self, source_id: str, marks: Mapping[str, tuple[str, str]]) -> None:
        """Renew (etag, modified) of unchanged articles, by key. No change is recorded."""
        ...

    async def remove_articles(self, source_id: str, keys: Iterable[str]) -> int:
        """Remove articles by key; how many went."""
        ...

    async def article(self, article_id: str, desk: str | None = None) -> Article | None:
        """An article by its public id; without a desk, the first desk that has it."""
        ...

    async def articles(
        self, desk: str | None = None, source_id: str | None = None, limit: int = 50, after: int = 0
    ) -> Sequence[Head]:
        """Articles in order of `pk`, those above `after`."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """Rows by table name, for health and doctor."""
        ...

    async def unanswered(self, desk: str, limit: int = 50) -> Sequence[Question]:
        """The newest questions that the desk's articles did not answer."""
        ...
