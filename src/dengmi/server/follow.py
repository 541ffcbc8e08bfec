"""Keeps the search index at the store's newest change while the server runs."""

import asyncio
import logging

from dengmi.core.ports import Changes, Search

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks at the store."""


class Follower:
    """Looks at the store once a second and lets the index catch up when it has changed.

    Attributes:
        store_seq: the store's newest change when last looked at.
        index_seq: the change the index stands at; -1 before the first look.
    """

    def __init__(self, store: Changes, search: Search) -> None:
        self._store = store
        self._search = search
        self.store_seq = 0
        self.index_seq = -1

    async def follow(self) -> None:
        """Follow until cancelled. A failure is logged and tried again: searching goes on meanwhile
        with the index as it is."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("the index could not follow the store")
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Catch up now if the store has changed."""
        self.store_seq = await self._store.last_change()
        if self.index_seq != self.store_seq:
            self.index_seq = await self._search.catch_up()
