"""Addresses inside a site: one spelling per page, what belongs to the site, what is a trap."""

import re
from collections import Counter
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from dengmi.core.errors import Refused
from dengmi.corpus.guard import plain_address

_NOISE = re.compile(
    r"^(utm_\w+|spm|scm|fbclid|gclid|msclkid|yclid|mc_[ce]id|_ga|igshid|share_\w+|from_?source"
    r"|phpsessid|jsessionid|aspsessionid\w*|sessionid|session_id|sid|replytocom)$",
    re.IGNORECASE,
)
_SESSION = re.compile(
    r";(?:jsessionid|sid|phpsessid)=[^/?;]*|/\(S\([a-z0-9]{24}\)\)", re.IGNORECASE
)
_BINARY = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|avi|mov|mkv|webm|wav|ogg|flac|wmv"
    r"|zip|rar|7z|t?gz|bz2|xz|tar|exe|dmg|apk|msi|deb|rpm|iso|css|m?js|json|map|woff2?|ttf|eot|otf"
    r"|xml|rss|atom|docx?|xlsx?|pptx?|pdf|csv|epub|psd|ai|swf)$",
    re.IGNORECASE,
)
_DEEPEST = 12
_LONGEST_QUERY = 300
_VARIANTS = 30


def one_spelling(address: str) -> str:
    """The address without fragment, tracking and session parameters.

    Raises:
        Refused: it is no address that may be fetched.
    """
    parts = urlsplit(plain_address(address))
    path = _SESSION.sub("", parts.path) or "/"
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        kept = [(name, value) for name, value in pairs if not _NOISE.match(name)]
        query = query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


class Scope:
    """The part of the web that one site source covers: a host, and a folder of it.

    "www." and http/https do not matter; of "https://a.example/docs/start" the folder is "/docs/".
    """

    def __init__(self, root: str) -> None:
        parts = urlsplit(root)
        self._host = _bare(parts.netloc)
        self._origin = (parts.scheme, parts.netloc)
        self._folder = parts.path[: parts.path.rfind("/") + 1] or "/"
        self._variants: Counter[str] = Counter()

    def holds(self, address: str) -> bool:
        """Whether an address (in one spelling) belongs to the site."""
        parts = urlsplit(address)
        return _bare(parts.netloc) == self._host and parts.path.startswith(self._folder)

    def page(self, address: str) -> str | None:
        """The one spelling of an address if it may be a page of this site, else None.

        Left out are other hosts and folders, files that are no pages, and addresses that look
        endless: very deep ones, the same folder thrice, ever new queries of one page.
        """
        try:
            plain = one_spelling(address)
        except Refused:
            return None
        if not self.holds(plain):
            return None
        parts = urlsplit(plain)
        steps = Counter(step for step in parts.path.split("/") if step)
        if _BINARY.search(parts.path) or sum(steps.values()) > _DEEPEST:
            return None
        if max(steps.values(), default=0) > 2 or len(parts.query) > _LONGEST_QUERY:
            return None
        return urlunsplit((*self._origin, parts.path, parts.query, ""))

    def is_endless(self, page: str) -> bool:
        """Count one more page; whether its path has shown too many queries already."""
        parts = urlsplit(page)
        if not parts.query:
            return False
        self._variants[parts.path] += 1
        return self._variants[parts.path] > _VARIANTS


def _bare(netloc: str) -> str:
    return netloc.removeprefix("www.")
