"""Settings that show their secrets to nobody."""

import msgspec
from msgspec import Meta, Struct


class Masked(Struct, frozen=True):
    """Shows its secrets as •••, so that they cannot slip into a log."""

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [
            (field.name, "•••" if value and meaning_of(field.type)[1] else value)
            for field in msgspec.structs.fields(self)
            for value in (getattr(self, field.name),)
        ]

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({inside})"


def meaning_of(wanted: object) -> tuple[str, bool]:
    """(meaning, whether secret) of an annotated type."""
    for note in getattr(wanted, "__metadata__", ()):
        if isinstance(note, Meta) and note.description:
            return note.description, bool((note.extra or {}).get("secret"))
    return "", False
