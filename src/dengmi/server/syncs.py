"""Runs syncs that were asked for over HTTP, at most one of each source at a time."""

from typing import TYPE_CHECKING

from dengmi.core.errors import Conflict, DengmiError
from dengmi.core.records import Source
from dengmi.server.crew import Crew
from dengmi.server.parts import Corpus

if TYPE_CHECKING:
    from dengmi.corpus.sync import Report


class Syncs:
    """Remembers which sources are being synced and how the last sync of each ended."""

    def __init__(self, corpus: Corpus, crew: Crew) -> None:
        self._corpus = corpus
        self._crew = crew
        self._running: set[str] = set()
        self._ended: dict[str, Report | DengmiError] = {}
        self._sources: dict[str, Source] = {}

    def start(self, source: Source) -> None:
        """Begin a sync in the background.

        Raises:
            Conflict: one of this source is running.
        """
        if source.id in self._running:
            raise Conflict("source_being_synced", source=source.id)
        self._running.add(source.id)
        self._sources[source.id] = source
        self._crew.start(self._run(source), f"sync of {source.id}")

    def is_running(self, source_id: str) -> bool:
        """Whether a sync of the source runs now."""
        return source_id in self._running

    def last(self, source_id: str) -> "Report | DengmiError | None":
        """How the last sync since the start of the server ended."""
        return self._ended.get(source_id)

    def seen(self, desk: str) -> list[Source]:
        """Sources of a desk that were synced since the start of the server, kept or not."""
        return [source for source in self._sources.values() if source.desk == desk]

    def forget(self, source_id: str) -> None:
        """The source is gone."""
        self._ended.pop(source_id, None)
        self._sources.pop(source_id, None)

    async def _run(self, source: Source) -> None:
        try:
            self._ended[source.id] = await self._corpus.sync(source)
        except DengmiError as error:
            self._ended[source.id] = error
        finally:
            self._running.discard(source.id)
