"""Stopping an answer that any process of this server writes.

The request to stop may reach another process than the one that writes. The others are told then
(`siblings.py`): whoever writes the answer leaves it and says so.
"""

import asyncio

import msgspec

from dengmi.server.siblings import HERE, Siblings
from dengmi.server.stream import Staying

_KIND = "stop"


class _Wish(msgspec.Struct, frozen=True):
    """Which answer is to be left, and who asked for it."""

    question: str
    asker: str


class Stopping:
    """The answers that askers may stop.

    Args:
        staying: those that this process writes.
        siblings: the other processes.
    """

    def __init__(self, staying: Staying, siblings: Siblings) -> None:
        self._staying = staying
        self._siblings = siblings
        siblings.grant(_KIND, self._serve)

    async def stop(self, question_id: str, asker: str) -> bool:
        """The asker wants no more of it; False where no process writes such an answer of
        theirs."""
        if not asker:
            return False
        if self._staying.stop(question_id, asker):
            return True
        wish = msgspec.json.encode(_Wish(question_id, asker))
        for where in await self._siblings.others():
            if (asked := await self._siblings.ask(where, _KIND, wish)) is not None:
                asked[1].close()
                return True
        return False

    async def _serve(
        self, line: bytes, _: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Stop what one sibling was asked to stop, where it is written here."""
        wish = msgspec.json.decode(line, type=_Wish)
        if self._staying.stop(wish.question, wish.asker):
            writer.write(HERE)
            await writer.drain()
