"""From what was fetched to an article, for every source that fetches pages."""

import asyncio
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dengmi.core.errors import Unreadable
from dengmi.core.records import Draft
from dengmi.corpus.encoding import decode
from dengmi.corpus.extract.extracted import Extracted
from dengmi.corpus.extract.textfile import read_text_file
from dengmi.corpus.fetch import Fetched
from dengmi.settings.options import FileSettings

_FEED_TYPES = ("application/rss", "application/atom", "application/rdf")
_FEED_START = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>|<!--.*?-->|<\?[^>]*\?>|<!DOCTYPE\s+rss[^>]*>|\s)*"
    rb"<(?:rss|feed|rdf:RDF)\b",
    re.IGNORECASE | re.DOTALL,
)
_OFFICE = {"wordprocessingml": ".docx", "presentationml": ".pptx", "spreadsheetml": ".xlsx"}


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page: an absolute address, and whether the page asks not to follow it."""

    address: str
    nofollow: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """What a page says to crawlers: its links, its canonical address, and what it forbids."""

    links: tuple[Link, ...] = ()
    canonical: str = ""
    noindex: bool = False
    nofollow: bool = False


def is_feed(fetched: Fetched) -> bool:
    """Whether this is RSS or Atom, by its type or its first tag."""
    if fetched.type.startswith(_FEED_TYPES):
        return True
    return "html" not in fetched.type and bool(_FEED_START.match(fetched.body[:4096]))


async def article_of(fetched: Fetched, key: str, files: FileSettings) -> Draft:
    """The article on a fetched page.

    Raises:
        Unreadable: there is none, or it is of a kind that cannot be read.
    """
    if is_feed(fetched):
        raise Unreadable("page_is_feed", address=fetched.address)
    read = await asyncio.to_thread(_extract, fetched, files)
    return Draft(
        key=key,
        title=read.title,
        body=read.body,
        form=read.form,
        url=_same_site(read.url, fetched.address),
        author=read.author,
        published=read.published,
        lang=read.lang,
        etag=fetched.etag,
        modified=fetched.modified,
    )


def _same_site(said: str, fetched: str) -> str:
    """The address a page gives itself, if it is an address; a relative or odd one says nothing."""
    return said if re.match(r"https?://[^\s/]+", said) else fetched


def _extract(fetched: Fetched, files: FileSettings) -> Extracted:
    ending = _ending(fetched)
    if ending:
        from dengmi.corpus.extract.child import extract_apart

        with tempfile.TemporaryDirectory(prefix="dengmi-") as folder:
            path = Path(folder, Path(fetched.address.partition("?")[0]).stem[:80] + ending)
            path.write_bytes(fetched.body)
            return extract_apart(path, files)
    if fetched.type in {"text/plain", "text/markdown"}:
        name = "page.md" if fetched.type == "text/markdown" else fetched.address
        return read_text_file(fetched.body, name, fetched.charset or None)
    from dengmi.corpus.extract.page import page

    return page(fetched.body, fetched.address, fetched.charset or None)


def _ending(fetched: Fetched) -> str:
    if fetched.type == "application/pdf" or fetched.body[:5] == b"%PDF-":
        return ".pdf"
    return next((ending for name, ending in _OFFICE.items() if name in fetched.type), "")


def _joined(base: str, target: str) -> str:
    """Where a link leads; "" for what is no address."""
    from urllib.parse import urljoin

    try:
        return urljoin(base, target)
    except ValueError:
        return ""


def outline_of(fetched: Fetched) -> Outline:
    """Links and crawler marks of an HTML page. Blocking; any bytes are accepted."""
    from dengmi.corpus.extract.tree import whole_tree

    try:
        tree = whole_tree(decode(fetched.body, fetched.charset or None))
    except Unreadable:
        tree = None
    if tree is None:
        return Outline()
    said = next((e.get("href") for e in tree.iter("base") if e.get("href")), "")
    base = _joined(fetched.address, said) or fetched.address
    orders = fetched.robots.lower()
    for mark in tree.iter("meta"):
        if (mark.get("name") or "").lower() in {"robots", "dengmi"}:
            orders += "," + (mark.get("content") or "").lower()
    links = []
    canonical = ""
    for tag in tree.iter("a", "link", "area"):
        target, rel = (tag.get("href") or "").strip(), (tag.get("rel") or "").lower().split()
        address = _joined(base, target) if target else ""
        if not address:
            continue
        if tag.tag == "link":
            canonical = address if "canonical" in rel and not canonical else canonical
        elif address.startswith(("http://", "https://")):
            links.append(Link(address, "nofollow" in rel))
    forbids = set(re.split(r"[\s,:;]+", orders))
    return Outline(
        links=tuple(dict.fromkeys(links)),
        canonical=canonical,
        noindex=bool(forbids & {"noindex", "none"}),
        nofollow=bool(forbids & {"nofollow", "none"}),
    )
