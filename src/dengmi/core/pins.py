"""Answers that operators pinned: each serves its question, whatever wrote it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dengmi.core.records import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A pinned answer.

    Attributes:
        key: the same for questions that may ask the same at one desk.
        asked: the question that it serves, as it stands alone.
        at, by: when (Unix seconds) and who.
    """

    answer_id: str
    key: str
    asked: str
    at: float = 0.0
    by: str = ""


class Pins(Protocol):
    """Keeps pins."""

    async def pin_keys(self) -> frozenset[str]:
        """The keys of all pins."""
        ...

    async def pinned(self, key: str) -> Sequence[tuple[Pin, Answer]]:
        """The pinned answers of a key, the newest first."""
        ...

    async def pin_answer(self, pin: Pin) -> bool:
        """Pin a stored answer, or what it serves again; False where there is none. If it may serve
        again by itself, it is pinned there too."""
        ...

    async def unpin_answer(self, answer_id: str) -> bool:
        """Take the pin off an answer, or off what it serves again; False where it had none. If it
        may serve again by itself, it does while the articles bear it out."""
        ...
