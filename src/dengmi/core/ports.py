"""The small protocols through which the middle rooms reach adapters (store, index, models).

A room that needs something from outside asks for the narrowest of these.
"""

from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dengmi.core.deliveries import Deliveries
from dengmi.core.edits import Edits
from dengmi.core.events import Event
from dengmi.core.firsts import Firsts
from dengmi.core.history import History
from dengmi.core.late import LateQueue
from dengmi.core.notes import Notes
from dengmi.core.outcomes import Outcome
from dengmi.core.paying import Charges, Ledger
from dengmi.core.pins import Pins
from dengmi.core.records import (
    Answer,
    Article,
    Change,
    Desk,
    Evidence,
    Exchange,
    Head,
    Known,
    Passage,
    Prepared,
    Question,
    Reusable,
    ReuseState,
    SearchQuery,
    Source,
    SourceKind,
)
from dengmi.core.replies import KeptReplies

if TYPE_CHECKING:
    from dengmi.core.accounts import Accounts
    from dengmi.core.operators import Operators
    from dengmi.core.review import Review

__all__ = ["Charges", "Deliveries", "KeptReplies", "Ledger", "Notes"]  # beside what is defined here


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


class Answering(Protocol):
    """Answers questions. The ladder does."""

    async def accept(self, question: Question) -> Question:
        """Check the question and write it down. Raises BadInput when it is empty or too long."""
        ...

    def run(self, question: Question, *, thinking: bool = False) -> AsyncGenerator[Event, None]:
        """The events of an accepted question's answer. Leaving them early ends the writing."""
        ...


class Inbox(Protocol):
    """Keeps questions and answers."""

    async def record_question(self, question: Question) -> tuple[Question, bool]:
        """Write it down, or find it: (the question as kept, whether it is new).

        Two questions of one desk and channel with the same non-empty `dedup` are the same.
        """
        ...

    async def finish_question(self, answer: Answer, again: Reusable | None = None) -> None:
        """Store the answer and the question's final state in one transaction, once per id; with
        it that the answer may serve again (`again`), or that it served another one again."""
        ...

    async def fail_question(self, question_id: str, code: str) -> None:
        """Give the question the final state "failed"."""
        ...

    async def pending_questions(self) -> Sequence[Question]:
        """Questions without a final state, oldest first."""
        ...

    async def claim_questions(
        self,
        owner: str,
        *,
        gone: Sequence[str],
        alive: Sequence[str],
        busy: Sequence[str],
        before: float,
    ) -> Sequence[Question]:
        """Take over questions without a final state that no living process works on, oldest
        first: those of processes that are `gone`, of nobody, and, asked before a time, of those not
        known to be `alive`. Two processes never get the same one.

        Args:
            busy: questions to leave alone.
        """
        ...

    async def question(self, question_id: str) -> Question | None:
        """A question by its id."""
        ...

    async def leave_questions(self, owner: str) -> None:
        """Whoever comes may take over the questions without a final state of a process that
        ends."""
        ...

    async def answer(self, answer_id: str) -> Answer | None:
        """A stored answer, by its own id or by its question's."""
        ...


class Conversations(Protocol):
    """Reads what was said before, and what people thought of it."""

    async def turns(
        self, desk: str, asker: str, conversation: str, before: float, limit: int
    ) -> Sequence[Exchange]:
        """The last turns of one asker's conversation asked before a time, oldest first.

        An id of a conversation alone opens nothing: desk and asker must be the same.
        """
        ...

    async def put_thumb(self, answer_id: str, asker: str, up: bool | None, at: float) -> None:
        """An asker's thumb on an answer, up or down; None takes it back. Raises NotFound."""
        ...


class Forgetting(Protocol):
    """Deletes what is known of a person."""

    async def forget_asker(self, asker: str) -> int:
        """Delete an asker's questions with their answers, waits and deliveries, the thumbs, and
        what channels keep to write to them, and take the name off the ledger's lines; how many
        questions went. What was spent stays."""
        ...


class Reuses(Protocol):
    """Keeps which answers may serve again."""

    async def keep_reusable(self, reusable: Reusable) -> None:
        """Note an answer; one that is there already keeps its state."""
        ...

    async def reusables(self, key: str, limit: int) -> Sequence[tuple[Reusable, Answer]]:
        """The answers of a key that are not void, pinned ones first, then newest first."""
        ...

    async def set_reuse(self, answer_id: str, state: ReuseState, reason: str = "") -> bool:
        """Pin an answer, make it live again or void; False when it was never reusable."""
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


class Embedder(Protocol):
    """Turns texts into vectors of one length.

    Attributes:
        name: changes whenever the vectors would.
        recipe: how to open it again, without any secret; kept beside the vectors it made.
    """

    name: str
    recipe: Mapping[str, str]

    async def open(self) -> None:
        """Load what is here, so that the first question need not wait. Raises nothing."""
        ...

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """A vector for each passage, empty for one that the model refuses. Raises ModelFailed."""
        ...

    async def asked(self, question: str) -> Sequence[float] | None:
        """The vector of a question; None where there is none soon enough. Raises nothing."""
        ...

    def worth(self, language: str) -> float:
        """How much nearness in meaning counts beside words, for questions in a language ("zh",
        "en" or "" for others); 0: such a question is better searched by words alone."""
        ...


class Reranker(Protocol):
    """Scores how well texts answer a question.

    Attributes:
        most: how many texts are worth scoring.
    """

    name: str
    most: int

    async def open(self) -> None:
        """Load what is here, so that the first question need not wait. Raises nothing."""
        ...

    async def rerank(self, question: str, texts: Sequence[str]) -> Sequence[float] | None:
        """A score for each text, higher is better, on any scale; None where there are none soon
        enough. Raises nothing."""
        ...
