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
        kept = await self._kept.reusables(reuse_key(asked, evidence.query.desk, level, way), MOST)
        return choose(kept, asked, evidence, now, self._zone).answer if kept else None

    async def served(self, answer_id: str) -> None:
        """Count that an answer was served again."""
        await self._kept.served_again(answer_id)

    async def keep(
        self, standalone: str, level: Level, way: str, answer: Answer, evidence: Evidence
    ) -> None:
        """Keep a stored answer for later, if it may ever serve again."""
        if answer.reused:
            return  # the one it serves again is there
        asked = asking(standalone)
        basis = basis_of(asked, answer, evidence, self._zone)
        if basis is not None:
            await self._kept.keep_reusable(
                Reusable(
                    answer_id=answer.id,
                    key=reuse_key(asked, answer.desk, level, way),
                    desk=answer.desk,
                    basis=basis.plain(),
                    made_at=answer.created_at,
                )
            )
