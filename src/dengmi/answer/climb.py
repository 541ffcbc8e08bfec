"""What a question takes with it on its way up, and the ways in which levels and desks write."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dengmi.answer.follow.turns import Standalone
from dengmi.answer.quoting import QuoteAnswer
from dengmi.core.charges import Charge
from dengmi.core.events import Event
from dengmi.core.records import Evidence, Exchange, Level, Policy, Question

if TYPE_CHECKING:
    from dengmi.answer.sharing import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskWay:
    """How a desk has its answers written. `language`: the one they are written in, "" for that of
    the question. `judge`: the model that takes a second look at sentences; "" for none."""

    voice: str = ""
    language: str = ""
    policy: Policy = "mark"
    judge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelWay:
    """How a level writes: its models in order, tokens of articles shown, tokens of the answer."""

    models: tuple[str, ...]
    evidence: int
    tokens: int
    thinking: bool = False
    passages: int = 8
    """Passages searched for."""
    made_of: tuple[str, ...] = ()
    """What its models are: behind the same name there may be another one tomorrow."""


class Levels(Mapping[Level, LevelWay]):
    """The levels as they are offered now. One that is no longer offered is not among them, and
    still there for the answers that began with it."""

    def __init__(self, levels: Mapping[Level, LevelWay] | None = None) -> None:
        self._now: dict[Level, LevelWay] = dict(levels or {})
        self._gone: dict[Level, LevelWay] = {}

    def become(self, levels: Mapping[Level, LevelWay]) -> None:
        """Offer these from now on."""
        self._gone |= self._now
        self._now = dict(levels)

    def __getitem__(self, level: Level) -> LevelWay:
        return self._now[level] if level in self._now else self._gone[level]

    def __contains__(self, level: object) -> bool:
        return level in self._now

    def __iter__(self) -> Iterator[Level]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)


_USUAL = DeskWay()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How answers are written at each level and desk. A level that is not here is not offered.
    `private`: desks of which the hall tells nothing, as they are now."""

    levels: Mapping[Level, LevelWay] = field(default_factory=dict)
    desks: Mapping[str, DeskWay] = field(default_factory=dict)
    private: Collection[str] = ()

    def desk(self, name: str) -> DeskWay:
        """How a desk has answers written; the usual way for one without settings."""
        return self.desks.get(name, _USUAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A question with what it found, before its quotes are chosen.

    Attributes:
        meant: the question completed from its conversation.
        turns: the conversation before it, oldest first.
        evidence: what it found; an answer that serves again must rest on the same.
    """

    question: Question
    meant: Standalone
    turns: Sequence[Exchange]
    evidence: Evidence
    level: Level


@dataclass(slots=True)
class Outcome:
    """What became of a question on its way up. `broken`: models failed in the middle of its answer,
    which stands as far as it came, and serves nobody else."""

    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """A question on its way up.

    Attributes:
        standalone: the question completed from its conversation; `sure` whether it is complete.
        turns: the conversation before it, oldest first.
        quoted: the quote answer, which stands where the model gives none.
        spent: what completing the question cost.
        share: its answer, where that has begun; whoever began it leaves it.
        outcome: is told what became of it.
        hear: hears what is written at the moment it is there, where somebody wants to.
    """

    question: Question
    standalone: str
    sure: bool
    turns: Sequence[Exchange]
    evidence: Evidence
    quoted: QuoteAnswer
    level: Level
    began: float
    spent: tuple[Charge, ...] = ()
    share: "Share | None" = None
    outcome: Outcome = field(default_factory=Outcome)
    hear: Callable[[Event], None] | None = None
