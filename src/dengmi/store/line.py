"""What the store keeps of those who wait for a better answer: a part of `dengmi.store.store`."""

from collections.abc import Sequence

from dengmi.core.late import Late, LateState
from dengmi.core.records import Answer, Level, Question
from dengmi.core.together import Together
from dengmi.store import waiting
from dengmi.store.connector import Connector


class SqlLine:
    """The line of those who wait, as `dengmi.core.late.LateQueue` says."""

    _db: Connector

    def __init__(self) -> None:
        self._wait = Together(self._wait_all)

    async def finish_waiting(self, answer: Answer, late: Late, each: int, most: int) -> Late | None:
        """Store the answer that stands meanwhile and let the question wait; as it is kept, None
        where so many wait already. Raises NotFound."""
        return await self._wait((answer, late, each, most))

    async def claim_late(
        self, owner: str, level: Level, now: float, lease: float
    ) -> tuple[Question, Late] | None:
        """Take the next one that waits for a level and may be tried now, until `lease`."""
        return await self._db.write(waiting.claim, owner, level, now, lease)

    async def late_topics(self, level: Level, now: float) -> Sequence[str]:
        """What is waited for at a level and has been answered meanwhile."""
        return await self._db.read(waiting.topics, level, now)

    async def claim_late_topics(
        self,
        owner: str,
        level: Level,
        topics: Sequence[str],
        *,
        passed: Sequence[str],
        times: tuple[float, float],
        most: int,
    ) -> Sequence[tuple[Question, Late]]:
        """Take those that wait for one of these topics, in line; see `core.late.LateQueue`."""
        return await self._db.write(
            waiting.claim_topics, owner, level, topics, passed=passed, times=times, most=most
        )

    async def claim_untold(
        self, owner: str, channels: Sequence[str], now: float, lease: float
    ) -> tuple[Question, Late] | None:
        """Take an answer that a channel is to be handed, until `lease`."""
        return await self._db.write(waiting.claim_untold, owner, channels, now, lease)

    async def finish_late(self, late: Late, answer: Answer) -> bool:
        """Store the better answer and end the wait; False where it is not held any more."""
        return await self._db.write(waiting.done, late, answer)

    async def end_late(self, late: Late, state: LateState) -> bool:
        """End the wait of one that is held without an answer."""
        return await self._db.write(waiting.end, late, state)

    async def release_late(self, late: Late, due: float) -> bool:
        """Let go of one that is held, to be tried again from `due` on."""
        return await self._db.write(waiting.release, late, due)

    async def told_late(self, late: Late, now: float) -> bool:
        """The answer was handed to its channel."""
        return await self._db.write(waiting.told, late, now)

    async def hold_late(self, owner: str, lease: float) -> None:
        """What a process holds stays its own until `lease`."""
        await self._db.write(waiting.hold, owner, lease)

    async def free_late(self, owners: Sequence[str]) -> None:
        """What these processes held may be taken by others."""
        await self._db.write(waiting.free, owners)

    async def withdraw_late(self, question_id: str) -> bool:
        """The asker waits no longer; False where the question does not wait."""
        return await self._db.write(waiting.withdraw, question_id)

    async def expire_late(self, now: float) -> Sequence[str]:
        """End the wait of those whose time is over; the ids of the questions."""
        return await self._db.write(waiting.expire, now)

    async def lower_late(self, level: Level, there: Level | None, now: float) -> int:
        """Have those that wait for a level wait for another one, or no longer; how many did."""
        return await self._db.write(waiting.lower, level, there, now)

    async def late(self, question_or_answer: str) -> Late | None:
        """What is known of a question that waits or waited, by its id or an answer's."""
        return await self._db.read(waiting.of, question_or_answer)

    async def late_ahead(self, late: Late) -> int:
        """How many stand before one that waits."""
        return await self._db.read(waiting.ahead, late)

    async def late_line(self) -> Sequence[str]:
        """The ids of the questions that wait, the next one first."""
        return await self._db.read(waiting.line)

    async def late_due(self, level: Level, now: float) -> bool:
        """Whether one that waits for a level may be tried now."""
        return await self._db.read(waiting.due, level, now)

    async def _wait_all(
        self, entries: Sequence[waiting.Entry]
    ) -> Sequence[Late | Exception | None]:
        return await self._db.write(waiting.enter, entries)
