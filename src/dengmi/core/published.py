"""What a platform tells of the articles that an account has published."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One article. `markup` is its HTML; `gone` says that it was taken down."""

    title: str
    url: str = ""
    author: str = ""
    markup: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What was published at once: one article or several. Times are Unix seconds."""

    id: str
    created: int
    updated: int
    articles: tuple[Published, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A part of the list, newest first, and how many publications the whole one has."""

    total: int
    publications: tuple[Publication, ...]


class ListUsedUp(Exception):
    """The platform lists no more today."""


class Publisher(Protocol):
    """The account on a platform that publishes articles.

    Attributes:
        calls: how often a day its list may be asked for.
    """

    calls: int

    async def listing(self, offset: int) -> Listing:
        """The publications from a place in the list on, as many as one call gives.

        Raises:
            ListUsedUp: not today any more.
            DengmiError: the platform refused the call, or nothing came back.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
