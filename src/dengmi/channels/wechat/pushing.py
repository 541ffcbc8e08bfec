"""Answers that an account sends as customer-service messages of its own."""

import logging
from dataclasses import replace
from typing import Protocol

from dengmi.channels.outbox import Uncertain, send_noted
from dengmi.channels.owed import lead
from dengmi.channels.parts import shortened
from dengmi.channels.wechat.client import CLOSED, WeChatFailed
from dengmi.channels.wechat.messages import by_menu
from dengmi.channels.wechat.rendering import Dialect, answered, link, tap
from dengmi.core.deliveries import Deliveries, Delivery
from dengmi.core.errors import DengmiError
from dengmi.core.records import Answer, Question
from dengmi.language.texts import text

log = logging.getLogger(__name__)

MENU_QUOTA = 3
"""Messages that the platform lets follow a tap on the account's menu (2026-11)."""


class Sender(Protocol):
    """Sends messages of the account's own."""

    async def send_text(self, to: str, content: str) -> None: ...


class _Closed(DengmiError):
    """The platform takes no message for this person."""


class Pusher:
    """Sends the answers that one account owes (core.deliveries.Sends).

    Args:
        channel: the account's name in questions.
        dialect: what a message holds.
        parts: most messages of one answer.
        quota: messages that the platform lets follow one message of a person.
    """

    def __init__(
        self,
        channel: str,
        sender: Sender,
        deliveries: Deliveries,
        *,
        dialect: Dialect,
        parts: int = 4,
        quota: int = 5,
    ) -> None:
        self.channel = channel
        self._sender = sender
        self._deliveries = deliveries
        self._dialect = dialect
        self._parts = parts
        self._quota = quota

    async def send(self, question: Question, answer: Answer, delivery: Delivery) -> None:
        """Send an answer, in as many messages as it takes and the quota allows.

        Raises:
            DengmiError: it may be tried again. Where the platform takes no message for this
                person any more, the page has the answer, and nothing is raised.
        """
        most = delivery.parts or await self._room(question, delivery.id)
        before = lead(question, answer, delivery)
        messages = answered(answer, replace(self._dialect, most_parts=most), before)
        await self._sent(question, delivery, messages)

    async def _room(self, question: Question, key: str) -> int:
        """How many messages an answer may have: what follows a question has one quota."""
        used = await self._deliveries.messages_since(question.asker, key)
        quota = min(self._quota, MENU_QUOTA) if by_menu(question.dedup) else self._quota
        return max(1, min(self._parts, quota - used))

    async def _sent(self, question: Question, delivery: Delivery, messages: list[str]) -> None:
        to = question.asker.rpartition(":")[2]

        async def send(message: str) -> None:
            try:
                await self._sender.send_text(to, message)
            except WeChatFailed as error:
                if error.uncertain:
                    reason = str(error.params["reason"])
                    raise Uncertain("delivery_uncertain", reason=reason) from None
                if error.errcode in CLOSED:
                    raise _Closed(error.code, **error.params) from None
                raise

        try:
            await send_noted(
                self._deliveries, delivery, messages, send, lambda: self._doubt(question)
            )
        except _Closed as error:
            log.warning("question %s: no message taken (%s)", question.id, error)
            await self._deliveries.end_delivery(delivery, "closed")

    def _doubt(self, question: Question) -> str:
        """What is said where nobody knows whether an answer arrived."""
        said = text("delivery_doubt", question.lang, question=shortened(question.text, 120))
        label = text("wechat_show", question.lang)
        lines = [said, tap(label, label, question.id)]
        if page := self._dialect.page(question.id):
            lines.append(link(page, text("wechat_whole", question.lang)))
        return "\n\n".join(lines)
