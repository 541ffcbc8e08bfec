"""Which questions wait for a better answer, for whom, for how long, and when one is tried again.
Pure: times come in as numbers."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from dengmi.core.background import pause_after
from dengmi.core.late import Late
from dengmi.core.records import Level, Question

CAUSES = frozenset({"no_room", "no_room_at", "model_failed"})
"""Codes of the notices that say a better answer may be had later. Where the model did write and
nothing of it was borne out, asking once more gives the same."""

SPENT = frozenset({"budget_spent", "quota_spent"})
"""Codes of the notices that say money or a quota is used up: nobody comes to wait then, but who
waits goes on."""

Trial = Literal["done", "nothing", "no_room", "failed", "spent", "alone"]
"""What comes of a try: the better answer; none that would be better; no slot; a model failed; a
budget or quota is used up; no answer of another's that it could share."""

PASSING = frozenset({"cli", "eval", "openai", "mcp"})
"""Channels that nobody comes back to."""

LEVELS: tuple[Level, ...] = ("research", "deep", "quick")
"""Levels that are waited for, the highest first."""

GONE = 120.0
"""Seconds after which those that wait for a level which is not offered any more wait for another
one: whoever puts another model in a level's place takes the old one out first."""

FIRST = 2.0
"""Seconds until one that failed is tried again; each time after that twice as long."""

LONGEST = 60.0
"""Seconds that one which failed is left alone, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long a question waits (seconds) at most, and how many of one asker and in all."""

    longest: float = 6 * 3600.0
    each: int = 20
    most: int = 10_000


def waits(question: Question, level: Level, got: Level, cause: str) -> bool:
    """Whether a question waits that wanted a level and got another for this cause."""
    return cause in CAUSES and got != level and question.channel not in PASSING


def came_of(cause: str) -> Trial:
    """What came of a try that gave no better answer, from the code of its notice; "" for none."""
    if cause in SPENT:
        return "spent"
    return "nothing" if not cause else "no_room" if cause == "no_room" else "failed"


def whose(question: Question) -> str:
    """What stands for the asker where turns are taken: the asker, else the conversation. A
    question that names neither stands for itself."""
    name = question.asker or question.conversation
    return f"{question.desk}/{question.channel}/{name}" if name else question.id


def entry(
    question: Question,
    level: Level,
    cause: str,
    now: float,
    terms: Terms,
    *,
    topic: str = "",
    had: float = 0.0,
) -> Late:
    """A question as it comes to wait.

    Args:
        topic: the same for questions that ask the same at the level.
        had: answers that models wrote for the asker of late, each of which was a turn.
    """
    return Late(
        turn=round(had),
        topic=topic,
        question_id=question.id,
        level=level,
        channel=question.channel,
        whose=whose(question),
        cause=cause,
        since=now,
        until=now + terms.longest,
    )


def instead(level: Level, offered: Collection[Level]) -> Level | None:
    """The highest level below one that is not offered any more; None where only quotes are left."""
    below = LEVELS[LEVELS.index(level) + 1 :]
    return next((each for each in below if each in offered), None)


def tried_again(tries: int, now: float) -> float:
    """When one that failed so many times is due again."""
    return now + pause_after(tries, FIRST, LONGEST)
