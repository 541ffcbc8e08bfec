"""The part of the store that keeps what channels owe (`dengmi.core.deliveries.Deliveries`)."""

from collections.abc import Sequence

from dengmi.core.clock import Clock
from dengmi.core.deliveries import Delivery, DeliveryState
from dengmi.core.records import Answer, Question
from dengmi.core.together import Together
from dengmi.store import delivering
from dengmi.store.connector import Connector


class SqlOutgoing:
    """What channels owe, behind a connector."""

    _db: Connector
    _clock: Clock

    def __init__(self) -> None:
        self._give = Together(self._give_all)

    async def owe_delivery(self, delivery: Delivery) -> None:
        """Note one; nothing happens where there is one of its id."""
        await self._db.write(delivering.owe, [delivery])

    async def claim_deliveries(
        self,
        owner: str,
        channels: Sequence[str],
        now: float,
        lease: float,
        *,
        most: int,
        ids: Sequence[str] | None = None,
    ) -> Sequence[tuple[Question, Answer | None, Delivery]]:
        """Take those that may be sent now, until `lease`, those due longest first."""
        return await self._db.write(
            delivering.claim, owner, channels, now, lease, most=most, ids=ids
        )

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """One by its id."""
        return await self._db.read(delivering.one, delivery_id)

    async def step_delivery(self, delivery: Delivery) -> bool:
        """Note how far one has come. False where it is not held any more."""
        return await self._db.write(delivering.step, delivery, self._clock.now())

    async def end_delivery(self, delivery: Delivery, state: DeliveryState) -> bool:
        """Its end. False where it is not held any more."""
        return await self._db.write(delivering.let_go, delivery, state, delivery.due)

    async def release_delivery(self, delivery: Delivery, due: float) -> bool:
        """Let go of one that is held. False where it is not held any more."""
        return await self._db.write(delivering.let_go, delivery, "owed", due)

    async def free_deliveries(self, owners: Sequence[str]) -> None:
        """What these processes held may be taken by others."""
        await self._db.write(delivering.free, owners)

    async def follow_delivery(self, delivery_id: str, due: float, shown: bool) -> None:
        """The asker was told that the answer follows."""
        await self._db.write(delivering.follow, delivery_id, due, shown)

    async def give_delivery(self, delivery_id: str) -> bool:
        """It goes out in reply to the asker's message; False where it was or is being sent."""
        return await self._give(delivery_id)

    async def messages_since(self, asker: str, besides: str) -> int:
        """How many messages an asker was sent since they last asked, without one delivery's."""
        return await self._db.read(delivering.since, asker, besides)

    async def _give_all(self, ids: Sequence[str]) -> Sequence[bool]:
        return await self._db.write(delivering.give, ids, self._clock.now())
