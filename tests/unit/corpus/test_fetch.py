"""Fetching from real servers on loopback: what is refused, what is limited, what comes back."""

import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from dengmi.core.errors import Refused, Unreadable
from dengmi.corpus.fetch import AGENT, Busy, Fetcher, Gone, Limits, unpack

LOCAL = ("127.0.0.0/8",)
Web = Any


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(LOCAL, Limits(bytes=200_000, seconds=3.0, redirects=3)) as one:
        yield one


async def test_a_page_comes_back_with_its_headers(web: Web, fetcher: Fetcher) -> None:
    web.put(
        "/a?b=1",
        "灯谜".encode("gbk"),
        Content_Type="Text/HTML; charset=GBK",
        ETag='"v1"',
        Last_Modified="Mon, 01 Jan 2024 00:00:00 GMT",
        X_Robots_Tag="noindex",
    )
    got = await fetcher.get(web.at("/a?b=1#part"))
    assert (got.status, got.body.decode("gbk"), got.type) == (200, "灯谜", "text/html")
    assert (got.charset, got.etag, got.robots) == ("GBK", '"v1"', "noindex")
    _, headers = web.seen[0]
    assert headers["User-Agent"] == AGENT
    assert "://" not in AGENT


async def test_loopback_is_refused_unless_allowed(web: Web) -> None:
    web.put("/", "secret")
    async with Fetcher() as closed:
        for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:7f00:1]"):
            with pytest.raises(Refused) as caught:
                await closed.get(f"http://{host}:{web.port}/")
            assert caught.value.code == "address_internal"
    assert web.seen == []


async def test_mapped_loopback_is_reached_as_ipv4_when_allowed(web: Web, fetcher: Fetcher) -> None:
    web.put("/", "here")
    assert (await fetcher.get(f"http://127.1:{web.port}/")).body == b"here"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{other}/",
        "http://localhost:{other}/",
        "//127.0.0.2:{other}/",
        "http://2130706434:{other}/",
        "http://0177.0.0.2:{other}/",
        "http://[::ffff:127.0.0.2]:{other}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://[fd00:ec2::254]/",
        "http://metadata.example:{other}/",
    ],
)
async def test_redirects_go_through_the_same_door(web: Web, other_web: Web, target: str) -> None:
    other_web.put("/", "secret")

    async def resolver(host: str, port: int) -> Sequence[str]:
        return ("127.0.0.1" if host == "start.example" else "127.0.0.2",)

    async with Fetcher(("127.0.0.1/32",), resolver=resolver) as fetcher:
        for status in (301, 302, 303, 307, 308):
            web.put("/", "", status, Location=target.format(other=other_web.port))
            with pytest.raises(Refused) as caught:
                await fetcher.get(f"http://start.example:{web.port}/")
            assert caught.value.code == "address_internal"
    assert other_web.seen == []


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("file:///etc/passwd", "address_scheme"),
        ("gopher://127.0.0.1:6379/_x", "address_scheme"),
        ("http://user:pass@127.0.0.1/", "address_user"),
        ("http://127.0.0.1:6379/", "address_port"),
        ("http://[broken/", "address_bad"),
    ],
)
async def test_redirects_to_what_is_no_plain_address(
    web: Web, fetcher: Fetcher, target: str, code: str
) -> None:
    web.put("/", "", 302, Location=target)
    with pytest.raises(Unreadable) as caught:
        await fetcher.get(web.at("/"))
    assert caught.value.code == code


async def test_a_name_that_changes_its_mind_gains_nothing(web: Web) -> None:
    """The address judged is the address used: there is no second look-up to poison."""
    web.put("/", "secret")
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        # Public when judged, loopback for anyone who asks again.
        return ("192.0.2.1",) if len(asked) == 1 else ("127.0.0.1",)

    async with Fetcher(("192.0.2.0/24",), Limits(seconds=0.5), rebinding) as fetcher:
        with pytest.raises(Unreadable):
            await fetcher.get(f"http://rebind.example:{web.port}/")
        assert asked == ["rebind.example"]
        with pytest.raises(Refused) as caught:  # the second connection is judged anew
            await fetcher.get(f"http://rebind.example:{web.port}/")
    assert caught.value.code == "address_internal"
    assert web.seen == []


async def test_a_name_with_one_bad_address_among_good_ones(web: Web) -> None:
    web.put("/", "public")
    used: list[str] = []

    async def mixed(host: str, port: int) -> Sequence[str]:
        used.append(host)
        return ("10.9.9.9", "127.0.0.1")

    async with Fetcher(LOCAL, resolver=mixed) as fetcher:
        assert (await fetcher.get(f"http://mixed.example:{web.port}/")).body == b"public"


async def test_names_keep_their_host_header(web: Web) -> None:
    web.put("/", "x")

    async def resolver(host: str, port: int) -> Sequence[str]:
        return ("127.0.0.1",)

    async with Fetcher(LOCAL, resolver=resolver) as fetcher:
        await fetcher.get(f"http://Name.Example.:{web.port}/")
    assert web.seen[0][1]["Host"] == f"name.example:{web.port}"


async def test_proxies_of_the_environment_are_not_used(
    web: Web, other_web: Web, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, other_web.at("/"))
    web.put("/", "direct")
    async with Fetcher(LOCAL) as fresh:
        assert (await fresh.get(web.at("/"))).body == b"direct"
    assert other_web.seen == []


async def test_names_that_do_not_exist(fetcher: Fetcher) -> None:
    async def nobody(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    async with Fetcher(resolver=nobody) as lost:
        with pytest.raises(Unreadable) as caught:
            await lost.get("http://nowhere.example/")
    assert caught.value.code == "fetch_name"


async def test_nobody_listening(fetcher: Fetcher) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreadable) as caught:
        await fetcher.get(f"http://127.0.0.1:{port}/")
    assert caught.value.code == "fetch_connect"


async def test_redirects_are_followed_and_counted(web: Web, fetcher: Fetcher) -> None:
    web.put("/1", "", 301, Location="/2")
    web.put("/2", "", 302, Location="3?x=1")
    web.put("/3?x=1", "end")
    assert (await fetcher.get(web.at("/1"))).address == web.at("/3?x=1")
    web.put("/loop", "", 302, Location="/loop")
    with pytest.raises(Unreadable) as caught:
        await fetcher.get(web.at("/loop"))
    assert caught.value.code == "fetch_redirects"
    assert web.paths().count("/loop") == 4
    web.put("/nowhere", "", 302)
    with pytest.raises(Unreadable):
        await fetcher.get(web.at("/nowhere"))


async def test_validators_make_a_304(web: Web, fetcher: Fetcher) -> None:
    web.put("/", "", 304, ETag='"v2"')
    got = await fetcher.get(web.at("/"), etag='"v1"', modified="Mon, 01 Jan 2024 00:00:00 GMT")
    assert (got.status, got.body, got.etag) == (304, b"", '"v2"')
    headers = web.seen[0][1]
    assert headers["If-None-Match"] == '"v1"'
    assert headers["If-Modified-Since"] == "Mon, 01 Jan 2024 00:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, Gone, "fetch_gone"),
        (410, Gone, "fetch_gone"),
        (429, Busy, "fetch_busy"),
        (503, Busy, "fetch_busy"),
        (403, Unreadable, "fetch_status"),
        (500, Unreadable, "fetch_status"),
        (204, Unreadable, "fetch_status"),
    ],
)
async def test_statuses(
    web: Web, fetcher: Fetcher, status: int, kind: type[Unreadable], code: str
) -> None:
    web.put("/", "", status, Retry_After="7")
    with pytest.raises(Unreadable) as caught:
        await fetcher.get(web.at("/"))
    assert (type(caught.value), caught.value.code) == (kind, code)
    if isinstance(caught.value, Busy):
        assert caught.value.wait == 7.0


@pytest.mark.parametrize("wait", ["²", "-1", "soon", "9" * 5000])
async def test_how_long_to_wait_is_a_number_or_nothing(
    web: Web, fetcher: Fetcher, wait: str
) -> None:
    web.put("/", "", 503, Retry_After=wait)
    with pytest.raises(Busy):
        await fetcher.get(web.at("/"))


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "application/octet-stream", "audio/x"])
async def test_what_holds_no_article_is_not_downloaded(
    web: Web, fetcher: Fetcher, kind: str
) -> None:
    web.put("/", b"x" * 100_000, Content_Type=kind)
    with pytest.raises(Unreadable) as caught:
        await fetcher.get(web.at("/"))
    assert caught.value.code == "fetch_type"


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "GZIP"])
async def test_packed_bodies(web: Web, fetcher: Fetcher, coding: str) -> None:
    raw = b"hello " * 1000
    packed = zlib.compress(raw) if coding == "deflate" else gzip.compress(raw)
    web.put("/", packed, Content_Encoding=coding)
    assert (await fetcher.get(web.at("/"))).body == raw


def _bare_deflate(raw: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(raw) + engine.flush()


def test_unpacking() -> None:
    assert unpack(_bare_deflate(b"bare"), 100, "x") == b"bare"
    assert unpack(gzip.compress(b"one") + gzip.compress(b"two"), 100, "x") == b"onetwo"
    assert unpack(gzip.compress(b"end") + b"\0\0", 100, "x") == b"end"
    assert unpack(b"", 100, "x") == b""
    for bad in (gzip.compress(b"cut off" * 50)[:-12], b"\x1f\x8bnonsense", b"nonsense"):
        with pytest.raises(Unreadable) as caught:
            unpack(bad, 1000, "x")
        assert caught.value.code == "fetch_broken"


def test_millions_of_empty_parts_are_refused_soon() -> None:
    start = time.process_time()
    with pytest.raises(Unreadable):
        unpack(gzip.compress(b"") * 200_000, 1000, "x")  # 4 MB; all of them took a minute
    assert time.process_time() - start < 8


@pytest.mark.parametrize("layers", [1, 2])
def test_bombs_stop_at_the_limit(layers: int) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    bomb *= layers
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as caught:
            unpack(bomb, 100_000, "x")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000, (
            "of the 50 million bytes it unpacks few"
        )
    finally:
        tracemalloc.stop()
    assert caught.value.code == "fetch_too_large"


async def test_a_bomb_over_the_wire(web: Web, fetcher: Fetcher) -> None:
    web.put("/", gzip.compress(b"\0" * 10_000_000), Content_Encoding="gzip")
    with pytest.raises(Unreadable) as caught:
        await fetcher.get(web.at("/"))
    assert caught.value.code == "fetch_too_large"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", "gzip;q=1"])
async def test_packings_nobody_asked_for(web: Web, fetcher: Fetcher, coding: str) -> None:
    web.put("/", b"\x1f\x8b", Content_Encoding=coding)
    with pytest.raises(Unreadable) as caught:
        await fetcher.get(web.at("/"))
    assert caught.value.code == "fetch_encoding"


async def test_too_large_by_its_own_word(web: Web, fetcher: Fetcher) -> None:
    web.put("/", b"x" * 300_000)
    with pytest.raises(Unreadable) as caught:
        await fetcher.get(web.at("/"))
    assert caught.value.code == "fetch_too_large"


async def test_too_large_without_saying_so(web: Web, fetcher: Fetcher) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        try:
            for _ in range(10_000):
                handler.wfile.write(b"x" * 10_000)
        except OSError:
            return

    web.pages["/"] = endless
    with pytest.raises(Unreadable) as caught:
        await fetcher.get(web.at("/"))
    assert caught.value.code == "fetch_too_large"


async def test_dripping_servers_run_into_the_limit(web: Web) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        try:
            for _ in range(200):
                handler.wfile.write(b"x")
                time.sleep(0.05)
        except OSError:
            return

    web.pages["/"] = drip
    began = time.perf_counter()
    async with Fetcher(LOCAL, Limits(seconds=0.4)) as fetcher:
        with pytest.raises(Unreadable) as caught:
            await fetcher.get(web.at("/"))
    assert caught.value.code == "fetch_timeout"
    assert time.perf_counter() - began < 6.0


async def test_answers_cut_off_or_not_http(web: Web, fetcher: Fetcher) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")

    def noise(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"-ERR unknown command\r\n")

    for answer in (cut, noise):
        web.pages["/"] = answer
        with pytest.raises(Unreadable) as caught:
            await fetcher.get(web.at("/"))
        assert caught.value.code == "fetch_broken"


async def test_plain_http_behind_https(web: Web, fetcher: Fetcher) -> None:
    with pytest.raises(Unreadable) as caught:
        await fetcher.get(f"https://127.0.0.1:{web.port}/")
    assert caught.value.code in {"fetch_tls", "fetch_broken"}
