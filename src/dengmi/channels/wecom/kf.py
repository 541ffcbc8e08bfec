"""WeChat Customer Service (微信客服): people outside of the company write to it from WeChat.

The callback is a doorbell; what was said is fetched from a cursor, which is kept behind the
questions that it has passed. Five messages may follow what a customer said: one with the quotes,
where the answer takes a while, and up to four with the answer.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from dengmi.channels.running import Running
from dengmi.channels.wechat.body import text_of
from dengmi.channels.wecom.client import WeComFailed
from dengmi.channels.wecom.kf_messages import CUSTOMER, KfMessage, read_page
from dengmi.channels.wecom.plain import Sheet, preview
from dengmi.channels.wecom.pushing import Pusher
from dengmi.channels.wecom.sealed import Door
from dengmi.channels.wecom.talk import Parts, Talk
from dengmi.core.ids import stable_id
from dengmi.language.detect import language_of
from dengmi.language.texts import text

log = logging.getLogger(__name__)

WINDOW = 48 * 3_600.0
"""Seconds after what a customer said in which messages may follow."""

FRESH = 600.0
"""Seconds for which a message is new where no cursor is known: what was said before Dengmi was
there is not answered."""

WELCOME = 20.0
"""Seconds in which a welcome may be said."""

QUOTING = 15.0
"""Seconds that the quotes have to go out before the answer may."""

PAUSES = (2.0, 10.0, 60.0)
"""Seconds before messages are fetched again where the platform was away: it rings once for each."""

QUEUED = 2
"""State of a session that waits for a person of the company."""

OURS = (0, 1)
"""States of a session in which a program may speak: new, or with the assistant."""


class Api(Protocol):
    """The calls."""

    async def call(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]: ...


class Service:
    """Serves the accounts of one customer service. `channel` is its name in questions.

    Args:
        door: opens the callbacks.
        sheet: what a message holds.
        pusher: sends what is said.
        ready: told that an answer which is owed may be sent.
    """

    def __init__(
        self,
        talk: Talk,
        parts: Parts,
        door: Door,
        *,
        sheet: Sheet,
        pusher: Pusher,
        ready: Callable[[str], None],
        api: Api,
    ) -> None:
        self.channel = talk.channel
        self._talk = talk
        self._parts = parts
        self._door = door
        self._sheet = sheet
        self._pusher = pusher
        self._ready = ready
        self._api = api
        self._pulling: dict[str, asyncio.Lock] = {}
        self._cursors = f"{self.channel}:cursor"

    def verify(self, query: Mapping[str, str]) -> str:
        """The answer to the platform's question whether this is the server. Raises Forged."""
        return self._door.verify(query, self._parts.clock.now())

    async def receive(self, query: Mapping[str, str], body: bytes) -> bytes:
        """Nothing is said in return; what was left is fetched in the background.

        Raises:
            Forged: it is not from the platform.
            Malformed: it cannot be read.
        """
        fields, _ = self._door.open(query, body, self._parts.clock.now())
        account = text_of(fields, "OpenKfId")
        if account and text_of(fields, "Event").lower() == "kf_msg_or_event":
            work = self._pull(account, text_of(fields, "Token"))
            self._parts.keep(work, f"messages of {self.channel}")
        return b""

    async def recover(self) -> None:
        """Fetch what was said while nobody listened. What is owed is sent by whoever runs."""
        for note in await self._parts.store.notes(self._cursors):
            account = note.removeprefix(f"{self._cursors}:")
            self._parts.keep(self._pull(account, ""), f"messages of {self.channel}")

    async def _pull(self, account: str, token: str) -> None:
        """Fetch what was left at an account, one call after the other."""
        async with self._pulling.setdefault(account, asyncio.Lock()):
            note = f"{self._cursors}:{account}"
            known = (await self._parts.store.notes(self._cursors)).get(note)
            cursor, pauses = str(known["cursor"]) if known else "", list(PAUSES)
            while True:
                asked = {"cursor": cursor, "token": token, "limit": 1000, "open_kfid": account}
                try:
                    said = await self._api.call("/cgi-bin/kf/sync_msg", asked)
                except WeComFailed as error:
                    log.warning("%s: messages refused (%d)", self.channel, error.errcode)
                    if error.again and pauses:
                        await asyncio.sleep(pauses.pop(0))
                        continue
                    return  # the next doorbell goes on from the same place
                pauses = list(PAUSES)
                page = read_page(said, account)
                # As it was said, so that a follow-up finds what it follows.
                for message in sorted(page.messages, key=lambda each: each.at):
                    await self._took(message, known=bool(known))
                if page.cursor and page.cursor != cursor:
                    # Behind the questions: a stop in between fetches them once more.
                    cursor = page.cursor
                    await self._parts.store.put_note(note, self._cursors, {"cursor": cursor})
                elif page.more:
                    return  # it would give the same for ever
                if not page.more:
                    return

    async def _took(self, message: KfMessage, *, known: bool) -> None:
        """Write down what was said; it is answered in the background."""
        age = self._parts.clock.now() - message.at
        if message.kind == "event":
            await self._event(message, age)
            return
        if message.origin != CUSTOMER or not message.customer:
            return
        if age > (WINDOW if known else FRESH):
            return
        if not await self._ours(message):
            return
        lang = language_of(message.text) or self._talk.way.language
        if message.text.lower() in self._talk.way.person:
            await self._handed_over(message, lang)
            return
        running: Running | str = text("wechat_text_only", lang)
        if message.text:
            dedup = f"{message.who}:{message.number}"
            running = await self._talk.ask(message.who, message.text, dedup, owed_in=QUOTING)
        if isinstance(running, str):
            await self._said(message, running)
        elif not running.pushed:
            running.pushed = True
            work = self._followed(running, message, lang)
            self._parts.start(work, f"messages for question {running.question.id}")

    async def _handed_over(self, message: KfMessage, lang: str) -> None:
        """Let a person of the company take over; from then on a program is silent."""
        await self._said(message, text("person_comes", lang))
        body = {
            "open_kfid": message.account,
            "external_userid": message.customer,
            "service_state": QUEUED,
        }
        try:
            await self._api.call("/cgi-bin/kf/service_state/trans", body)
        except WeComFailed as error:
            log.warning("%s: nobody takes over (%d)", self.channel, error.errcode)
            name = f"nobody_{message.number}"
            with suppress(WeComFailed):
                await self._pusher.say(message.who, text("person_nobody", lang), name)

    async def _followed(self, running: Running, message: KfMessage, lang: str) -> None:
        """Something to read where the answer takes a while; then say when it is there."""
        hold, asked = self._talk.way.hold, running.question.id
        await running.useful(hold)
        shown = not await running.end(hold) and bool(running.quotes)
        if shown:
            said = preview(running.quotes, asked, self._sheet, lang)
            shown = await self._said(message, said)
        await self._parts.store.follow_delivery(asked, self._parts.clock.now(), shown)
        await running.over_with()
        self._ready(asked)

    async def _said(self, message: KfMessage, said: str) -> bool:
        """Say something that is no answer, once; whether it was taken."""
        try:
            await self._pusher.say(message.who, said, f"say_{message.number}")
        except WeComFailed as error:
            log.info("%s: no message taken (%d)", self.channel, error.errcode)
            return False
        return True

    async def _event(self, message: KfMessage, age: float) -> None:
        if message.event == "msg_send_fail":
            log.warning("%s: a message did not arrive (%s)", self.channel, message.fault)
        elif message.event == "enter_session" and message.code and age < WELCOME:
            body = {
                "code": message.code,
                "msgid": stable_id("w", message.number),
                "msgtype": "text",
                "text": {"content": self._talk.welcome()},
            }
            try:
                await self._api.call("/cgi-bin/kf/send_msg_on_event", body)
            except WeComFailed as error:
                log.info("%s: no welcome taken (%d)", self.channel, error.errcode)

    async def _ours(self, message: KfMessage) -> bool:
        """Whether a program may speak, or a person of the company has taken over."""
        asked = {"open_kfid": message.account, "external_userid": message.customer}
        try:
            said = await self._api.call("/cgi-bin/kf/service_state/get", asked)
        except WeComFailed as error:
            log.info("%s: state refused (%d)", self.channel, error.errcode)
            return True
        return said.get("service_state", 0) in OURS
