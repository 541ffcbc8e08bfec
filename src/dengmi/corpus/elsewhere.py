"""Which articles of WeChat a desk has from other sources, so that none is read twice."""

import re
from urllib.parse import parse_qs, urlsplit

from dengmi.core.ports import Shelf
from dengmi.core.records import Source

_SHORT = re.compile(r"/s/([\w-]{10,})")
_PAGE = 500


async def other_articles(shelf: Shelf, source: Source) -> frozenset[str]:
    """The names of the articles that a desk has from other sources than this one."""
    names: set[str] = set()
    for other in await shelf.sources(source.desk):
        if other.id == source.id or other.kind in ("site", "feed"):
            continue
        names.add(identity(other.address))
        after = 0
        while heads := await shelf.articles(source.desk, other.id, _PAGE, after):
            names.update(identity(head.url) for head in heads)
            after = heads[-1].pk
    return frozenset(names - {""})


def identity(address: str) -> str:
    """What names an article of WeChat whatever else stands in its address; "" for others."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.hostname != "mp.weixin.qq.com":
        return ""
    if short := _SHORT.fullmatch(parts.path):
        return short[1]
    query = parse_qs(parts.query)
    named = [query.get(name, [""])[0] for name in ("__biz", "mid", "idx")]
    return ":".join(named) if all(named) else ""
