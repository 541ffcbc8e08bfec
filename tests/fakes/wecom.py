"""A stand-in for WeCom: the API that applications call, and the platform that calls AI bots.

It enforces the rules of the vendor's documentation (2026-11): tokens, lengths, how often, to whom,
the polling of a bot's message. Deliveries are sealed and replies opened by wx_crypt, which is the
vendor's sample code, so that our codec is not its own witness.
"""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from wx_crypt.channel import WxChannel_WecomAiBot
from wx_crypt.WXBizMsgCrypt3 import WXBizMsgCrypt

from tests.fakes.wecom_kf import FakeKf

MOST_BOT = 20_480
MOST_TEXT = 2_048
MOST_ROBOT = 4_096
PER_MINUTE, PER_HOUR, PER_ROBOT = 30, 1_000, 20


@dataclass
class FakeWeCom:
    """The API. `sent` holds what reached people, `calls` how often each path was called."""

    corp_id: str = "wx5823bf96d3bd56c7"
    secret: str = "s3cret"
    agent: int = 1000002
    members: set[str] = field(default_factory=lambda: {"u1", "u2", "u3"})
    refuse: list[int] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    posted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    feedback: list[str] = field(default_factory=list)
    address: str = ""
    kf: FakeKf = field(default_factory=FakeKf)
    _token: str = ""
    _numbers: Any = field(default_factory=count)
    _codes: dict[str, float] = field(default_factory=dict)
    _recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _alike: dict[tuple[str, str], float] = field(default_factory=dict)
    _robot: deque[float] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.kf.refuse = self._refused

    def response_url(self) -> str:
        """An address that takes one answer within an hour."""
        code = f"code{next(self._numbers)}"
        self._codes[code] = time.monotonic() + 3600
        return f"{self.address}/cgi-bin/aibot/response?response_code={code}"

    def expire(self) -> None:
        """The token that was given is not good any more."""
        self._token = ""

    async def gettoken(self, request: Request) -> Response:
        self.calls["gettoken"] += 1
        query = request.query_params
        if query.get("corpid") != self.corp_id:
            return _error(40013)
        if query.get("corpsecret") != self.secret:
            return _error(40001)
        if not self._token:
            self._token = f"token-{next(self._numbers)}" + "x" * 500
        return JSONResponse(
            {"errcode": 0, "errmsg": "ok", "access_token": self._token, "expires_in": 7200}
        )

    async def respond(self, request: Request) -> Response:
        self.calls["response"] += 1
        if self.refuse:
            return _error(self.refuse.pop(0))
        code = request.query_params.get("response_code", "")
        if time.monotonic() > self._codes.pop(code, 0.0):
            return _error(60140)
        body = json.loads(await request.body())
        content = body.get("markdown", {}).get("content", "")
        feedback = body.get("markdown", {}).get("feedback", {}).get("id", "")
        if body.get("msgtype") != "markdown" or not content or len(feedback) > 256:
            return _error(40008)
        self.feedback.append(feedback)
        if len(content.encode()) > MOST_BOT:
            return _error(45002)
        self.posted[code].append(content)
        self.said.append(content)
        return _error(0)

    async def send(self, request: Request) -> Response:
        self.calls["send"] += 1
        raw = await request.body()
        if trouble := self._refused(request):
            return _error(trouble)
        body = json.loads(raw)
        to, content = body.get("touser", ""), body.get("text", {}).get("content", "")
        if body.get("agentid") != self.agent:
            return _error(40056)
        if body.get("msgtype") != "text" or not content or b"\\u" in raw:
            return _error(40008)
        if len(content.encode()) > MOST_TEXT:
            return _error(45002)
        if to not in self.members:
            return _error(81013)
        now = time.monotonic()
        if body.get("enable_duplicate_check") and now < self._alike.get((to, content), 0.0):
            return JSONResponse({"errcode": 0, "errmsg": "ok", "msgid": "same"})
        self._alike[to, content] = now + float(body.get("duplicate_check_interval", 1800))
        recent = self._recent[to]
        while recent and now - recent[0] > 60:
            recent.popleft()
        recent.append(now)
        # What is too much is dropped, and nobody is told.
        (self.dropped if len(recent) > PER_MINUTE else self.sent).append((to, content))
        return JSONResponse({"errcode": 0, "errmsg": "ok", "msgid": f"m{next(self._numbers)}"})

    async def agent_get(self, request: Request) -> Response:
        self.calls["agent_get"] += 1
        if trouble := self._refused(request):
            return _error(trouble)
        if request.query_params.get("agentid") != str(self.agent):
            return _error(40056)
        return JSONResponse({"errcode": 0, "errmsg": "ok", "name": "问答"})

    async def robot(self, request: Request) -> Response:
        self.calls["robot"] += 1
        if request.query_params.get("key") != "robot-key":
            return _error(93000)
        now = time.monotonic()
        while self._robot and now - self._robot[0] > 60:
            self._robot.popleft()
        if len(self._robot) >= PER_ROBOT:
            return _error(45009)
        self._robot.append(now)
        body = json.loads(await request.body())
        content = body.get("markdown", {}).get("content", "")
        if body.get("msgtype") != "markdown" or not content:
            return _error(40008)
        if len(content.encode()) > MOST_ROBOT:
            return _error(45002)
        self.said.append(content)
        return _error(0)

    def _refused(self, request: Request) -> int:
        if self.refuse:
            return self.refuse.pop(0)
        token = request.query_params.get("access_token", "")
        if not token:
            return 41001
        return 0 if token == self._token else 40014

    def routes(self) -> list[Route]:
        """The paths of the API."""
        return [
            Route("/cgi-bin/gettoken", self.gettoken, methods=["GET"]),
            Route("/cgi-bin/aibot/response", self.respond, methods=["POST"]),
            Route("/cgi-bin/message/send", self.send, methods=["POST"]),
            Route("/cgi-bin/webhook/send", self.robot, methods=["POST"]),
            Route("/cgi-bin/agent/get", self.agent_get, methods=["GET"]),
            *self.kf.routes(),
        ]

    def app(self) -> Starlette:
        """The API as an application."""
        return Starlette(routes=self.routes())


def _error(code: int) -> Response:
    return JSONResponse({"errcode": code, "errmsg": "ok" if code == 0 else f"refused [{code}]"})


@dataclass
class Read:
    """A bot's message as a person saw it: every text it had, and whether it was finished."""

    shown: list[str] = field(default_factory=list)
    finished: bool = False
    stream: str = ""
    feedback: str = ""

    @property
    def last(self) -> str:
        return self.shown[-1]


@dataclass
class BotPlatform:
    """Calls an AI bot in webhook mode, as the platform does. `every`: seconds between two polls;
    `limit`: seconds from the message until it polls no more (360 in truth)."""

    client: httpx.AsyncClient
    path: str
    token: str
    key: str
    api: FakeWeCom
    patience: float = 5.0
    every: float = 0.1
    limit: float = 20.0
    _numbers: Any = field(default_factory=lambda: count(1))
    _flying: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def number(self) -> str:
        """A fresh msgid."""
        return f"MSG{next(self._numbers)}X{time.monotonic_ns()}"

    async def say(
        self, user: str, text: str, *, chat: str = "", number: str = "", polls: int = 10_000
    ) -> Read:
        """A person says something; what they read until the message is finished, or given up."""
        assert self._flying[user] < 3, "more than three messages in flight"
        self._flying[user] += 1
        try:
            body = self.message(user, "text", text={"content": text}, chat=chat, number=number)
            return await self.follow(body, polls)
        finally:
            self._flying[user] -= 1

    async def follow(self, body: Mapping[str, Any], polls: int = 10_000) -> Read:
        """Deliver a message and ask for its answer until it is finished."""
        began = time.monotonic()
        read = Read()
        reply = None
        for _ in range(3):
            try:
                reply = await asyncio.wait_for(self.deliver(body), self.patience)
                break
            except TimeoutError:
                continue
        if reply is None:
            return read
        self._took(read, reply, first=True)
        while not read.finished and polls > 0 and time.monotonic() - began < self.limit:
            await asyncio.sleep(self.every)
            polls -= 1
            again = {**body, "msgtype": "stream", "stream": {"id": read.stream}}
            again.pop("text", None)
            polled = await self.deliver(again)
            assert polled is not None
            self._took(read, polled)
        return read

    def message(
        self, user: str, kind: str, *, chat: str = "", number: str = "", **more: Any
    ) -> dict[str, Any]:
        """The body of a message."""
        body = {
            "msgid": number or self.number(),
            "aibotid": "AIBOT",
            "chattype": "group" if chat else "single",
            "from": {"userid": user},
            "response_url": self.api.response_url(),
            "msgtype": kind,
            **more,
        }
        return {**body, "chatid": chat} if chat else body

    async def deliver(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """One delivery; what was said in return, None for nothing."""
        response = await self.raw(json.dumps(body, ensure_ascii=False).encode())
        assert response.status_code == 200, response.status_code
        return self.read(response)

    async def raw(self, plain: bytes, **query: str) -> httpx.Response:
        """Anything at all, well sealed."""
        stamp, nonce = str(int(time.time())), str(next(self._numbers) + 10**8)
        sealed = json.loads(self._crypt().EncryptMsg(plain, nonce, stamp)[1])
        return await self.client.post(
            self.path,
            params={
                "msg_signature": sealed["msgsignature"],
                "timestamp": stamp,
                "nonce": nonce,
                **query,
            },
            content=json.dumps({"encrypt": sealed["encrypt"]}).encode(),
        )

    def read(self, response: httpx.Response) -> dict[str, Any] | None:
        """A reply, opened; None for an empty one."""
        if not response.content:
            return None
        sealed = response.json()
        assert set(sealed) == {"encrypt", "msgsignature", "timestamp", "nonce"}
        assert isinstance(sealed["timestamp"], int)
        assert sealed["nonce"] == response.request.url.params["nonce"]
        code, plain = self._crypt().DecryptMsg(
            response.text, sealed["msgsignature"], str(sealed["timestamp"]), sealed["nonce"]
        )
        assert code == 0, code
        return dict(json.loads(plain))

    async def verify(self) -> httpx.Response:
        """Ask whether this is the server; the reply is to be "4375120948"."""
        stamp, nonce = str(int(time.time())), "15"
        sealed = json.loads(self._crypt().EncryptMsg(b"4375120948", nonce, stamp)[1])
        return await self.client.get(
            self.path,
            params={
                "msg_signature": sealed["msgsignature"],
                "timestamp": stamp,
                "nonce": nonce,
                "echostr": sealed["encrypt"],
            },
        )

    def _took(self, read: Read, reply: Mapping[str, Any], first: bool = False) -> None:
        assert reply["msgtype"] == "stream"
        stream = reply["stream"]
        assert first or stream["id"] == read.stream, "another message"
        assert first or "feedback" not in stream
        assert isinstance(stream["finish"], bool)
        assert stream["content"]
        assert len(stream["content"].encode()) <= MOST_BOT
        read.stream, read.finished = stream["id"], stream["finish"]
        read.feedback = read.feedback or stream.get("feedback", {}).get("id", "")
        read.shown.append(stream["content"])

    def _crypt(self) -> WXBizMsgCrypt:
        return WXBizMsgCrypt(self.token, self.key, "", WxChannel_WecomAiBot)
