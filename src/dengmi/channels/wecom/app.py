"""A self-built application: members write to it in a chat of its own.

The platform waits five seconds for a reply, which holds one message, and delivers again up to three
times. The reply has what there is to read by then: the answer, or its quotes; a written answer, and
what does not fit into one message, are sent as messages of the application.
"""

import logging
from collections.abc import Mapping

from dengmi.channels.parts import shortened
from dengmi.channels.running import Running
from dengmi.channels.wechat.messages import Message, read_message, text_reply
from dengmi.channels.wecom.plain import Sheet, answered, preview
from dengmi.channels.wecom.sealed import Door
from dengmi.channels.wecom.sending import Sending
from dengmi.channels.wecom.talk import Parts, Talk, Way
from dengmi.core.records import Answer, Question
from dengmi.language.detect import language_of
from dengmi.language.texts import text

log = logging.getLogger(__name__)

_SAID = frozenset(("text", "voice", "image", "video", "location", "link", "file"))
"""Kinds of messages that a person sends; others are only acknowledged."""


class App:
    """Serves one application. `channel` is its name in questions.

    Args:
        door: opens what comes and seals what is said.
        sheet: what a message holds.
        sending: sends what is too late for the reply.
    """

    def __init__(
        self, talk: Talk, parts: Parts, door: Door, sheet: Sheet, sending: Sending
    ) -> None:
        self.channel = talk.channel
        self._talk = talk
        self._way: Way = talk.way
        self._parts = parts
        self._door = door
        self._sheet = sheet
        self._sending = sending

    def verify(self, query: Mapping[str, str]) -> str:
        """The answer to the platform's question whether this is the server. Raises Forged."""
        return self._door.verify(query, self._parts.clock.now())

    async def receive(self, query: Mapping[str, str], body: bytes) -> bytes:
        """The body of the response to a delivery; empty for none.

        Raises:
            Forged: it is not from the platform.
            Malformed: it cannot be read.
        """
        now = self._parts.clock.now()
        fields, key = self._door.open(query, body, now)
        message = read_message(fields)
        said = await self._reply(message)
        if not said:
            return b""
        reply = text_reply(message, said, self._parts.clock.now())
        return self._door.seal(reply, key, query.get("nonce", ""), self._parts.clock.now())

    async def recover(self) -> None:
        """Send what an earlier stop cut off."""
        await self._sending.recover()

    async def push(self, question: Question, answer: Answer, key: str) -> None:  # noqa: ARG002
        """Send the better answer of a question that waited for it (core.late.Push). Raises
        WeComFailed where it may be tried again."""
        lead = text("wechat_late", answer.lang, question=shortened(question.text, 120))
        await self._sending.late(question, answer, lead)

    async def _reply(self, message: Message) -> str:
        """What to say at once; "" for nothing."""
        if message.kind == "event":
            return await self._event(message)
        lang = language_of(message.text) or self._way.language
        if not message.text:
            return text("wechat_text_only", lang) if message.kind in _SAID else ""
        return await self._answer(message, message.text, lang)

    async def _event(self, message: Message) -> str:
        if message.event == "subscribe":
            return self._talk.welcome()
        if message.event == "click" and message.key:
            # A menu entry of the operator's: its key is the question.
            return await self._answer(message, message.key, self._way.language)
        return ""

    async def _answer(self, message: Message, said: str, lang: str) -> str:
        running = await self._talk.ask(message.sender, said, message.dedup)
        if isinstance(running, str):
            return running
        await running.useful(self._way.hold)
        if running.ended:
            return await self._whole(running, message, lang)
        await self._sending.promise(running, message.sender, quoted=bool(running.quotes))
        if not running.quotes:
            return ""
        return preview(running.quotes, running.question.id, self._sheet, lang)

    async def _whole(self, running: Running, message: Message, lang: str) -> str:
        """The answer: its first message now, the others after it."""
        if running.answer is None:
            return text("wechat_failed", lang)
        first, *more = answered(running.answer, self._sheet, running.notices)
        if more:
            await self._sending.promise(running, message.sender, said=1)
        return first
