"""Calls of the APIs of WeChat and WeCom: one token for all calls, another one where it was refused,
once more where the platform is busy.

Both answer with JSON whose `errcode` is 0 or absent where all is well. Source: the vendors'
developer documentation, "global return codes" and "obtain the access token".
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import httpx

from dengmi.core.clock import Clock
from dengmi.core.errors import Unavailable

RENEW = 300.0
"""Seconds before its end at which a token is fetched anew; both are good for that long."""

FORCED = 30.0
"""Seconds between two forced renewals, as WeChat asks."""

STALE = frozenset((40001, 40014, 42001))
"""The token is not good (any more): once more with a fresh one."""

_PAUSES = (0.5, 2.0)


class ApiFailed(Unavailable):
    """A platform refused a call, or nothing came back.

    Attributes:
        errcode: the platform's number; 0 where nothing came back.
        uncertain: it was called, and nobody knows whether it did what it was asked.
    """

    refused: ClassVar[str]
    """The text for a number that has none of its own."""

    texts: ClassVar[Mapping[int, str]] = {}
    """What the operator can do something about, and the text that says what."""

    busy: ClassVar[frozenset[int]] = frozenset((-1,))
    """Numbers that mean: try again later."""

    def __init__(self, errcode: int, reason: str, *, uncertain: bool = False) -> None:
        code = self.texts.get(errcode, self.refused) if errcode else "platform_silent"
        super().__init__(code, errcode=errcode, reason=reason)
        self.errcode = errcode
        self.uncertain = uncertain

    @property
    def again(self) -> bool:
        """Whether the same call may succeed later."""
        return self.errcode == 0 or self.errcode in self.busy


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: float


class Api:
    """The API of a platform, as one account or application sees it.

    Args:
        host: such as "https://api.weixin.qq.com".
        timeout: seconds that a call may take.
    """

    failed: ClassVar[type[ApiFailed]]
    """What is raised."""

    def __init__(self, host: str, clock: Clock, *, timeout: float) -> None:
        self._clock = clock
        self._http = httpx.AsyncClient(base_url=host, timeout=timeout, trust_env=False)
        self._fetching = asyncio.Lock()
        self._token: _Token | None = None
        self._forced = -FORCED

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """A call that is made again with a fresh token, and later where the platform is busy.

        Raises:
            ApiFailed: it was refused, or nothing came back.
        """
        renewed, pauses = False, list(_PAUSES)
        while True:
            token = await self.token()
            try:
                return await self._posted(f"{path}?access_token={token}", body)
            except ApiFailed as error:
                if error.errcode in STALE and not renewed:
                    renewed = True
                    await self._renew(token)
                elif error.errcode in error.busy and pauses:
                    await asyncio.sleep(pauses.pop(0))
                else:
                    raise

    async def token(self) -> str:
        """A token that is good; fetched once however many ask. Raises ApiFailed."""
        async with self._fetching:
            if self._token is None or self._clock.steady() >= self._token.until:
                self._token = await self._fetched(force=False)
            return self._token.value

    async def _renew(self, refused: str) -> None:
        """Another token than the one that was refused, unless there is another one already."""
        async with self._fetching:
            if self._token is None or self._token.value != refused:
                return
            force = self._clock.steady() - self._forced >= FORCED
            if force:
                self._forced = self._clock.steady()
            self._token = await self._fetched(force=force)

    async def _fetched(self, *, force: bool) -> _Token:
        try:
            said = await self._ask_token(force=force)
        except ApiFailed as error:  # whatever became of the token, nothing else was asked
            raise self.failed(error.errcode, str(error.params["reason"])) from None
        value, lasting = said.get("access_token"), said.get("expires_in")
        if not isinstance(value, str) or not isinstance(lasting, int):
            raise self.failed(0, "no token")
        return _Token(value, self._clock.steady() + max(30.0, lasting - RENEW))

    async def _ask_token(self, *, force: bool) -> Mapping[str, object]:
        """What the platform says to who asks for a token; with `force`, for another one than now.
        Raises ApiFailed."""
        raise NotImplementedError

    async def _posted(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        # Chinese goes out as it is: escaped, the reader would see the escapes.
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return await self._answered("POST", path, content=text.encode("utf-8", "replace"))

    async def _answered(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Mapping[str, object]:
        """What the platform says. Raises ApiFailed."""
        kind = {"content-type": "application/json; charset=utf-8"} if content else None
        try:
            reply = await self._http.request(
                method, path, params=params, content=content, headers=kind
            )
            said = json.loads(reply.content)
        except httpx.HTTPError as error:
            # Without a connection nothing was asked of the platform.
            away = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            raise self.failed(0, type(error).__name__, uncertain=not away) from None
        except httpx.InvalidURL:
            raise self.failed(0, "address") from None
        except ValueError:
            raise self.failed(0, f"HTTP {reply.status_code}", uncertain=True) from None
        if not isinstance(said, dict):
            raise self.failed(0, f"HTTP {reply.status_code}", uncertain=True)
        code = said.get("errcode", 0)
        if isinstance(code, int) and code != 0:
            # What the platform says may hold the token; its number says enough.
            raise self.failed(code, str(code))
        return said
