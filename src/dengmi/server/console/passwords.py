"""Passwords: hashed with Argon2id, off the event loop, few at a time."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 256
"""Characters of a password."""

AT_ONCE = 2
"""Passwords worked on at a time: each takes 19 MB for as long as it lasts."""


@cache
def _hasher() -> PasswordHasher:
    # The smallest of the equal choices of OWASP's password storage cheat sheet (2025): a server of
    # 150 MB has no room for RFC 9106's 64 MB and more.
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        """What to keep of a password."""
        async with self._room:
            return await asyncio.to_thread(_hasher().hash, password)

    async def fits(self, password: str, kept: str) -> bool:
        """Whether it is the password. It takes as long where nothing is kept ("")."""
        if not self._nobodys:
            self._nobodys = await self.hash("nobody")
        async with self._room:
            fits = await asyncio.to_thread(_fits, kept or self._nobodys, password)
        return fits and bool(kept)


def _fits(kept: str, password: str) -> bool:
    try:
        return _hasher().verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
