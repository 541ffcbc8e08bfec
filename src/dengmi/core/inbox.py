"""What the store keeps of people: their questions with the answers, and what was said before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dengmi.core.records import Answer, Exchange, Question
from dengmi.core.reuses import Reusable


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What is known of the processes that work on questions: those of processes that are `gone`, of
    nobody, and, asked before a time (Unix seconds), of those not known to be `alive` may be taken
    over. `busy` are questions to leave alone."""

    gone: Sequence[str] = ()
    alive: Sequence[str] = ()
    busy: Sequence[str] = ()
    before: float = 0.0


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

    async def claim_questions(self, owner: str, known: Census) -> Sequence[Question]:
        """Take over questions without a final state that no living process works on, oldest
        first. Two processes never get the same one."""
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
