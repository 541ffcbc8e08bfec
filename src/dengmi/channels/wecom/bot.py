"""An AI bot that the platform calls (webhook mode).

The first reply opens a message that the platform then asks for again and again, until it is told
that it is finished or six minutes have passed; each time it gets the whole text as it stands. An
answer that takes longer, or that nobody came for, goes to the `response_url` of the question: once,
within an hour. Who asks is told by the id of the message, which is that of the question, so that a
restart in between loses nothing.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from dengmi.channels.overheard import Overheard
from dengmi.channels.parts import shortened
from dengmi.channels.running import Running
from dengmi.channels.wechat.body import Fields
from dengmi.channels.wecom.client import WeComFailed
from dengmi.channels.wecom.markdown import Paper, answered, closing, writing
from dengmi.channels.wecom.messages import BotMessage, read_bot
from dengmi.channels.wecom.sealed import Door
from dengmi.channels.wecom.talk import HOUR, Parts, Talk, Way
from dengmi.core.records import Answer, Question
from dengmi.language.detect import language_of
from dengmi.language.texts import text

log = logging.getLogger(__name__)

GRACE = 15.0
"""Seconds after which nobody comes any more for an answer that is ready."""


PAUSES = (2.0, 10.0, 60.0)
"""Seconds before an answer is sent again that the platform did not take."""


class Poster(Protocol):
    """Sends an answer to the address that came with its question."""

    async def post(self, address: str, content: str, feedback: str) -> None: ...


class Bot:
    """Serves one bot. `channel` is its name in questions.

    Args:
        door: opens what comes and seals what is said.
        paper: what a message holds.
        poster: sends what comes too late for the message.
    """

    def __init__(self, way: Way, parts: Parts, door: Door, paper: Paper, poster: Poster) -> None:
        self.talk = Talk(way, parts)
        self.channel = self.talk.channel
        self._way = way
        self._parts = parts
        self._door = door
        self._paper = paper
        self._poster = poster
        self._replies: dict[str, _Reply] = {}
        self._overheard = Overheard(parts.hear, parts.keep)

    def verify(self, query: Mapping[str, str]) -> str:
        """The answer to the platform's question whether this is the server. Raises Forged."""
        return self._door.verify(query, self._parts.clock.now())

    async def receive(self, query: Mapping[str, str], body: bytes) -> bytes:
        """The body of the response to a delivery; empty for none.

        Raises:
            Forged: it is not from the platform.
            Malformed: it cannot be read.
        """
        fields, key = self._door.open(query, body, self._parts.clock.now())
        message = read_bot(fields, self._way.called)
        reply = await self._reply(message)
        if not reply:
            return b""
        return self._door.seal(reply, key, query.get("nonce", ""), self._parts.clock.now())

    async def recover(self) -> None:
        """Go on with what an earlier stop cut off: who was promised an answer gets it."""
        for note, owed in (await self._parts.store.notes(self.channel)).items():
            self._parts.keep(self._recovered(note, float(owed["until"])), f"reply to {note}")

    async def push(self, question: Question, answer: Answer, key: str) -> None:  # noqa: ARG002
        """Send the better answer of a question that waited for it (core.late.Push). Where the
        platform takes none any more, the page has it."""
        lead = text("wechat_late", answer.lang, question=shortened(question.text, 120))
        await self._hand_over(answer, lead)

    async def _reply(self, message: BotMessage) -> Fields:
        if message.kind == "stream":
            return _stream(message.stream, *await self._standing(message))
        if message.kind == "event":
            return await self._event(message)
        lang = language_of(message.text) or self._way.language
        if not message.text:
            return _stream(_apart(message), text("wechat_text_only", lang), finish=True)
        running = await self.talk.ask(
            message.sender, message.text, message.dedup, chat=message.chat
        )
        if isinstance(running, str):
            return _stream(_apart(message), running, finish=True)
        owed = await self._owe(running, message)
        await running.useful(self._way.hold)
        shown, finish = self._shown(running)
        if owed and not running.ended:  # the platform may ask another process, or after a stop
            owed["shown"] = shown
            await self._parts.store.put_note(self._note(running.question.id), self.channel, owed)
        return _stream(running.question.id, shown, finish, feedback=running.question.id)

    async def _event(self, message: BotMessage) -> Fields:
        if message.event == "enter_chat":
            return {"msgtype": "text", "text": {"content": self.talk.welcome()}}
        if message.thumb is not None:
            await self.talk.thumb(message.sender, *message.thumb)
        return {}

    async def _owe(self, running: Running, message: BotMessage) -> dict[str, object]:
        """Note where the answer goes if nobody comes for it; once, however often the question is
        delivered. What is noted, empty for nothing."""
        question = running.question
        if running.pushed or not message.response_url:
            return {}
        running.pushed = True
        until = question.asked_at + HOUR
        owed: dict[str, object] = {
            "address": message.response_url,
            "until": until,
            "lang": question.lang,
        }
        await self._parts.store.put_note(self._note(question.id), self.channel, owed)
        self._watch(running, until)
        return owed

    def _watch(self, running: Running, until: float) -> None:
        question_id = running.question.id
        reply = self._replies[question_id] = _Reply()
        # Cut off by a stop, it is taken up at the next start.
        self._parts.keep(self._watched(running, reply, until), f"reply to question {question_id}")

    async def _watched(self, running: Running, reply: "_Reply", until: float) -> None:
        """See to it that the answer arrives: fetched by the platform, or sent."""
        question_id = running.question.id
        try:
            await running.end(until - self._parts.clock.now())
            if not await reply.came(0.0 if reply.closed else GRACE) and running.answer is not None:
                await self._sent(running.answer)
        finally:
            self._replies.pop(question_id, None)
        if not running.pending:  # a better answer may still go there
            await self._parts.store.take_note(self._note(question_id))

    async def _recovered(self, note: str, until: float) -> None:
        """As `_watched`, where another process, or one before, began."""
        question_id = note.removeprefix(f"{self.channel}:")
        reply = self._replies.setdefault(question_id, _Reply())
        try:
            answer = await self.talk.stored(question_id, until)
            if answer is not None and not await reply.came(GRACE):
                await self._sent(answer)
        finally:
            self._replies.pop(question_id, None)
        if not await self.talk.waits(question_id):
            await self._parts.store.take_note(note)

    async def _sent(self, answer: Answer) -> None:
        """Send an answer, again after a while where the platform is busy or out of reach: the
        address takes it once, whether or not a call came back."""
        for pause in (*PAUSES, None):
            try:
                await self._hand_over(answer)
            except WeComFailed as error:
                if not error.again or pause is None:
                    code = error.errcode
                    log.warning("question %s: answer refused (%d)", answer.question_id, code)
                    return
                await asyncio.sleep(pause)
            else:
                return

    async def _hand_over(self, answer: Answer, lead: str = "") -> None:
        """Send an answer to where it is owed; the address is good for one. Raises WeComFailed."""
        note = self._note(answer.question_id)
        owed = await self._parts.store.take_note(note)
        if owed is None or float(owed.get("until", 0.0)) <= self._parts.clock.now():
            log.info("question %s: no message taken any more", answer.question_id)
            return
        try:
            said = answered(answer, self._paper, lead=lead)
            await self._poster.post(str(owed["address"]), said, answer.question_id)
        except WeComFailed as error:
            if error.again:
                await self._parts.store.put_note(note, self.channel, owed)
            raise

    async def _standing(self, message: BotMessage) -> tuple[str, bool]:
        """(the whole text of an answer as it stands, whether it is finished) for the platform."""
        found = await self.talk.of(message.stream)
        if isinstance(found, Running):
            return self._shown(found)
        note = self._note(message.stream)
        if found is not None:
            if (reply := self._replies.get(message.stream)) is not None:
                reply.fetched.set()
            if not await self.talk.waits(message.stream):
                await self._parts.store.take_note(note)  # nobody else need send it
            heard = self._overheard.get(message.stream)
            return answered(found, self._paper, heard.notices if heard else ()), True
        owed = (await self._parts.store.notes(self.channel)).get(note)
        if owed is None:
            return text("wechat_failed", self._way.language), True
        return await self._along(message.stream, owed)

    async def _along(self, question_id: str, owed: Mapping[str, Any]) -> tuple[str, bool]:
        """As `_standing`, of what another process answers; where it takes too long, the answer
        goes to where it is owed."""
        lang = str(owed.get("lang") or self._way.language)
        heard = await self._overheard.of(question_id, lang, self._way.hold)
        if heard.quotes or heard.nearest or heard.heard:
            shown = writing(heard, self._paper, lang)
        else:
            shown = str(owed.get("shown") or text("wecom_looking", lang))
        if self._parts.clock.now() - (float(owed["until"]) - HOUR) >= self._way.close:
            return closing(shown, heard, self._paper, lang), True
        return shown, False

    def _shown(self, running: Running) -> tuple[str, bool]:
        lang = running.question.lang or self._way.language
        reply = self._replies.get(running.question.id, _Reply())
        if running.answer is not None:
            reply.fetched.set()
            return answered(running.answer, self._paper, running.notices), True
        if running.ended:
            return text("wechat_failed", lang), True
        shown = writing(running, self._paper, lang)
        if self._parts.clock.now() - running.question.asked_at >= self._way.close:
            reply.closed = True
            return closing(shown, running, self._paper, lang), True
        return shown, False

    def _note(self, question_id: str) -> str:
        return f"{self.channel}:{question_id}"


class _Reply:
    """The message that the platform asks for: whether it came for the answer, and whether it was
    told to come no more before there was one."""

    def __init__(self) -> None:
        self.fetched = asyncio.Event()
        self.closed = False

    async def came(self, seconds: float) -> bool:
        """Wait for it to come, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self.fetched.wait()
        except TimeoutError:
            return self.fetched.is_set()
        return True


def _stream(stream: str, content: str, finish: bool, feedback: str = "") -> Fields:
    body: dict[str, object] = {"id": stream, "finish": finish, "content": content}
    if feedback:
        body["feedback"] = {"id": feedback}
    return {"msgtype": "stream", "stream": body}


def _apart(message: BotMessage) -> str:
    """The id of a message that answers no question."""
    return f"say-{message.number}"[:64]
