"""What operators look through, behind the store's own connector; imported only where one asks."""

from collections.abc import Mapping, Sequence

from dengmi.core.charges import Outlay
from dengmi.core.outcomes import Outcome
from dengmi.core.pins import Pin
from dengmi.core.records import Answer
from dengmi.core.review import Asked, Life, Person, Tally, Wanted
from dengmi.store import review, sources
from dengmi.store.connector import Connector


class SqlReview:
    """Questions, answers and sums, as `dengmi.core.review.Review` says."""

    def __init__(self, connector: Connector) -> None:
        self._db = connector

    async def asked(self, wanted: Wanted) -> Sequence[Asked]:
        """Questions, newest first."""
        return await self._db.read(review.asked, wanted)

    async def outcomes(self) -> Mapping[str, Outcome]:
        """How the last syncs ended, by the id of the source."""
        return await self._db.read(sources.outcomes)

    async def channels(self) -> Sequence[str]:
        """The channels that questions came through, in order."""
        return await self._db.read(review.channels)

    async def life(self, question_id: str) -> Life | None:
        """One question, by its own id or an answer's."""
        return await self._db.read(review.life, question_id)

    async def questions_by(
        self, desk: str, since: float, until: float, stretch: float
    ) -> Sequence[Tally]:
        """Questions counted by stretch of time and channel."""
        return await self._db.read(review.questions_by, desk, since, until, stretch)

    async def answers_by(
        self, desk: str, since: float, until: float, stretch: float
    ) -> Sequence[Tally]:
        """Answers counted by stretch of time and kind."""
        return await self._db.read(review.answers_by, desk, since, until, stretch)

    async def thumbs(self, desk: str, since: float, until: float) -> tuple[int, int]:
        """How many thumbs went up, and down."""
        return await self._db.read(review.thumbs, desk, since, until)

    async def outlays_by_channel(
        self, desk: str, since: float, until: float
    ) -> Sequence[tuple[str, Outlay]]:
        """Lines of the ledger added up, with the channel they came through."""
        return await self._db.read(review.outlays_by_channel, desk, since, until)

    async def outlays_by_group(
        self, desk: str, since: float, until: float, named: Sequence[str]
    ) -> Sequence[tuple[str, Outlay]]:
        """Lines of the ledger added up, with who they are for."""
        return await self._db.read(review.outlays_by_group, desk, since, until, named)

    async def correct(self, answer_id: str, answer: Answer, pin: Pin) -> bool:
        """Put an operator's answer in the place of one. Raises NotFound."""
        return await self._db.write_alone(review.correct, answer_id, answer, pin)

    async def person(self, asker: str) -> Person:
        """Everything that is kept of an asker."""
        return await self._db.read(review.person, asker)

    async def forget_before(self, desk: str, before: float, limit: int) -> int:
        """Delete the oldest questions of a desk asked before a time; how many went."""
        return await self._db.write_alone(review.forget_before, desk, before, limit)
