"""How soon first replies came, by desk and quarter of an hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dengmi.core.counts import Times

QUARTER = 900.0
"""Seconds of a quarter of an hour: days begin at one of them in every time zone of today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstReplies:
    """So many first replies of a desk in a quarter of an hour (counted from 1970) that took as long
    as a bucket of `core.counts.EDGES` says."""

    desk: str
    quarter: int
    bucket: int
    count: int


class Firsts(Protocol):
    """Keeps first replies."""

    async def add_firsts(self, replies: Sequence[FirstReplies]) -> None:
        """Add to what was counted, by any process."""
        ...

    async def firsts(self, since: float, until: float) -> Mapping[str, Times]:
        """The first replies of a time (Unix seconds, both at quarters of an hour), by desk."""
        ...

    async def asked_by_desk(self, since: float, until: float) -> Mapping[str, int]:
        """The questions of a time, counted by desk."""
        ...

    async def forget_firsts(self, before: float) -> None:
        """Forget those of before a time."""
        ...
