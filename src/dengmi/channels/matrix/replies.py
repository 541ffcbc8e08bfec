"""Replies to questions: something to read at once, edits while a model writes, the answer.

A reply is noted before it begins and ended after it was sent, so that a restart finishes it. The
server sends what has the same transaction once; the transactions are made of the question's id.
"""

import asyncio
import logging
from contextlib import aclosing

from dengmi.channels.matrix.contents import Drawn, Place
from dengmi.channels.matrix.draft import Draft
from dengmi.channels.matrix.errors import MatrixFailed
from dengmi.channels.matrix.rendering import Style, answered, said
from dengmi.channels.matrix.speaking import Speaking
from dengmi.channels.parts import shortened
from dengmi.core.ids import new_id
from dengmi.core.ports import Answering
from dengmi.core.records import Answer, Question
from dengmi.core.replies import KeptReplies, Reply
from dengmi.language.texts import text

log = logging.getLogger(__name__)

HOLD = 0.4
"""Seconds that the answer may take without anything being said before it."""

AWAY = 5.0
"""A later answer that would wait longer for its turn is tried again later."""


def place_of(question: Question, reply: Reply) -> Place:
    """Where a reply belongs, from what is kept of it."""
    room, _, thread = reply.place.partition(" ")
    sender = question.asker.removeprefix(f"{question.channel}:")
    return Place(room=room, asked=question.dedup, thread=thread, sender=sender)


class Replies:
    """Makes the replies of one account.

    Args:
        every: seconds between two edits of one reply.
    """

    def __init__(
        self,
        answering: Answering,
        store: KeptReplies,
        speaking: Speaking,
        style: Style,
        *,
        every: float,
    ) -> None:
        self._answering = answering
        self._store = store
        self._speaking = speaking
        self._style = style
        self._every = every
        self._going: set[str] = set()

    def going(self, question_id: str) -> bool:
        """Whether a reply is being made by this process."""
        return question_id in self._going

    async def make(self, question: Question, reply: Reply, *, again: bool = False) -> None:
        """Answer a question in its room. Ends the reply.

        Args:
            again: whether an earlier process may have said something already.
        """
        if question.id in self._going:
            return
        self._going.add(question.id)
        place = place_of(question, reply)
        try:
            async with self._speaking.typing(place.room):
                draft, sent = await self._answered(question, reply.sent, place)
                drawn = draft.whole()
                if await self._store.reply_to(question.id) is None:  # its asker was forgotten
                    if not sent:
                        return
                    drawn = said(text("matrix_question_gone", question.lang))
                await self._end(question, place, drawn, sent, again=again)
        except MatrixFailed as error:  # nobody can be told any more
            log.warning("question %s: no reply taken (%s)", question.id, error)
        finally:
            self._going.discard(question.id)
        await self._store.end_reply(question.id)

    async def late(self, question: Question, answer: Answer, key: str) -> None:
        """Send the better answer of a question that waited for it, as a message of its own: an
        edit would call nobody. Raises MatrixFailed where it may be tried again."""
        reply = await self._store.reply_to(question.id)
        if reply is None:
            return  # the person was forgotten meanwhile
        if (wait := self._speaking.wait()) > AWAY:
            raise MatrixFailed("M_LIMIT_EXCEEDED", "no room", status=429, retry_after=wait)
        lead = text("matrix_late", answer.lang, question=shortened(question.text, 200))
        drawn = answered(answer, self._style, lead=lead)
        try:
            await self._speaking.reply(drawn, place_of(question, reply), key, call=True)
        except MatrixFailed as error:
            log.warning("question %s: no later answer taken (%s)", question.id, error)

    async def _answered(self, question: Question, sent: str, place: Place) -> tuple[Draft, str]:
        """Have a question answered, and show meanwhile what there is."""
        draft = Draft(self._style, question.lang)
        following = asyncio.create_task(self._follow(question, draft))
        shown: Drawn | None = None
        try:
            step = HOLD
            while not (await asyncio.wait([following], timeout=step))[0]:
                drawn = draft.now()
                if drawn is None or drawn == shown:
                    continue
                if not sent:
                    sent = await self._speaking.may_reply(drawn, place, f"{question.id}.0")
                    if not sent:
                        continue
                    await self._store.sent_reply(question.id, sent)
                    shown = drawn
                elif await self._speaking.may_replace(drawn, place.room, sent, new_id("m")):
                    shown = drawn
                step = self._every
            following.result()
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        return draft, sent

    async def _follow(self, question: Question, draft: Draft) -> None:
        async with aclosing(self._answering.run(question)) as events:
            async for event in events:
                draft.hear(event)

    async def _end(
        self, question: Question, place: Place, drawn: Drawn, sent: str, *, again: bool
    ) -> None:
        fresh = not sent
        if fresh:
            sent = await self._speaking.reply(drawn, place, f"{question.id}.0")
            await self._store.sent_reply(question.id, sent)
        # What an earlier process said under that transaction stands there instead.
        if not fresh or again:
            await self._speaking.replace(drawn, place.room, sent, f"{question.id}.end")


def begun(question: Question, place: Place) -> Reply:
    """A reply that is to be made."""
    return Reply(
        question_id=question.id,
        channel=question.channel,
        place=f"{place.room} {place.thread}".rstrip(),
    )
