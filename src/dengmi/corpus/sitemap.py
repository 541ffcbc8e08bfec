"""Reading sitemaps: XML, lists of sitemaps, plain text, packed or not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from dengmi.core.errors import DengmiError, Unreadable
from dengmi.corpus.fetch import Fetched, Fetcher, unpack
from dengmi.corpus.pace import Pace

ANY_TYPE = ("",)
_MOST_FILES = 50
_MOST_PAGES = 100_000
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Mapped:
    """A page that a sitemap names, with the date it says the page last changed ("" if none)."""

    address: str
    changed: str = ""


@dataclass(slots=True)
class Map:
    """What a site's sitemaps name. `complete` is false when one of them could not be read."""

    pages: list[Mapped]
    complete: bool = True


async def read_sitemaps(fetcher: Fetcher, pace: Pace, addresses: Sequence[str]) -> Map:
    """Every page that these sitemaps, and those they list, name. Never raises."""
    pages: dict[str, Mapped] = {}
    complete = True
    async for found in _files(fetcher, pace, addresses):
        if found is None or len(pages) > _MOST_PAGES:
            complete = False
            continue
        for page in found:
            pages.setdefault(page.address, page)
    return Map(list(pages.values()), complete)


async def _files(
    fetcher: Fetcher, pace: Pace, addresses: Sequence[str]
) -> AsyncIterator[list[Mapped] | None]:
    """The pages of each file, None for one that could not be read."""
    waiting = [(address, 0) for address in addresses]
    known = set(addresses)
    read = 0
    while waiting:
        address, depth = waiting.pop(0)
        if read >= _MOST_FILES:
            yield None
            return
        read += 1
        try:
            fetched = await pace.run(address, lambda at=address: fetcher.get(at, types=ANY_TYPE))  # type: ignore[misc]
            pages, more = await asyncio.to_thread(parse_sitemap, fetched, fetcher.limits.bytes)
        except DengmiError:
            yield None
            continue
        yield pages
        for other in more:
            if other not in known and depth < _DEEPEST:
                known.add(other)
                waiting.append((other, depth + 1))


def parse_sitemap(fetched: Fetched, most_bytes: int) -> tuple[list[Mapped], list[str]]:
    """(pages, further sitemaps) of one file. Blocking.

    Raises:
        Unreadable: not a sitemap, too large when unpacked, or XML with entities.
    """
    body = fetched.body
    if body[:2] == b"\x1f\x8b":
        body = unpack(body, most_bytes, fetched.address)
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _plain(body), []
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    try:
        tree = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Unreadable("sitemap_bad", address=fetched.address) from None
    pages, more = [], []
    for entry in tree:
        kind = _local(entry.tag)
        values = {_local(part.tag): (part.text or "").strip() for part in entry}
        address = urljoin(fetched.address, values.get("loc", ""))
        if values.get("loc") and address.startswith(("http://", "https://")):
            if kind == "sitemap":
                more.append(address)
            elif kind == "url":
                pages.append(Mapped(address, values.get("lastmod", "")[:40]))
    if _local(tree.tag) not in {"urlset", "sitemapindex"}:
        raise Unreadable("sitemap_bad", address=fetched.address)
    return pages, more


def _plain(body: bytes) -> list[Mapped]:
    lines = (line.strip() for line in body.decode("utf-8", "replace").splitlines())
    return [Mapped(line) for line in lines if line.startswith(("http://", "https://"))]


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2].lower()
