"""The store's methods for conversations that are found again: a part of `SqlStore`."""

from collections.abc import Mapping, Sequence

from dengmi.core.history import Conversation, Said
from dengmi.store import history
from dengmi.store.connector import Connector


class SqlHistories:
    """`dengmi.core.history.History` behind a connector. Raises only DengmiErrors."""

    _db: Connector

    async def conversations(self, asker: str, before: float, limit: int) -> Sequence[Conversation]:
        """An asker's conversations last used before a time, newest first."""
        return await self._db.read(history.conversations, asker, before, limit)

    async def conversation(self, asker: str, conversation: str) -> Conversation | None:
        """One of an asker's conversations."""
        return await self._db.read(history.conversation, asker, conversation)

    async def conversation_of(self, asker: str, answer_id: str) -> str:
        """The id of the asker's conversation that an answer belongs to; "" for none."""
        return await self._db.read(history.conversation_of, asker, answer_id)

    async def said(self, asker: str, limit: int) -> Sequence[Said]:
        """What an asker asked, newest first."""
        return await self._db.read(history.said, asker, limit)

    async def rename_conversation(
        self, asker: str, conversation: str, title: str, at: float
    ) -> bool:
        """Call a conversation so, "" as before; False where there is none."""
        return await self._db.write(history.rename, asker, conversation, title, at)

    async def forget_conversation(self, asker: str, conversation: str) -> int:
        """Delete a conversation with its answers; how many questions went."""
        return await self._db.write(history.forget, asker, conversation)

    async def thumbs(self, asker: str, answer_ids: Sequence[str]) -> Mapping[str, bool]:
        """An asker's thumbs on these answers."""
        return await self._db.read(history.thumbs, asker, answer_ids)

    async def cited_lately(self, desk: str, since: float, limit: int) -> Mapping[int, int]:
        """How often articles, by `pk`, are cited in the newest answers of a desk."""
        return await self._db.read(history.cited_lately, desk, since, limit)

    async def keep_handover(self, key: str, asker: str, until: float, now: float) -> None:
        """Note a link that takes a history to another device."""
        await self._db.write(history.keep_handover, key, asker, until, now)

    async def take_handover(self, key: str, other: str, now: float) -> str:
        """Use such a link, once; the asker it leads to, "" where it is not valid."""
        return await self._db.write(history.take_handover, key, other, now)
