"""What is seen of one question on its way to its answer: counted, timed, and told to the log.

Each question that arrives at a level ends in exactly one of these: `granted` (it got that level or
a higher one), `lowered` with the cause, `failed`, or `left` (its asker went before the end).
"""

import logging

from dengmi.core.clock import Clock
from dengmi.core.counts import Counts
from dengmi.core.events import Done, Event, Failed, Found, Notice, Text, Thinking
from dengmi.core.records import Answer, Level, Question

log = logging.getLogger(__name__)

FRESH = 30.0
"""Seconds since a question was asked that count as its waiting: one that is older was left over
from an earlier run and waited for that."""

LEVELS: tuple[Level, ...] = ("reuse", "quote", "quick", "deep", "research")
"""Every level, the lowest first."""

_CAUSE_OF = {
    "level_lowered": "not_offered",
    "answer_unchecked": "unchecked",
    "no_room_at": "no_room",
}
"""What a notice says of why the level is lower; the notice's own code where it is not here."""


class Seen:
    """One question, from the moment its level is known until it ends.

    Args:
        counts: where it is counted.
        question: as it was accepted.
        clock: tells the time.
    """

    __slots__ = (
        *("_aimed", "_began", "_cause", "_clock", "_counts", "_ended", "_first", "_level"),
        *("_question", "_token", "_waiting"),
    )

    def __init__(self, counts: Counts, question: Question, clock: Clock) -> None:
        self._counts = counts
        self._question = question
        self._clock = clock
        waited = clock.now() - question.asked_at
        self._began = clock.steady() - (waited if 0.0 < waited < FRESH else 0.0)
        self._aimed: Level | None = None
        self._level: Level = "quote"
        self._cause = "nothing_near"
        self._first: float | None = None
        self._token: float | None = None
        self._ended = self._waiting = False

    def aims(self, level: Level) -> None:
        """It arrives; `level` is the one that its wish leads to."""
        aimed: Level
        match self._question.wanted:
            case "auto" | "reuse":
                aimed = level
            case wanted:
                aimed = wanted
        self._aimed = aimed
        self._counts.add("arrivals", aimed)
        self._counts.shift("running", aimed, by=1)
        self._counts.shift("waiting", aimed, by=1)
        self._waiting = True

    def hear(self, event: Event) -> None:
        """Something was told to its asker."""
        kind = type(event)
        if kind is Text or kind is Thinking:
            self._heard(event)
        elif isinstance(event, Found):
            self._level = event.level
            if event.quotes or event.nearest:
                self._replied()
        elif isinstance(event, Notice):
            self._cause = _CAUSE_OF.get(event.code, event.code)
        elif isinstance(event, Done):
            if event.pending is not None and self._aimed is not None:
                self._counts.add("pending", self._aimed)
            self._done(event.answer)
        elif isinstance(event, Failed):
            self._end("failed", event.code)

    def end(self) -> None:
        """Nothing more comes, whether or not it has its answer."""
        self._end("left")

    def _heard(self, event: Event) -> None:
        written = isinstance(event, Thinking) or (isinstance(event, Text) and event.claim)
        if written and self._token is None and self._level != "quote":
            self._token = self._took()
            self._begun()
        if self._first is None and isinstance(event, Text):
            self._replied()

    def _replied(self) -> None:
        """There is something to read."""
        if self._first is None and self._aimed is not None:
            self._first = self._took()
            self._counts.time("first_reply", self._level, seconds=self._first)
            self._counts.time("first_reply_of", self._question.desk, seconds=self._first)
        if self._level == "quote":
            self._begun()

    def _begun(self) -> None:
        if self._waiting and self._aimed is not None:
            self._waiting = False
            self._counts.shift("waiting", self._aimed, by=-1)

    def _done(self, answer: Answer) -> None:
        aimed, took = self._aimed, self._took()
        if aimed is None:
            return
        self._counts.add("answers", answer.level, "true" if answer.grounded else "false")
        self._counts.time("duration", answer.level, seconds=took)
        if self._token is not None and answer.level != "quote" and not answer.reused:
            self._counts.time("first_token", answer.level, seconds=self._token)
        # What an operator pinned is what was to be had, whatever wrote it.
        if answer.reused or LEVELS.index(answer.level) >= LEVELS.index(aimed):
            self._end("granted")
        else:
            self._end("lowered", self._cause)
        if log.isEnabledFor(logging.INFO):
            told = {
                "level": answer.level,
                "wanted": self._question.wanted,
                "desk": answer.desk,
                "channel": self._question.channel,
                "grounded": answer.grounded,
                "reused": answer.reused,
                "micros": answer.cost.micros,
                "currency": answer.cost.currency,
                "first_ms": round((self._first or took) * 1000, 1),
                "took_ms": round(took * 1000, 1),
            }
            log.info("answered", extra={"told": told})

    def _end(self, how: str, *labels: str) -> None:
        if self._aimed is None or self._ended:
            return
        self._ended = True
        self._begun()
        self._counts.add(how, self._aimed, *labels)
        self._counts.shift("running", self._aimed, by=-1)

    def _took(self) -> float:
        return self._clock.steady() - self._began
