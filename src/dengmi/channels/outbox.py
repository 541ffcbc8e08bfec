"""Sends what channels owe: answers that go out as messages of their own, each once.

What is owed stands in the store from the moment the question does (`core.deliveries`), so whoever
runs sends it, also after a kill. Each message is noted before the platform is called with it and
after the platform took it. Where only the first was noted, nobody knows whether it arrived; then
it is not sent again. In its place goes a word with a link to the answer: the asker reads nothing
twice and misses nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dengmi.channels.owed import is_read
from dengmi.core.background import Bell, log_failure, pause_after
from dengmi.core.clock import Clock
from dengmi.core.deliveries import Deliveries, Delivery, Sends
from dengmi.core.errors import DengmiError
from dengmi.core.ids import new_id
from dengmi.core.late import Push
from dengmi.core.ports import Lives
from dengmi.core.records import Answer, Question

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two looks for what other processes have left; what was answered here goes at
once."""

LEASE = 60.0
"""Seconds after which what a process holds is free again, if it has not come any further."""

HOUSEKEEPING = 5.0
"""Seconds between two looks for processes that are gone."""

MOST = 64
"""Answers that one process sends at the same time."""

STOPPING = 8.0
"""Seconds that what is being sent gets when the server stops."""

FIRST = 2.0
"""Seconds until one that failed is tried again; each time after that twice as long."""

LONGEST = 120.0
"""Seconds that one which failed is left alone, at most."""

GIVEN_UP = 48 * 3600.0
"""Seconds after a question from which its answer is not sent any more; the page has it."""


class Uncertain(DengmiError):
    """A platform was called and nobody knows whether it took the message."""


class Handing(Protocol):
    """Hands over better answers that come later."""

    def hand_to(self, push: Push) -> None:
        """Hand those of a channel to it from now on."""
        ...


@dataclass(slots=True)
class Owing:
    """Takes the better answers of a channel, which come later, into what it owes."""

    channel: str
    deliveries: Deliveries
    told: Callable[[str], None]

    async def push(self, question: Question, answer: Answer, key: str) -> None:
        """Note that the answer is owed. `key` is its id."""
        await self.deliveries.owe_delivery(
            Delivery(id=key, question_id=question.id, channel=self.channel, answer_id=answer.id)
        )
        self.told(key)


class Outbox:
    """One for each process of the server.

    Args:
        deliveries: keeps what is owed.
        lives: tells which processes are gone, so that what they held is free at once.
        late: hands over better answers that come later; None where none do.
    """

    def __init__(
        self, deliveries: Deliveries, clock: Clock, lives: Lives, late: Handing | None = None
    ) -> None:
        self._deliveries = deliveries
        self._clock = clock
        self._lives = lives
        self._late = late
        self._owner = ""
        self._senders: dict[str, Sends] = {}
        self._ready: dict[str, None] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._bell = Bell()
        self._looked = self._kept_house = float("-inf")

    @property
    def channels(self) -> Sequence[str]:
        """The channels that send through it."""
        return tuple(self._senders)

    def hand_to(self, sender: Sends) -> None:
        """Send what a channel owes by this from now on, better answers that come later too."""
        self._senders[sender.channel] = sender
        if self._late is not None:
            self._late.hand_to(Owing(sender.channel, self._deliveries, self.ready))

    def ready(self, delivery_id: str) -> None:
        """One may be sent now: its answer is there."""
        self._ready[delivery_id] = None
        self._bell.ring()

    async def run(self) -> None:
        """Send until cancelled; what is being sent then is finished, so that nothing is left of
        which nobody knows whether it arrived."""
        self._owner = await asyncio.to_thread(self._lives.name) or new_id("outbox")
        try:
            while True:
                try:
                    await self.round()
                except Exception:
                    log.exception("what channels owe could not be sent")
                if not self._ready or len(self._sending) >= MOST:
                    await self._bell.pause(EVERY)
        finally:
            if self._sending:
                _, left = await asyncio.wait(self._sending, timeout=STOPPING)
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)
            await asyncio.to_thread(self._lives.close)

    async def round(self) -> None:
        """One look: begin to send what may be sent, as many as there is room for."""
        now = self._clock.steady()
        if now - self._kept_house >= HOUSEKEEPING:
            self._kept_house = now
            await self._free_gone()
        if self._ready and (room := MOST - len(self._sending)) > 0:
            ids = list(self._ready)[:room]
            for each in ids:
                del self._ready[each]
            await self._begin(room, ids)
        if now - self._looked >= EVERY and (room := MOST - len(self._sending)) > 0:
            self._looked = now
            await self._begin(room)

    async def _begin(self, most: int, ids: Sequence[str] | None = None) -> None:
        now = self._clock.now()
        taken = await self._deliveries.claim_deliveries(
            self._owner, sorted(self._senders), now, now + LEASE, most=most, ids=ids
        )
        for question, answer, delivery in taken:
            work = self._send(question, answer, delivery)
            task = asyncio.create_task(work, name=f"delivery {delivery.id}")
            self._sending.add(task)
            task.add_done_callback(self._ended)

    async def _send(self, question: Question, answer: Answer | None, delivery: Delivery) -> None:
        if answer is None or self._clock.now() - question.asked_at > GIVEN_UP:
            log.warning("question %s: no answer is sent", question.id)
            await self._deliveries.end_delivery(delivery, "closed")
            return
        if is_read(answer, delivery):
            await self._deliveries.end_delivery(delivery, "closed")
            return
        try:
            await self._senders[delivery.channel].send(question, answer, delivery)
        except DengmiError as error:
            log.warning("question %s, sending: %s", question.id, error)
            pause = pause_after(delivery.tries, FIRST, LONGEST)
            await self._deliveries.release_delivery(delivery, self._clock.now() + pause)
        else:
            await self._deliveries.end_delivery(delivery, "sent")

    async def _free_gone(self) -> None:
        gone = await asyncio.to_thread(self._lives.gone)
        if gone:
            await self._deliveries.free_deliveries(sorted(gone))
            await asyncio.to_thread(self._lives.bury, gone)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._bell.ring()
        log_failure(task)


async def send_noted(
    deliveries: Deliveries,
    delivery: Delivery,
    messages: Sequence[str],
    send: Callable[[str], Awaitable[None]],
    doubt: Callable[[], str],
) -> None:
    """Send the messages of a delivery, noting each before and after. For platforms that cannot
    tell that a message is sent again.

    Args:
        delivery: as it is held; what was sent already is left out.
        send: calls the platform with one message.
        doubt: a word with a link to the answer, for a message of which nobody knows whether it
            arrived.

    Raises:
        Uncertain: the platform was called and nobody knows whether it took the message.
        DengmiError: what `send` raises else: the platform did not take it.
    """
    now = replace(delivery, parts=delivery.parts or len(messages))
    if now.doubtful:
        now = await _doubted(deliveries, now, send, doubt())
    for message in messages[now.begun :]:
        now = await noted(deliveries, replace(now, begun=now.begun + 1))
        try:
            await send(message)
        except Uncertain:
            raise
        except DengmiError:
            await noted(deliveries, replace(now, begun=now.begun - 1))
            raise
        now = replace(now, sent=now.begun)
    await noted(deliveries, now)


async def _doubted(
    deliveries: Deliveries,
    delivery: Delivery,
    send: Callable[[str], Awaitable[None]],
    word: str,
) -> Delivery:
    """Say the word once: where it is not known to have arrived either, that is that."""
    told = await noted(deliveries, replace(delivery, sent=delivery.begun))
    try:
        await send(word)
    except Uncertain as error:
        log.warning("delivery %s: %s", delivery.id, error)
    except DengmiError:
        await noted(deliveries, delivery)
        raise
    return told


async def noted(deliveries: Deliveries, delivery: Delivery) -> Delivery:
    """Note how far a delivery is; the delivery. Raises DengmiError where another process has it."""
    if not await deliveries.step_delivery(delivery):
        raise DengmiError("delivery_taken")
    return delivery
