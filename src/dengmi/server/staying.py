"""Answers that are written on although their readers may have gone.

These have a history in which to find them, and phones break off whatever a page reads when another
app is opened. Who wants no more says so, to whichever process of the server is reached.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

import msgspec

from dengmi.core.records import Question
from dengmi.server.siblings import HERE, Siblings

_KIND = "stop"


class Leaving(Protocol):
    """An answer on its way to a reader (`server.stream.Told`)."""

    at_end: Callable[[], object] | None

    def leave(self) -> None: ...


class _Wish(msgspec.Struct, frozen=True):
    """That a question's asker wants no more."""

    question: str
    asker: str


class Staying:
    """Those of this process.

    Args:
        siblings: the other processes of the server.
    """

    def __init__(self, siblings: Siblings) -> None:
        self._siblings = siblings
        self._told: dict[str, tuple[Question, Leaving]] = {}
        siblings.grant(_KIND, self._serve)

    def keep(self, question: Question, told: Leaving) -> None:
        """Keep an answer until it is told to its end."""
        self._told[question.id] = (question, told)
        told.at_end = lambda: self._told.pop(question.id, None)

    async def stop(self, question_id: str, asker: str) -> None:
        """The asker wants no more of it; nothing happens where nobody writes it, or for others."""
        if not asker or self._stopped(question_id, asker):
            return
        wish = msgspec.json.encode(_Wish(question_id, asker))
        for where in await self._siblings.others():
            if ends := await self._siblings.ask(where, _KIND, wish):
                ends[1].close()
                return

    def _stopped(self, question_id: str, asker: str) -> bool:
        question, told = self._told.get(question_id, (None, None))
        if question is None or told is None or question.asker != asker:
            return False
        told.leave()
        return True

    async def _serve(
        self, line: bytes, _: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Stop what a sibling was told to stop."""
        wish = msgspec.json.decode(line, type=_Wish)
        if wish.asker and self._stopped(wish.question, wish.asker):
            writer.write(HERE)
