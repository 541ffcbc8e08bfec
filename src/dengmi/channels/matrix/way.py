"""How an account is served, and what it needs of its homeserver."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dengmi.channels.matrix.heard import Event, Sealed, Synced
from dengmi.channels.matrix.messages import Rooms
from dengmi.channels.matrix.speaking import Sender
from dengmi.core.ports import Conversations, Forgetting, Inbox
from dengmi.core.records import Wanted
from dengmi.core.replies import KeptReplies

Start = Callable[[Coroutine[Any, Any, object], str], object]
"""Runs something in the background, under a name."""


class Kept(KeptReplies, Forgetting, Inbox, Conversations, Protocol):
    """What an account needs of the store."""


class Client(Sender, Protocol):
    """What an account needs of its homeserver."""

    @property
    def user(self) -> str: ...
    async def open(self) -> None: ...
    async def name(self) -> str: ...
    async def sync(self, since: str) -> Synced: ...
    async def invited(self) -> Mapping[str, str]: ...
    async def earlier(
        self, room: str, start: str, end: str
    ) -> tuple[Sequence[Event | Sealed], str]: ...
    def unsealed(self, sealed: Sealed) -> Event | None: ...
    async def ask_for_key(self, sealed: Sealed) -> None: ...
    async def join(self, room: str) -> None: ...
    async def leave(self, room: str) -> None: ...
    async def members(self, room: str) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an account is served.

    Attributes:
        name: its name in the settings; its channel is "matrix:" and that.
        desk: the desk that answers.
        allow: who may ask and invite.
        rooms: what is answered in rooms; `command` is the word for it.
        forget: the word with which somebody has what they asked deleted; "" for none.
        threads: whether answers in rooms stand in threads.
        welcome: text in new direct chats; "" for the built-in one.
        backlog: seconds before it came that are still answered.
    """

    name: str
    desk: str
    level: Wanted = "auto"
    language: str = "en"
    allow: tuple[str, ...] = ()
    rooms: Rooms = "mention"
    command: str = "!ask"
    forget: str = "!forget"
    threads: bool = True
    welcome: str = ""
    backlog: float = 300.0
