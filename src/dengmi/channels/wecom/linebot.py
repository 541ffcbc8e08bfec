"""An AI bot over the long connection: no address that the platform could call, no sealing; what is
written is pushed.

A message is answered by frames with its own req_id that hold the whole text so far; they count as
messages, so there are few of them, and the last one always has room. What takes longer than the
platform keeps the message open is said as a message of its own.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

from dengmi.channels.budget import SendBudget
from dengmi.channels.errors import Malformed
from dengmi.channels.parts import shortened
from dengmi.channels.running import Running
from dengmi.channels.wechat.body import Fields
from dengmi.channels.wecom.client import WeComFailed
from dengmi.channels.wecom.markdown import Paper, answered, closing, writing
from dengmi.channels.wecom.messages import BotMessage, read_bot
from dengmi.channels.wecom.talk import Parts, Talk, Way
from dengmi.core.records import Answer, Question
from dengmi.language.detect import language_of
from dengmi.language.texts import text

log = logging.getLogger(__name__)

SPARE = 6
"""Messages of a minute that are kept for answers; what is left is for showing how they grow."""

RETRY = 1.0
"""Seconds before a frame is sent again where the line was broken."""

DAY = 86_400.0
"""Seconds for which the platform takes replies to a message (2026-11)."""

PATIENCE = 600.0
"""Seconds after which a written answer is not said any more; the page has it."""

PAUSES = (2.0, 10.0, 30.0, 60.0)
"""Seconds before an answer is said again where the line was broken."""


class Saying(Protocol):
    """An open line."""

    async def say(self, cmd: str, body: Fields, req_id: str = "") -> None: ...


class LineBot:
    """Serves one bot. `channel` is its name in questions.

    Args:
        paper: what a message holds.
        sends: how many messages may go to one chat.
    """

    def __init__(self, way: Way, parts: Parts, paper: Paper, sends: SendBudget) -> None:
        self.talk = Talk(way, parts)
        self.channel = self.talk.channel
        self._way = way
        self._parts = parts
        self._paper = paper
        self._sends = sends
        self._line: Saying | None = None
        self._opened = False

    def over(self, line: Saying) -> None:
        """Speak over this line."""
        self._line = line

    async def hear(self, cmd: str, req_id: str, body: Fields) -> None:
        """Take what the platform says; answering goes on in the background."""
        try:
            message = read_bot(body, self._way.called)
        except Malformed as error:
            log.info("%s: refused (%s)", self.channel, error.reason)
            return
        if cmd == "aibot_event_callback" or message.kind == "event":
            self._parts.start(self._event(message, req_id), f"event of {self.channel}")
        elif cmd == "aibot_msg_callback":
            self._parts.keep(self._answer(message, req_id), f"message of {self.channel}")

    async def ready(self) -> None:
        """The line is open: say what an earlier stop cut off."""
        if self._opened:
            return
        self._opened = True
        for note, owed in (await self._parts.store.notes(self.channel)).items():
            self._parts.keep(self._recovered(note, owed), f"message for {note}")

    async def push(self, question: Question, answer: Answer, key: str) -> None:  # noqa: ARG002
        """Say the better answer of a question that waited for it (core.ports.Push). Raises
        WeComFailed where it may be tried again."""
        owed = await self._parts.store.take_note(self._note(question.id))
        chat = owed or {"chat": self.talk.sender(question), "group": False}
        lead = text("wechat_late", answer.lang, question=shortened(question.text, 120))
        try:
            await self._say(chat, answered(answer, self._paper, lead=lead))
        except WeComFailed:
            if owed is not None:
                await self._parts.store.put_note(self._note(question.id), self.channel, owed)
            raise

    async def _event(self, message: BotMessage, req_id: str) -> None:
        if message.thumb is not None:
            await self.talk.thumb(message.sender, *message.thumb)
        elif message.event == "enter_chat":
            body = {"msgtype": "text", "text": {"content": self.talk.welcome()}}
            try:
                await self._spoken("aibot_respond_welcome_msg", body, req_id)
            except WeComFailed as error:
                log.info("%s: no welcome taken (%d)", self.channel, error.errcode)

    async def _answer(self, message: BotMessage, req_id: str) -> None:
        lang = language_of(message.text) or self._way.language
        running: Running | str = text("wechat_text_only", lang)
        if message.text:
            running = await self.talk.ask(
                message.sender, message.text, message.dedup, chat=message.chat
            )
        chat = message.chat or message.sender
        if isinstance(running, str):
            try:
                said = {"id": f"say-{message.number}"[:64], "finish": True, "content": running}
                await self._streamed(said, chat, req_id)
            except WeComFailed as error:
                log.info("%s: no message taken (%d)", self.channel, error.errcode)
            return
        if running.pushed:
            return  # delivered again: it is being answered
        running.pushed = True
        owed = {
            "chat": chat,
            "group": bool(message.chat),
            "req_id": req_id,
            "at": running.question.asked_at,
        }
        await self._parts.store.put_note(self._note(running.question.id), self.channel, owed)
        await self._followed(running, owed)

    async def _followed(self, running: Running, owed: Mapping[str, object]) -> None:
        """Show an answer as it grows, and say it in the end."""
        shown = await self._grown(running, owed)
        if not shown:
            await running.end(PATIENCE)
            if running.answer is not None:
                await self._surely(owed, running.answer)
        if not running.pending:  # a better answer needs to know where to go
            await self._parts.store.take_note(self._note(running.question.id))

    async def _recovered(self, note: str, owed: Mapping[str, object]) -> None:
        """Say the answer of a question that an earlier stop cut off."""
        question_id = note.removeprefix(f"{self.channel}:")
        answer = await self.talk.stored(question_id, float(str(owed["at"])) + DAY)
        if answer is None:
            await self._parts.store.take_note(note)
            return
        running = Running.over(answer)
        running.pushed, running.pending = True, await self.talk.waits(question_id)
        await self._followed(running, owed)

    async def _grown(self, running: Running, owed: Mapping[str, object]) -> bool:
        """Show how an answer grows; whether the whole of it was shown in the end."""
        lang = running.question.lang or self._way.language
        end, shown = float(str(owed["at"])) + self._way.close, ""
        await running.useful(self._way.hold)
        while (left := end - self._parts.clock.now()) > 0:
            try:
                if running.ended:
                    await self._room(str(owed["chat"]))
                    await self._frame(running, owed, self._whole(running, lang), finish=True)
                    return True
                shown = await self._shown(running, owed, lang, shown)
            except WeComFailed as error:
                log.info("question %s: message refused (%d)", running.question.id, error.errcode)
                if not error.again:
                    return False
                await asyncio.sleep(min(RETRY, left))
            await running.end(min(self._way.refresh, left))
        if shown:
            last = closing(shown, running, self._paper, lang)
            with suppress(WeComFailed):
                await self._frame(running, owed, last, finish=True)
        return False

    async def _shown(
        self, running: Running, owed: Mapping[str, object], lang: str, before: str
    ) -> str:
        """Show what is written so far, where it has grown and there is room for it; what is shown
        then. Raises WeComFailed."""
        now = writing(running, self._paper, lang)
        roomy = self._sends.left(str(owed["chat"]), self._parts.clock.steady()) > SPARE
        if now == before or not (roomy or not before):
            return before
        await self._frame(running, owed, now, finish=False, first=not before)
        return now

    def _whole(self, running: Running, lang: str) -> str:
        if running.answer is None:
            return text("wechat_failed", lang)
        return answered(running.answer, self._paper, running.notices)

    async def _frame(
        self,
        running: Running,
        owed: Mapping[str, object],
        content: str,
        *,
        finish: bool,
        first: bool = False,
    ) -> None:
        """Show an answer as it stands. Raises WeComFailed."""
        stream = running.question.id
        body: dict[str, object] = {"id": stream, "finish": finish, "content": content}
        if first:
            body["feedback"] = {"id": stream}
        await self._streamed(body, str(owed["chat"]), str(owed["req_id"]))

    async def _streamed(self, stream: Fields, chat: str, req_id: str) -> None:
        self._sends.take(chat, self._parts.clock.steady())
        await self._spoken("aibot_respond_msg", {"msgtype": "stream", "stream": stream}, req_id)

    async def _surely(self, owed: Mapping[str, object], answer: Answer) -> None:
        """Say an answer as a message of its own, again where the line is broken."""
        for pause in (*PAUSES, None):
            try:
                await self._say(owed, answered(answer, self._paper))
            except WeComFailed as error:
                if not error.again or pause is None:
                    reason = error.params["reason"]
                    log.warning("question %s: answer refused (%s)", answer.question_id, reason)
                    return
                await asyncio.sleep(pause)
            else:
                return

    async def _say(self, owed: Mapping[str, object], content: str) -> None:
        """Say something in a chat where people have spoken. Raises WeComFailed."""
        chat = str(owed["chat"])
        await self._room(chat)
        self._sends.take(chat, self._parts.clock.steady())
        body = {
            "chatid": chat,
            "chat_type": 2 if owed.get("group") else 1,
            "msgtype": "markdown",
            "markdown": {"content": content},
        }
        await self._spoken("aibot_send_msg", body)

    async def _room(self, chat: str) -> None:
        """Wait until one more message may go to a chat."""
        wait = self._sends.wait(chat, self._parts.clock.steady())
        while wait > 0:
            await asyncio.sleep(wait)
            wait = self._sends.wait(chat, self._parts.clock.steady())

    async def _spoken(self, cmd: str, body: Fields, req_id: str = "") -> None:
        if self._line is None:
            raise WeComFailed(0, "line")
        await self._line.say(cmd, body, req_id)

    def _note(self, question_id: str) -> str:
        return f"{self.channel}:{question_id}"
