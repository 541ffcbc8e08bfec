"""What the server works with. The wiring chooses and joins the parts; these are their shapes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from dengmi.answer.audience import Audience
from dengmi.answer.examples import Examples
from dengmi.answer.late.waits import Standing
from dengmi.answer.pins import Pinned
from dengmi.core.chat import ChatModel
from dengmi.core.clock import Clock
from dengmi.core.counts import Counts
from dengmi.core.events import Event
from dengmi.core.late import Push
from dengmi.core.ports import Answering, Search, Store
from dengmi.core.records import Answer, Exchange, Question, Source
from dengmi.settings.options import Settings
from dengmi.settings.tuned import Tuned

if TYPE_CHECKING:
    from dengmi.answer.join import Hub
    from dengmi.answer.led import Leads
    from dengmi.answer.write.begun import Out
    from dengmi.corpus.sync import Report
    from dengmi.search.index.vector_keeper import VectorStanding


class Ladder(Answering, Protocol):
    """Answers questions at the best level there is; `audience` are those who listen beside the
    askers."""

    audience: Audience

    def ask(self, question: Question, *, thinking: bool = False) -> AsyncGenerator[Event, None]:
        """Accept the question and answer it; raises BadInput before the first event only."""
        ...

    def run(
        self,
        question: Question,
        *,
        thinking: bool = False,
        turns: Sequence[Exchange] | None = None,
        hear: Callable[[Event], None] | None = None,
    ) -> AsyncGenerator[Event, None]:
        """The events of an accepted question's answer. Leaving them early ends the writing."""
        ...

    def share_with(self, leads: "Leads") -> "Hub[Out] | None":
        """Have the processes of a server write what is the same once; what this one holds. None
        where no level writes."""
        ...

    async def resume(self) -> int:
        """Finish the questions that an earlier stop cut off; how many there were."""
        ...


class Waits(Protocol):
    """Questions that wait for a better answer than they got."""

    async def standing(self, answer: Answer) -> Standing:
        """How it stands with an answer: the better one, if that has come."""
        ...

    async def withdraw(self, answer: Answer) -> Standing:
        """The asker waits no longer; how it stands then."""
        ...

    def follow(self, answer: Answer) -> AsyncGenerator[Standing, None]:
        """How it stands with an answer now, and again when that changes, until its question waits
        no longer."""
        ...


class Late(Protocol):
    """Writes the answers that questions wait for."""

    async def run(self) -> None:
        """Serve the late queue until cancelled."""
        ...

    def hand_to(self, push: Push) -> None:
        """Hand the answers of a channel to it from now on."""
        ...


class DeskNames(Protocol):
    """Resolves desk names."""

    async def resolve(self, name: str | None) -> str:
        """The desk to ask; the default one without a name. Raises NotFound."""
        ...

    async def for_channel(self, name: str | None) -> str:
        """The desk that a channel asks: the hall without a name, where there are several and none
        is the default. Raises NotFound."""
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

    async def reading(self, source_ids: Iterable[str], /) -> set[str]:
        """Those of the sources that are being read now, by whichever process of this home."""
        ...

    async def remove(self, source_id: str, /) -> int:
        """Remove a source with its articles; how many articles went. Raises NotFound, Conflict."""
        ...


class Writing(Protocol):
    """What uses models."""

    @property
    def begun(self) -> asyncio.Event:
        """Set once there is a model to use."""
        ...

    async def become(self, settings: Settings, /) -> None:
        """Use the models and levels of these settings from now on."""
        ...

    def model(self, name: str, /) -> ChatModel:
        """A model of the settings, as it is used. Raises ModelFailed."""
        ...


class Vectors(Protocol):
    """Makes the vectors of what is in the store."""

    async def standing(self) -> "VectorStanding":
        """How far they are."""
        ...

    async def catch_up(self, tell: Callable[[int], None] | None = None, /) -> "VectorStanding":
        """Make those that are missing. Raises ModelFailed, BadSettings."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything a command or the server works with, opened. `tuned` keeps the settings at what
    operators want, and `writing` what uses models at the settings; `pinned` knows what operators
    pinned, `examples` what one might ask."""

    tuned: Tuned
    writing: Writing
    pinned: Pinned
    examples: Examples
    clock: Clock
    store: Store
    search: Search
    desks: DeskNames
    ladder: Ladder
    waits: Waits
    late: Late | None
    corpus: Corpus
    counts: Counts = field(default_factory=Counts)
    vectors: Vectors | None = None

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self.tuned.settings
