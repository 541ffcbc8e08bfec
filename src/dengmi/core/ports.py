"""The small protocols through which the middle rooms reach adapters (store, index, models).

A room that needs something from outside asks for the narrowest of these.
"""

from collections.abc import AsyncGenerator, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dengmi.core.deliveries import Deliveries
from dengmi.core.edits import Edits
from dengmi.core.events import Event
from dengmi.core.firsts import Firsts
from dengmi.core.history import History
from dengmi.core.inbox import Conversations, Forgetting, Inbox
from dengmi.core.late import LateQueue
from dengmi.core.meaning import Embedder, Reranker
from dengmi.core.notes import Notes
from dengmi.core.paying import Charges, Ledger
from dengmi.core.pins import Pins
from dengmi.core.records import Evidence, Question, SearchQuery
from dengmi.core.replies import KeptReplies
from dengmi.core.reuses import Reuses
from dengmi.core.shelf import Changes, Passages, Shelf

if TYPE_CHECKING:
    from dengmi.core.accounts import Accounts
    from dengmi.core.operators import Operators
    from dengmi.core.review import Review

__all__ = [  # what stands in files of its own, beside what is defined here
    "Changes",
    "Charges",
    "Conversations",
    "Deliveries",
    "Embedder",
    "Forgetting",
    "Inbox",
    "KeptReplies",
    "Ledger",
    "Notes",
    "Passages",
    "Reranker",
    "Reuses",
    "Shelf",
]


class Answering(Protocol):
    """Answers questions. The ladder does."""

    async def accept(self, question: Question) -> Question:
        """Check the question and write it down. Raises BadInput when it is empty or too long."""
        ...

    def run(self, question: Question, *, thinking: bool = False) -> AsyncGenerator[Event, None]:
        """The events of an accepted question's answer. Leaving them early ends the writing."""
        ...


class Locks(Protocol):
    """Locks by name that several servers have in common, and that end with their holder."""

    async def take(self, name: str) -> bool:
        """Take a lock; False where another server has it. Raises Unavailable."""
        ...

    def free(self, name: str) -> None:
        """Let go of a lock, as soon as that can be."""
        ...

    async def lost(self, name: str) -> None:
        """Wait until a lock that was taken is held no more, whatever the reason."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...


class Store(
    Passages,
    Changes,
    Inbox,
    Conversations,
    History,
    Forgetting,
    Edits,
    Pins,
    Firsts,
    Charges,
    Reuses,
    LateQueue,
    Deliveries,
    Notes,
    KeptReplies,
    Shelf,
    Protocol,
):
    """Everything that is kept. One implementation per database, one contract for both."""

    async def open(self) -> None:
        """Connect and bring the schema up to date. Raises Unavailable or BadSettings."""
        ...

    async def close(self) -> None: ...

    async def migrate(self) -> Sequence[str]:
        """Apply what is missing; the names of the migrations applied."""
        ...

    def locks(self) -> Locks | None:
        """Locks that all have in common who use this store; None where they are on one machine."""
        ...

    def operators(self) -> "Operators":
        """What is kept of operators."""
        ...

    def accounts(self) -> "Accounts":
        """Whose accounts at a provider of sign-in are."""
        ...

    def review(self) -> "Review":
        """What operators look through: questions with their answers, and sums of them."""
        ...

    async def secret(self, name: str) -> str:
        """The store's own secret of a name, made when it is first asked for."""
        ...

    async def check_writes(self) -> None:
        """Raise Unavailable while nothing can be written: the last write failed for want of the
        database, and another one tried now (each second at most) does too."""
        ...

    async def snapshot(self, path: Path) -> int:
        """Write everything, as of one moment, into a fresh SQLite file; the change it stands at."""
        ...

    async def load_snapshot(self, path: Path) -> None:
        """Fill this empty store from such a file. Raises Conflict when it is not empty."""
        ...


class Search(Protocol):
    """Finds evidence."""

    async def search(self, query: SearchQuery) -> Evidence:
        """Ranked passages, at most `query.limit`, from articles that exist now."""
        ...

    async def catch_up(self) -> int:
        """Bring the index of words to the store's newest change; the change it stands at
        afterwards."""
        ...

    async def ready(self) -> None:
        """Load what the first question would otherwise wait for, or go without."""
        ...


class Lives(Protocol):
    """Which processes are alive. Its methods block for the disk."""

    def name(self) -> str:
        """The name of this process, the same each time; "" where that cannot be known."""
        ...

    def gone(self) -> Collection[str]:
        """The names of processes that ended without a word, until they are buried. Two processes
        are never told of the same one."""
        ...

    def alive(self) -> Collection[str]:
        """The names of processes that live, this one too."""
        ...

    def bury(self, names: Collection[str]) -> None:
        """Forget processes that are gone."""
        ...

    def close(self) -> None:
        """End with a word: nothing of this process is open."""
        ...
