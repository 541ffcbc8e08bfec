"""Answers that applications and WeChat Customer Service send as messages of their own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from dengmi.channels.budget import SendBudget
from dengmi.channels.outbox import noted
from dengmi.channels.owed import lead
from dengmi.channels.wecom.client import CLOSED, WeComFailed
from dengmi.channels.wecom.plain import Sheet, answered
from dengmi.core.clock import Clock
from dengmi.core.deliveries import Deliveries, Delivery
from dengmi.core.records import Answer, Question

log = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that a message waits until there may be one more; then it is tried again later."""

Send = Callable[[str, str, str, bool], Awaitable[None]]
"""Sends (to whom, what, a name that is the same whenever the same message is sent, whether it may
have arrived before). Raises WeComFailed."""


class Pusher:
    """Sends the answers that one channel owes (core.deliveries.Sends).

    Both platforms can tell a message that is sent again: where nobody knows whether one arrived,
    it is sent once more and shown once.

    Args:
        channel: its name in questions.
        send: calls the platform.
        sheet: what a message holds, and how many an answer may have.
        budget: how many messages may go to one person.
        quota: messages that may follow one of a person's; 0 for no such limit.
    """

    def __init__(
        self,
        channel: str,
        send: Send,
        deliveries: Deliveries,
        clock: Clock,
        *,
        sheet: Sheet,
        budget: SendBudget,
        quota: int = 0,
    ) -> None:
        self.channel = channel
        self._send = send
        self._deliveries = deliveries
        self._clock = clock
        self._sheet = sheet
        self._budget = budget
        self._quota = quota

    async def send(self, question: Question, answer: Answer, delivery: Delivery) -> None:
        """Send an answer in as many messages as it takes.

        Raises:
            DengmiError: it may be tried again. Where the platform takes no message for this
                person any more, the page has the answer, and nothing is raised.
        """
        most = delivery.parts or await self._room(question, delivery)
        before = lead(question, answer, delivery)
        messages = answered(answer, replace(self._sheet, most_parts=most), lead=before)
        try:
            await self._all(question.asker.removeprefix(f"{self.channel}:"), delivery, messages)
        except WeComFailed as error:
            if error.errcode not in CLOSED:
                raise
            log.warning("question %s: no message taken (%d)", question.id, error.errcode)
            await self._deliveries.end_delivery(delivery, "closed")

    async def say(self, to: str, message: str, name: str) -> None:
        """Send a message that is no answer. Raises WeComFailed."""
        await self._turn(to)
        await self._send(to, message, name, False)

    async def _room(self, question: Question, delivery: Delivery) -> int:
        """How many messages an answer may have: what follows a question may have one quota."""
        if not self._quota:
            return self._sheet.most_parts
        used = await self._deliveries.messages_since(question.asker, delivery.id) + delivery.shown
        return max(1, min(self._sheet.most_parts, self._quota - used))

    async def _all(self, to: str, delivery: Delivery, messages: Sequence[str]) -> None:
        """Send those that are not known to have arrived, noting each before and after."""
        now = replace(delivery, parts=delivery.parts or len(messages))
        for place in range(delivery.sent, len(messages)):
            await self._turn(to)
            doubtful = place < now.begun
            now = await noted(self._deliveries, replace(now, begun=place + 1))
            try:
                await self._send(to, messages[place], f"{delivery.id}_{place}", doubtful)
            except WeComFailed as error:
                if not error.uncertain and not doubtful:
                    await noted(self._deliveries, replace(now, begun=place))
                raise
            now = await noted(self._deliveries, replace(now, sent=place + 1))

    async def _turn(self, to: str) -> None:
        """Wait until one more message may go to somebody. Raises WeComFailed."""
        wait = self._budget.wait(to, self._clock.steady())
        if wait > PATIENCE:
            raise WeComFailed(45009, "budget")
        while wait > 0:
            await asyncio.sleep(wait)
            wait = self._budget.wait(to, self._clock.steady())
        self._budget.take(to, self._clock.steady())
