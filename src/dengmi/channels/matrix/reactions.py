"""Reactions to answers of an account: a thumb up or down counts, until it is taken back."""

import logging

from dengmi.channels.matrix.heard import Event
from dengmi.channels.matrix.messages import reacted, redacted
from dengmi.channels.matrix.way import Kept
from dengmi.core.clock import Clock
from dengmi.core.errors import NotFound

log = logging.getLogger(__name__)

MOST = 5_000
"""Reactions of late that are remembered: what is taken back names the reaction alone."""


class Reactions:
    """Those to one account.

    Args:
        channel: its name in questions.
    """

    def __init__(self, channel: str, store: Kept, clock: Clock) -> None:
        self._channel = channel
        self._store = store
        self._clock = clock
        self._known: dict[str, tuple[str, str]] = {}

    async def take(self, event: Event) -> None:
        """Take an event; what is no reaction to an answer is left alone."""
        if gone := self._known.pop(redacted(event), None):
            await self._thumb(*gone, None)
            return
        reaction = reacted(event)
        if reaction is None:
            return
        question_id = await self._store.replied_with(self._channel, reaction.to)
        if not question_id:
            return
        if len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        self._known[reaction.id] = question_id, reaction.sender
        await self._thumb(question_id, reaction.sender, reaction.up)

    async def _thumb(self, question_id: str, sender: str, up: bool | None) -> None:
        answer = await self._store.answer(question_id)
        if answer is None:
            return
        asker = f"{self._channel}:{sender}"
        try:
            await self._store.put_thumb(answer.id, asker, up, self._clock.now())
        except NotFound:
            log.debug("question %s: a thumb for no answer", question_id)
