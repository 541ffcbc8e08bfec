"""One WeChat Official Account: takes deliveries, gives each its reply.

The platform waits five seconds for a reply and then delivers the same message again, three times in
all; a reply holds one message. An account that may send messages of its own (`push`) replies with
the quotes at once and sends the written answer later. Any other answers on whichever delivery the
answer is ready for, and on the last one with the quotes, a link that asks for the answer when it is
tapped, and the page where it appears.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol

from dengmi.channels.errors import Forged
from dengmi.channels.running import Running, Runs
from dengmi.channels.tencent import Envelope, check_signature, signature
from dengmi.channels.wechat.body import Form, read_body, text_of, write_body
from dengmi.channels.wechat.lateness import Lateness
from dengmi.channels.wechat.messages import Message, handing_over, read_message, text_reply
from dengmi.channels.wechat.rendering import Dialect, answered, link, preview, tap
from dengmi.core.clock import Clock
from dengmi.core.errors import BadInput
from dengmi.core.ids import stable_id
from dengmi.core.late import LateQueue
from dengmi.core.ports import Answering, Deliveries, Forgetting, Inbox
from dengmi.core.records import Question, Wanted
from dengmi.language.detect import language_of
from dengmi.language.texts import text

log = logging.getLogger(__name__)

ACK = b"success"
"""What the platform takes for "received, no reply"."""

TYPING = 15.5
"""Seconds after which typing is shown again: it lasts 15 (2026-11), and may not be said before."""

TYPINGS = 2
"""How often it is shown: WeChat takes it within 30 seconds of what the reader did."""

_BEIJING = timedelta(hours=8)
_MORE = 1.5
"""Seconds beyond `hold` after which the platform has hung up for sure."""


class Kept(Inbox, Forgetting, LateQueue, Deliveries, Protocol):
    """What an account needs of the store."""


class Typing(Protocol):
    """Shows that an answer is being written."""

    async def typing(self, to: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Later:
    """How an account sends messages of its own. `ready` is told what may be sent."""

    typing: Typing
    ready: Callable[[str], None]


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
        person: messages, in lower case, that ask for a person.
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
    person: frozenset[str] = frozenset()

    @property
    def channel(self) -> str:
        """The account's name in questions."""
        return f"wechat:{self.name}"


MOST_PACED = 5_000
"""Messages of late that are remembered, so that one delivered again counts once."""


class Account:
    """Serves one account. `channel` is its name in questions.

    Args:
        envelope: opens and seals; without a key only plain deliveries are read.
        resolve: gives the desk of a name, or of none.
        pace: seconds that an asker must wait before the next question; 0 for none.
        later: how it sends messages of its own; None where it has not the right.
        published: is called when the account has published articles.
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
        later: Later | None = None,
        published: Callable[[], Coroutine[Any, Any, object]] | None = None,
    ) -> None:
        self.channel = way.channel
        self._way = way
        self._envelope = envelope
        self._inbox = inbox
        self._resolve = resolve
        self._clock = clock
        self._start = start
        self._pace = pace
        self._paced: dict[str, float] = {}
        self._later = later
        self._published = published
        self._runs = Runs(answering, start)
        self._late = Lateness()

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
        came = self._came()
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
            # This signature says nothing of the body: with a key, only what it seals is believed.
            if self._envelope.key is not None:
                raise Forged("mode")
        message = read_message(fields)
        if message.text.lower() in self._way.person:
            fields = handing_over(message, self._clock.now())
        else:
            said = await self._reply(message, came)
            if not said:
                return ACK if said is not None else None
            fields = text_reply(message, said, self._clock.now())
        reply = write_body(fields, form)
        return reply if key is None else self._sealed(reply, key, nonce, form)

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

    async def _reply(self, message: Message, came: "_Came") -> str | None:
        """What to say; "" for nothing, None where the next delivery shall see."""
        if message.kind == "event":
            return await self._event(message, came)
        lang = language_of(message.text) or self._way.language
        if not message.text:
            return "" if message.kind not in _SAID else text("wechat_text_only", lang)
        if wait := self._waits(message):
            return text("too_many", lang, seconds=math.ceil(wait))
        try:
            running = await self._asked(message, came)
        except BadInput as error:
            return text(error.code, lang, **error.params)
        if self._later is not None:
            return await self._now_and_later(running, message, lang, self._later, came)
        return await self._in_time(running, lang, came)

    async def _event(self, message: Message, came: "_Came") -> str | None:
        if message.event == "subscribe":
            return self._way.welcome or text("wechat_welcome", self._way.language)
        if message.event in _LEFT:
            who = message.person if message.event != "unsubscribe" else message.sender
            await self._inbox.forget_asker(f"{self.channel}:{who}")
        elif message.published and self._published is not None:
            self._start(self._published(), f"articles of {self.channel}")
        elif message.event == "click" and message.key:
            # A menu entry of the operator's: its key is the question.
            return await self._reply(_as_text(message, message.key), came)
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

    async def _asked(self, message: Message, came: "_Came") -> Running:
        if (known := self._runs.delivered(message.dedup)) is not None:
            return known
        asker = self._asker(message)
        # The link that asks for an answer which was not ready carries its question.
        asked = message.menu if message.menu.startswith("q_") else ""
        if asked and (waited := await self._waited(asked)) is not None:
            return waited
        now = came.at
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
                asked_at=now,
                # What cannot be in the last reply is not begun now; it comes to wait.
                deadline=0.0 if self._later else now + self._way.whole - self._way.hold,
                owed_at=now + self._way.whole if self._later else 0.0,
            )
        )

    async def _waited(self, question_id: str) -> Running | None:
        """The question whose answer was not ready. Its id is known to who was given the link."""
        waited = self._runs.get(question_id)
        if waited is not None and not waited.pending:
            return waited
        answer = await self._inbox.answer(question_id)
        if answer is None:
            return None
        late = await self._inbox.late(question_id)
        return Running.over(answer, pending=late is not None and late.state == "waiting")

    async def _now_and_later(
        self, running: Running, message: Message, lang: str, later: Later, came: "_Came"
    ) -> str:
        """The quotes at once; the written answer as a message of its own."""
        await running.useful(self._left(came))
        asked = running.question.id
        if running.ended:
            # Where it is being sent, or was, the reply does not say it a second time.
            given = await self._inbox.give_delivery(asked)
            return await self._ended(running, lang) if given else ""
        shown = bool(running.quotes)
        await self._inbox.follow_delivery(asked, self._clock.now(), shown)
        if not running.pushed:
            running.pushed = True
            self._start(self._follow(running, message.sender, later), f"message for {asked}")
        if not (shown or running.nearest):
            return ""  # typing is shown, and the answer follows
        return preview(
            running.quotes,
            self._way.dialect,
            lang,
            lead=text("wechat_meanwhile" if shown else "nearest_meanwhile", lang),
            foot=self._page(running, lang),
            nearest=running.nearest,
        )

    async def _follow(self, running: Running, to: str, later: Later) -> None:
        """Show that it is being written, and say when it is."""
        for _ in range(TYPINGS):
            await later.typing.typing(to)
            if await running.end(TYPING):
                break
        await running.over_with()
        later.ready(running.question.id)

    async def _in_time(self, running: Running, lang: str, came: "_Came") -> str | None:
        """The answer, if this delivery or one to come sees it; the quotes on the last."""
        running.deliveries += 1
        last = running.deliveries >= self._way.deliveries or self._is_last(running.question, came)
        if not await running.end(self._left(came)):
            steady = self._clock.steady()
            self._late.told(steady - came.until, steady)
        if running.ended and not running.pending:
            return await self._ended(running, lang)
        if not (last or running.ended):
            # Not answered in time, so that the platform delivers it again.
            await asyncio.sleep(max(0.0, came.gone - self._clock.steady()))
            return None
        label = text("wechat_show", lang)
        foot = [tap(label, label, running.question.id), *self._page(running, lang)]
        without = "nearest_meanwhile" if running.nearest else "wechat_not_ready"
        return preview(
            running.quotes,
            self._way.dialect,
            lang,
            lead=text("wechat_meanwhile_tap" if running.quotes else without, lang),
            foot=foot,
            nearest=running.nearest,
        )

    def _came(self) -> "_Came":
        """A delivery has come. It waits shorter where this process is behind: the delivery lay
        before it was looked at, and its reply goes out late."""
        steady, hold = self._clock.steady(), self._way.hold
        until = steady + max(0.0, hold - 2 * self._late.at(steady))
        return _Came(self._clock.now(), until, steady + hold + _MORE)

    def _left(self, came: "_Came") -> float:
        """Seconds that a delivery may still wait. They count from when it came: writing a question
        down takes its time where many do."""
        return max(0.0, came.until - self._clock.steady())

    def _is_last(self, question: Question, came: "_Came") -> bool:
        """Whether a delivery comes as late as only the last one does: those before may have reached
        other processes, or this one before it was started again."""
        many = self._way.deliveries
        return came.at - question.asked_at >= self._way.whole * (many - 1.2) / many

    async def _ended(self, running: Running, lang: str) -> str:
        if running.answer is None:
            return text("wechat_failed", lang)
        return answered(running.answer, self._way.dialect)[0]

    def _page(self, running: Running, lang: str) -> list[str]:
        page = self._way.dialect.page(running.question.id)
        return [link(page, text("wechat_whole", lang))] if page else []


class _Came(NamedTuple):
    """When a delivery came (Unix seconds), until when it may wait, and when the platform has hung
    up for sure (both of the steady clock)."""

    at: float
    until: float
    gone: float


_LEFT = frozenset(("unsubscribe", "user_authorization_revoke", "user_authorization_cancellation"))
"""Events after which the platform asks that nothing of a person is kept."""

_SAID = frozenset(("text", "voice", "image", "video", "shortvideo", "location", "link"))
"""Kinds of messages that a person sends; others are only acknowledged."""


def _as_text(message: Message, said: str) -> Message:
    return replace(message, kind="text", text=said)
