"""Articles taken apart into blocks, the last ones kept: a long one takes seconds, and whoever asks
for it again and again must not cost that each time."""

import asyncio

from dengmi.core.records import Article
from dengmi.corpus.blocks import Block, blocks

KEPT = 32
"""Articles kept, at most."""

MOST_CHARS = 8_000_000
"""Characters of the articles kept, together; the one asked for last is kept anyway."""


class Parsed:
    """The blocks of articles. Several who ask for one article at once wait for the same work."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], tuple[asyncio.Future[list[Block]], int]] = {}

    async def of(self, article: Article) -> list[Block]:
        """The blocks of an article; not to be changed."""
        key = (article.head.pk, article.content_hash)
        found = self._kept.pop(key, None)
        if found is None or _has_failed(found[0]):
            work = asyncio.to_thread(blocks, article.body, article.form)
            found = (asyncio.ensure_future(work), len(article.body))
        self._kept[key] = found  # the newest stands last
        self._make_room()
        return await asyncio.shield(found[0])

    def _make_room(self) -> None:
        chars = sum(size for _, size in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > KEPT or chars > MOST_CHARS):
            _, size = self._kept.pop(next(iter(self._kept)))
            chars -= size


def _has_failed(work: asyncio.Future[list[Block]]) -> bool:
    return work.done() and (work.cancelled() or work.exception() is not None)
