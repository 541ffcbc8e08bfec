"""The rooms of an account: which are direct chats, and which it is invited to."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from dengmi.channels.matrix.contents import Place
from dengmi.channels.matrix.errors import MatrixFailed
from dengmi.channels.matrix.messages import allowed
from dengmi.channels.matrix.rendering import said
from dengmi.channels.matrix.speaking import Speaking
from dengmi.channels.matrix.way import Client, Start, Way
from dengmi.core.ids import stable_id
from dengmi.language.texts import text

log = logging.getLogger(__name__)


class KnownRooms:
    """What is known of them.

    Args:
        came: is called for a room that was entered, where what is said there is delivered.
    """

    def __init__(
        self,
        way: Way,
        client: Client,
        speaking: Speaking,
        start: Start,
        came: Callable[[str], Awaitable[None]],
    ) -> None:
        self._way = way
        self._client = client
        self._speaking = speaking
        self._start = start
        self._came = came
        self._home = client.user.partition(":")[2]
        self._direct: dict[str, bool] = {}
        self._entering: set[str] = set()
        self._entered: set[str] = set()

    def may_ask(self, user: str) -> bool:
        """Whether somebody may ask and invite."""
        return allowed(user, self._way.allow, self._home)

    def changed(self, room: str) -> None:
        """Somebody came or left."""
        self._direct.pop(room, None)

    async def welcome(self, room: str) -> None:
        """Greet whoever invited to a direct chat, once the room is known."""
        if room not in self._entered:
            return
        self._entered.discard(room)
        if await self.is_direct(room):
            words = self._way.welcome or text("matrix_welcome", self._way.language)
            place = Place(room=room, asked="")
            await self._speaking.may_reply(said(words), place, stable_id("t", room, "welcome"))

    async def is_direct(self, room: str) -> bool:
        """Whether nobody but one person is in a room with the account."""
        if room not in self._direct:
            try:
                self._direct[room] = await self._client.members(room) <= 2
            except MatrixFailed as error:
                if not error.final:
                    raise
                return False  # it is not in the room any more
        return self._direct[room]

    def invited(self, invited: Mapping[str, str], *, given: bool = False) -> None:
        """Accept invitations of those who may; decline any other. In the background: a room may
        be at a server that does not answer.

        Args:
            given: whether what is said in them is delivered.
        """
        for room, by in invited.items():
            if room not in self._entering and by:
                self._entering.add(room)
                self._start(self._enter(room, by, given=given), f"invitation to {room}")

    async def _enter(self, room: str, by: str, *, given: bool) -> None:
        may = self.may_ask(by)
        if may:
            self._entered.add(room)
        try:
            await self._answered(room, may=may)
            if may and given:
                await self._came(room)
        except MatrixFailed as error:  # the next start sees the invitation again
            log.warning("matrix %s: invitation to %s: %s", self._way.name, room, error)
            self._entered.discard(room)
        finally:
            self._entering.discard(room)

    async def _answered(self, room: str, *, may: bool) -> None:
        """Answer an invitation, trying a few times. Raises MatrixFailed."""
        for pause in (1.0, 5.0, 30.0, None):
            try:
                await (self._client.join(room) if may else self._client.leave(room))
            except MatrixFailed as error:
                if error.final or pause is None:
                    raise
                await asyncio.sleep(max(pause, error.retry_after))
            else:
                break
        self.changed(room)
