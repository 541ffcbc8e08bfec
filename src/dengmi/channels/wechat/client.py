"""Calls of the WeChat Official Account API: a token shared by everyone, messages, typing."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from dengmi.core.clock import Clock
from dengmi.core.errors import Unavailable

log = logging.getLogger(__name__)

RENEW = 300.0
"""Seconds before its end at which a token is fetched anew; both are good for that long."""

FORCED = 30.0
"""Seconds between two forced renewals, as the platform asks."""

STALE = frozenset((40001, 40014, 42001))
"""The token is not good (any more): once more with a fresh one."""

BUSY = frozenset((-1, 45011))
"""Try again in a moment."""

REASONS = {
    40013: "wechat_app_id",
    40125: "wechat_secret",
    40164: "wechat_address",
    40243: "wechat_frozen",
    45009: "wechat_used_up",
    48001: "wechat_right",
}
"""What the operator can do something about, and the text that says what."""

CLOSED = frozenset((40003, 43004, 45015, 45047, 48001, 48002))
"""No message can be sent to this person now; trying again changes nothing."""

_PAUSES = (0.5, 2.0)


class WeChatFailed(Unavailable):
    """The API refused a call. `errcode` is the platform's number; 0 where nothing came back.
    `uncertain`: it was called, and nobody knows whether it did what it was asked."""

    def __init__(self, errcode: int, reason: str, *, uncertain: bool = False) -> None:
        code = REASONS.get(errcode, "wechat_refused")
        super().__init__(code, errcode=errcode, reason=reason)
        self.errcode = errcode
        self.uncertain = uncertain


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: float


class WeChat:
    """The API of one account.

    Args:
        host: such as "https://api.weixin.qq.com".
        label: whether messages carry the mark that a machine wrote them.
    """

    def __init__(
        self,
        host: str,
        app_id: str,
        secret: str,
        clock: Clock,
        *,
        label: bool = True,
        timeout: float = 8.0,
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._clock = clock
        self._label = label
        self._http = httpx.AsyncClient(base_url=host, timeout=timeout, trust_env=False)
        self._fetching = asyncio.Lock()
        self._token: _Token | None = None
        self._forced = -FORCED

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send_text(self, to: str, content: str) -> None:
        """Send a customer-service message. Raises WeChatFailed."""
        body: dict[str, object] = {"touser": to, "msgtype": "text", "text": {"content": content}}
        if self._label:
            body["aimsgcontext"] = {"is_ai_msg": 1}
        await self.call("/cgi-bin/message/custom/send", body)

    async def typing(self, to: str) -> None:
        """Show that an answer is being written, for 15 s. Fails silently: it is only a courtesy."""
        try:
            await self._once("/cgi-bin/message/custom/typing", {"touser": to, "command": "Typing"})
        except WeChatFailed as error:
            log.debug("typing was refused: %s", error.errcode)

    async def call(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """A call that is made again with a fresh token, and later where the platform is busy.

        Raises:
            WeChatFailed: it was refused, or nothing came back.
        """
        renewed = False
        for pause in (*_PAUSES, None):
            try:
                return await self._once(path, body)
            except WeChatFailed as error:
                if error.errcode in STALE and not renewed:
                    renewed = True
                    await self._renew()
                    continue
                if error.errcode not in BUSY or pause is None:
                    raise
                await asyncio.sleep(pause)
        return await self._once(path, body)

    async def token(self) -> str:
        """A token that is good; fetched once however many ask. Raises WeChatFailed."""
        async with self._fetching:
            if self._token is None or self._clock.steady() >= self._token.until:
                await self._fetch(force=False)
            assert self._token is not None
            return self._token.value

    async def _renew(self) -> None:
        """Another token, where the one there is was refused."""
        async with self._fetching:
            force = self._clock.steady() - self._forced >= FORCED
            if force:
                self._forced = self._clock.steady()
            await self._fetch(force=force)

    async def _fetch(self, *, force: bool) -> None:
        asked: dict[str, object] = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
        }
        if force:
            asked["force_refresh"] = True
        try:
            said = await self._posted("/cgi-bin/stable_token", asked)
        except WeChatFailed as error:  # whatever became of the token, nothing else was asked
            raise WeChatFailed(error.errcode, str(error.params["reason"])) from None
        value, lasting = said.get("access_token"), said.get("expires_in")
        if not isinstance(value, str) or not isinstance(lasting, int):
            raise WeChatFailed(0, "no token")
        self._token = _Token(value, self._clock.steady() + max(30.0, lasting - RENEW))

    async def _once(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        return await self._posted(f"{path}?access_token={await self.token()}", body)

    async def _posted(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        # Chinese goes out as it is: escaped, the reader would see the escapes.
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        data = text.encode("utf-8", "replace")
        try:
            reply = await self._http.post(
                path, content=data, headers={"content-type": "application/json; charset=utf-8"}
            )
            said = json.loads(reply.content)
        except httpx.HTTPError as error:
            # Without a connection nothing was asked of the platform.
            away = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            raise WeChatFailed(0, type(error).__name__, uncertain=not away) from None
        except ValueError:
            raise WeChatFailed(0, f"HTTP {reply.status_code}", uncertain=True) from None
        if not isinstance(said, dict):
            raise WeChatFailed(0, f"HTTP {reply.status_code}", uncertain=True)
        code = said.get("errcode", 0)
        if isinstance(code, int) and code != 0:
            # What the platform says may hold the token; its number says enough.
            raise WeChatFailed(code, str(code))
        return said
