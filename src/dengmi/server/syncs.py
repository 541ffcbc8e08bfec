"""Runs syncs that were asked for over HTTP, at most one of each source at a time."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dengmi.core.clock import Clock
from dengmi.core.errors import Conflict, DengmiError
from dengmi.core.ids import new_id
from dengmi.core.records import Source
from dengmi.server.crew import Crew
from dengmi.server.parts import Corpus

if TYPE_CHECKING:
    from dengmi.corpus.sync import Report

REMEMBERED = 600.0
"""Seconds that a source whose first sync failed, and which is not kept, is still listed."""


class Syncs:
    """Remembers which sources are being synced and how the last sync of each ended."""

    def __init__(self, corpus: Corpus, crew: Crew, clock: Clock) -> None:
        self._corpus = corpus
        self._crew = crew
        self._clock = clock
        self._running: set[str] = set()
        self._ended: dict[str, Report | DengmiError] = {}
        self._recent: dict[str, tuple[Source, float]] = {}

    def start(self, source: Source) -> None:
        """Begin a sync in the background.

        Raises:
            Conflict: one of this source is running.
        """
        if source.id in self._running:
            raise Conflict("source_being_synced", source=source.id)
        self._running.add(source.id)
        self._recent[source.id] = (source, self._clock.steady())
        self._crew.start(self._run(source), f"sync of {source.id}")

    def is_running(self, source_id: str) -> bool:
        """Whether a sync of the source runs now in this process."""
        return source_id in self._running

    async def running(self, sources: Iterable[Source]) -> set[str]:
        """The ids of those that are being synced now, by whichever process of this home."""
        ids = {source.id for source in sources}
        return ids & self._running | await self._corpus.reading(ids - self._running)

    def last(self, source_id: str) -> "Report | DengmiError | None":
        """How the last sync since the start of the server ended."""
        return self._ended.get(source_id)

    def recent(self, desk: str) -> list[Source]:
        """Sources of a desk whose sync runs or ended a short while ago, kept or not. What is
        older is forgotten with its report, so that nothing piles up."""
        now = self._clock.steady()
        for source_id, (_, at) in list(self._recent.items()):
            if now - at > REMEMBERED and source_id not in self._running:
                del self._recent[source_id]
        return [source for source, _ in self._recent.values() if source.desk == desk]

    def failed(self, source_id: str) -> Source | None:
        """A source whose sync ended a short while ago."""
        found = self._recent.get(source_id)
        return found[0] if found and source_id not in self._running else None

    def forget(self, source_id: str) -> None:
        """The source is gone."""
        self._ended.pop(source_id, None)
        self._recent.pop(source_id, None)

    async def _run(self, source: Source) -> None:
        try:
            self._ended[source.id] = await self._corpus.sync(source)
        except DengmiError as error:
            self._ended[source.id] = error
        except Exception:
            self._ended[source.id] = DengmiError("unexpected", reference=new_id("e"))
            raise
        finally:
            self._running.discard(source.id)
            self._recent[source.id] = (source, self._clock.steady())
