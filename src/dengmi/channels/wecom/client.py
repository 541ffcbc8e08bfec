"""Calls of the WeCom API: messages, customer service."""

from collections.abc import Mapping

from dengmi.channels.api import Api, ApiFailed
from dengmi.core.clock import Clock
from dengmi.core.ids import stable_id

CLOSED = frozenset((60111, 81013, 95001, 95002, 95004, 95013, 95016, 95017, 95018))
"""No message can be sent to this person now; trying again changes nothing."""

TAKEN = 40058
"""An argument is not valid; where nothing else is wrong, a msgid that was used before."""


class WeComFailed(ApiFailed):
    """The API refused a call, or nothing came back."""

    refused = "wecom_refused"
    busy = frozenset((-1, 45009, 45033))


class WeCom(Api):
    """The API, as one application sees it.

    Args:
        host: such as "https://qyapi.weixin.qq.com".
        corp_id, secret: of the application; empty where no call takes a token.
    """

    failed = WeComFailed

    def __init__(
        self,
        host: str,
        clock: Clock,
        corp_id: str = "",
        secret: str = "",
        *,
        timeout: float = 8.0,
    ) -> None:
        super().__init__(host, clock, timeout=timeout)
        self._corp_id = corp_id
        self._secret = secret

    async def post(self, address: str, content: str, feedback: str) -> None:
        """Send Markdown to a response_url, which came sealed from the platform and takes one call.

        Args:
            feedback: the id that thumbs come with.

        Raises:
            WeComFailed: refused.
        """
        said = {"content": content, "feedback": {"id": feedback}}
        await self._posted(address, {"msgtype": "markdown", "markdown": said})

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

    async def get(self, path: str, query: Mapping[str, str]) -> Mapping[str, object]:
        """A call that only reads. Raises WeComFailed."""
        params = {"access_token": await self.token(), **query}
        return await self._answered("GET", path, params=params)

    async def _ask_token(self, *, force: bool) -> Mapping[str, object]:  # noqa: ARG002
        query = {"corpid": self._corp_id, "corpsecret": self._secret}
        return await self._answered("GET", "/cgi-bin/gettoken", params=query)
