"""What channels owe: answers that go out as messages of their own, and the record that each went
out once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from dengmi.core.records import Answer, Question

DeliveryState = Literal["owed", "given", "sent", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One answer that a channel owes an asker.

    Times are Unix seconds.

    Attributes:
        id: that of the question, or of the better answer that came later.
        state: "owed" until it has gone out; "given" in reply to the asker's own message, "sent" as
            messages of its own; "closed" where there was nothing more to say, or nobody to say it
            to.
        due: when it may be sent at the earliest.
        shown: whether the asker has read quotes meanwhile.
        parts: how many messages it was cut into when the first one was sent; 0 before.
        begun: how many of them the platform was called with, `sent` how many it took. Where more
            were begun, nobody knows whether the last one arrived.
        tries: how often a process took it.
        owner: the process that works on it, "" for none, and until when that counts (`lease`).
        answer_id: the answer; "" for the first one of the question.
    """

    id: str
    question_id: str
    channel: str
    state: DeliveryState = "owed"
    due: float = 0.0
    shown: bool = False
    parts: int = 0
    begun: int = 0
    sent: int = 0
    tries: int = 0
    owner: str = ""
    lease: float = 0.0
    answer_id: str = ""

    @property
    def doubtful(self) -> bool:
        """Whether a message may have arrived or not."""
        return self.begun > self.sent


class Deliveries(Protocol):
    """Keeps what channels owe. A question with `owed_at` is written down together with its
    delivery, so that no answer can be stored that nobody owes. What a process takes it holds under
    its name and the number of its try."""

    async def owe_delivery(self, delivery: Delivery) -> None:
        """Note one; nothing happens where there is one of its id."""
        ...

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
        """Take those of some channels that may be sent now and whose question has its final state,
        until `lease`, those due longest first; no answer where the question failed.

        Args:
            ids: only these.
        """
        ...

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """One by its id."""
        ...

    async def step_delivery(self, delivery: Delivery) -> bool:
        """Note its `parts`, `begun`, `sent` and `lease`. False, and nothing is noted, where its
        process does not hold it any more."""
        ...

    async def end_delivery(self, delivery: Delivery, state: DeliveryState) -> bool:
        """Its end. False as `step_delivery`."""
        ...

    async def release_delivery(self, delivery: Delivery, due: float) -> bool:
        """Let go of one that is held, to be tried again from `due` on. False as `step_delivery`."""
        ...

    async def free_deliveries(self, owners: Sequence[str]) -> None:
        """What these processes held may be taken by others: they are gone."""
        ...

    async def follow_delivery(self, delivery_id: str, due: float, shown: bool) -> None:
        """The asker was told that the answer follows, with quotes or without."""
        ...

    async def give_delivery(self, delivery_id: str) -> bool:
        """The answer is about to be given in reply to the asker's own message. False where it was
        sent, or is being sent just now: then it must not be given too."""
        ...

    async def messages_since(self, asker: str, besides: str) -> int:
        """How many messages an asker was sent since they last asked, without one delivery's."""
        ...


class Sends(Protocol):
    """A channel that can send an asker messages of its own. `channel` is its name in questions."""

    channel: str

    async def send(self, question: Question, answer: Answer, delivery: Delivery) -> None:
        """Send an answer that is owed.

        Args:
            delivery: as it is held. Its id is the same whenever the same answer is tried again; a
                channel whose platform knows no such key notes each message (channels.outbox).

        Raises:
            DengmiError: it was not sent, and is tried again later.
        """
        ...
