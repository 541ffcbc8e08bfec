"""Pages, sites and feeds from a real web server on loopback."""

import gzip
from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from dengmi.core.errors import Refused, Unreadable
from dengmi.corpus.addresses import Scope, one_spelling
from dengmi.corpus.fetch import Fetched
from dengmi.corpus.sitemap import parse_sitemap
from dengmi.corpus.sync import Report
from dengmi.settings.options import FetchSettings, Settings
from dengmi.store.store import SqlStore
from tests.unit.corpus.conftest import Bench, corpus_of

Web = Any

STORY = (
    "Lanterns hang along the river for fifteen nights. Each one carries a riddle, written in ink "
    "on red paper. Whoever solves it tears the paper off and takes it to the owner of the lantern."
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    fetch = FetchSettings(allow_networks=("127.0.0.0/8",), delay=0.0, pages=40, timeout=5.0)
    settings = Settings(home=tmp_path / "home", fetch=fetch)
    async with corpus_of(settings) as opened:
        yield opened


def html(title: str, *links: str, head: str = "", body: str = STORY) -> str:
    rows = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return (
        f"<html><head><title>{title}</title>{head}</head><body><nav><ul>{rows}</ul></nav>"
        f"<article><h1>{title}</h1><p>{body}</p><p>This is the page called {title}.</p></article>"
        "</body></html>"
    )


def counts(report: Report) -> tuple[int, int, int, int, int]:
    """added, changed, unchanged, removed, failed"""
    numbers = report.added, report.changed, report.unchanged, report.removed
    return (*numbers, len(report.failed))


async def titles(store: SqlStore) -> list[str]:
    return sorted(head.title for head in await store.articles())


def with_etag(body: str, tag: str) -> Any:
    """A page that answers 304 to its own tag."""

    def answer(handler: BaseHTTPRequestHandler) -> Any:
        from http import HTTPStatus

        known = handler.headers.get("If-None-Match") == tag
        raw = b"" if known else body.encode()
        handler.send_response(HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK)
        handler.send_header("ETag", tag)
        handler.send_header("Content-Type", "text/html; charset=utf-8")
        if not known:
            handler.send_header("Content-Length", str(len(raw)))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(raw)

    return answer


async def test_a_page_unchanged_changed_broken_and_gone(bench: Bench, web: Web) -> None:
    corpus, store = bench
    web.pages["/p"] = with_etag(html("Lanterns"), '"1"')
    source = await corpus.add("main", web.at("/p"))
    assert source.kind == "page"
    assert counts(await corpus.sync(source)) == (1, 0, 0, 0, 0)
    assert counts(await corpus.sync(source)) == (0, 0, 1, 0, 0)
    assert web.seen[-1][1]["If-None-Match"] == '"1"'
    web.pages["/p"] = with_etag(html("Lanterns", body=STORY + " It is late."), '"2"')
    assert counts(await corpus.sync(source)) == (0, 1, 0, 0, 0)
    web.put("/p", "busy", 500)
    with pytest.raises(Unreadable):
        await corpus.sync(source)
    assert await titles(store) == ["Lanterns"]
    web.put("/p", "gone", 410)
    assert counts(await corpus.sync(source)) == (0, 0, 0, 1, 0)


def sitemap(*rows: tuple[str, str]) -> str:
    inside = "".join(f"<url><loc>{at}</loc><lastmod>{day}</lastmod></url>" for at, day in rows)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/x">{inside}</urlset>'


async def test_odd_links_do_not_end_a_sync(bench: Bench, web: Web) -> None:
    corpus, store = bench
    web.put("/", html("Front", "http://-1.5/", "http://[::1", "http://1_0.1/", "/a"))
    web.put("/a", html("A", head='<base href="http://[x">'))
    source = await corpus.add("main", web.at("/"))
    assert counts(await corpus.sync(source)) == (2, 0, 0, 0, 0)
    assert await titles(store) == ["A", "Front"]


async def test_a_site_by_its_sitemaps(bench: Bench, web: Web) -> None:
    corpus, store = bench
    day = "2024-01-01T10:00:00Z"
    web.put("/", html("Front"))
    web.put("/robots.txt", f"User-agent: *\nDisallow: /private\nSitemap: {web.at('/map.xml')}")
    index = f"<sitemapindex><sitemap><loc>{web.at('/m.xml.gz')}</loc></sitemap></sitemapindex>"
    web.put("/map.xml", index, Content_Type="application/xml")
    rows = [(web.at(f"/{name}"), day) for name in ("a", "b?utm_source=x", "private/c", "no")]
    packed = gzip.compress(sitemap(*rows, ("https://elsewhere.example/x", day)).encode())
    web.put("/m.xml.gz", packed, Content_Type="application/x-gzip")
    for name in "ab":
        web.put(f"/{name}", html(name.upper()))
    web.put("/private/c", html("Private"))
    web.put("/no", html("No", head='<meta name="robots" content="noindex">'))
    source = await corpus.add("main", web.at("/"))
    assert source.kind == "site"
    report = await corpus.sync(source)
    assert counts(report) == (2, 0, 0, 0, 0)
    assert await titles(store) == ["A", "B"]
    assert {note.code for note in report.notes} == {"robots_refuse", "page_noindex"}
    assert "/private/c" not in web.paths()

    web.seen.clear()
    assert counts(await corpus.sync(source)) == (0, 0, 2, 0, 0)
    assert not {"/a", "/b"} & set(web.paths())  # the sitemap's dates say: unchanged
    web.put("/m.xml.gz", gzip.compress(sitemap(rows[0]).encode()), Content_Type="application/gzip")
    assert counts(await corpus.sync(source)) == (0, 0, 1, 1, 0)

    web.put("/m.xml.gz", b"\x1f\x8bbroken", Content_Type="application/gzip")
    report = await corpus.sync(source)  # falls back on links; nothing is removed unseen
    assert report.removed == 0
    assert "A" in await titles(store)


async def test_a_site_by_its_links(bench: Bench, web: Web, other_web: Web) -> None:
    corpus, store = bench
    other_web.put("/", html("Other site"))
    links = ["/a", "/a#part", "/a?PHPSESSID=1", "//x", "mailto:a@b.c", "/pic.jpg", "/x/x/x/x"]
    web.put("/", html("Front", *links, other_web.at("/"), "/missing", "/stop", "/canon"))
    web.put("/a", html("A", "/b", "/"))
    web.put("/b", html("B"))
    web.put("/stop", html("Stop", "/after", head='<meta name="robots" content="nofollow">'))
    web.put("/after", html("After"))
    web.put("/canon", html("A again", head='<link rel="canonical" href="/a">'))
    source = await corpus.add("main", web.at("/"))
    report = await corpus.sync(source)
    assert await titles(store) == ["A", "B", "Front", "Stop"]
    assert counts(report) == (4, 0, 0, 0, 0)
    assert not {"/after", "/pic.jpg", "/x/x/x/x"} & set(web.paths())
    assert web.paths().count("/a") == 1
    assert other_web.seen == []

    web.put("/b", "gone", 404)
    web.put("/a", "broken", 500)
    report = await corpus.sync(source)
    assert (report.removed, len(report.failed)) == (1, 1)
    assert await titles(store) == ["A", "Front", "Stop"]


async def test_page_limit_and_endless_sites(bench: Bench, web: Web) -> None:
    corpus, _ = bench
    for n in range(60):
        web.put(f"/{n}" if n else "/", html(f"Page {n}", f"/{n + 1}", f"/{n + 2}"))
    source = await corpus.add("main", web.at("/"), options={"pages": 5})
    report = await corpus.sync(source)
    assert report.added == 5
    assert not report.complete
    assert report.notes[-1].code == "site_limit"


async def test_a_site_that_forbids_us_or_is_broken(bench: Bench, web: Web) -> None:
    corpus, store = bench
    web.put("/", html("Front"))
    web.put("/robots.txt", "User-agent: Dengmi\nDisallow: /")
    with pytest.raises(Refused) as caught:
        await corpus.sync(await corpus.add("main", web.at("/")))
    assert caught.value.code == "robots_refuse"
    web.put("/robots.txt", "oops", 500)
    with pytest.raises(Refused):
        await corpus.sync(await corpus.add("main", web.at("/")))
    assert not await store.sources()


def test_spellings_and_scope_of_addresses() -> None:
    assert one_spelling("HTTP://Example.org:80/a;jsessionid=1?utm_source=x&b=2#c") == (
        "http://example.org/a?b=2"
    )
    scope = Scope("https://www.example.org/docs/start")
    assert scope.page("http://example.org/docs/a") == "https://www.example.org/docs/a"
    for outside in (
        "https://example.org/blog/",
        "https://example.com/docs/a",
        "https://example.org/docs/a.pdf",
        "https://example.org/docs/" + "a/" * 20,
        "https://example.org/docs/a/b/a/b/a/",
        "javascript:alert(1)",
    ):
        assert scope.page(outside) is None
    many = [scope.is_endless(f"https://www.example.org/docs/cal?day={n}") for n in range(100)]
    assert many.count(False) == 30


@pytest.mark.parametrize(
    "body",
    [
        b"<html></html>",
        b"<urlset><url><loc>",
        b'<!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><urlset>&b;</urlset>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><urlset>&x;</urlset>',
        b"\x1f\x8b",
        gzip.compress(b" " * 5_000_000),
    ],
)
def test_hostile_sitemaps(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse_sitemap(Fetched(address="http://x.example/", status=200, body=body), 1_000_000)


def test_plain_sitemaps() -> None:
    body = b"\xef\xbb\xbfhttp://x.example/a\nnot an address\nhttps://x.example/b\n"
    pages, more = parse_sitemap(Fetched(address="http://x.example/", status=200, body=body), 1000)
    assert [page.address for page in pages][-1] == "https://x.example/b"
    assert more == []
