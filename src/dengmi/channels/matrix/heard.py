"""What a homeserver tells an account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Event = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event that could not be decrypted yet."""

    room: str
    id: str
    sender: str
    at: float
    raw: Any


@dataclass(frozen=True, slots=True)
class Heard:
    """What came in one room.

    Attributes:
        limited: whether more came than is told; the rest lies behind `earlier`.
        came: when the account came into the room, where it did just now.
    """

    room: str
    events: Sequence[Event | Sealed]
    limited: bool = False
    earlier: str = ""
    came: float | None = None


@dataclass(frozen=True, slots=True)
class Synced:
    """What is new. `token` says how far that is; `invited` holds who invites to which room."""

    token: str
    rooms: Sequence[Heard] = ()
    invited: Mapping[str, str] = field(default_factory=dict)
