"""A person's own WeChat as a channel: what is said is polled, answers are sent.

The place in the platform's list is kept once everything before it is written down, so a kill loses
no message; what is handed over again is the same question. Answers are deliveries
(`channels.outbox`).
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from dengmi.channels.ilink.client import STALE, ILinkFailed
from dengmi.channels.ilink.messages import Said, Updates
from dengmi.channels.outbox import Uncertain, send_noted
from dengmi.channels.owed import lead
from dengmi.channels.parts import shortened
from dengmi.channels.running import Running, Runs
from dengmi.channels.wecom.plain import Sheet, answered, preview
from dengmi.core.clock import Clock
from dengmi.core.deliveries import Deliveries, Delivery
from dengmi.core.errors import BadInput, DengmiError
from dengmi.core.ids import stable_id
from dengmi.core.notes import note_of
from dengmi.core.ports import Answering, Notes
from dengmi.core.records import Answer, Question, Wanted
from dengmi.language.detect import language_of
from dengmi.language.texts import text

log = logging.getLogger(__name__)

FIRST, LONGEST = 1.0, 30.0
"""Seconds of the first pause after a failed poll, and of the longest; each is twice the last."""

STALE_PAUSE = 300.0
"""Seconds between two tries with a token that is not good any more."""

OWED = 30.0
"""Seconds after which an answer is sent whatever became of the quotes."""

MOST_PACED = 1_000
"""Messages of late that are remembered, so that one handed over again counts once."""


class Kept(Notes, Deliveries, Protocol):
    """What an account needs of the store."""


class Api(Protocol):
    """The platform's interface."""

    async def updates(self, cursor: str) -> Updates: ...
    async def send(self, to: str, words: str, context: str, name: str) -> None: ...
    async def typing(self, to: str, context: str, *, on: bool) -> None: ...
    async def tell(self, *, here: bool) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an account is served.

    Attributes:
        name: its name in the settings; its channel is "ilink:" and that.
        desk: the desk that answers; "" for the default one.
        language: of texts that answer nobody's words.
        allow: the people who may ask; empty for all.
        hold: seconds until the quotes are sent where an answer takes longer.
    """

    name: str
    desk: str = ""
    level: Wanted = "auto"
    language: str = "zh"
    allow: tuple[str, ...] = ()
    hold: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an account works with.

    Attributes:
        resolve: gives the desk of a name, or of none.
        start: runs something in the background, under a name.
        pace: seconds that an asker must wait before the next question; 0 for none.
        ready: is told which delivery may be sent.
    """

    answering: Answering
    store: Kept
    clock: Clock
    resolve: Callable[[str | None], Awaitable[str]]
    start: Callable[[Coroutine[Any, Any, object], str], object]
    ready: Callable[[str], None]
    pace: Callable[[str], float] = lambda _: 0.0


class Account:
    """Serves one account (core.deliveries.Sends). `channel` is its name in questions."""

    def __init__(self, way: Way, parts: Parts, api: Api, sheet: Sheet) -> None:
        self.channel = f"ilink:{way.name}"
        self._way = way
        self._parts = parts
        self._api = api
        self._sheet = sheet
        self._runs = Runs(parts.answering, parts.start)
        self._contexts: dict[str, str] = {}
        self._paced: dict[str, float] = {}

    async def run(self) -> None:
        """Take what people say, until cancelled."""
        await self._api.tell(here=True)
        try:
            await self._polled()
        finally:
            await self._api.tell(here=False)

    async def _polled(self) -> None:
        cursor, pause = await self._recalled(), FIRST
        while True:
            try:
                cursor = await self.take(cursor)
                pause = FIRST
            except ILinkFailed as error:
                log.warning("%s: %s", self.channel, error)
                await asyncio.sleep(STALE_PAUSE if error.errcode == STALE else pause)
                pause = min(LONGEST, pause * 2)
            except DengmiError as error:
                log.warning("%s: %s", self.channel, error)
                await asyncio.sleep(pause)
                pause = min(LONGEST, pause * 2)

    async def take(self, cursor: str) -> str:
        """One poll: write down what came, then how far the list was read; the new cursor.

        Raises:
            ILinkFailed: the platform refused the poll.
            DengmiError: it could not be written down; the same comes again.
        """
        updates = await self._api.updates(cursor)
        for said in updates.said:
            await self._take(said)
        if updates.cursor != cursor:
            await self._parts.store.put_note(
                self.channel, f"{self.channel}:cursor", {"cursor": updates.cursor}
            )
        return updates.cursor

    async def send(self, question: Question, answer: Answer, delivery: Delivery) -> None:
        """Send an answer that is owed. Raises DengmiError where it may be tried again."""
        deliveries = self._parts.store
        to = question.asker.removeprefix(f"{self.channel}:")
        most = delivery.parts or self._sheet.most_parts
        before = lead(question, answer, delivery)
        messages = answered(answer, replace(self._sheet, most_parts=most), lead=before)
        context = self._contexts.get(to) or await self._context(to)
        names = iter(range(delivery.begun, len(messages) + 1))

        async def one(message: str) -> None:
            try:
                await self._api.send(to, message, context, f"{delivery.id}_{next(names)}")
            except ILinkFailed as error:
                if error.uncertain:
                    reason = str(error.params["reason"])
                    raise Uncertain("delivery_uncertain", reason=reason) from None
                raise

        await send_noted(deliveries, delivery, messages, one, lambda: self._doubt(question))

    async def _recalled(self) -> str:
        """What was kept: the contexts of people, and the cursor, which is given back."""
        notes = await self._parts.store.notes(f"{self.channel}:context")
        for value in notes.values():
            self._contexts[str(value.get("sender", ""))] = str(value.get("context", ""))
        kept = await self._parts.store.notes(f"{self.channel}:cursor")
        return str(kept.get(self.channel, {}).get("cursor", ""))

    async def _take(self, said: Said) -> None:
        if self._way.allow and said.sender not in self._way.allow:
            log.info("%s: somebody who may not ask wrote", self.channel)
            return
        if self._contexts.get(said.sender) != said.context:
            self._contexts[said.sender] = said.context
            value = {"sender": said.sender, "context": said.context}
            kind = f"{self.channel}:context"
            await self._parts.store.put_note(note_of(self._asker(said.sender)), kind, value)
        lang = language_of(said.text) or self._way.language
        if not said.text:
            self._say(said, text("wechat_text_only", lang))
            return
        asker = self._asker(said.sender)
        if wait := self._waits(f"{said.sender}:{said.id}", asker):
            self._say(said, text("too_many", lang, seconds=math.ceil(wait)))
            return
        now = self._parts.clock.now()
        day = datetime.fromtimestamp(now, UTC).date()
        try:
            running = await self._runs.ask(
                Question(
                    id="",
                    desk=await self._parts.resolve(self._way.desk or None),
                    text=said.text,
                    wanted=self._way.level,
                    channel=self.channel,
                    asker=asker,
                    payer=asker,
                    conversation=stable_id("c", asker, day.isoformat()),
                    dedup=f"{said.sender}:{said.id}",
                    owed_at=now + OWED,
                )
            )
        except BadInput as error:
            self._say(said, text(error.code, lang, **error.params))
            return
        if not running.pushed:
            running.pushed = True
            self._parts.start(self._follow(running, said, lang), f"reply {running.question.id}")

    async def _context(self, sender: str) -> str:
        """What goes back with messages to a person who wrote to another process."""
        notes = await self._parts.store.notes(f"{self.channel}:context")
        return str(notes.get(note_of(self._asker(sender)), {}).get("context", ""))

    def _asker(self, sender: str) -> str:
        return f"{self.channel}:{sender}"

    def _waits(self, message: str, asker: str) -> float:
        """Seconds that the asker must wait; a message that is handed over again counts once."""
        if message not in self._paced:
            if len(self._paced) >= MOST_PACED:
                del self._paced[next(iter(self._paced))]
            self._paced[message] = self._parts.pace(asker)
        return self._paced[message]

    async def _follow(self, running: Running, said: Said, lang: str) -> None:
        """Show that an answer is being written, and quotes where it takes longer."""
        asked, shown = running.question.id, False
        if not await running.end(self._way.hold):
            await self._shown(said)
            if running.quotes and running.question.state == "asked":
                words = preview(running.quotes, asked, self._sheet, lang)
                shown = await self._sent(said, words, f"{asked}_quotes")
        await self._parts.store.follow_delivery(asked, self._parts.clock.now(), shown)
        await running.over_with()
        self._parts.ready(asked)

    async def _shown(self, said: Said) -> None:
        """Typing is only a courtesy."""
        try:
            await self._api.typing(said.sender, said.context, on=True)
        except ILinkFailed as error:
            log.debug("%s: typing was refused: %s", self.channel, error)

    def _say(self, said: Said, words: str) -> None:
        self._parts.start(self._sent(said, words, f"m_{said.id}"), f"word in {self.channel}")

    async def _sent(self, said: Said, words: str, name: str) -> bool:
        """Send a word that is no answer; whether it went out."""
        try:
            await self._api.send(said.sender, words, said.context, name)
        except ILinkFailed as error:
            log.warning("%s: %s", self.channel, error)
            return False
        return True

    def _doubt(self, question: Question) -> str:
        """What is said where nobody knows whether an answer arrived."""
        said = text("delivery_doubt", question.lang, question=shortened(question.text, 120))
        page = self._sheet.page(question.id)
        return f"{said}\n\n{page}" if page else said
