"""A self-built application: members write to it in a chat of its own.

The platform waits five seconds for a reply, which holds one message, and delivers again up to three
times. The reply has what there is to read by then: the answer, if it fits, or its quotes. A written
answer that comes later is owed from the moment the question is written down, and sent.
"""

from collections.abc import Callable, Mapping

from dengmi.channels.running import Running
from dengmi.channels.wechat.messages import Message, read_message, text_reply
from dengmi.channels.wecom.plain import Sheet, answered, preview
from dengmi.channels.wecom.sealed import Door
from dengmi.channels.wecom.talk import Parts, Talk, Way
from dengmi.language.detect import language_of
from dengmi.language.texts import text

REPLYING = 20.0
"""Seconds in which the platform may take a reply: what was not given by then is sent."""

_SAID = frozenset(("text", "voice", "image", "video", "location", "link", "file"))
"""Kinds of messages that a person sends; others are only acknowledged."""


class App:
    """Serves one application. `channel` is its name in questions.

    Args:
        door: opens what comes and seals what is said.
        sheet: what a message holds.
        ready: told that an answer which is owed may be sent.
    """

    def __init__(
        self, talk: Talk, parts: Parts, door: Door, sheet: Sheet, ready: Callable[[str], None]
    ) -> None:
        self.channel = talk.channel
        self._talk = talk
        self._way: Way = talk.way
        self._parts = parts
        self._door = door
        self._sheet = sheet
        self._ready = ready

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
        """What an earlier stop cut off is owed, and sent by whoever runs."""

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
        if message.event == "unsubscribe":
            await self._talk.forget(message.sender)
        elif message.event == "click" and message.key:
            # A menu entry of the operator's: its key is the question.
            return await self._answer(message, message.key, self._way.language)
        return ""

    async def _answer(self, message: Message, said: str, lang: str) -> str:
        running = await self._talk.ask(message.sender, said, message.dedup, owed_in=REPLYING)
        if isinstance(running, str):
            return running
        await running.useful(self._way.hold)
        asked, store = running.question.id, self._parts.store
        if running.ended and (whole := self._whole(running, lang)):
            # Where it is being sent, or was, the reply does not say it a second time.
            return whole if await store.give_delivery(asked) else ""
        shown = bool(running.quotes) and not running.ended
        await store.follow_delivery(asked, self._parts.clock.now(), shown)
        if not running.pushed:
            running.pushed = True
            self._parts.start(self._follow(running), f"message for question {asked}")
        if running.ended or not (running.quotes or running.nearest):
            return ""
        return preview(running.quotes, asked, self._sheet, lang, running.nearest)

    def _whole(self, running: Running, lang: str) -> str:
        """The answer, if one message holds it."""
        if running.answer is None:
            return text("wechat_failed", lang)
        messages = answered(running.answer, self._sheet, running.notices)
        return messages[0] if len(messages) == 1 else ""

    async def _follow(self, running: Running) -> None:
        """Say when the answer is there."""
        await running.over_with()
        self._ready(running.question.id)
