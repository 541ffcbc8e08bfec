"""What operators look through: questions with what became of them, and sums of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from dengmi.core.charges import Charge, Outlay
from dengmi.core.outcomes import Outcome
from dengmi.core.pins import Pin
from dengmi.core.records import Answer, Cost, Level, Question, QuestionState, Verdict
from dengmi.core.reuses import Reusable

Place = tuple[float, str]
"""Where a list goes on: the time and id of its last row."""

OPERATOR = "operator"
"""The model that a corrected answer names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which questions to list; empty fields ask for nothing. Times are Unix seconds, `until`
    excluded. `pinned`: those with an answer that an operator pinned. `poor`: those that were not
    answered, or not well: a thumb down, or a sentence that no article supports."""

    desk: str = ""
    text: str = ""
    level: str = ""
    channel: str = ""
    state: str = ""
    thumb: Literal["", "up", "down"] = ""
    verdict: Literal["", "unsupported", "partial"] = ""
    poor: bool = False
    pinned: bool = False
    since: float = 0.0
    until: float | None = None
    before: Place | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with the gist of its newest answer; `answer_id` is "" where there is none.

    `verdicts` counts the sentences of the answer by verdict, `ups` and `downs` its thumbs.
    """

    question: Question
    answer_id: str = ""
    level: Level = "quote"
    grounded: bool = False
    reused: bool = False
    cost: Cost = field(default_factory=Cost)
    took_ms: float = 0.0
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)
    ups: int = 0
    downs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """All that is kept of one question. `answers` are oldest first, `reuse` and `pin` are those of
    the newest one, and `thumbs` those of all."""

    question: Question
    failure: str
    answers: Sequence[Answer]
    charges: Sequence[Charge]
    reuse: Reusable | None
    pin: Pin | None = None
    ups: int = 0
    downs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Questions (`channel`) or answers (`level`, `reused`, `grounded`) of one stretch of time,
    counted; `begin` is Unix seconds."""

    begin: float
    count: int
    channel: str = ""
    level: str = ""
    reused: bool = False
    grounded: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is kept of one asker: questions with their answers, thumbs (answer, whether up, when),
    and what conversations were called (id, title, when)."""

    asker: str
    questions: Sequence[tuple[Question, Sequence[Answer]]]
    thumbs: Sequence[tuple[str, bool, float]]
    names: Sequence[tuple[str, str, float]] = ()


class Review(Protocol):
    """Reads what operators look through, and changes what they may."""

    async def asked(self, wanted: Wanted) -> Sequence[Asked]:
        """Questions, newest first. Those of a measurement (dengmi eval) were asked by nobody."""
        ...

    async def outcomes(self) -> Mapping[str, Outcome]:
        """How the last syncs ended, by the id of the source."""
        ...

    async def channels(self) -> Sequence[str]:
        """The names of the channels that questions came through, in order."""
        ...

    async def life(self, question_id: str) -> Life | None:
        """One question, by its own id or an answer's."""
        ...

    async def questions_by(
        self, desk: str, since: float, until: float, stretch: float
    ) -> Sequence[Tally]:
        """Questions counted by stretch of time and channel; `desk` "" means all."""
        ...

    async def answers_by(
        self, desk: str, since: float, until: float, stretch: float
    ) -> Sequence[Tally]:
        """Answers counted by stretch of time and kind; `desk` "" means all."""
        ...

    async def thumbs(self, desk: str, since: float, until: float) -> tuple[int, int]:
        """How many thumbs went up, and down."""
        ...

    async def outlays_by_channel(
        self, desk: str, since: float, until: float
    ) -> Sequence[tuple[str, Outlay]]:
        """Lines of the ledger added up, with the channel they came through."""
        ...

    async def outlays_by_group(
        self, desk: str, since: float, until: float, named: Sequence[str]
    ) -> Sequence[tuple[str, Outlay]]:
        """Lines of the ledger added up, with who they are for: each payer that is named by itself,
        the others by their channel or key with its colon ("web:"), "@" for all addresses, "" for
        those without a name."""
        ...

    async def correct(self, answer_id: str, answer: Answer, pin: Pin) -> bool:
        """Put an operator's answer in the place of one: it serves from now on, pinned, and the
        other one does not. False where there is none."""
        ...

    async def person(self, asker: str) -> Person:
        """Everything that is kept of an asker."""
        ...

    async def forget_before(self, desk: str, before: float, limit: int) -> int:
        """Delete the oldest questions of a desk asked before a time, at most so many, with all that
        hangs on them; how many went. Those whose answer an operator has pinned stay, and those
        without a final state."""
        ...


FINAL: tuple[QuestionState, ...] = ("answered", "unanswered", "failed")
"""States in which nothing more happens to a question."""
