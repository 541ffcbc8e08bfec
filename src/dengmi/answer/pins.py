"""Answers that operators pinned, served to whoever asks the same, at every level.

A pin serves its question and no other (`language.asking.same_question`), whatever is found now and
however the desk writes by now: an operator wished it. Where nothing is pinned, a question costs a
look at an empty set.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection
from typing import Protocol

from dengmi.answer.again import served_again
from dengmi.answer.private import may_tell
from dengmi.answer.told import told
from dengmi.core.clock import Clock
from dengmi.core.events import Done, Event, Found
from dengmi.core.ids import stable_id
from dengmi.core.pins import Pin, Pins
from dengmi.core.ports import Inbox
from dengmi.core.records import Answer, Cost, Level, Question


def pin_of(answer: Answer, at: float, by: str) -> Pin:
    """The pin of an answer, for the question that it answers. Blocks: the first Chinese question
    reads a file."""
    asked = answer.standalone or answer.question
    return Pin(answer_id=answer.id, key=_key(answer.desk, asked), asked=asked, at=at, by=by)


class Kept(Pins, Inbox, Protocol):
    """What pins need of the store."""


class Noting(Protocol):
    """Writes down that an answer served again."""

    async def served_again(self, question: Question, level: Level, full: Cost) -> None:
        """Note that an answer served which had cost this much."""
        ...


class Pinned:
    """The pinned answers of a store.

    Args:
        kept: where they are, and where the answers they make are kept.
        private: desks of which the hall tells nothing, as they are now.
    """

    def __init__(self, kept: Kept, clock: Clock, private: Collection[str] = ()) -> None:
        self._kept = kept
        self._private = private
        self._clock = clock
        self._keys: frozenset[str] = frozenset()
        self._ready = False

    async def look(self) -> None:
        """See which pins there are now; whoever pins in another process is seen then."""
        self._keys = await self._kept.pin_keys()

    async def find(self, desk: str, asked: str) -> Answer | None:
        """The answer that is pinned for a question that stands alone; None where there is none."""
        if not self._keys:
            return None
        if self._ready:  # what is asked is remembered, and read for other reasons too
            key = _key(desk, asked)
        else:
            key = await asyncio.to_thread(_warmed, desk, asked)
            self._ready = True
        if key not in self._keys:
            return None
        from dengmi.language.asking import asking, same_question

        for pin, answer in await self._kept.pinned(key):
            # A desk may have become private since it was pinned in the hall.
            if may_tell(desk, answer, self._private) and same_question(
                asking(pin.asked), asking(asked)
            ):
                return answer
        return None

    async def told(
        self, question: Question, asked: str, pinned: Answer, began: float, upper: Noting | None
    ) -> AsyncGenerator[Event, None]:
        """The events of a question whose answer is pinned.

        Args:
            asked: the question as it stands alone.
            began: when it began, on the steady clock.
            upper: notes what the answer would have cost.
        """
        took_ms = round((self._clock.steady() - began) * 1000, 3)
        answer = served_again(
            pinned, question, asked, kind="pin", now=self._clock.now(), took_ms=took_ms
        )
        yield Found(question.id, answer.level, len(answer.citations), 0.0)
        for event in told(answer):
            yield event
        if upper is not None and answer.full_cost.micros:
            await upper.served_again(question, answer.level, answer.full_cost)
        await self._kept.finish_question(answer)
        yield Done(answer)


def _key(desk: str, asked: str) -> str:
    """The same for questions that may ask the same at one desk. Imported here: homes without pins
    need none of it."""
    from dengmi.language.asking import asking

    return stable_id("pi", asking(asked).key, desk)


def _warmed(desk: str, asked: str) -> str:
    """The same, once the files that reading questions takes are read, of any language. Blocks."""
    from dengmi.language.asking import asking

    asking("怎么停车？")
    return _key(desk, asked)
