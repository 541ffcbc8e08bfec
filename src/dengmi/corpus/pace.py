"""Politeness: one request to a host at a time, with a pause between two."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urlsplit

from dengmi.corpus.fetch import Busy

T = TypeVar("T")
_LONGEST_WAIT = 60.0


class Pace:
    """Waits so long that no host is asked more often than every `delay` seconds."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self._locks: dict[str, asyncio.Lock] = {}
        self._free_at: dict[str, float] = {}

    async def run(self, address: str, request: Callable[[], Awaitable[T]]) -> T:
        """Make a request when the host's turn has come; once more if the host asks for patience.

        Raises:
            Busy: the host is busy still, or wants more than a minute.
        """
        host = urlsplit(address).netloc
        async with self._locks.setdefault(host, asyncio.Lock()):
            try:
                return await self._one(host, request)
            except Busy as busy:
                wait = busy.wait or max(2.0, self.delay * 4)
                if wait > _LONGEST_WAIT:
                    raise
                await asyncio.sleep(wait)
                return await self._one(host, request)

    async def _one(self, host: str, request: Callable[[], Awaitable[T]]) -> T:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._free_at.get(host, 0.0) - loop.time()))
        try:
            return await request()
        finally:
            self._free_at[host] = loop.time() + self.delay
