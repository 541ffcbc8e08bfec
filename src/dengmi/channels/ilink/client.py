"""Calls of the bot interface of a person's own WeChat."""

import base64
import json
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from dengmi import __version__
from dengmi.channels.errors import Malformed
from dengmi.channels.ilink.messages import Updates, read_updates, text_message
from dengmi.core.errors import Unavailable

log = logging.getLogger(__name__)

STALE = -14
"""The token is not good any more: somebody must log in again."""

WAIT = 35.0
"""Seconds that the platform keeps a poll open, where it does not say."""

SPARE = 10.0
"""Seconds beyond that after which a poll is given up."""

COURTESY = 3.0
"""Seconds that a call may take on which nothing depends."""

TYPING, NOT_TYPING = 1, 2

_HOST = re.compile(r"(?i)[a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?")


class ILinkFailed(Unavailable):
    """The platform refused a call, or nothing came back. `uncertain`: it was called, and nobody
    knows whether it did what it was asked."""

    def __init__(self, errcode: int, reason: str, *, uncertain: bool = False) -> None:
        code = {0: "platform_silent", STALE: "ilink_stale"}.get(errcode, "ilink_refused")
        super().__init__(code, errcode=errcode, reason=reason)
        self.errcode = errcode
        self.uncertain = uncertain


@dataclass(frozen=True, slots=True)
class Scan:
    """A picture to scan with WeChat: its name, and the address that it shows."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Login:
    """How far a login is: the platform's word, and once it is "confirmed" the token, the address
    of the interface and the person. `elsewhere`: the address at which to go on asking, where the
    platform moved the login."""

    status: str
    token: str = ""
    base: str = ""
    user: str = ""
    elsewhere: str = ""


class ILink:
    """The interface as one bot.

    Args:
        base: such as "https://ilinkai.weixin.qq.com".
        token: the bot's; "" for who is about to log in.
    """

    def __init__(self, base: str, token: str = "", *, timeout: float = 10.0) -> None:
        self._token = token
        self._wait = WAIT
        self._http = httpx.AsyncClient(base_url=base, timeout=timeout, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def updates(self, cursor: str) -> Updates:
        """What people said since a cursor; waits until there is something, or for a while.

        Raises:
            ILinkFailed: it was refused, or nothing came back.
        """
        body = {"get_updates_buf": cursor}
        try:
            said = await self._call("getupdates", body, lasting=self._wait + SPARE)
            updates = read_updates(said, cursor)
        except Malformed as error:
            raise ILinkFailed(0, error.reason) from None
        self._wait = updates.wait or self._wait
        return updates

    async def send(self, to: str, words: str, context: str, name: str) -> None:
        """Send a text. Raises ILinkFailed."""
        await self._call("sendmessage", {"msg": text_message(to, words, context, name)})

    async def typing(self, to: str, context: str, *, on: bool) -> None:
        """Show, or no longer, that an answer is being written. Raises ILinkFailed."""
        asked = {"ilink_user_id": to, "context_token": context}
        ticket = (await self._call("getconfig", asked)).get("typing_ticket")
        if isinstance(ticket, str) and ticket:
            status = TYPING if on else NOT_TYPING
            body = {"ilink_user_id": to, "typing_ticket": ticket, "status": status}
            await self._call("sendtyping", body)

    async def scan(self) -> Scan:
        """A picture with which a person lets the bot into their WeChat. Raises ILinkFailed."""
        said = await self._call("get_bot_qrcode?bot_type=3", {"local_token_list": []})
        name, address = said.get("qrcode"), said.get("qrcode_img_content")
        if not (isinstance(name, str) and isinstance(address, str)):
            raise ILinkFailed(0, "no code")
        return Scan(name, address)

    async def tell(self, *, here: bool) -> None:
        """Tell the platform that the bot polls from now on, or no longer. Fails silently: it is
        only a courtesy."""
        try:
            await self._call(f"msg/{'notifystart' if here else 'notifystop'}", {}, lasting=COURTESY)
        except ILinkFailed as error:
            log.debug("the platform did not hear of the bot: %s", error)

    async def login(self, scan: Scan, *, number: str = "", at: str = "") -> Login:
        """How far a person is with the picture.

        Args:
            number: what their phone shows, where the platform asked for it.
            at: where an earlier answer sent us (`Login.elsewhere`); "" for the usual address.

        Raises:
            ILinkFailed: it was refused, or nothing came back.
        """
        asked = {"qrcode": scan.name} | ({"verify_code": number} if number else {})
        try:
            reply = await self._http.get(
                f"{at}/ilink/bot/get_qrcode_status",
                params=asked,
                headers=self._headers(),
                timeout=self._wait + SPARE,
            )
        except httpx.HTTPError as error:
            raise ILinkFailed(0, type(error).__name__) from None
        said = _read(reply)
        got = {name: value for name, value in said.items() if isinstance(value, str)}
        return Login(
            got.get("status", ""),
            got.get("bot_token", ""),
            got.get("baseurl", ""),
            got.get("ilink_user_id", ""),
            _site(got.get("redirect_host", "")),
        )

    def _headers(self) -> dict[str, str]:
        number = str(secrets.randbits(32)).encode()
        parts = [int(part) for part in (__version__.split("+")[0] + ".0.0").split(".")[:3]]
        headers = {
            "X-WECHAT-UIN": base64.b64encode(number).decode(),
            "iLink-App-Id": "bot",
            "iLink-App-ClientVersion": str(parts[0] << 16 | parts[1] << 8 | parts[2]),
            "content-type": "application/json; charset=utf-8",
        }
        if self._token:
            headers["AuthorizationType"] = "ilink_bot_token"
            headers["Authorization"] = f"Bearer {self._token}"
        return headers

    async def _call(
        self, path: str, body: Mapping[str, object], lasting: float | None = None
    ) -> Mapping[str, Any]:
        info = {"channel_version": __version__, "bot_agent": f"Dengmi/{__version__}"}
        text = json.dumps({**body, "base_info": info}, ensure_ascii=False)
        try:
            reply = await self._http.post(
                f"/ilink/bot/{path}",
                content=text.encode("utf-8", "replace"),
                headers=self._headers(),
                timeout=self._http.timeout if lasting is None else httpx.Timeout(lasting),
            )
        except httpx.HTTPError as error:
            # Without a connection nothing was asked of the platform.
            away = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            raise ILinkFailed(0, type(error).__name__, uncertain=not away) from None
        return _read(reply)


def _site(host: str) -> str:
    """The address of a host that the platform names, "" for what is none."""
    return f"https://{host.lower()}" if _HOST.fullmatch(host) else ""


def _read(reply: httpx.Response) -> Mapping[str, Any]:
    """The body of a reply. Raises ILinkFailed."""
    try:
        said = json.loads(reply.content)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise ILinkFailed(0, f"HTTP {reply.status_code}", uncertain=reply.status_code >= 500)
    for name in ("errcode", "ret"):
        code = said.get(name, 0)
        if isinstance(code, int) and code != 0:
            raise ILinkFailed(code, str(code))
    return said
