"""Who waits for a better answer, what is asked of their line, and of the channels that hand the
answer over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from dengmi.core.records import Answer, Level, Question

LateState = Literal["waiting", "answered", "expired", "withdrawn", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A question that waits, or waited, for a better answer than the one it got.

    Times are Unix seconds.

    Attributes:
        level: the level waited for.
        whose: what is the same for all questions of one asker, who takes one turn after another.
        cause: the code of the notice that said why it got less.
        turn: place in the line; those of one turn stand in the order they came. On its way in: how
            many turns behind the line's beginning it stands at least.
        until: when the wait ends without an answer.
        due: when it may next be tried; `tries` how often it was.
        owner: the process that works on it, "" for none, and until when that counts (`lease`).
        answer_id: the better answer, once it is there.
        told_at: when the channel was handed the answer, where it can send a message later.
        topic: the same for questions that ask the same at the level, "" where that is not known:
            the key under which their answers serve again.
    """

    question_id: str
    level: Level
    channel: str
    whose: str
    cause: str
    since: float
    until: float
    state: LateState = "waiting"
    turn: int = 0
    due: float = 0.0
    tries: int = 0
    owner: str = ""
    lease: float = 0.0
    answer_id: str = ""
    told_at: float | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What an asker who waits for a better answer is told: the level, the place in the line (the
    next one has 1), the seconds that takes, about, and when the wait ends at the latest."""

    level: Level
    position: int
    wait: float
    until: float


class LateQueue(Protocol):
    """Keeps the questions that wait for a better answer than they got. What a process takes it
    holds under its name and the number of its try, so that nobody ends what another has taken."""

    async def finish_waiting(self, answer: Answer, late: Late, each: int, most: int) -> Late | None:
        """Store the answer that stands meanwhile, as `finish_question` does, and let the question
        wait, in one transaction; as it is kept. None where so many (`each` of one asker, but for
        what is waited for already, and `most` in all) wait already."""
        ...

    async def claim_late(
        self, owner: str, level: Level, now: float, lease: float
    ) -> tuple[Question, Late] | None:
        """Take the next one that waits for a level and may be tried now, until `lease`; None
        where there is none."""
        ...

    async def late_topics(self, level: Level, now: float) -> Sequence[str]:
        """The topics that are waited for at a level and have an answer by now that may serve
        again."""
        ...

    async def claim_late_topics(
        self,
        owner: str,
        level: Level,
        topics: Sequence[str],
        *,
        passed: Sequence[str],
        times: tuple[float, float],
        most: int,
    ) -> Sequence[tuple[Question, Late]]:
        """Take those that wait for one of these topics, the next one first, whether they are due
        or not.

        Args:
            passed: questions to leave alone.
            times: now, and until when they are held.
            most: how many, at most.
        """
        ...

    async def claim_untold(
        self, owner: str, channels: Sequence[str], now: float, lease: float
    ) -> tuple[Question, Late] | None:
        """Take an answer that a channel is to be handed, in the same way."""
        ...

    async def finish_late(self, late: Late, answer: Answer) -> bool:
        """Store the better answer and end the wait in one transaction; where no tokens were used
        for it, it was no turn of its asker's. False, and nothing is stored, where the wait has
        ended or another process holds it."""
        ...

    async def end_late(self, late: Late, state: LateState) -> bool:
        """End the wait of one that is held without an answer. False as `finish_late`."""
        ...

    async def release_late(self, late: Late, due: float) -> bool:
        """Let go of one that is held, to be tried again from `due` on. False as `finish_late`."""
        ...

    async def told_late(self, late: Late, now: float) -> bool:
        """The answer was handed to its channel. False where another process holds it."""
        ...

    async def hold_late(self, owner: str, lease: float) -> None:
        """What a process holds stays its own until `lease`."""
        ...

    async def free_late(self, owners: Sequence[str]) -> None:
        """What these processes held may be taken by others: they are gone."""
        ...

    async def withdraw_late(self, question_id: str) -> bool:
        """The asker waits no longer. False where the question does not wait."""
        ...

    async def expire_late(self, now: float) -> Sequence[str]:
        """End the wait of those whose time is over; the ids of the questions."""
        ...

    async def lower_late(self, level: Level, there: Level | None, now: float) -> int:
        """Have those that wait for a level, and are held by nobody, wait for another one; None: end
        their wait. How many did."""
        ...

    async def late(self, question_or_answer: str) -> Late | None:
        """What is known of a question that waits or waited, by its id or an answer's."""
        ...

    async def late_ahead(self, late: Late) -> int:
        """How many stand before one that waits."""
        ...

    async def late_line(self) -> Sequence[str]:
        """The ids of the questions that wait, the next one first."""
        ...

    async def late_due(self, level: Level, now: float) -> bool:
        """Whether one that waits for a level may be tried now."""
        ...


class Push(Protocol):
    """A channel that can send an asker a message later. `channel` is its name in questions."""

    channel: str

    async def push(self, question: Question, answer: Answer, key: str) -> None:
        """Send the better answer of a question.

        Args:
            key: the same whenever the same message is tried again, so that a channel that can
                tell does not send it twice.

        Raises:
            DengmiError: it could not be sent and is tried again later.
        """
        ...
