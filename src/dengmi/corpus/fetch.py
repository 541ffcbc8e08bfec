"""Guarded fetching of addresses that strangers gave us.

Every request: http(s) only, addresses judged at connect time (guard.py, connect.py), redirects
followed one by one through the same door, no proxies, bytes counted before and after
decompression, one limit for the whole time.
"""

import asyncio
import logging
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpcore
import httpx

from dengmi import __version__
from dengmi.core.errors import Refused, Unreadable
from dengmi.corpus.connect import GuardedTransport, Resolver, system_resolver
from dengmi.corpus.guard import Guard, plain_address

log = logging.getLogger(__name__)

AGENT = f"Dengmi/{__version__}"
_HEADERS = {
    "User-Agent": AGENT,
    "Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
    "Accept-Encoding": "gzip, deflate",
}
_MOVED = frozenset({301, 302, 303, 307, 308})
_CHUNK = 64 * 1024
_MOST_MEMBERS = 1_000
"""Parts of one gzip body: each is unpacked from a copy of what follows, so millions of empty ones
would take hours."""

READABLE = (
    "text/",
    "application/xhtml+xml",
    "application/xml",
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument",
    "application/msword",
)
"""Content types, by how they start, that can become articles (or feeds of them)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one fetch may take.

    `bytes` counts both as sent and as unpacked; `seconds` is for everything, redirects included.
    """

    bytes: int = 25_000_000
    seconds: float = 30.0
    redirects: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came back. `status` is 200, or 304 with an empty body: unchanged.

    `address` is where the redirects ended. `type` is the content type in lower case without
    parameters, `charset` what the header said or "". `robots` is the X-Robots-Tag header.
    """

    address: str
    status: int
    body: bytes = b""
    type: str = ""
    charset: str = ""
    etag: str = ""
    modified: str = ""
    robots: str = ""


class Gone(Unreadable):
    """The server says that there is nothing at this address (404 or 410)."""


class Busy(Unreadable):
    """The server asks us to come back later (429 or 503). `wait` is in seconds, 0 if unsaid."""

    wait: float = 0.0


class Fetcher:
    """Fetches addresses; close it when done (or use it as an async context).

    Args:
        allow_networks: networks that may be reached although they are not public.
        limits: what one fetch may take.
        resolver: gives the IP addresses of a name; tests bring their own.
    """

    def __init__(
        self,
        allow_networks: tuple[str, ...] = (),
        limits: Limits | None = None,
        resolver: Resolver = system_resolver,
    ) -> None:
        self.limits = limits or Limits()
        # The bare transport: a client would follow or parse redirects and keep cookies.
        self._transport = GuardedTransport(Guard(allow_networks), resolver)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close what is still open."""
        await self._transport.aclose()

    async def get(
        self,
        address: str,
        *,
        etag: str = "",
        modified: str = "",
        types: tuple[str, ...] = READABLE,
    ) -> Fetched:
        """Fetch one address, following redirects.

        Args:
            etag, modified: validators of the copy we have; with them the answer may be 304.
            types: content types to accept, by how they start.

        Raises:
            Refused: the address (or one it redirects to) may not be fetched.
            Gone: 404 or 410. Busy: 429 or 503.
            Unreadable: anything else; the code says what.
        """
        asked = {}
        if etag:
            asked["If-None-Match"] = etag
        if modified:
            asked["If-Modified-Since"] = modified
        here = plain_address(address)
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await self._follow(here, asked, types)
        except TimeoutError:
            raise Unreadable(
                "fetch_timeout", address=here, seconds=round(self.limits.seconds)
            ) from None
        except (httpx.TimeoutException, httpcore.TimeoutException):
            raise Unreadable(
                "fetch_timeout", address=here, seconds=round(self.limits.seconds)
            ) from None
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
        ) as error:
            code = "fetch_tls" if "SSL" in str(error) or "CERT" in str(error) else "fetch_broken"
            raise Unreadable(code, address=here) from error

    async def _follow(self, here: str, asked: dict[str, str], types: tuple[str, ...]) -> Fetched:
        start = here
        for _ in range(self.limits.redirects + 1):
            answer = await self._transport.handle_async_request(self._request(here, asked))
            try:
                if answer.status_code not in _MOVED:
                    return await self._read(here, answer, types)
                target = answer.headers.get("location", "")
            finally:
                await answer.aclose()
            if not target:
                raise Unreadable("fetch_status", address=here, status=answer.status_code)
            try:
                following = plain_address(urljoin(here, target))
            except ValueError:
                raise Refused("address_bad", address=target[:200]) from None
            if here.startswith("https:") and following.startswith("http:"):
                log.warning("redirect leaves https: %s -> %s", here, following)
            here = following
        raise Unreadable("fetch_redirects", address=start, most=self.limits.redirects)

    def _request(self, here: str, asked: dict[str, str]) -> httpx.Request:
        seconds = self.limits.seconds
        timeout = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
        return httpx.Request("GET", here, headers=_HEADERS | asked, extensions={"timeout": timeout})

    async def _read(self, here: str, answer: httpx.Response, types: tuple[str, ...]) -> Fetched:
        status = answer.status_code
        if status == 304:
            return Fetched(address=here, status=304, etag=answer.headers.get("etag", ""))
        _check_status(here, answer)
        kind, _, rest = answer.headers.get("content-type", "").partition(";")
        kind = kind.strip().lower()
        if kind and not kind.startswith(types):
            raise Unreadable("fetch_type", address=here, type=kind[:80])
        return Fetched(
            address=here,
            status=200,
            body=await self._body(here, answer),
            type=kind,
            charset=_charset(rest),
            etag=answer.headers.get("etag", "")[:500],
            modified=answer.headers.get("last-modified", "")[:100],
            robots=", ".join(answer.headers.get_list("x-robots-tag")),
        )

    async def _body(self, here: str, answer: httpx.Response) -> bytes:
        most = self.limits.bytes
        said = answer.headers.get("content-length", "")
        if said.isdigit() and int(said) > most:
            raise Unreadable("fetch_too_large", address=here, megabytes=round(most / 1e6))
        coding = answer.headers.get("content-encoding", "").strip().lower()
        if coding in {"", "identity"}:
            return await _collect(here, answer.aiter_raw(_CHUNK), most)
        if coding not in {"gzip", "x-gzip", "deflate"}:
            raise Unreadable("fetch_encoding", address=here, encoding=coding[:40])
        packed = await _collect(here, answer.aiter_raw(_CHUNK), most)
        return await asyncio.to_thread(unpack, packed, most, here)


async def _collect(here: str, parts: AsyncIterator[bytes], most: int) -> bytes:
    body = bytearray()
    async for part in parts:
        body += part
        if len(body) > most:
            raise Unreadable("fetch_too_large", address=here, megabytes=round(most / 1e6))
    return bytes(body)


def unpack(packed: bytes, most: int, address: str) -> bytes:
    """Unpack gzip, zlib or bare deflate data, at most `most` bytes of it.

    Raises:
        Unreadable: it unpacks to more, is broken, or stops in the middle.
    """
    wbits = 31 if packed[:2] == b"\x1f\x8b" else 15
    body = bytearray()
    at, members = 0, 0
    while at < len(packed):
        engine = zlib.decompressobj(wbits)
        try:
            body += engine.decompress(memoryview(packed)[at:], most - len(body) + 1)
        except zlib.error:
            if wbits == 15 and not body:  # some servers send deflate without its header
                wbits = -15
                continue
            raise Unreadable("fetch_broken", address=address) from None
        if len(body) > most:
            raise Unreadable("fetch_too_large", address=address, megabytes=round(most / 1e6))
        members += 1
        if not engine.eof or members > _MOST_MEMBERS:
            raise Unreadable("fetch_broken", address=address)
        at = len(packed) - len(engine.unused_data)
        if packed[at : at + 2] != b"\x1f\x8b":
            break
    return bytes(body)


def _check_status(here: str, answer: httpx.Response) -> None:
    status = answer.status_code
    if status in {404, 410}:
        raise Gone("fetch_gone", address=here, status=status)
    if status in {429, 503}:
        busy = Busy("fetch_busy", address=here, status=status)
        wait = answer.headers.get("retry-after", "")
        busy.wait = float(wait) if wait.isdecimal() else 0.0
        raise busy
    if not 200 <= status < 300 or status in {204, 206}:
        raise Unreadable("fetch_status", address=here, status=status)


def _charset(parameters: str) -> str:
    for part in parameters.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")[:40]
    return ""
