"""What a channel that writes by itself keeps: how far it has read, and which replies are made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dengmi.core.records import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The reply to one question of a channel.

    Attributes:
        place: where the reply belongs, in the channel's own words: a room, a thread.
        sent: the channel's name of the message that was sent; "" where none is known.
        done: whether the reply is complete.
    """

    question_id: str
    channel: str
    place: str
    sent: str = ""
    done: bool = False


class KeptReplies(Protocol):
    """Keeps both across restarts."""

    async def cursor(self, name: str) -> str:
        """How far something was read, in the words of who sends it; "" at the very start."""
        ...

    async def put_cursor(self, name: str, value: str) -> None:
        """Note how far something was read."""
        ...

    async def begin_reply(self, reply: Reply) -> Reply:
        """Note that a reply is to be made; as it is kept, where that was noted before."""
        ...

    async def sent_reply(self, question_id: str, sent: str) -> None:
        """Note the message that a reply is."""
        ...

    async def end_reply(self, question_id: str) -> None:
        """The reply is complete, or nobody can get it any more."""
        ...

    async def reply_to(self, question_id: str) -> Reply | None:
        """What is known of the reply to a question."""
        ...

    async def open_replies(self, channel: str) -> Sequence[tuple[Question, Reply]]:
        """The replies of a channel that are not complete, oldest question first."""
        ...

    async def replied_with(self, channel: str, sent: str) -> str:
        """The question whose reply is a message of the channel; "" for none."""
        ...

    async def forget_in(self, channel: str, asker: str, room: str) -> int:
        """Delete what somebody asked in a room, whichever thread, with all that hangs on it; how
        many questions went. A place is a room, or a room, a space and a thread."""
        ...

    async def replied_in(self, channel: str, place: str) -> bool:
        """Whether a reply was made, or is to be made, at a place."""
        ...
