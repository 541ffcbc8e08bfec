"""Connections to one endpoint: opened when first needed, kept for the next request."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from dengmi import __version__
from dengmi.models.address import Address, address_of
from dengmi.models.http1 import Lost, Wire
from dengmi.settings.proxies import proxy_of

CONNECT = 10.0
"""Most seconds to connect."""

_KEPT = 60.0
"""Seconds that an idle connection is kept. Opening one costs two or three round trips."""

_STAGGER = 0.25
"""Seconds after which the next of several addresses of a host is tried as well."""


class Unreachable(Exception):
    """No connection came about; the reason in a few words."""


class Reply:
    """A response whose head is there. It must be closed."""

    def __init__(self, connection: "Connection", origin: object, wire: Wire) -> None:
        self._connection = connection
        self._origin = origin
        self._wire = wire

    @property
    def status(self) -> int:
        """The status."""
        return self._wire.status

    def header(self, name: str) -> str:
        """A header by its name in lower case; "" without it."""
        return self._wire.header(name)

    async def read(self) -> bytes:
        """What has come of the body, as soon as there is any; b"" at its end. Raises Lost."""
        return await self._wire.read()

    def listen(self, take: Callable[[bytes], object], worth: Callable[[], bool]) -> None:
        """Have the body taken as it comes; see Wire."""
        self._wire.listen(take, worth)

    async def more(self) -> bool:
        """Wait for what is worth it; False at the end of the body. Raises Lost and TimeoutError."""
        return await self._wire.more()

    def rest(self, seconds: float) -> None:
        """Read nothing for a moment, then all that has come meanwhile."""
        self._wire.rest(seconds)

    def wait_until(self, until: float) -> None:
        """How long `more` waits, as the event loop counts time."""
        self._wire.wait_until(until)

    def close(self) -> None:
        """Let go of the connection: it serves the next request if the response was whole."""
        self._wire.wait_until(None)
        self._connection.give_back(self._origin, self._wire)


class Connection:
    """A pool of connections for `slots` requests at once.

    How long an answer may take is for the caller to say; only connecting is limited here.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._idle: dict[object, list[tuple[Wire, asyncio.TimerHandle]]] = {}
        self._trust: ssl.SSLContext | None = None
        self._making = asyncio.Lock()
        self._proxies: dict[object, Address | None] = {}

    async def post(
        self,
        address: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str],
        sent: Callable[[], object] = bool,
    ) -> Reply:
        """Send a body as JSON and give the response as soon as its head is there.

        A server may close an idle connection at the very moment it is used again. That is seen
        before any byte of an answer, and then the request is sent once more, on a new one.

        Args:
            sent: is called when the request leaves, each time that it does.

        Raises:
            Unreachable: no connection came about.
            Lost: it broke before the head of the response was there.
        """
        more = {"Content-Type": "application/json", **headers}
        return await self._asked("POST", address, msgspec.json.encode(body), more, sent)

    async def get(self, address: str, headers: Mapping[str, str]) -> Reply:
        """Ask for a document; as `post`."""
        return await self._asked("GET", address, b"", headers)

    async def close(self) -> None:
        """Close all connections that are not in use."""
        kept, self._idle = self._idle, {}
        for wires in kept.values():
            for wire, timer in wires:
                timer.cancel()
                wire.close()
        await asyncio.sleep(0)  # the event loop closes their sockets

    def give_back(self, origin: object, wire: Wire) -> None:
        """Take back a connection. One whose response was not read to its end is closed."""
        wires = self._idle.setdefault(origin, [])
        if not wire.free or len(wires) >= self._slots:
            wire.close()
            return
        loop = asyncio.get_running_loop()
        wires.append((wire, loop.call_later(_KEPT, self._expire, origin, wire)))

    def _expire(self, origin: object, wire: Wire) -> None:
        wires = self._idle.get(origin, [])
        wires[:] = [each for each in wires if each[0] is not wire]
        wire.close()

    def _kept(self, origin: object) -> Wire | None:
        wires = self._idle.get(origin, [])
        while wires:
            wire, timer = wires.pop()
            timer.cancel()
            if wire.free:
                return wire
            wire.close()
        return None

    async def _asked(
        self,
        method: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        sent: Callable[[], object] = bool,
    ) -> Reply:
        try:
            address = _address(url)
        except ValueError as error:
            raise Unreachable(str(error)) from None
        proxy = await self._proxy(address)
        request = _request(method, address, body, headers, proxy)
        kept = self._kept(address.origin)
        if kept is not None:
            try:
                return await self._sent(address, kept, request, sent)
            except Lost as error:
                if error.begun:
                    raise
        return await self._sent(address, await self._opened(address, proxy), request, sent)

    async def _sent(
        self, address: Address, wire: Wire, request: bytes, sent: Callable[[], object]
    ) -> Reply:
        try:
            wire.send(request)
            sent()
            await wire.head()
        except BaseException:
            wire.close()
            raise
        if wire.header("content-encoding") not in ("", "identity"):
            wire.close()
            raise Unreachable("the answer is compressed, which was not asked for")
        return Reply(self, address.origin, wire)

    async def _opened(self, address: Address, proxy: Address | None) -> Wire:
        """A new connection."""
        trusted = await self._trusted() if address.secure or (proxy and proxy.secure) else None
        try:
            async with asyncio.timeout(CONNECT):
                wire = await _connected(proxy or address, trusted)
                if proxy is not None and address.secure:
                    wire = await _through(wire, address, proxy, trusted)
                return wire
        except TimeoutError:
            raise Unreachable("no connection in time") from None
        except (OSError, UnicodeError, Lost) as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(" ".join(reason.split())) from None

    async def _proxy(self, address: Address) -> Address | None:
        """The proxy that leads there, if any."""
        if address.origin not in self._proxies:
            url = await asyncio.to_thread(proxy_of, *address.origin)
            try:
                self._proxies[address.origin] = address_of(url) if url else None
            except ValueError as error:
                raise Unreachable(f"proxy: {error}") from None
        return self._proxies[address.origin]

    async def _trusted(self) -> ssl.SSLContext:
        """Made in a thread: reading certificates takes a while."""
        async with self._making:
            if self._trust is None:
                self._trust = await asyncio.to_thread(_trust)
            return self._trust


async def _connected(address: Address, trusted: ssl.SSLContext | None) -> Wire:
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(
        Wire,
        address.host,
        address.port,
        ssl=trusted if address.secure else None,
        server_hostname=address.host if address.secure else None,
        happy_eyeballs_delay=_STAGGER,
    )
    return wire


async def _through(
    wire: Wire, address: Address, proxy: Address, trusted: ssl.SSLContext | None
) -> Wire:
    """A connection through a proxy that is asked for a tunnel. Raises Lost."""
    there = f"[{address.host}]" if ":" in address.host else address.host
    lines = [f"CONNECT {there}:{address.port} HTTP/1.1", f"Host: {there}:{address.port}"]
    lines += [f"Proxy-Authorization: {proxy.login}"] if proxy.login else []
    try:
        wire.send(_head(lines))
        await wire.head()
        _tunnelled(wire.status)
        inner = Wire()
        assert trusted is not None
        transport = await asyncio.get_running_loop().start_tls(
            wire.tunnelled(), inner, trusted, server_hostname=address.host
        )
        assert transport is not None
        inner.connection_made(transport)
    except BaseException:
        wire.close()
        raise
    return inner


def _tunnelled(status: int) -> None:
    if status != 200:
        raise Unreachable(f"proxy: HTTP {status}")


def _request(
    method: str, address: Address, body: bytes, headers: Mapping[str, str], proxy: Address | None
) -> bytes:
    """The bytes of a request. A proxy without a tunnel is told the whole address."""
    plain = proxy is not None and not address.secure
    target = f"http://{address.authority}{address.target}" if plain else address.target
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {address.authority}",
        f"User-Agent: dengmi/{__version__}",
        "Accept-Encoding: identity",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if address.login and "Authorization" not in headers:
        lines.append(f"Authorization: {address.login}")
    if plain and proxy is not None and proxy.login:
        lines.append(f"Proxy-Authorization: {proxy.login}")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return _head(lines) + body


def _head(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")


_address = lru_cache(maxsize=64)(address_of)


def _trust() -> ssl.SSLContext:
    """The authorities of this computer, and the well-known ones where it has none."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context
