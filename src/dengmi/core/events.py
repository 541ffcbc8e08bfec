"""The typed events an answer is made of. Channels render them; answering code never looks back.

Order of one answer: `Found`, then any of `Thinking`, `Text`, `Cited`, `Notice`, then `Spent`,
then exactly one of `Done` or `Failed`. The answer of `Done` is what holds: where it differs from
the text so far (nothing the model wrote could be kept, say), it takes its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dengmi.core.late import Pending
from dengmi.core.records import Answer, Citation, Claim, Cost, Head, Level


@dataclass(frozen=True, slots=True)
class Found:
    """The evidence is there. `passages` counts it; `question_id` and `level` say what follows.

    `quotes` is something to read at once while a model writes: the quote answer, which the text
    that follows replaces. It is empty where the text that follows is there already, and where no
    sentence is sure enough to be shown: then `nearest` names the articles to look into meanwhile.
    """

    question_id: str
    level: Level
    passages: int
    took_ms: float
    quotes: tuple[Citation, ...] = ()
    nearest: tuple[Head, ...] = ()


@dataclass(frozen=True, slots=True)
class Thinking:
    """A piece of the model's thinking. Never part of the answer text."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer text, to be appended. `claim` is the checked sentence in it, if any;
    its offsets count from the start of the whole text."""

    text: str
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation that the text so far refers to by its number."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Notice:
    """A quiet word to the asker: `code` names a text in the catalogue, `params` fill it."""

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spent:
    """What the answer cost."""

    cost: Cost
    usage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is complete and stored. `pending`: a better one is waited for."""

    answer: Answer
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer at any level. `code` names the error's text in the catalogue."""

    question_id: str
    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)


Event = Found | Thinking | Text | Cited | Notice | Spent | Done | Failed

EVENT_NAMES: Mapping[type[Event], str] = {
    Found: "found",
    Thinking: "thinking",
    Text: "text",
    Cited: "citation",
    Notice: "notice",
    Spent: "spent",
    Done: "done",
    Failed: "failed",
}
"""The name of each event on the wire."""
