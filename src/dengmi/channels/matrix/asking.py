"""What is said becomes a question that is written down, with the reply that it is owed."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from dengmi.channels.matrix.contents import Place
from dengmi.channels.matrix.errors import MatrixFailed
from dengmi.channels.matrix.forgetting import Forgetting
from dengmi.channels.matrix.heard import Event
from dengmi.channels.matrix.messages import Me, Message, asked, read_message
from dengmi.channels.matrix.rendering import said
from dengmi.channels.matrix.replies import Replies, begun
from dengmi.channels.matrix.rooms import KnownRooms
from dengmi.channels.matrix.speaking import Speaking
from dengmi.channels.matrix.way import Start, Way
from dengmi.core.clock import Clock
from dengmi.core.errors import BadInput, NotFound
from dengmi.core.ids import new_id, stable_id
from dengmi.core.ports import Answering
from dengmi.core.records import Question
from dengmi.core.replies import KeptReplies
from dengmi.language.detect import language_of
from dengmi.language.texts import text

log = logging.getLogger(__name__)

RECOVERY = 0.5
"""Seconds between two looks for the answers to questions that an earlier process left."""


class Asking:
    """Takes what is said to an account.

    Args:
        me: the account as others see it.
        resolve: gives the desk of a name, or of none.
        pace: seconds that an asker must wait before the next question; 0 for none.
    """

    def __init__(
        self,
        way: Way,
        me: Me,
        *,
        rooms: KnownRooms,
        speaking: Speaking,
        replies: Replies,
        forgetting: Forgetting,
        answering: Answering,
        store: KeptReplies,
        resolve: Callable[[str | None], Awaitable[str]],
        clock: Clock,
        start: Start,
        pace: Callable[[str], float],
    ) -> None:
        self._channel = f"matrix:{way.name}"
        self._way = way
        self.me = me
        self._rooms = rooms
        self._speaking = speaking
        self._replies = replies
        self._forgetting = forgetting
        self._answering = answering
        self._store = store
        self._resolve = resolve
        self._clock = clock
        self._start = start
        self._pace = pace
        self._told: set[str] = set()
        self._recovering = False

    async def take(self, room: str, event: Event, oldest: float = 0.0) -> None:
        """Take an event; a question in it is written down and answered.

        Args:
            oldest: what was said before is left alone.

        Raises:
            DengmiError: it could not be written down; it has to be taken again.
        """
        if event.get("type") == "m.room.encrypted":
            await self._cannot_read(room, event)
            return
        message = read_message(room, event)
        if message is None or message.sender == self.me.user or message.at < oldest:
            return
        if not self._rooms.may_ask(message.sender):
            return
        direct = await self._rooms.is_direct(room)
        words = await self._asked(message, direct)
        if self._way.forget.lower() in {message.text.lower(), (words or "").lower()} - {""}:
            await self._forget(message)
            return
        if words is None:
            return
        if not message.text:
            if direct:
                self.say(message, text("matrix_text_only", self._way.language))
            return
        await self._question(message, words, direct)

    async def _forget(self, message: Message) -> None:
        gone = await self._forgetting.asked(message.sender)
        self.say(message, text("matrix_forgotten", self._way.language, questions=gone))

    async def _asked(self, message: Message, direct: bool) -> str | None:
        followed = False
        if message.thread and not direct:
            place = f"{message.room} {message.thread}"
            followed = await self._store.replied_in(self._channel, place)
        way = self._way
        return asked(
            message,
            self.me,
            rooms=way.rooms,
            command=way.command,
            direct=direct,
            followed=followed,
        )

    async def _question(self, message: Message, words: str, direct: bool) -> None:
        lang = language_of(words) or self._way.language
        asker = f"{self._channel}:{message.sender}"
        if wait := self._pace(asker):
            self.say(message, text("too_many", lang, seconds=math.ceil(wait)))
            return
        place = self._place(message, direct)
        day = datetime.fromtimestamp(self._clock.now(), UTC).date().isoformat()
        wanted = Question(
            id=new_id("q"),
            desk="",
            text=words,
            wanted=self._way.level,
            channel=self._channel,
            asker=asker,
            payer=asker,
            # Outside of threads, what was talked of on another day is no context.
            conversation=stable_id("c", self._channel, message.room, place.thread or day),
            dedup=message.id,
        )
        try:
            desk = await self._resolve(self._way.desk or None)
            kept = await self._answering.accept(replace(wanted, desk=desk))
        except (BadInput, NotFound) as error:
            self.say(message, text(error.code, lang, **error.params))
            return
        reply = await self._store.begin_reply(begun(kept, place))
        if kept.id == wanted.id:
            self._start(self._replies.make(kept, reply), f"reply to {kept.id}")
        elif not reply.done and not self._replies.going(kept.id):
            self.recover()

    def _place(self, message: Message, direct: bool) -> Place:
        thread = message.thread or (message.id if self._way.threads and not direct else "")
        return Place(room=message.room, asked=message.id, thread=thread, sender=message.sender)

    def recover(self) -> None:
        """Make the replies that an earlier process left, in the background."""
        if not self._recovering:
            self._recovering = True
            self._start(self._recovered(), f"replies of {self._channel}")

    async def _recovered(self) -> None:
        """The questions of those replies are answered by whoever takes them over (see
        Ladder.resume): no answer is paid for twice."""
        try:
            while True:
                waiting = False
                for question, reply in await self._store.open_replies(self._channel):
                    if self._replies.going(question.id):
                        continue
                    if question.state == "asked":
                        waiting = True
                        continue
                    making = self._replies.make(question, reply, again=True)
                    self._start(making, f"reply to {question.id}")
                if not waiting:
                    return
                await asyncio.sleep(RECOVERY)
        finally:
            self._recovering = False

    async def _cannot_read(self, room: str, event: Event) -> None:
        """Say once in a direct chat that it is encrypted."""
        sender = event.get("sender")
        if room in self._told or not isinstance(sender, str) or sender == self.me.user:
            return
        if self._rooms.may_ask(sender) and await self._rooms.is_direct(room):
            self._told.add(room)
            message = Message(room=room, id="", sender=sender, text="")
            self.say(message, text("matrix_encrypted", self._way.language))

    def say(self, message: Message, words: str) -> None:
        """Answer a message with a few words of our own."""
        place = self._place(message, direct=True)
        transaction = stable_id("t", message.room, message.id)
        self._start(self._said(words, place, transaction), "a word")

    async def _said(self, words: str, place: Place, transaction: str) -> None:
        try:
            await self._speaking.reply(said(words), place, transaction)
        except MatrixFailed as error:
            log.info("matrix %s: nothing could be said: %s", self._way.name, error)
