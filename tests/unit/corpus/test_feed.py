"""RSS and Atom from a real web server on loopback."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dengmi.core.errors import Unreadable
from dengmi.corpus.feed import parse_feed
from dengmi.corpus.fetch import Fetched
from dengmi.settings.options import FetchSettings, Settings
from tests.unit.corpus.conftest import Bench, corpus_of

Web = Any

LONG = "元宵节的灯笼上写着谜语，路过的人都可以停下来猜一猜，猜中的人会得到一份小礼物。" * 12


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    fetch = FetchSettings(allow_networks=("127.0.0.0/8",), delay=0.0, timeout=5.0)
    settings = Settings(home=tmp_path / "home", fetch=fetch)
    async with corpus_of(settings) as opened:
        yield opened


def rss(*items: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title>'
        f"<language>zh-cn</language>{''.join(items)}</channel></rss>"
    )


def item(key: str, title: str, link: str = "", text: str = "") -> str:
    inside = f"<content:encoded><![CDATA[<p>{text}</p><ul><li>一</li></ul>]]></content:encoded>"
    return (
        f"<item><guid>{key}</guid><title>{title}</title><link>{link}</link>"
        f"<pubDate>Wed, 16 Aug 2023 18:24:57 +0800</pubDate>{inside if text else ''}</item>"
    )


async def test_full_entries_teasers_and_what_drops_out(bench: Bench, web: Web) -> None:
    corpus, store = bench
    web.put("/full", f"<html><body><article><h1>页面</h1><p>{LONG}</p></article></body></html>")
    one = item("k1", "全文", web.at("/one"), LONG)
    two = item("k2", "摘要", web.at("/full"), "只有一句。")
    three = item("k3", "坏链接", web.at("/missing"))
    web.put("/feed.xml", rss(one, two, three), Content_Type="application/rss+xml")
    source = await corpus.add("main", web.at("/feed.xml"))
    assert source.kind == "feed"
    report = await corpus.sync(source)
    assert (report.added, len(report.failed)) == (2, 1)
    assert report.failed[0].code == "fetch_gone"
    assert sorted(head.title for head in await store.articles()) == ["全文", "摘要"]
    assert {head.lang for head in await store.articles()} == {"zh"}
    assert "/one" not in web.paths()
    assert {head.published for head in await store.articles()} == {"2023-08-16T18:24:57"}

    web.seen.clear()
    four = item("k4", "新的", web.at("/four"), LONG + "新")
    web.put("/feed.xml", rss(four, one, two), Content_Type="application/rss+xml")
    report = await corpus.sync(source)
    assert (report.added, report.unchanged, report.removed) == (1, 2, 0)
    assert web.paths() == ["/feed.xml"]

    web.put("/feed.xml", rss(four), Content_Type="application/rss+xml")
    assert (await corpus.sync(source)).removed == 0
    assert len(await store.articles()) == 3


async def test_a_feed_behind_a_plain_address_is_told_by_its_content(bench: Bench, web: Web) -> None:
    corpus, _ = bench
    atom = (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry>'
        f'<id>urn:1</id><title>一</title><content type="html">{LONG}</content></entry></feed>'
    )
    web.put("/news", atom, Content_Type="text/xml")
    source = await corpus.add("main", web.at("/news"))
    assert source.kind == "feed"
    assert (await corpus.sync(source)).added == 1
    with pytest.raises(Unreadable) as caught:
        await corpus.sync(await corpus.add("main", web.at("/news"), "page"))
    assert caught.value.code == "page_is_feed"


@pytest.mark.parametrize("body", [b"", b"<html><body>no feed</body></html>", b"{}", b"\xff\xfe"])
def test_what_is_no_feed(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_feed(Fetched(address="http://x.example/", status=200, body=body))
    assert caught.value.code == "feed_bad"


def test_entity_bombs_stay_small() -> None:
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + "".join(
            f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefg", "bcdefgh", strict=True)
        )
        + "]><rss version='2.0'><channel><item><title>&h;</title></item></channel></rss>"
    )
    try:
        entries, _ = parse_feed(Fetched(address="x", status=200, body=bomb.encode()))
    except Unreadable:
        return
    assert sum(len(entry.title) for entry in entries) < 10_000
