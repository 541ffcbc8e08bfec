"""Calls of the WeCom API: a token shared by everyone, messages, customer service."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from dengmi.core.clock import Clock
from dengmi.core.errors import Unavailable
from dengmi.core.ids import stable_id

log = logging.getLogger(__name__)

RENEW = 300.0
"""Seconds before its end at which a token is fetched anew."""

STALE = frozenset((40001, 40014, 42001))
"""The token is not good (any more): once more with a fresh one."""

BUSY = frozenset((-1, 45009, 45033))
"""Try again later."""

CLOSED = frozenset((60111, 81013, 95001, 95002, 95004, 95013, 95016, 95017, 95018))
"""No message can be sent to this person now; trying again changes nothing."""

TAKEN = 40058
"""An argument is not valid; where nothing else is wrong, a msgid that was used before."""

_UNREACHED = ("ConnectError", "ConnectTimeout")
"""What went wrong before the platform was called."""

_PAUSES = (0.5, 2.0)


class WeComFailed(Unavailable):
    """The API refused a call. `errcode` is the platform's number; 0 where nothing came back."""

    def __init__(self, errcode: int, reason: str) -> None:
        super().__init__("wecom_refused", errcode=errcode, reason=reason)
        self.errcode = errcode

    @property
    def uncertain(self) -> bool:
        """Whether nobody knows if the platform did what it was asked."""
        return self.errcode == 0 and self.params["reason"] not in _UNREACHED

    @property
    def again(self) -> bool:
        """Whether the same call may succeed later."""
        return self.errcode == 0 or self.errcode in BUSY


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: float


class WeCom:
    """The API, as one application sees it.

    Args:
        host: such as "https://qyapi.weixin.qq.com".
        corp_id, secret: of the application; empty where no call takes a token.
    """

    def __init__(
        self,
        host: str,
        clock: Clock,
        corp_id: str = "",
        secret: str = "",
        *,
        timeout: float = 8.0,
    ) -> None:
        self._corp_id = corp_id
        self._secret = secret
        self._clock = clock
        self._http = httpx.AsyncClient(base_url=host, timeout=timeout, trust_env=False)
        self._fetching = asyncio.Lock()
        self._token: _Token | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def post(self, address: str, content: str) -> None:
        """Send Markdown to a response_url, which came sealed from the platform and takes one call.

        Raises WeComFailed.
        """
        await self._posted(address, {"msgtype": "markdown", "markdown": {"content": content}})

    async def tell(self, key: str, content: str) -> None:
        """Have a group robot say something, in Markdown. Raises WeComFailed."""
        body = {"msgtype": "markdown", "markdown": {"content": content}}
        await self._posted(f"/cgi-bin/webhook/send?key={key}", body)

    async def send_text(self, to: str, agent: int, content: str, *, careful: bool = False) -> None:
        """Send a member a message of an application.

        Args:
            careful: the same message may have been sent before a stop; it is not shown twice.

        Raises:
            WeComFailed: refused, or the member cannot be reached.
        """
        body: dict[str, object] = {
            "touser": to,
            "msgtype": "text",
            "agentid": agent,
            "text": {"content": content},
        }
        if careful:
            body |= {"enable_duplicate_check": 1, "duplicate_check_interval": 1800}
        said = await self.call("/cgi-bin/message/send", body)
        if said.get("invaliduser") or said.get("unlicenseduser"):
            raise WeComFailed(81013, "member")

    async def send_kf(self, who: str, content: str, name: str) -> None:
        """Send a customer a message.

        Args:
            who: "open_kfid/external_userid".
            name: the same whenever the same message is sent: the platform takes it once.

        Raises:
            WeComFailed: refused.
        """
        account, _, customer = who.partition("/")
        body: dict[str, object] = {
            "touser": customer,
            "open_kfid": account,
            "msgid": stable_id("m", name),
            "msgtype": "text",
            "text": {"content": content},
        }
        await self.call("/cgi-bin/kf/send_msg", body)

    async def call(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """A call that is made again with a fresh token, and later where the platform is busy.

        Raises:
            WeComFailed: it was refused, or nothing came back.
        """
        renewed, pauses = False, list(_PAUSES)
        while True:
            token = await self.token()
            try:
                return await self._posted(f"{path}?access_token={token}", body)
            except WeComFailed as error:
                if error.errcode in STALE and not renewed:
                    renewed = True
                    await self._forget(token)
                elif error.errcode in BUSY and pauses:
                    await asyncio.sleep(pauses.pop(0))
                else:
                    raise

    async def get(self, path: str, query: Mapping[str, str]) -> Mapping[str, object]:
        """A call that only reads. Raises WeComFailed."""
        params = {"access_token": await self.token(), **query}
        return await self._answered("GET", path, params=params)

    async def token(self) -> str:
        """A token that is good; fetched once however many ask. Raises WeComFailed."""
        async with self._fetching:
            if self._token is None or self._clock.steady() >= self._token.until:
                await self._fetch()
            assert self._token is not None
            return self._token.value

    async def _forget(self, token: str) -> None:
        """Do without a token that was refused, unless another one is there already."""
        async with self._fetching:
            if self._token is not None and self._token.value == token:
                self._token = None

    async def _fetch(self) -> None:
        query = {"corpid": self._corp_id, "corpsecret": self._secret}
        said = await self._answered("GET", "/cgi-bin/gettoken", params=query)
        value, lasting = said.get("access_token"), said.get("expires_in")
        if not isinstance(value, str) or not isinstance(lasting, int):
            raise WeComFailed(0, "no token")
        self._token = _Token(value, self._clock.steady() + max(30.0, lasting - RENEW))

    async def _posted(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        # Chinese goes out as it is: escaped, the reader would see the escapes.
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return await self._answered("POST", path, content=data)

    async def _answered(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Mapping[str, object]:
        kind = {"content-type": "application/json; charset=utf-8"} if content else None
        try:
            reply = await self._http.request(
                method, path, params=params, content=content, headers=kind
            )
            said = json.loads(reply.content)
        except httpx.HTTPError as error:
            raise WeComFailed(0, type(error).__name__) from None
        except httpx.InvalidURL:
            raise WeComFailed(0, "address") from None
        except ValueError:
            raise WeComFailed(0, f"HTTP {reply.status_code}") from None
        if not isinstance(said, dict):
            raise WeComFailed(0, f"HTTP {reply.status_code}")
        code = said.get("errcode", 0)
        if isinstance(code, int) and code != 0:
            # What the platform says may hold the token; its number says enough.
            raise WeComFailed(code, str(code))
        return said
