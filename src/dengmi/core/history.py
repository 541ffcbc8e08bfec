"""What an asker finds again: the records and the protocol of conversations kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation of an asker. Times are Unix seconds.

    `title` is what the asker called it, "" for nothing; `opening` the question that began it.
    """

    id: str
    desk: str
    title: str
    opening: str
    questions: int
    began: float
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A question of an asker with the text of its newest answer, "" for none."""

    desk: str
    conversation: str
    question: str
    answer: str
    at: float


class History(Protocol):
    """Keeps the conversations of askers, each for its own asker alone."""

    async def conversations(self, asker: str, before: float, limit: int) -> Sequence[Conversation]:
        """An asker's conversations last used before a time, newest first; none of nobody ("")."""
        ...

    async def conversation(self, asker: str, conversation: str) -> Conversation | None:
        """One of an asker's conversations; None for one that is somebody else's."""
        ...

    async def conversation_of(self, asker: str, answer_id: str) -> str:
        """The id of the asker's conversation that an answer belongs to; "" for none."""
        ...

    async def said(self, asker: str, limit: int) -> Sequence[Said]:
        """What an asker asked, newest first."""
        ...

    async def rename_conversation(
        self, asker: str, conversation: str, title: str, at: float
    ) -> bool:
        """Call a conversation so; "" calls it by its first question again. False where there is
        none."""
        ...

    async def forget_conversation(self, asker: str, conversation: str) -> int:
        """Delete a conversation with its answers; how many questions went. What was spent stays."""
        ...

    async def thumbs(self, asker: str, answer_ids: Sequence[str]) -> Mapping[str, bool]:
        """An asker's thumbs on these answers: True is up."""
        ...

    async def cited_lately(self, desk: str, since: float, limit: int) -> Mapping[int, int]:
        """How often articles, by `pk`, are cited in the newest answers of a desk since a time."""
        ...

    async def keep_handover(self, key: str, asker: str, until: float, now: float) -> None:
        """Note a link that takes a history to another device until a time."""
        ...

    async def take_handover(self, key: str, other: str, now: float) -> str:
        """Use such a link, once: the questions of `other` ("" for nobody) become those of the
        asker it leads to, in one transaction; that asker, "" where the link is not valid."""
        ...
