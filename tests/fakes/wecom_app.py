"""A stand-in for the platform that calls self-built applications of WeCom, and customer service.

Deliveries are sealed and replies opened by wechatpy, so that our codec is not its own witness.
"""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import xmltodict
from wechatpy.work.crypto import WeChatCrypto

MOST_BYTES = 2_048


@dataclass
class AppPlatform:
    """Calls an application, as the platform does."""

    client: httpx.AsyncClient
    path: str
    token: str
    key: str
    corp_id: str = "wx5823bf96d3bd56c7"
    agent: int = 1000002
    patience: float = 5.0
    _numbers: Any = field(default_factory=lambda: count(6_000_000_000_000_000_000))

    def number(self) -> str:
        """A fresh MsgId."""
        return str(next(self._numbers))

    async def say(self, user: str, text: str, *, number: str = "") -> str | None:
        """A member says something; what they read in reply, None for nothing."""
        fields = {"MsgType": "text", "Content": text, "MsgId": number or self.number()}
        for _ in range(3):
            try:
                response = await asyncio.wait_for(self.deliver(user, fields), self.patience)
            except TimeoutError:
                continue
            if response.status_code == 200:
                return self.read(response)
        return None

    async def deliver(self, user: str, fields: dict[str, Any]) -> httpx.Response:
        """One delivery."""
        whole = {
            "ToUserName": self.corp_id,
            "FromUserName": user,
            "CreateTime": int(time.time()),
            "AgentID": self.agent,
            **fields,
        }
        inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in whole.items())
        return await self.raw(f"<xml>{inner}</xml>")

    async def raw(self, plain: str) -> httpx.Response:
        """Anything at all, well sealed."""
        stamp, nonce = str(int(time.time())), str(next(self._numbers) % 10**9)
        sealed = xmltodict.parse(self._crypto().encrypt_message(plain, nonce, stamp))["xml"]
        body = (
            f"<xml><ToUserName><![CDATA[{self.corp_id}]]></ToUserName>"
            f"<AgentID><![CDATA[{self.agent}]]></AgentID>"
            f"<Encrypt><![CDATA[{sealed['Encrypt']}]]></Encrypt></xml>"
        )
        query = {"msg_signature": sealed["MsgSignature"], "timestamp": stamp, "nonce": nonce}
        return await self.client.post(self.path, params=query, content=body.encode())

    def read(self, response: httpx.Response) -> str | None:
        """What the member reads; None where the reply says that there is nothing."""
        if not response.content:
            return None
        sealed = xmltodict.parse(response.text)["xml"]
        plain = self._crypto().decrypt_message(
            response.text, sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"]
        )
        fields = xmltodict.parse(plain)["xml"]
        assert fields["MsgType"] == "text"
        assert fields["FromUserName"] == self.corp_id
        assert fields["Content"]
        assert len(fields["Content"].encode()) <= MOST_BYTES
        return str(fields["Content"])

    async def verify(self) -> httpx.Response:
        """Ask whether this is the server; the reply is to be "1616140317555161061"."""
        stamp, nonce = str(int(time.time())), "15"
        made = self._crypto().encrypt_message("1616140317555161061", nonce, stamp)
        sealed = xmltodict.parse(made)["xml"]
        query = {"msg_signature": sealed["MsgSignature"], "timestamp": stamp, "nonce": nonce}
        return await self.client.get(self.path, params={**query, "echostr": sealed["Encrypt"]})

    def _crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.token, self.key, self.corp_id)
