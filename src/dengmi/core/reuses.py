"""Answers that may serve again, and what keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from dengmi.core.records import Answer

ReuseState = Literal["live", "pinned", "void"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reusable:
    """An answer that may serve again. `key` is the same for questions that ask the same thing of
    the same desk in the same way; `basis` is what the answer stood on (see answer.reuse)."""

    answer_id: str
    key: str
    desk: str
    basis: Mapping[str, object]
    state: ReuseState = "live"
    reason: str = ""
    made_at: float = 0.0
    served: int = 0


class Reuses(Protocol):
    """Keeps which answers may serve again."""

    async def keep_reusable(self, reusable: Reusable) -> None:
        """Note an answer; one that is there already keeps its state."""
        ...

    async def reusables(self, key: str, limit: int) -> Sequence[tuple[Reusable, Answer]]:
        """The answers of a key that are not void, pinned ones first, then newest first."""
        ...

    async def set_reuse(self, answer_id: str, state: ReuseState, reason: str = "") -> bool:
        """Pin an answer, make it live again or void; False when it was never reusable."""
        ...
