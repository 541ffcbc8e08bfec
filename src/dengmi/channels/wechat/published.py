"""The articles that an Official Account has published, as WeChat lists them.

Source: the vendor's documentation of `freepublish/batchget` (2026-11): at most 20 publications a
call, 100 calls a day. What was sent to all followers (群发) is never listed.
"""

import html
from collections.abc import Mapping

from dengmi.channels.wechat.client import WeChat, WeChatFailed
from dengmi.core.published import Listing, ListUsedUp, Publication, Published

COUNT = 20
"""Publications of one call, at most."""

USED_UP = 45009
"""The calls of this day are used up."""

PATH = "/cgi-bin/freepublish/batchget"


class WeChatPublisher:
    """Lists what one account has published (core.published.Publisher).

    Args:
        calls: how often a day its list may be asked for.
    """

    def __init__(self, api: WeChat, calls: int) -> None:
        self.calls = calls
        self._api = api

    async def listing(self, offset: int) -> Listing:
        """The publications from a place on. Raises ListUsedUp, WeChatFailed."""
        try:
            said = await self._api.call(PATH, {"offset": offset, "count": COUNT, "no_content": 0})
        except WeChatFailed as error:
            if error.errcode == USED_UP:
                raise ListUsedUp from None
            raise
        return read_listing(said)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()


def read_listing(said: Mapping[str, object]) -> Listing:
    """A listing from what the platform says; what is not as documented is left out.

    Raises WeChatFailed where it is no listing at all.
    """
    total, items = said.get("total_count"), said.get("item", [])
    if not isinstance(total, int) or not isinstance(items, list):
        raise WeChatFailed(0, "no list")
    read = [_publication(item) for item in items if isinstance(item, dict)]
    return Listing(total=total, publications=tuple(each for each in read if each is not None))


def _publication(item: Mapping[str, object]) -> Publication | None:
    name, content = item.get("article_id"), item.get("content")
    if not isinstance(name, str) or not name or not isinstance(content, dict):
        return None
    news = content.get("news_item")
    articles = [each for each in news if isinstance(each, dict)] if isinstance(news, list) else []
    updated = _number(item.get("update_time")) or _number(content.get("update_time"))
    return Publication(
        id=name,
        created=_number(content.get("create_time")) or updated,
        updated=updated,
        articles=tuple(map(_article, articles)),
    )


def _article(item: Mapping[str, object]) -> Published:
    address = html.unescape(_text(item.get("url"))).partition("#")[0]
    if address.startswith("http://"):
        address = "https://" + address.removeprefix("http://")
    return Published(
        title=html.unescape(_text(item.get("title"))).strip(),
        url=address,
        author=_text(item.get("author")).strip(),
        markup=_text(item.get("content")),
        gone=item.get("is_deleted") is True,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
