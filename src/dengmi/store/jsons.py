"""Records to JSON columns and back."""

from typing import TypeVar

import msgspec

from dengmi.store.clean import clean_deep

T = TypeVar("T")


def to_json(value: object) -> str:
    """JSON of records or plain data, broken text repaired."""
    try:
        raw = msgspec.json.encode(value)
    except UnicodeEncodeError:
        raw = b"\\u0000"
    if b"\\u0000" in raw:
        raw = msgspec.json.encode(clean_deep(msgspec.to_builtins(value)))
    return raw.decode()


def from_json(text: str, kind: type[T]) -> T:
    """A value of this type from its JSON."""
    return msgspec.json.decode(text, type=kind)
