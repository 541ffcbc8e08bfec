"""An endpoint that takes a JSON document and gives one back: embeddings and reranking.

Its connections are httpx's own. Those of the language models are made for streams.
"""

import asyncio
import ssl
import time
from collections.abc import Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from dengmi.core.errors import ModelFailed, Trouble
from dengmi.models.payload import trouble_of, wait_of

if TYPE_CHECKING:
    import httpx

_CONNECT = 10.0
_KEPT = 60.0
"""Seconds that an idle connection is kept."""
_HERE = ("all://localhost", "all://127.0.0.1", "all://[::1]")
"""What is on this computer is never reached through a proxy of the environment."""
_LONGEST_BODY = 100_000_000
_LONGEST_REASON = 200
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_AGAIN = frozenset({"busy", "down"})
_TOO_LONG = ("too large", "too long", "exceed", "maximum context", "input length")
"""What servers say of a text that is too long for the model; llama.cpp says it with status 500."""


class Endpoint:
    """One endpoint. At most `slots` requests are in flight; others wait here.

    Args:
        name: what messages call it: the name of its table in the settings.
        base: its address, such as http://127.0.0.1:8080/v1.
        key: sent as a bearer token; "" for none.
    """

    def __init__(self, name: str, base: str, key: str = "", slots: int = 4) -> None:
        self.name = name
        self._base = base.rstrip("/")
        self._key = key
        self._slots = asyncio.Semaphore(slots)
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()

    async def ask(
        self, path: str, body: Mapping[str, Any], *, patience: float, tries: int = 1
    ) -> bytes:
        """The answer to a document. One that is busy or broken is asked again, after the pause it
        asks for, up to `tries` times; one that is slow would be as slow again.

        Args:
            patience: most seconds of one try.

        Raises:
            ModelFailed: no answer came.
        """
        pause = _FIRST_PAUSE
        while True:
            tries -= 1
            try:
                async with self._slots:
                    return await self._once(path, body, patience)
            except ModelFailed as error:
                if tries <= 0 or error.trouble not in _AGAIN:
                    raise
                wait = error.retry_after if error.retry_after is not None else pause
            await asyncio.sleep(min(wait, _LONGEST_PAUSE))
            pause *= 2

    async def open(self) -> None:
        """Load what a request takes; nothing is sent. In a thread: importing httpx and reading
        certificates take a while."""
        async with self._making:
            if self._client is None:
                self._client = await asyncio.to_thread(_client)

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _once(self, path: str, body: Mapping[str, Any], patience: float) -> bytes:
        await self.open()
        import httpx

        try:
            async with asyncio.timeout(patience):
                try:
                    reply, whole = await self._sent(path, body)
                except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                    # A server may close an idle connection at the moment it is used again.
                    reply, whole = await self._sent(path, body)
        except (TimeoutError, httpx.TimeoutException):
            raise ModelFailed("slow", self.name) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._failed("down", str(error) or type(error).__name__) from None
        if reply.status_code != 200:
            raise self._refused(reply, whole)
        return whole

    async def _sent(self, path: str, body: Mapping[str, Any]) -> "tuple[httpx.Response, bytes]":
        assert self._client is not None
        address, headers = f"{self._base}{path}", self._headers()
        async with self._client.stream("POST", address, json=body, headers=headers) as reply:
            return reply, await _body(reply)

    def _headers(self) -> dict[str, str]:
        if not (self._key.isascii() and self._key.isprintable()):
            raise ModelFailed("key", self.name)
        return {"Authorization": f"Bearer {self._key}"} if self._key else {}

    def _refused(self, reply: "httpx.Response", whole: bytes) -> ModelFailed:
        said = whole[:2_000].decode("utf-8", "replace")
        trouble = trouble_of(reply.status_code)
        if trouble == "down" and any(word in said.lower() for word in _TOO_LONG):
            trouble = "request"
        wait = wait_of(reply.headers.get("retry-after", ""), time.time())
        return self._failed(trouble, f"HTTP {reply.status_code} {said}", wait)

    def _failed(self, trouble: Trouble, reason: str, wait: float | None = None) -> ModelFailed:
        """The error with its reason on one short line that does not hold the key."""
        line = " ".join(reason.split())
        line = line.replace(self._key, "•••") if self._key else line
        return ModelFailed(trouble, self.name, wait, reason=line[:_LONGEST_REASON])


async def _body(reply: "httpx.Response") -> bytes:
    parts = []
    size = 0
    async with aclosing(reply.aiter_bytes()) as stream:  # type: ignore[type-var]
        async for part in stream:
            parts.append(part)
            size += len(part)
            if size > _LONGEST_BODY:
                break
    return b"".join(parts)


def _client() -> "httpx.AsyncClient":
    import certifi
    import httpx

    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    return httpx.AsyncClient(
        limits=httpx.Limits(keepalive_expiry=_KEPT),
        timeout=httpx.Timeout(None, connect=_CONNECT, write=_CONNECT),
        verify=context,
        mounts=dict.fromkeys(_HERE),
        follow_redirects=False,
    )
