"""robots.txt as RFC 9309 describes it, with Crawl-delay and Sitemap lines.

The standard library's parser takes the first matching rule, knows no wildcards and fetches by
itself; the RFC wants the longest match, "*" and "$".
"""

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

_MOST_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB; what follows is ignored
_MOST_DELAY = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Robots:
    """What a site asks of us.

    `rules` are (length of the pattern, whether it allows, pattern), `delay` the seconds between
    two pages or None, `sitemaps` the addresses named in the file.
    """

    rules: tuple[tuple[int, bool, str], ...] = ()
    delay: float | None = None
    sitemaps: tuple[str, ...] = ()

    def allows(self, address: str) -> bool:
        """Whether that address may be fetched: the longest matching rule decides, and of two
        equally long ones the allowing one."""
        parts = urlsplit(address)
        path = _escaped(parts.path or "/") + (f"?{_escaped(parts.query)}" if parts.query else "")
        if path == "/robots.txt":
            return True
        best = max(
            (
                (length, allowed)
                for length, allowed, pattern in self.rules
                if _matches(pattern, path)
            ),
            default=(0, True),
        )
        return best[1]


EVERYTHING = Robots()
"""No robots.txt: everything may be fetched."""

NOTHING = Robots(rules=((1, False, "/"),))
"""The server cannot say: nothing may be fetched for now."""


@dataclass(slots=True)
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[tuple[bool, str]] = field(default_factory=list)
    delay: float | None = None


def parse_robots(text: str, agent: str = "dengmi") -> Robots:
    """Read a robots.txt for one crawler.

    Args:
        text: the file; anything is accepted, lines that make no sense are skipped.
        agent: the crawler's product name, lower case.
    """
    groups, sitemaps = _groups(text[:_MOST_BYTES])
    mine = [group for group in groups if agent in group.agents]
    mine = mine or [group for group in groups if "*" in group.agents]
    rules = [(len(path), allowed, path) for group in mine for allowed, path in group.rules]
    delays = [group.delay for group in mine if group.delay is not None]
    return Robots(
        rules=tuple(rules),
        delay=min(max(delays), _MOST_DELAY) if delays else None,
        sitemaps=tuple(dict.fromkeys(sitemaps)),
    )


def _groups(text: str) -> tuple[list[_Group], list[str]]:
    groups: list[_Group] = []
    sitemaps: list[str] = []
    naming = False  # consecutive user-agent lines share one group
    for line in text.lstrip("\ufeff").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "sitemap":
            sitemaps.append(value)
        elif name == "user-agent":
            if not naming:
                groups.append(_Group())
            naming = True
            groups[-1].agents.append(value.lower().partition("/")[0].strip())
        elif groups:
            naming = False
            _rule(groups[-1], name, value)
    return groups, sitemaps


def _rule(group: _Group, name: str, value: str) -> None:
    if name in {"allow", "disallow"} and value:
        group.rules.append((name == "allow", _escaped(value)))
    elif name == "crawl-delay":
        try:
            delay = float(value)
        except ValueError:
            return
        if delay >= 0:
            group.delay = delay


def _escaped(path: str) -> str:
    """One spelling of escapes, so that "/%E4%BD%A0" and "/你" are the same path."""
    return quote(unquote(path, errors="surrogateescape"), safe="/*$?=&;:@!,+~'()", errors="replace")


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern with "*" and a closing "$" matches a path from its start.

    Each piece is taken at its first place, which is right when the last one may stand anywhere or
    must end the path; so a hostile pattern costs no more than a harmless one.
    """
    to_end = pattern.endswith("$")
    first, *pieces = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not pieces:
        return not to_end or path == first
    at = len(first)
    for piece in pieces[:-1]:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    last = pieces[-1]
    if to_end:
        return len(path) - at >= len(last) and path.endswith(last)
    return path.find(last, at) >= 0
