"""Names of models: a desk, or a desk and a level, such as "guide:deep"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import get_args

from dengmi.channels.openai.failures import ModelUnknown
from dengmi.core.records import HALL, Desk, Level, Wanted

MOST_NAMED = 12
"""Names that an error lists at the most."""


@dataclass(frozen=True, slots=True)
class Model:
    """A desk as a model of this API."""

    id: str
    title: str
    created: int

    def json(self) -> dict[str, object]:
        """The model as it is listed."""
        return {
            "id": self.id,
            "object": "model",
            "created": self.created,
            "owned_by": "dengmi",
            "name": self.title,
        }


def offered(desks: Iterable[Desk], levels: Sequence[Level], hall: str = "") -> list[Model]:
    """Every desk, and below it each level it can be asked at; the hall, where it has a title."""
    found: list[Model] = []
    known = [*desks, *([Desk(name=HALL, title=hall)] if hall else [])]
    for desk in known:
        title, created = desk.title or desk.name, int(desk.created_at)
        found.append(Model(desk.name, title, created))
        found += [Model(f"{desk.name}:{level}", f"{title} · {level}", created) for level in levels]
    return found


def parted(name: str) -> tuple[str, Wanted]:
    """(desk, level wanted) of a name; the desk is "" where the name is.

    Raises:
        ValueError: the level is none.
    """
    desk, colon, level = name.partition(":")
    for known in get_args(Wanted):
        if level == known:
            return desk, known
    if colon:
        raise ValueError(name)
    return desk, "auto"


def unknown(name: str, models: Iterable[str]) -> ModelUnknown:
    """The error for a name that is none, with the names nearest to it, else the first ones."""
    names = list(models)
    shown = get_close_matches(name[:80], names, n=3, cutoff=0.5) or names[:MOST_NAMED]
    said = name[:80] or "–"
    if not shown:
        return ModelUnknown("chat_model_none", model=said)
    return ModelUnknown("chat_model_unknown", model=said, near=", ".join(shown))
