"""Blocks of articles are made once."""

import asyncio

from dengmi.core.records import Article, Head
from dengmi.server.ui.parsed import KEPT, MOST_CHARS, Parsed


def article(pk: int, body: str = "One.\n\nTwo.", content_hash: str = "h") -> Article:
    head = Head(pk=pk, id=str(pk), desk="d", source_id="s", title="T")
    return Article(
        head=head, body=body, form="text", content_hash=content_hash, version=1, changed_at=0.0
    )


async def test_an_article_is_taken_apart_once_also_for_many_at_once() -> None:
    parsed = Parsed()
    rows = await asyncio.gather(*(parsed.of(article(1)) for _ in range(20)))
    assert all(one is rows[0] for one in rows)
    assert await parsed.of(article(1)) is rows[0]
    assert [block.text for block in await parsed.of(article(1, "New.", "h2"))] == ["New."]


async def test_who_gives_up_does_not_spoil_it_for_the_others() -> None:
    parsed = Parsed()
    first = asyncio.create_task(parsed.of(article(1)))
    await asyncio.sleep(0)
    first.cancel()
    assert len(await parsed.of(article(1))) == 2


async def test_only_so_much_is_kept() -> None:
    parsed = Parsed()
    for pk in range(3 * KEPT):
        await parsed.of(article(pk))
    assert len(parsed._kept) == KEPT
    await parsed.of(article(-1, "x" * (MOST_CHARS + 1)))
    assert len(parsed._kept) == 1
