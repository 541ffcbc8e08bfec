"""How the last sync of a source ended, as it is kept: whoever ran it, and wherever one looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_KEPT = 100
"""Items that gave no article, of those that are kept with their reasons."""

Params = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """One item that gave no article: which, and why as a text of the catalogue."""

    key: str
    code: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a sync did, in articles. `failed` counts the items to look at, `missed` are the first of
    them. `error` is why the source could not be read at all; None where it could."""

    at: float
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: int = 0
    failed: int = 0
    missed: tuple[Missed, ...] = ()
    error: Missed | None = None
