"""What the server works with. The wiring chooses and joins the parts; these are their shapes."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from dengmi.core.clock import Clock
from dengmi.core.events import Event
from dengmi.core.ports import Search, Store
from dengmi.core.records import Exchange, Question, Source
from dengmi.settings.options import Settings

if TYPE_CHECKING:
    from dengmi.corpus.sync import Report


class Ladder(Protocol):
    """Answers questions at the best level there is."""

    async def accept(self, question: Question) -> Question:
        """Check the question and write it down. Raises BadInput when it is empty or too long."""
        ...

    def ask(self, question: Question, *, thinking: bool = False) -> AsyncGenerator[Event, None]:
        """Accept the question and answer it; raises BadInput before the first event only."""
        ...

    def run(
        self,
        question: Question,
        *,
        thinking: bool = False,
        turns: Sequence[Exchange] | None = None,
    ) -> AsyncGenerator[Event, None]:
        """The events of an accepted question's answer. Leaving them early ends the writing."""
        ...

    async def resume(self) -> int:
        """Finish the questions that an earlier stop cut off; how many there were."""
        ...


class DeskNames(Protocol):
    """Resolves desk names."""

    async def resolve(self, name: str | None) -> str:
        """The desk to ask; the default one without a name. Raises NotFound."""
        ...

    async def for_adding(self, name: str | None) -> str:
        """The desk that new articles go to; it need not exist. Raises BadInput."""
        ...


class Corpus(Protocol):
    """Adds sources and brings the store to what they hold now."""

    async def add(
        self,
        desk: str,
        address: str,
        /,
        kind: str = "auto",
        options: Mapping[str, object] | None = None,
    ) -> Source:
        """Remember a source; its articles come with the first sync."""
        ...

    async def sync(
        self,
        source: Source,
        /,
        on_progress: "Callable[[int, int | None, Report], None] | None" = None,
    ) -> "Report":
        """Bring the store to what the source holds now. Raises DengmiError."""
        ...

    async def remove(self, source_id: str, /) -> int:
        """Remove a source with its articles; how many articles went. Raises NotFound, Conflict."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything a command or the server works with, opened."""

    settings: Settings
    clock: Clock
    store: Store
    search: Search
    desks: DeskNames
    ladder: Ladder
    corpus: Corpus
