"""How much a question matters while there is not room for all: its place, lower is first. Pure.

A place is made of a class (DAGOR's business priority: whom the operator ranks first, and whether
anybody waits for it); within the class, of how much the asker was served of late; and at last of
who asks: a hash that changes every hour (DAGOR's user priority), so that within an hour the same
people are let in, and every hour others.
"""

from hashlib import blake2b
from typing import Final, Literal

from dengmi.core.gate import Class
from dengmi.gate.shares import BANDS

Rank = Literal["paid", "member", "visitor"]

CLASSES: Final[tuple[Class, ...]] = ("urgent", "paid", "member", "visitor", "background")
"""The order of turns."""

ASKERS = 128
"""Places of askers within a band."""

WIDTH = BANDS * ASKERS
"""Places of a class."""

PLACES = WIDTH * (len(CLASSES) - 1)
"""Places in all; what is urgent has none."""

MUCH = 9
"""The band of those who had seven answers of late: few readers have, in some minutes."""

HOUR = 3600.0


def place_of(kind: Class, asker: str, now: float, *, band: int) -> int:
    """The place of a question, from 0.

    Args:
        kind: its class, any but "urgent".
        asker: who asks.
        now: Unix seconds.
        band: how much the asker was served of late (see `shares`).
    """
    return (CLASSES.index(kind) - 1) * WIDTH + band * ASKERS + turn_of(asker, now)


def had_nothing(place: int) -> bool:
    """Whether a place is that of somebody who was not served of late."""
    return place % WIDTH < ASKERS


def had_much(place: int) -> bool:
    """Whether a place is that of somebody who was served several times as much as others."""
    return place % WIDTH >= MUCH * ASKERS


def turn_of(asker: str, now: float) -> int:
    """The asker's place among askers in this hour, from 0."""
    hour = int(now // HOUR)
    digest = blake2b(f"{hour}\n{asker}".encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest) % ASKERS


def last_class(cut: int) -> Class:
    """The last class with places below a bar."""
    return CLASSES[(cut - 1) // WIDTH + 1] if cut > 0 else "urgent"
