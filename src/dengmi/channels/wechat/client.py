"""Calls of the WeChat Official Account API: messages, typing."""

import logging
from collections.abc import Mapping

from dengmi.channels.api import Api, ApiFailed
from dengmi.core.clock import Clock

log = logging.getLogger(__name__)

CLOSED = frozenset((40003, 43004, 45002, 45015, 45047, 48001, 48002))
"""This message cannot be sent to this person; trying again changes nothing."""


class WeChatFailed(ApiFailed):
    """The API refused a call, or nothing came back."""

    refused = "wechat_refused"
    texts = {  # noqa: RUF012
        40013: "wechat_app_id",
        40125: "wechat_secret",
        40164: "wechat_address",
        40243: "wechat_frozen",
        45009: "wechat_used_up",
        48001: "wechat_right",
    }
    busy = frozenset((-1, 45011))


class WeChat(Api):
    """The API of one account.

    Args:
        host: such as "https://api.weixin.qq.com".
        label: whether messages carry the mark that a machine wrote them.
    """

    failed = WeChatFailed

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
        super().__init__(host, clock, timeout=timeout)
        self._app_id = app_id
        self._secret = secret
        self._label = label

    async def send_text(self, to: str, content: str) -> None:
        """Send a customer-service message. Raises WeChatFailed."""
        body: dict[str, object] = {"touser": to, "msgtype": "text", "text": {"content": content}}
        if self._label:
            body["aimsgcontext"] = {"is_ai_msg": 1}
        await self.call("/cgi-bin/message/custom/send", body)

    async def typing(self, to: str) -> None:
        """Show that an answer is being written, for 15 s. Fails silently: it is only a courtesy."""
        body = {"touser": to, "command": "Typing"}
        try:
            path = f"/cgi-bin/message/custom/typing?access_token={await self.token()}"
            await self._posted(path, body)
        except WeChatFailed as error:
            log.debug("typing was refused: %s", error.errcode)

    async def _ask_token(self, *, force: bool) -> Mapping[str, object]:
        asked: dict[str, object] = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
        }
        if force:
            asked["force_refresh"] = True
        return await self._posted("/cgi-bin/stable_token", asked)
