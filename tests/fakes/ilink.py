"""A stand-in for the bot interface of a person's own WeChat (iLink), as the vendor's plugin
describes it (2026-11): headers, cursors, contexts, lengths, the login by a code."""

import asyncio
import base64
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

MOST = 2000
STALE = -14
NUMBER = "4711"
"""What the phone shows where the platform asks for it."""
ELSEWHERE = "other.example.org"
"""The host at which a login goes on that was moved."""


@dataclass
class FakeILink:
    """The interface.

    Attributes:
        wait: seconds that a poll stays open.
        scans: what becomes of the login, answer by answer.
        fail: statuses of the next polls; 0 lets one through.
        silent: whether messages get no reply "after" they are taken.
        sent: what reached people, `typing` to whom it was shown, `polls` the cursors asked for,
            `told` whether the bot said that it polls.
    """

    token: str = "bot-token"
    wait: float = 0.3
    scans: list[str] = field(default_factory=lambda: ["wait", "scaned", "confirmed"])
    fail: list[int] = field(default_factory=list)
    silent: Literal["", "after"] = ""
    sent: list[tuple[str, str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    moved: bool = False
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _messages: list[dict[str, Any]] = field(default_factory=list)
    _contexts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def say(self, sender: str, text: str, **more: Any) -> str:
        """A person says something; the id of the message."""
        number = len(self._messages) + 1
        context = f"context-{sender}-{number}"
        self._contexts[sender].add(context)
        item = {"type": 1, "text_item": {"text": text}}
        message = {
            "message_id": 9_000 + number,
            "seq": number,
            "from_user_id": sender,
            "message_type": 1,
            "message_state": 2,
            "context_token": context,
            "item_list": [item],
        }
        self._messages.append(message | more)
        return str(9_000 + number)

    async def updates(self, request: Request) -> Response:
        body, refused = await self._read(request, "getupdates")
        if refused:
            return refused
        if self.fail and (status := self.fail.pop(0)):
            return Response("bad gateway", status)
        cursor = body.get("get_updates_buf")
        self.polls.append(cursor)
        place = int(cursor.removeprefix("cursor-") or 0) if cursor else 0
        until = asyncio.get_running_loop().time() + self.wait
        while len(self._messages) <= place and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        fresh = self._messages[place:]
        said = {"ret": 0, "msgs": fresh, "longpolling_timeout_ms": int(self.wait * 1000)}
        return _reply(said | {"get_updates_buf": f"cursor-{len(self._messages)}"})

    async def send(self, request: Request) -> Response:
        body, refused = await self._read(request, "sendmessage")
        if refused:
            return refused
        message = body.get("msg", {})
        to, context = message.get("to_user_id", ""), message.get("context_token", "")
        texts = [each["text_item"]["text"] for each in message.get("item_list", ())]
        good = message.get("message_type") == 2 and message.get("message_state") == 2
        if not (good and message.get("client_id") and context in self._contexts[to]):
            return _reply({"ret": -2})
        if len(texts) != 1 or not texts[0] or len(texts[0]) > MOST:
            return _reply({"ret": -3})
        self.sent.append((to, texts[0]))
        self.names.append(message["client_id"])
        while self.silent == "after" and not await request.is_disconnected():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return _reply({})

    async def config(self, request: Request) -> Response:
        body, refused = await self._read(request, "getconfig")
        if refused:
            return refused
        known = body.get("context_token") in self._contexts[body.get("ilink_user_id", "")]
        return _reply({"ret": 0, "typing_ticket": "ticket"} if known else {"ret": -2})

    async def typed(self, request: Request) -> Response:
        body, refused = await self._read(request, "sendtyping")
        if refused:
            return refused
        if body.get("typing_ticket") != "ticket" or body.get("status") not in (1, 2):
            return _reply({"ret": -2})
        self.typing.append(body["ilink_user_id"])
        return _reply({"ret": 0})

    async def started(self, request: Request) -> Response:
        return await self._told(request, "start")

    async def stopped(self, request: Request) -> Response:
        return await self._told(request, "stop")

    async def _told(self, request: Request, what: str) -> Response:
        _, refused = await self._read(request, f"notify{what}")
        if not refused:
            self.told.append(what)
        return refused or _reply({"ret": 0})

    async def code(self, request: Request) -> Response:
        body, refused = await self._read(request, "get_bot_qrcode", login=True)
        if refused or request.query_params.get("bot_type") != "3" or "local_token_list" not in body:
            return refused or _reply({"ret": -1})
        return _reply({"qrcode": "qr-1", "qrcode_img_content": "https://example.org/qr-1"})

    async def status(self, request: Request) -> Response:
        if request.query_params.get("qrcode") != "qr-1":
            return _reply({"ret": -1})
        if self.scans[0] == "need_verifycode" and request.query_params.get("verify_code") == NUMBER:
            self.scans.pop(0)
        said = {
            "status": self.scans[0] if self.scans[0] == "need_verifycode" else self.scans.pop(0)
        }
        if said["status"] == "scaned_but_redirect":
            said["redirect_host"] = ELSEWHERE
            self.moved = True
        elif self.moved and request.url.hostname != ELSEWHERE:
            return _reply({"ret": -1})
        if said["status"] == "confirmed":
            said |= {"bot_token": self.token, "baseurl": "https://other.example.org"}
            said |= {"ilink_bot_id": "b@im.bot", "ilink_user_id": "ada@im.wechat"}
        return _reply(said)

    async def _read(
        self, request: Request, name: str, *, login: bool = False
    ) -> tuple[dict[str, Any], Response | None]:
        self.calls[name] += 1
        headers = request.headers
        number = base64.b64decode(headers.get("x-wechat-uin", ""), validate=True).decode()
        if not (number.isdigit() and headers.get("ilink-app-id") == "bot"):
            return {}, _reply({"ret": -1})
        if not headers.get("ilink-app-clientversion", "").isdigit():
            return {}, _reply({"ret": -1})
        good = headers.get("authorization") == f"Bearer {self.token}"
        if not login and not (good and headers.get("authorizationtype") == "ilink_bot_token"):
            return {}, _reply({"ret": 0, "errcode": STALE})
        body = json.loads(await request.body())
        if not login and not body.get("base_info", {}).get("channel_version"):
            return {}, _reply({"ret": -1})
        return body, None

    def app(self) -> Starlette:
        """The interface as an application."""
        paths = {
            "getupdates": self.updates,
            "sendmessage": self.send,
            "getconfig": self.config,
            "sendtyping": self.typed,
            "get_bot_qrcode": self.code,
            "msg/notifystart": self.started,
            "msg/notifystop": self.stopped,
        }
        routes = [Route(f"/ilink/bot/{name}", at, methods=["POST"]) for name, at in paths.items()]
        return Starlette(routes=[*routes, Route("/ilink/bot/get_qrcode_status", self.status)])


def _reply(said: dict[str, Any]) -> Response:
    return JSONResponse(said)
