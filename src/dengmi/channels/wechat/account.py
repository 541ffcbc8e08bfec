"""One WeChat Official Account: takes deliveries, gives each its reply.

The platform waits five seconds for a reply and then delivers the same message again, three times in
all; a reply holds one message. An account that may send messages of its own (`push`) replies with
the quotes at once and sends the written answer later. Any other answers on whichever delivery the
answer is ready for, and on the last one with the quotes, a link that asks for the answer when it is
tapped, and the page where it appears.
"""

import logging
import math
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from dengmi.channels.errors import Forged, Malformed
from dengmi.channels.parts import shortened
from dengmi.channels.running import Running, Runs
from dengmi.channels.tencent import Envelope, check_signature, signature
from dengmi.channels.wechat.body import Form, read_body, text_of, write_body
from dengmi.channels.wechat.client import CLOSED, WeChatFailed
from dengmi.channels.wechat.messages import Message, read_message, text_reply
from dengmi.channels.wechat.rendering import Dialect, answered, link, preview, tap
from dengmi.core.clock import Clock
from dengmi.core.errors import BadInput
from dengmi.core.ids import stable_id
from dengmi.core.ports import Answering, Forgetting, Inbox
from dengmi.core.records import Answer, Question, Wanted
from dengmi.language.detect import language_of
from dengmi.language.texts import text

log = logging.getLogger(__name__)

ACK = b"success"
"""What the platform takes for "received, no reply"."""

_BEIJING = timedelta(hours=8)
_PUSH_WAIT = 600.0
"""Seconds after which a written answer is not sent any more; the page has it."""


class Kept(Inbox, Forgetting, Protocol):
    """What an account needs of the store."""


class Sender(Protocol):
    """Sends messages of the account's own."""

    async def send_text(self, to: str, content: str) -> None: ...
    async def typing(self, to: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an account is served.

    Attributes:
        name: the account's name in the settings; its channel is "wechat:" and that.
        desk: the desk that answers.
        hold: seconds that one delivery waits; `whole` those of all `deliveries` together.
        skew: seconds that a delivery's time may be off.
        welcome: text for new followers; "" for the built-in one.
        language: of texts that answer nobody's words.
        push_parts: messages of one answer that is sent later.
    """

    name: str
    desk: str
    level: Wanted = "auto"
    hold: float = 4.5
    whole: float = 14.0
    deliveries: int = 3
    skew: float = 600.0
    welcome: str = ""
    language: str = "zh"
    dialect: Dialect = field(default_factory=Dialect)
    push_parts: int = 4


MOST_PACED = 5_000
"""Messages of late that are remembered, so that one delivered again counts once."""


class Account:
    """Serves one account. `channel` is its name in questions.

    Args:
        envelope: opens and seals; without a key only plain deliveries are read.
        resolve: gives the desk of a name, or of none.
        pace: seconds that an asker must wait before the next question; 0 for none.
        sender: sends later messages; None where the account has not the right.
        start: runs something in the background, under a name.
    """

    def __init__(
        self,
        way: Way,
        envelope: Envelope,
        *,
        answering: Answering,
        inbox: Kept,
        resolve: Callable[[str | None], Awaitable[str]],
        clock: Clock,
        start: Callable[[Coroutine[Any, Any, object], str], object],
        pace: Callable[[str], float] = lambda _: 0.0,
        sender: Sender | None = None,
    ) -> None:
        self.channel = f"wechat:{way.name}"
        self._way = way
        self._envelope = envelope
        self._inbox = inbox
        self._resolve = resolve
        self._clock = clock
        self._start = start
        self._pace = pace
        self._paced: dict[str, float] = {}
        self._sender = sender
        self._runs = Runs(answering, start)

    def verify(self, query: Mapping[str, str]) -> str:
        """The answer to the platform's question whether this is the account's server.

        Raises Forged.
        """
        stamp, nonce = self._stamp(query)
        check_signature(query.get("signature", ""), self._envelope.token, stamp, nonce)
        return query.get("echostr", "")

    async def receive(self, query: Mapping[str, str], body: bytes) -> bytes | None:
        """The reply to a delivery, as the body of the response; None where there was none in
        time and the platform is to deliver again.

        Raises:
            Forged: it is not from the platform.
            Malformed: it cannot be read.
        """
        stamp, nonce = self._stamp(query)
        fields, form = read_body(body)
        key: bytes | None = None
        if query.get("encrypt_type", "raw") not in ("", "raw"):
            sealed = text_of(fields, "Encrypt")
            opened = self._envelope.open(sealed, query.get("msg_signature", ""), stamp, nonce)
            fields, form = read_body(opened.message)
            key = opened.key
        else:
            check_signature(query.get("signature", ""), self._envelope.token, stamp, nonce)
            if self._envelope.key is not None and text_of(fields, "Encrypt"):
                raise Malformed("mode")
        message = read_message(fields)
        said = await self._reply(message)
        if said is None:
            return None
        if not said:
            return ACK
        reply = write_body(text_reply(message, said, self._clock.now()), form)
        return reply if key is None else self._sealed(reply, key, nonce, form)

    async def push(self, question: Question, answer: Answer, key: str) -> None:  # noqa: ARG002
        """Send the better answer of a question that waited for it (core.late.Push).

        Raises:
            WeChatFailed: it may be tried again. Where the platform takes no message for this
                person any more, the page has the answer, and nothing is raised.
        """
        said = shortened(question.text, 120)
        lead = text("wechat_late", answer.lang, question=said)
        await self._send(question.asker.rpartition(":")[2], answer, lead)

    def recover(self, pending: Sequence[Question]) -> None:
        """Send the answers of questions that an earlier stop cut off, where that is possible."""
        for question in pending:
            if question.channel == self.channel and self._sender is not None:
                running = self._runs.run(question)
                self._push_later(running, question.asker.rpartition(":")[2])

    def _stamp(self, query: Mapping[str, str]) -> tuple[str, str]:
        stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        try:
            off = abs(self._clock.now() - int(stamp))
        except ValueError:
            raise Forged("timestamp") from None
        if off > self._way.skew:
            raise Forged("timestamp")
        return stamp, nonce

    def _sealed(self, reply: bytes, key: bytes, nonce: str, form: Form) -> bytes:
        sealed, stamp = self._envelope.seal(reply, key), int(self._clock.now())
        return write_body(
            {
                "Encrypt": sealed,
                "MsgSignature": signature(self._envelope.token, str(stamp), nonce, sealed),
                "TimeStamp": stamp,
                "Nonce": nonce,
            },
            form,
        )

    async def _reply(self, message: Message) -> str | None:
        """What to say; "" for nothing, None where the next delivery shall see."""
        if message.kind == "event":
            return await self._event(message)
        lang = language_of(message.text) or self._way.language
        if not message.text:
            return "" if message.kind not in _SAID else text("wechat_text_only", lang)
        if wait := self._waits(message):
            return text("too_many", lang, seconds=math.ceil(wait))
        try:
            running = await self._asked(message)
        except BadInput as error:
            return text(error.code, lang, **error.params)
        if self._sender is not None:
            return await self._now_and_later(running, message, lang)
        return await self._in_time(running, lang)

    async def _event(self, message: Message) -> str | None:
        if message.event == "subscribe":
            return self._way.welcome or text("wechat_welcome", self._way.language)
        if message.event == "unsubscribe":
            await self._inbox.forget_asker(self._asker(message))
        elif message.event == "click" and message.key:
            # A menu entry of the operator's: its key is the question.
            return await self._reply(_as_text(message, message.key))
        return ""

    def _waits(self, message: Message) -> float:
        """Seconds that the asker must wait; a message that is delivered again counts once."""
        if message.dedup not in self._paced:
            if len(self._paced) >= MOST_PACED:
                del self._paced[next(iter(self._paced))]
            self._paced[message.dedup] = self._pace(self._asker(message))
        return self._paced[message.dedup]

    def _asker(self, message: Message) -> str:
        return f"{self.channel}:{message.sender}"

    async def _asked(self, message: Message) -> Running:
        asker = self._asker(message)
        # The link that asks for an answer which was not ready carries its question.
        asked = message.menu if message.menu.startswith("q_") else ""
        if asked and (waited := await self._waited(asked)) is not None:
            return waited
        now = self._clock.now()
        day = (datetime.fromtimestamp(now, UTC) + _BEIJING).date()
        return await self._runs.ask(
            Question(
                id="",
                desk=await self._resolve(self._way.desk or None),
                text=message.text,
                wanted=self._way.level,
                channel=self.channel,
                asker=asker,
                payer=asker,
                # What was talked of on another day is no context.
                conversation=stable_id("c", asker, day.isoformat()),
                dedup=message.dedup,
            )
        )

    async def _waited(self, question_id: str) -> Running | None:
        """The question whose answer was not ready. Its id is known to who was given the link."""
        waited = self._runs.get(question_id)
        if waited is None and (answer := await self._inbox.answer(question_id)) is not None:
            waited = Running.over(answer)
        return waited

    async def _now_and_later(self, running: Running, message: Message, lang: str) -> str:
        """The quotes at once; the written answer as a message of its own."""
        await running.useful(self._way.hold)
        if running.ended:
            return await self._ended(running, lang)
        if not running.pushed:
            self._push_later(running, message.sender)
        if not running.quotes:
            return ""  # typing is shown, and the answer follows
        return preview(
            running.quotes,
            self._way.dialect,
            lang,
            lead=text("wechat_meanwhile", lang),
            foot=self._page(running, lang),
        )

    async def _in_time(self, running: Running, lang: str) -> str | None:
        """The answer, if this delivery or one to come sees it; the quotes on the last."""
        left = running.question.asked_at + self._way.whole - self._clock.now()
        running.deliveries += 1
        last = left <= self._way.hold or running.deliveries >= self._way.deliveries
        # What is not the last delivery is not answered in time: the platform delivers it again.
        await running.end(self._way.hold if last else self._way.hold + 1.5)
        if running.ended:
            return await self._ended(running, lang)
        if not last:
            return None
        label = text("wechat_show", lang)
        foot = [tap(label, label, running.question.id), *self._page(running, lang)]
        lead = text("wechat_meanwhile_tap" if running.quotes else "wechat_not_ready", lang)
        return preview(running.quotes, self._way.dialect, lang, lead=lead, foot=foot)

    async def _ended(self, running: Running, lang: str) -> str:
        if running.answer is None:
            return text("wechat_failed", lang)
        return answered(running.answer, self._way.dialect)[0]

    def _page(self, running: Running, lang: str) -> list[str]:
        page = self._way.dialect.page(running.question.id)
        return [link(page, text("wechat_whole", lang))] if page else []

    def _push_later(self, running: Running, to: str) -> None:
        running.pushed = True
        self._start(self._push(running, to), f"message for question {running.question.id}")

    async def _push(self, running: Running, to: str) -> None:
        """Send the written answer; nothing where the quotes that were sent are all there is."""
        assert self._sender is not None
        await self._sender.typing(to)
        if not await running.end(_PUSH_WAIT) or running.answer is None:
            return
        answer = running.answer
        if answer.level == "quote" and running.quotes:
            return  # where a better one may come later, it is pushed
        try:
            await self._send(to, answer)
        except WeChatFailed as error:
            log.warning("question %s: message refused (%d)", answer.question_id, error.errcode)

    async def _send(self, to: str, answer: Answer, lead: str = "") -> None:
        """Send an answer in as many messages as it takes. Raises WeChatFailed."""
        assert self._sender is not None
        many = replace(self._way.dialect, most_parts=self._way.push_parts)
        for message in answered(answer, many, lead):
            try:
                await self._sender.send_text(to, message)
            except WeChatFailed as error:
                if error.errcode not in CLOSED:
                    raise
                log.info("question %s: no message taken (%d)", answer.question_id, error.errcode)
                return


_SAID = frozenset(("text", "voice", "image", "video", "shortvideo", "location", "link"))
"""Kinds of messages that a person sends; others are only acknowledged."""


def _as_text(message: Message, said: str) -> Message:
    return replace(message, kind="text", text=said)
