"""Says things in rooms: each once, in its turn, however often the server says "slower"."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from dengmi.channels.matrix.contents import Content, Drawn, Place, edit, message
from dengmi.channels.matrix.errors import MatrixFailed
from dengmi.channels.matrix.pace import Pace
from dengmi.core.clock import Clock

log = logging.getLogger(__name__)

TYPING = 30.0
"""Seconds for which "is typing" is shown; it is said again before."""

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


class Sender(Protocol):
    """Sends for one account."""

    async def send(self, room: str, content: Content, transaction: str) -> str: ...
    async def typing(self, room: str, on: bool, seconds: float) -> None: ...


class Speaking:
    """What an account says.

    Args:
        kind: "m.notice" or "m.text".
    """

    def __init__(self, sender: Sender, pace: Pace, clock: Clock, kind: str) -> None:
        self._sender = sender
        self._pace = pace
        self._clock = clock
        self._kind = kind
        self._typing: Counter[str] = Counter()
        self._shown: dict[str, asyncio.Task[None]] = {}

    def wait(self) -> float:
        """Seconds until something could be said."""
        return self._pace.wait(self._clock.steady())

    async def reply(
        self, drawn: Drawn, place: Place, transaction: str, *, call: bool = False
    ) -> str:
        """Say something that must be said; the message's id.

        Raises:
            MatrixFailed: it can never be said.
        """
        content = message(drawn, place, self._kind, call=call)
        return await self._must(place.room, content, transaction)

    async def replace(self, drawn: Drawn, room: str, sent: str, transaction: str) -> None:
        """Say something in place of what was said before. Raises MatrixFailed as `reply`."""
        await self._must(room, edit(drawn, sent, self._kind), transaction)

    async def may_reply(self, drawn: Drawn, place: Place, transaction: str) -> str:
        """Say something that nobody would miss, if there is room for it; "" where not."""
        return await self._may(place.room, message(drawn, place, self._kind), transaction)

    async def may_replace(self, drawn: Drawn, room: str, sent: str, transaction: str) -> str:
        """As `may_reply`, in place of what was said before."""
        return await self._may(room, edit(drawn, sent, self._kind), transaction)

    @asynccontextmanager
    async def typing(self, room: str) -> AsyncIterator[None]:
        """While it is entered, the room sees that something is being written."""
        self._typing[room] += 1
        if self._typing[room] == 1:
            self._shown[room] = asyncio.create_task(self._show(room))
        try:
            yield
        finally:
            self._typing[room] -= 1
            if not self._typing[room]:
                del self._typing[room]
                self._shown.pop(room).cancel()
                await self._show_once(room, False)

    async def _show(self, room: str) -> None:
        while True:
            await self._show_once(room, True)
            await asyncio.sleep(TYPING - 5)

    async def _show_once(self, room: str, on: bool) -> None:
        try:
            await self._sender.typing(room, on, TYPING)
        except MatrixFailed as error:
            log.debug("typing was refused: %s", error)

    async def _must(self, room: str, content: Content, transaction: str) -> str:
        pause = _FIRST_PAUSE
        while True:
            await asyncio.sleep(self._pace.turn(self._clock.steady()))
            try:
                return await self._sender.send(room, content, transaction)
            except MatrixFailed as error:
                if error.final:
                    raise
                if error.limited:
                    self._refused(error)
                    continue
                log.warning("a message could not be sent, trying again: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _may(self, room: str, content: Content, transaction: str) -> str:
        if not self._pace.spare(self._clock.steady()):
            return ""
        try:
            return await self._sender.send(room, content, transaction)
        except MatrixFailed as error:
            if error.limited:
                self._refused(error)
            return ""

    def _refused(self, error: MatrixFailed) -> None:
        self._pace.refused(self._clock.steady(), error.retry_after or _FIRST_PAUSE)
