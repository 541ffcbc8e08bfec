"""Looks for an earlier answer that may serve again, and keeps new ones for later."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from dengmi.answer.reuse import basis_of, choose, reuse_key
from dengmi.core.ports import Reuses
from dengmi.core.records import Answer, Evidence, Level, Question
from dengmi.core.reuses import Reusable
from dengmi.language.asking import asking

MOST = 4
"""Earlier answers of one question that are looked at."""

SOON = 1.0
"""Seconds for which a look that a question began ahead holds for it: what is done to an answer in
that time (an operator ends its serving, say) might as well have been done behind the look."""

MOST_AHEAD, MOST_MADE = 1_024, 4_096
"""Looks that were begun ahead, and keys under which answers were made here, that are kept. So many
are made in half a minute at the quickest; one is stored in milliseconds."""


Kept = Sequence[tuple[Reusable, Answer]]
"""What is kept under a key, as `core.ports.Reuses` gives it."""


@dataclass(slots=True)
class _Look:
    """A look that a question began ahead, and when: the key it was for, and what it gave; None
    where it was left to `find`."""

    at: float
    task: asyncio.Task[tuple[str, Kept] | None]


class Reusing:
    """Answers of a store that may serve again.

    Args:
        kept: where they are.
        zone: where days begin, for questions whose answer depends on the day; None: where this
            computer is.
    """

    def __init__(self, kept: Reuses, zone: tzinfo | None = None) -> None:
        self._kept = kept
        self._zone = zone
        self._ahead: OrderedDict[str, _Look] = OrderedDict()
        self._made: OrderedDict[str, None] = OrderedDict()

    def expect(self, question: Question, level: Level, way: str) -> None:
        """Begin to look for what `find` is about to be asked for, while the question, which stands
        alone, is written down and searched for."""
        now = asyncio.get_running_loop().time()
        task = asyncio.create_task(self._look_ahead(question, level, way))
        task.add_done_callback(_heard)
        self._ahead[question.id] = _Look(now, task)
        if len(self._ahead) > MOST_AHEAD:  # of questions that joined, or were delivered twice
            self._ahead.popitem(last=False)

    async def find(
        self,
        standalone: str,
        level: Level,
        way: str,
        evidence: Evidence,
        now: float,
        *,
        question: str = "",
    ) -> Answer | None:
        """An answer to the same question that today's evidence still bears out. `question`: the id
        of the one that asks, if `expect` was told of it."""
        asked = asking(standalone)
        key = reuse_key(asked, evidence.query.desk, level, way)
        ahead = await self._given_ahead(question, key)
        for most in (1, MOST):  # nearly always the first one will do, or there is none
            if ahead is not None and most == 1:
                kept = ahead
            else:
                kept = await self._kept.reusables(key, most)
            chosen = choose(kept, asked, evidence, now, self._zone)
            if chosen.answer is not None or len(kept) < most:
                return chosen.answer
        return None

    async def _look_ahead(
        self, question: Question, level: Level, way: str
    ) -> tuple[str, Kept] | None:
        """In a task, so that the search is on its way before the question is read here."""
        key = reuse_key(asking(question.text), question.desk, level, way)
        return None if key in self._made else (key, await self._kept.reusables(key, 1))

    async def _given_ahead(self, question: str, key: str) -> Kept | None:
        """What a look begun ahead gave, where that still holds. Where an answer to the same was
        made here it does not: who was a moment too late to join that one must find it stored."""
        look = self._ahead.pop(question, None)
        if look is None or asyncio.get_running_loop().time() >= look.at + SOON:
            return None
        given = await look.task
        if given is None or given[0] != key or key in self._made:
            return None
        return given[1]

    def _note(self, key: str) -> None:
        """An answer is about to be stored under this key."""
        self._made[key] = None
        self._made.move_to_end(key)
        if len(self._made) > MOST_MADE:
            self._made.popitem(last=False)

    def reusable(
        self, standalone: str, level: Level, way: str, answer: Answer, evidence: Evidence
    ) -> Reusable | None:
        """What is kept of an answer for later; None for one that may never serve again."""
        if answer.reused:
            return None  # the one it serves again is there
        asked = asking(standalone)
        basis = basis_of(asked, answer, evidence, self._zone)
        if basis is None:
            return None
        key = reuse_key(asked, answer.desk, level, way)
        self._note(key)
        return Reusable(
            answer_id=answer.id,
            key=key,
            desk=answer.desk,
            basis=basis.plain(),
            made_at=answer.created_at,
        )

    async def keep(self, reusable: Reusable) -> None:
        """Keep a stored answer for later."""
        await self._kept.keep_reusable(reusable)


def _heard(task: asyncio.Task[tuple[str, Kept] | None]) -> None:
    """Whoever began it may never ask for it; an error is then nobody's."""
    if not task.cancelled():
        task.exception()
