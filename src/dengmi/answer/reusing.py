"""Looks for an earlier answer that may serve again, and keeps new ones for later."""

from datetime import tzinfo

from dengmi.answer.reuse import basis_of, choose, reuse_key
from dengmi.core.ports import Reuses
from dengmi.core.records import Answer, Evidence, Level, Reusable
from dengmi.language.asking import asking

MOST = 4
"""Earlier answers of one question that are looked at."""


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

    async def find(
        self, standalone: str, level: Level, way: str, evidence: Evidence, now: float
    ) -> Answer | None:
        """An answer to the same question that today's evidence still bears out."""
        asked = asking(standalone)
        key = reuse_key(asked, evidence.query.desk, level, way)
        for most in (1, MOST):  # nearly always the first one will do, or there is none
            kept = await self._kept.reusables(key, most)
            chosen = choose(kept, asked, evidence, now, self._zone)
            if chosen.answer is not None or len(kept) < most:
                return chosen.answer
        return None

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
        return Reusable(
            answer_id=answer.id,
            key=reuse_key(asked, answer.desk, level, way),
            desk=answer.desk,
            basis=basis.plain(),
            made_at=answer.created_at,
        )

    async def keep(self, reusable: Reusable) -> None:
        """Keep a stored answer for later."""
        await self._kept.keep_reusable(reusable)
