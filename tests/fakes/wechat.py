"""A stand-in for WeChat: the API that accounts call, and the platform that delivers messages.

It enforces the rules of the vendor's documentation (2026-11): tokens, the messages that may follow
what a person said, their length, typing. Deliveries are sealed and replies opened by wechatpy, so
that our codec is not its own witness.
"""

import asyncio
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

MOST_BYTES = 2048
FOLLOWING = 5
WINDOW = 48 * 3600.0


@dataclass
class FakeWeChat:
    """The API.

    Attributes:
        refuse: error numbers of the next calls, in order; 0 lets one through.
        away: error number of every message while it is set.
        silent: whether messages get no reply: "before" they are taken, or "after".
        published: what the account published, newest first, as the platform shows it.
        lists: how often today that may be listed.
        sent: what reached people. `labels` their marks, `calls` how often each path was called.
    """

    app_id: str = "wxba5fad812f8e6fb9"
    secret: str = "s3cret"
    right: bool = True
    lasting: int = 7200
    refuse: list[int] = field(default_factory=list)
    away: int = 0
    silent: Literal["", "before", "after"] = ""
    sent: list[tuple[str, str]] = field(default_factory=list)
    labels: list[object] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    published: list[dict[str, Any]] = field(default_factory=list)
    lists: int = 100
    _tokens: dict[str, float] = field(default_factory=dict)
    _current: str = ""
    _forced: float = -30.0
    _numbers: Any = field(default_factory=count)
    _spoke: dict[str, float] = field(default_factory=dict)
    _left: dict[str, int] = field(default_factory=dict)
    _typing: dict[str, float] = field(default_factory=dict)

    def spoke(self, openid: str) -> None:
        """A person wrote to the account: so many messages may follow."""
        self._spoke[openid], self._left[openid] = time.monotonic(), FOLLOWING

    def expire(self) -> None:
        """Every token that was given is not good any more."""
        self._tokens.clear()
        self._current = ""

    async def stable_token(self, request: Request) -> Response:
        body = json.loads(await request.body())
        self.calls["stable_token"] += 1
        if body.get("grant_type") != "client_credential" or body.get("appid") != self.app_id:
            return _error(40013)
        if body.get("secret") != self.secret:
            return _error(40125)
        now = time.monotonic()
        forced = bool(body.get("force_refresh"))
        if forced and now - self._forced < 30:
            return _error(45009)
        if forced:
            self._forced = now
        if forced or now > self._tokens.get(self._current, 0.0) - 300:
            self._current = f"token-{next(self._numbers)}" + "x" * 500
            self._tokens[self._current] = now + self.lasting
        left = int(self._tokens[self._current] - now)
        return JSONResponse({"access_token": self._current, "expires_in": left})

    async def send(self, request: Request) -> Response:
        self.calls["send"] += 1
        raw = await request.body()
        if trouble := self._refused(request) or self.away:
            return _error(trouble)
        if self.silent == "before":
            return await _never(request)
        body = json.loads(raw)
        to, content = body.get("touser", ""), body.get("text", {}).get("content", "")
        now = time.monotonic()
        if body.get("msgtype") != "text" or not content:
            return _error(40097)
        if b"\\u" in raw:
            return _error(40097)  # readers would see the escapes
        if len(content.encode()) > MOST_BYTES:
            return _error(45002)
        if to not in self._spoke or now - self._spoke[to] > WINDOW:
            return _error(45015)
        if self._left[to] <= 0:
            return _error(45047)
        self._left[to] -= 1
        self._typing.pop(to, None)
        self.sent.append((to, content))
        self.labels.append(body.get("aimsgcontext"))
        if self.silent == "after":
            return await _never(request)
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def typing(self, request: Request) -> Response:
        self.calls["typing"] += 1
        body = json.loads(await request.body())
        if trouble := self._refused(request):
            return _error(trouble)
        to, now = body.get("touser", ""), time.monotonic()
        if body.get("command") not in ("Typing", "CancelTyping"):
            return _error(45072)
        if now - self._spoke.get(to, -WINDOW) > 30:
            return _error(45080)
        if now < self._typing.get(to, 0.0):
            return _error(45081)
        self._typing[to] = now + 15
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    def publish(self, name: str, *articles: dict[str, Any], at: int, edited: int = 0) -> None:
        """The account publishes, or edits, one article or several together."""
        usual = {"author": "", "digest": "", "content_source_url": "", "thumb_media_id": "m"}
        usual |= {"show_cover_pic": 0, "need_open_comment": 0, "is_deleted": False}
        content = {
            "news_item": [
                usual | {"url": _address(name, n)} | each for n, each in enumerate(articles, 1)
            ],
            "create_time": at,
            "update_time": edited or at,
        }
        item = {"article_id": name, "content": content, "update_time": edited or at}
        kept = [each for each in self.published if each["article_id"] != name]
        self.published = sorted([*kept, item], key=lambda each: -each["content"]["create_time"])

    async def batchget(self, request: Request) -> Response:
        self.calls["batchget"] += 1
        if trouble := self._refused(request):
            return _error(trouble)
        if set(request.query_params) != {"access_token"}:
            return _error(40097)
        body = json.loads(await request.body())
        offset, count = body.get("offset"), body.get("count")
        if not (isinstance(offset, int) and offset >= 0 and isinstance(count, int)):
            return _error(40097)
        if not 1 <= count <= 20 or body.get("no_content", 0) not in (0, 1):
            return _error(40097)
        if self.lists <= 0:
            return _error(45009)
        self.lists -= 1
        items = self.published[offset : offset + count]
        if body.get("no_content"):
            items = [{name: each[name] for name in ("article_id", "update_time")} for each in items]
        said = {"total_count": len(self.published), "item_count": len(items), "item": items}
        # As the platform writes it: UTF-8, not escaped.
        return Response(json.dumps(said, ensure_ascii=False), media_type="text/plain")

    def _refused(self, request: Request) -> int:
        if self.refuse:
            return self.refuse.pop(0)
        token = request.query_params.get("access_token", "")
        if not token:
            return 41001
        if token not in self._tokens:
            return 40001
        if time.monotonic() > self._tokens[token]:
            return 42001
        return 0 if self.right else 48001

    def app(self) -> Starlette:
        """The API as an application."""
        return Starlette(
            routes=[
                Route("/cgi-bin/stable_token", self.stable_token, methods=["POST"]),
                Route("/cgi-bin/freepublish/batchget", self.batchget, methods=["POST"]),
                Route("/cgi-bin/message/custom/send", self.send, methods=["POST"]),
                Route("/cgi-bin/message/custom/typing", self.typing, methods=["POST"]),
            ]
        )


def _address(name: str, n: int) -> str:
    mid = 2_200_000_000 + sum(map(ord, name))
    return f"http://mp.weixin.qq.com/s?__biz=MzA{mid}==&mid={mid}&idx={n}&sn={name}&chksm=f0#rd"


async def _never(request: Request) -> Response:
    """No reply as long as the caller waits for one."""
    while not await request.is_disconnected():  # noqa: ASYNC110 - nothing else tells
        await asyncio.sleep(0.05)
    return Response(status_code=500)


def _error(code: int) -> Response:
    return JSONResponse({"errcode": code, "errmsg": f"refused hint: [{code}]"})


@dataclass
class Platform:
    """Delivers messages to an account, as the platform does. `key` "" means plaintext mode."""

    client: httpx.AsyncClient
    path: str
    token: str
    key: str = ""
    app_id: str = "wxba5fad812f8e6fb9"
    form: str = "xml"
    patience: float = 5.0
    account: str = "gh_97417a04a28d"
    _numbers: Any = field(default_factory=lambda: count(7_000_000_000_000_000_000))

    def number(self) -> str:
        """A fresh MsgId."""
        return str(next(self._numbers))

    async def say(self, openid: str, text: str, *, number: str = "", menu: str = "") -> str | None:
        """A person says something; what they read in reply, None for nothing.

        Delivered three times where no reply comes in time, each with its own time and nonce.
        """
        fields = {"MsgType": "text", "Content": text, "MsgId": number or self.number()}
        if menu:
            fields["bizmsgmenuid"] = menu
        for _ in range(3):
            try:
                response = await asyncio.wait_for(self.deliver(openid, fields), self.patience)
            except TimeoutError:
                continue
            if response.status_code == 200:
                return self.read(response)
        return None

    async def deliver(self, openid: str, fields: dict[str, Any]) -> httpx.Response:
        """One delivery."""
        stamp, nonce = str(int(time.time())), str(next(self._numbers) % 10**9)
        whole = {
            "ToUserName": self.account,
            "FromUserName": openid,
            "CreateTime": int(time.time()),
            **fields,
        }
        body = _written(whole, self.form)
        query = {"timestamp": stamp, "nonce": nonce, "openid": openid}
        query["signature"] = _signed(self.token, stamp, nonce)
        if self.key:
            sealed = _sealed(self.token, self.key, self.app_id, body, nonce, stamp)
            query["encrypt_type"] = "aes"
            query["msg_signature"] = _signed(self.token, stamp, nonce, sealed)
            body = _written({"ToUserName": self.account, "Encrypt": sealed}, self.form)
        return await self.client.post(self.path, params=query, content=body.encode())

    def read(self, response: httpx.Response) -> str | None:
        """What the person reads; None where the reply says that there is none.

        Raises AssertionError where WeChat would show that the account is out of order.
        """
        if response.content in (b"", b"success"):
            return None
        fields = _fields(response.text, self.form)
        if self.key:
            fields = _fields(self._opened(fields), self.form)
        assert fields["MsgType"] == "text"
        assert fields["FromUserName"] == self.account
        assert fields["Content"]
        assert len(fields["Content"].encode()) <= MOST_BYTES
        return str(fields["Content"])

    def _opened(self, fields: dict[str, Any]) -> str:
        crypto = WeChatCrypto(self.token, self.key, self.app_id)
        body = f"<xml><ToUserName>x</ToUserName><Encrypt>{fields['Encrypt']}</Encrypt></xml>"
        return str(
            crypto.decrypt_message(
                body, fields["MsgSignature"], str(fields["TimeStamp"]), fields["Nonce"]
            )
        )


def _signed(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def _sealed(token: str, key: str, app_id: str, body: str, nonce: str, stamp: str) -> str:
    made = WeChatCrypto(token, key, app_id).encrypt_message(body, nonce, stamp)
    return str(made).split("<Encrypt><![CDATA[")[1].split("]]>")[0]


def _written(fields: dict[str, Any], form: str) -> str:
    if form == "json":
        return json.dumps(fields, ensure_ascii=False)
    inner = "".join(f"<{name}>{_data(value)}</{name}>" for name, value in fields.items())
    return f"<xml>{inner}</xml>"


def _data(value: object) -> str:
    """CDATA, in two where the text would end it."""
    return f"<![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _fields(body: str, form: str) -> dict[str, Any]:
    if form == "json":
        return dict(json.loads(body))
    import xmltodict

    return dict(xmltodict.parse(body)["xml"])
