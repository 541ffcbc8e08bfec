"""Looks for an earlier answer that may serve again, and keeps new ones for later."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from dengmi.answer.reuse import basis_of, choose, reuse_key
from dengmi.core.ports import Reuses
from dengmi.core.records import Answer, Evidence, Level, Question, Reusable
from dengmi.language.asking import asking

MOST = 4
"""Earlier answers of one question that are looked at."""

SOON = 1.0
"""Seconds for which a look that a question began ahead holds for it: what is done to an answer in
that time (an operator ends its serving, say) might as well have been done behind the look."""

MOST_AHEAD, MOST_MADE = 1_024, 4_096
"""Looks that were begun ahead, and keys under which answers were made here, that are kept. So many
are made in half a minute at the quickest; one is stored in milliseconds."""


@dataclass(slots=True)
class _Look:
    """A look that a question began ahead: under which key, when, and what it gives."""

    key: str
    at: float
    task: asyncio.Task[Sequence[tuple[Reusable, Answer]]]


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
        key = reuse_key(asking(question.text), question.desk, level, way)
        if key in self._made:
            return
        now = asyncio.get_running_loop().time()
        task = asyncio.create_task(self._look(key, 1))
        task.add_done_callback(_heard)
        self._ahead[question.id] = _Look(key, now, task)
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
        ahead = self._ahead.pop(question, None)
        for most in (1, MOST):  # nearly always the first one will do, or there is none
            if ahead is not None and most == 1 and self._holds(ahead, key):
                kept = await ahead.task
            else:
                kept = await self._look(key, most)
            chosen = choose(kept, asked, evidence, now, self._zone)
            if chosen.answer is not None or len(kept) < most:
                return chosen.answer
        return None

    async def _look(self, key: str, most: int) -> Sequence[tuple[Reusable, Answer]]:
        return await self._kept.reusables(key, most)

    def _holds(self, look: _Look, key: str) -> bool:
        """Whether a look begun ahead still does. Where an answer to the same was made here it does
        not: who was a moment too late to join that one must find it stored."""
        soon = asyncio.get_running_loop().time() < look.at + SOON
        return soon and look.key == key and key not in self._made

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


def _heard(task: "asyncio.Task[Sequence[tuple[Reusable, Answer]]]") -> None:
    """Whoever began it may never ask for it; an error is then nobody's."""
    if not task.cancelled():
        task.exception()
