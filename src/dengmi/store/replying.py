"""The store's part for channels that write by themselves (core.replies.KeptReplies)."""

from collections.abc import Sequence

from dengmi.core.records import Question
from dengmi.core.replies import Reply
from dengmi.store import replies
from dengmi.store.connector import Connector


class SqlReplies:
    """How far channels have read, and which replies are made."""

    _db: Connector

    async def cursor(self, name: str) -> str:
        """How far something was read; "" at the very start."""
        return await self._db.read(replies.cursor, name)

    async def put_cursor(self, name: str, value: str) -> None:
        """Note how far something was read."""
        await self._db.write(replies.put_cursor, name, value)

    async def begin_reply(self, reply: Reply) -> Reply:
        """Note that a reply is to be made; as it is kept."""
        return await self._db.write(replies.begin, reply)

    async def sent_reply(self, question_id: str, sent: str) -> None:
        """Note the message that a reply is."""
        await self._db.write(replies.sent, question_id, sent)

    async def end_reply(self, question_id: str) -> None:
        """The reply is complete."""
        await self._db.write(replies.end, question_id)

    async def reply_to(self, question_id: str) -> Reply | None:
        """What is known of the reply to a question."""
        return await self._db.read(replies.of, question_id)

    async def open_replies(self, channel: str) -> Sequence[tuple[Question, Reply]]:
        """The replies of a channel that are not complete, oldest question first."""
        return await self._db.read(replies.still_open, channel)

    async def replied_with(self, channel: str, sent: str) -> str:
        """The question whose reply is a message; "" for none."""
        return await self._db.read(replies.sent_as, channel, sent)

    async def forget_in(self, channel: str, asker: str, room: str) -> int:
        """Delete what somebody asked in a room; how many questions went."""
        return await self._db.write(replies.forget, channel, asker, room)

    async def replied_in(self, channel: str, place: str) -> bool:
        """Whether a reply was made, or is to be made, at a place."""
        return await self._db.read(replies.at, channel, place)
