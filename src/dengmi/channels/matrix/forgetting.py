"""Deletes what people asked: all of it where they say so, and where they leave a room what they
asked there. What stands in the rooms themselves is not ours to delete."""

import logging

from dengmi.channels.matrix.errors import MatrixFailed
from dengmi.channels.matrix.heard import Event
from dengmi.channels.matrix.messages import leaver
from dengmi.channels.matrix.way import Client, Kept

log = logging.getLogger(__name__)


class Forgetting:
    """Forgets the askers of one account.

    Args:
        channel: its name in questions.
    """

    def __init__(self, channel: str, store: Kept, client: Client) -> None:
        self._channel = channel
        self._store = store
        self._client = client

    async def asked(self, user: str) -> int:
        """Somebody wants it so; how many questions went."""
        return await self._store.forget_asker(f"{self._channel}:{user}")

    async def changed(self, room: str, event: Event) -> None:
        """Somebody came to a room or left it. A room in which nobody else is left is left too."""
        who = leaver(event)
        if not who or who == self._client.user:
            return
        gone = await self._store.forget_in(self._channel, f"{self._channel}:{who}", room)
        if gone:
            log.info("%s: somebody left a room, %d questions deleted", self._channel, gone)
        try:
            if await self._client.members(room) <= 1:
                await self._client.leave(room)
        except MatrixFailed as error:  # it is not in the room any more, or the server is away
            log.debug("%s: the room was not left: %s", self._channel, error)
