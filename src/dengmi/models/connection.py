"""Connections to one endpoint: opened when first needed, kept for the next request."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

CONNECT = 10.0
"""Most seconds to connect, and to hand over a request."""

_HERE = ("all://localhost", "all://127.0.0.1", "all://[::1]")
"""What is on this computer is never reached through a proxy of the environment."""

_KEPT = 60.0
"""Seconds that an idle connection is kept. Opening one costs two or three round trips."""


class Connection:
    """A pool of connections for `slots` requests at once.

    How long an answer may take is for the caller to say; only connecting is limited here.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()

    async def post(
        self, address: str, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> "httpx.Response":
        """Send a body and give the response as soon as its head is there; it must be closed.

        A server may close an idle connection at the very moment it is used again. That is seen
        before any byte of an answer, and then the request is sent once more, on a new one.
        """
        client = await self.opened()
        import httpx

        for last in (False, True):
            opened = False

            async def trace(event: str, _: object) -> None:
                nonlocal opened
                opened = opened or event.startswith("connection.connect_tcp")

            request = client.build_request(
                "POST", address, json=body, headers=dict(headers), extensions={"trace": trace}
            )
            try:
                return await client.send(request, stream=True)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                if opened or last:
                    raise
        raise AssertionError

    async def get(self, address: str, headers: Mapping[str, str]) -> "httpx.Response":
        """Ask for a document; the response must be closed."""
        client = await self.opened()
        request = client.build_request("GET", address, headers=dict(headers))
        return await client.send(request, stream=True)

    async def close(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def opened(self) -> "httpx.AsyncClient":
        """The pool. Made in a thread: importing and reading certificates take a while."""
        async with self._making:
            if self._client is None:
                self._client = await asyncio.to_thread(_client, self._slots)
            return self._client


def _client(slots: int) -> "httpx.AsyncClient":
    import httpx

    return httpx.AsyncClient(
        limits=httpx.Limits(
            max_connections=slots + 8, max_keepalive_connections=slots, keepalive_expiry=_KEPT
        ),
        timeout=httpx.Timeout(None, connect=CONNECT, write=CONNECT),
        verify=_trust(),
        mounts=dict.fromkeys(_HERE),
        follow_redirects=False,
    )


def _trust() -> ssl.SSLContext:
    """The authorities of this computer, and the well-known ones where it has none."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return context
