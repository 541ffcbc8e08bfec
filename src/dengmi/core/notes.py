"""Small values that are kept for a channel."""

from collections.abc import Mapping
from typing import Any, Protocol


class Notes(Protocol):
    """Keeps small values that outlive a stop: what a channel owes, how far it has read."""

    async def put_note(self, note_id: str, kind: str, value: Mapping[str, object]) -> None:
        """Keep a value under an id, in place of what is there."""
        ...

    async def take_note(self, note_id: str) -> Mapping[str, Any] | None:
        """Take a value away; None where there is none, or another one took it."""
        ...

    async def notes(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Every value of a kind, by its id."""
        ...


def note_of(asker: str) -> str:
    """The id under which a channel keeps what it needs to write to a person; it goes with them.
    What it owes a question stands under the channel's name, a colon and the question's id, and goes
    with the question."""
    return f"of {asker}"
