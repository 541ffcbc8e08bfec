"""Settings that operators change in the console, beside those of dengmi.toml."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One setting as an operator wants it.

    Attributes:
        table: the table of the settings, such as "desks".
        name: which of them, such as the desk; "" where the table is one.
        key: the setting, such as "voice".
        value: plain values, as JSON has them.
        at, by: when (Unix seconds) and who.
    """

    table: str
    name: str = ""
    key: str
    value: object = None
    at: float = 0.0
    by: str = ""

    @property
    def path(self) -> str:
        """The setting as dengmi.toml would name it."""
        return ".".join(part for part in (self.table, self.name, self.key) if part)


class Edits(Protocol):
    """Keeps edits."""

    async def edits(self) -> Sequence[Edit]:
        """Every edit, oldest first."""
        ...

    async def change_edits(self, put: Sequence[Edit], gone: Sequence[Edit]) -> None:
        """Keep edits, each in the place of the one of its setting, and forget others, all at
        once."""
        ...
