# ruff: noqa: E501
"""Web pages: title, body and facts found; hostile markup bounded; WeChat articles read."""

import os
import time
from pathlib import Path

import pytest

from dengmi.core.errors import Unreadable
from dengmi.corpus.blocks import Block, blocks
from dengmi.corpus.extract.page import page
from dengmi.corpus.fetch import Fetched
from dengmi.corpus.pages import outline_of

DATA = Path(os.environ.get("DENGMI_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
WORDS = "This is a sentence of the article, and it goes on for a while. "

PAGE = f"""<html lang="en-GB"><head><title>Pears are ripe - The Orchard Post</title>
<meta property="og:title" content="Pears are ripe"><meta property="og:site_name" content="The Orchard Post">
<link rel="canonical" href="https://example.com/pears">
<script type="application/ld+json">{{"@type":"NewsArticle","headline":"Pears are ripe",
"datePublished":"2024-05-06T07:08:09Z","author":{{"name":"Ann Green"}}}}</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/x">Fruit</a></li></ul></nav>
<article><h1>Pears are ripe</h1><p>{WORDS * 4}</p><h2>Where they grow</h2><p>{WORDS * 4}</p>
<ul><li>In the garden by the river</li><li>On the hill behind the house</li></ul>
<table><tr><th>Kind</th><th>Price</th></tr><tr><td>Conference</td><td>2</td></tr></table>
<p>{WORDS * 3}</p></article><footer>Copyright 2024 The Orchard Post</footer></body></html>"""


def test_an_ordinary_page() -> None:
    found = page(PAGE, "https://example.com/pears?from=feed")
    assert (found.title, found.author, found.lang) == ("Pears are ripe", "Ann Green", "en")
    assert found.published == "2024-05-06T07:08:09"
    assert found.url == "https://example.com/pears"
    kinds = [block.kind for block in blocks(found.body, "markdown")]
    assert kinds == ["paragraph", "heading", "paragraph", "item", "item", "row", "row", "paragraph"]
    assert "Home" not in found.body and "Copyright" not in found.body


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16"])
def test_bytes_are_decoded(encoding: str) -> None:
    text = "今天的天气很好，我们一起去公园吧，那里有很多人在散步。" * 10
    html = f"<html><head><title>天气_新闻网</title></head><body><h1>天气</h1><div><p>{text}</p></div></body>"
    found = page(html.encode(encoding), "")
    assert (found.title, found.lang) == ("天气", "zh")
    assert text in found.body


WECHAT = """<html><head><meta property="og:title" content="春天来了"><meta name="author" content="小王">
<meta property="og:url" content="http://mp.weixin.qq.com/s?__biz=MzA&amp;mid=1&amp;idx=1&amp;sn=abc">
</head><body><h1 id="activity-name"> 春天来了 </h1><a id="js_name">公园日报</a>
<script>var ct = "1581517074";</script>
<div id="js_content" style="visibility: hidden; opacity: 0;"><section><section><span>公园里的花</span><span>都开了。</span></section></section>
<section><p><strong><span style="font-size:18px">看花的地方</span></strong></p></section>
<section><span>湖边最好，</span><strong>人也不多</strong><span>。</span><br>第二行。</section>
<ul><li><p>早上去</p></li><li><p>带上水</p></li></ul><p><img data-src="https://x/y.png" alt="图片"></p>
<p style="display:none">看不见</p></div></body></html>"""


def test_a_wechat_article() -> None:
    found = page(WECHAT, "")
    assert (found.title, found.author, found.lang) == ("春天来了", "公园日报 · 小王", "zh")
    assert found.published == "2020-02-12T22:17:54"
    assert found.url == "http://mp.weixin.qq.com/s?__biz=MzA&mid=1&idx=1&sn=abc"
    assert blocks(found.body, "markdown") == [
        Block("paragraph", "公园里的花都开了。"),
        Block("heading", "看花的地方", 2),
        Block("paragraph", "湖边最好，人也不多。"),
        Block("paragraph", "第二行。"),
        Block("item", "早上去", 1),
        Block("item", "带上水", 1),
    ]


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ("该内容已被发布者删除", "wechat_deleted"),
        ("当前环境异常，完成验证后即可继续访问。", "wechat_blocked"),
    ],
)
def test_what_wechat_shows_instead(shown: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        page(f"<html><body><div>{shown}</div></body></html>", "https://mp.weixin.qq.com/s/abc")
    assert caught.value.code == code


@pytest.mark.parametrize("html", ["", " ", "<html></html>", "<script>x</script>", "<", "\0"])
def test_pages_without_text(html: str) -> None:
    with pytest.raises(Unreadable) as caught:
        page(html, "")
    assert caught.value.code == "page_empty"


def test_a_page_goes_on_after_its_end() -> None:
    assert (
        "after the end" in page(f"<html><body></body></html><p>{WORDS * 5} after the end.", "").body
    )


HOSTILE = {
    "deep": "<div>" * 100_000 + "the text" + "</div>" * 100_000,
    "deep tables": "<table><tr><td>" * 30_000 + "the text",
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">the text",
    "attributes without values": "<p " + " ".join(f"a{n}" for n in range(80_000)) + ">the text",
    "attributes behind a bracket": "<p a='>' b='<' " + " c" * 200_000 + ">the text",
    "a tag without an end": "<p " + " ".join(f"a{n}=1" for n in range(80_000)),
    "tags in tags": "<a" * 300_000 + "<a b='" * 300_000,
    "unclosed scripts": "<script" * 300_000,
    "brackets": "<" * 1_000_000,
    "one paragraph": "<p>" + "words, " * 300_000,
    "bold lines": "<div id=js_content>" + "<p><b>标题</b></p>" * 10_000,
    "lines": "<pre>" + "x\n" * 200_000,
    "json": "<script type='application/ld+json'>" + "[" * 200_000 + "</script><p>the text",
    "bytes": bytes(range(256)) * 1000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_take_little_time(name: str) -> None:
    start = time.process_time()
    try:
        page(HOSTILE[name], "")
    except Unreadable as error:
        assert error.code == "page_empty"
    assert time.process_time() - start < 8


@pytest.mark.parametrize("name", HOSTILE)
def test_links_of_hostile_pages_take_little_time(name: str) -> None:
    raw = HOSTILE[name]
    body = raw if isinstance(raw, bytes) else raw.encode()
    start = time.process_time()
    outline_of(Fetched(address="http://a.example/", status=200, body=body, type="text/html"))
    assert time.process_time() - start < 8


def test_links_beside_what_is_no_address() -> None:
    markup = "<base href='http://[::1'><a href='http://[x'>no</a><a href='/b'>yes</a>"
    found = outline_of(Fetched(address="http://a.example/x", status=200, body=markup.encode()))
    assert [link.address for link in found.links] == ["http://a.example/b"]


def test_a_page_that_is_too_big() -> None:
    with pytest.raises(Unreadable) as caught:
        page("x" * 20_000_001, "")
    assert caught.value.code == "page_too_big"


@pytest.mark.skipif(not (DATA / "pages_zh").is_dir(), reason="the pages_zh data set is not here")
def test_chinese_pages() -> None:
    """Every saved page gives a title and a body that is no notice from the page's edge."""
    for path in (DATA / "pages_zh").glob("*_[_1]*1.html"):
        found = page(path.read_bytes(), "")
        assert 6 < len(found.title) < 80, path.name
        assert len(found.body) > 100, path.name
        assert not found.body.startswith(("网友评论", "【免责声明】")), path.name
        assert found.lang == "zh", path.name
