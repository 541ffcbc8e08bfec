"""An endpoint that takes a JSON document and gives one back: embeddings and reranking."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from dengmi.core.errors import ModelFailed, Trouble
from dengmi.models.connection import Connection, Reply, Unreachable
from dengmi.models.http1 import Lost
from dengmi.models.keys import bearer, without_key
from dengmi.models.payload import trouble_of, wait_of

_LONGEST_BODY = 100_000_000
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
        self._connection = Connection(slots)

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

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    async def _once(self, path: str, body: Mapping[str, Any], patience: float) -> bytes:
        headers = bearer(self._key, self.name)
        try:
            async with asyncio.timeout(patience):
                reply = await self._connection.post(f"{self._base}{path}", body, headers)
                try:
                    whole = await _body(reply)
                finally:
                    reply.close()
        except TimeoutError:
            raise ModelFailed("slow", self.name) from None
        except Lost:
            raise ModelFailed("down", self.name, reason="connection lost") from None
        except Unreachable as error:
            raise self._failed("down", str(error)) from None
        if reply.status != 200:
            raise self._refused(reply, whole)
        return whole

    def _refused(self, reply: Reply, whole: bytes) -> ModelFailed:
        said = whole[:2_000].decode("utf-8", "replace")
        trouble = trouble_of(reply.status)
        if trouble == "down" and any(word in said.lower() for word in _TOO_LONG):
            trouble = "request"
        wait = wait_of(reply.header("retry-after"), time.time())
        return self._failed(trouble, f"HTTP {reply.status} {said}", wait)

    def _failed(self, trouble: Trouble, reason: str, wait: float | None = None) -> ModelFailed:
        return ModelFailed(trouble, self.name, wait, reason=without_key(reason, self._key))


async def _body(reply: Reply) -> bytes:
    parts = []
    size = 0
    while size <= _LONGEST_BODY and (part := await reply.read()):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
