"""A stand-in for the customer service part of the WeCom API: what was said lies behind cursors,
five messages may follow each message of a customer, a person of the company may have taken over."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

MOST_BYTES = 2_048
FOLLOWING = 5
WINDOW = 48 * 3600.0


@dataclass
class FakeKf:
    """The accounts. `sent` holds (customer, text, msgid) of what arrived; `page` how many messages
    a page has; `repeat` gives the last one of a page once more, as the platform may."""

    account: str = "wkAJ2GCAAA"
    page: int = 2
    repeat: bool = True
    messages: list[dict[str, Any]] = field(default_factory=list)
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    welcomed: list[str] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    cursors: list[str] = field(default_factory=list)
    staffed: bool = True
    refuse: Callable[[Request], int] = lambda _: 0
    _tokens: dict[str, float] = field(default_factory=dict)
    _left: dict[str, int] = field(default_factory=dict)
    _spoke: dict[str, float] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _codes: dict[str, float] = field(default_factory=dict)
    _numbers: Any = field(default_factory=count)

    def token(self) -> str:
        """A token as a doorbell brings it, good for ten minutes."""
        token = f"ENC{next(self._numbers)}"
        self._tokens[token] = time.monotonic() + 600
        return token

    def said(self, customer: str, text: str, ago: float = 0.0, **more: Any) -> str:
        """A customer says something; its msgid."""
        number = f"msg{next(self._numbers)}"
        self._spoke[customer], self._left[customer] = time.monotonic() - ago, FOLLOWING
        self.messages.append(
            {
                "msgid": number,
                "open_kfid": self.account,
                "external_userid": customer,
                "send_time": int(time.time() - ago),
                "origin": 3,
                "msgtype": "text",
                "text": {"content": text},
                **more,
            }
        )
        return number

    def entered(self, customer: str) -> str:
        """A customer comes in; the code of the welcome."""
        code = f"code{next(self._numbers)}"
        self._codes[code] = time.monotonic() + 20
        event = {
            "event_type": "enter_session",
            "open_kfid": self.account,
            "external_userid": customer,
            "welcome_code": code,
        }
        self.messages.append(
            {
                "msgid": f"ev{next(self._numbers)}",
                "send_time": int(time.time()),
                "origin": 4,
                "msgtype": "event",
                "event": event,
            }
        )
        return code

    async def sync(self, request: Request) -> Response:
        self.calls["sync"] += 1
        body = json.loads(await request.body())
        if trouble := self.refuse(request):
            return _error(trouble)
        if body.get("open_kfid") != self.account or not 1 <= body.get("limit", 0) <= 1000:
            return _error(95000)
        token = body.get("token", "")
        if token and time.monotonic() > self._tokens.get(token, 0.0):
            return _error(95007)
        cursor = body.get("cursor", "")
        self.cursors.append(cursor)
        start = int(cursor.removeprefix("c")) if cursor else 0
        end = min(start + self.page, len(self.messages))
        given = self.messages[start:end]
        if self.repeat and start:
            given = [self.messages[start - 1], *given]
        return JSONResponse(
            {
                "errcode": 0,
                "errmsg": "ok",
                "next_cursor": f"c{end}",
                "has_more": int(end < len(self.messages)),
                "msg_list": given[::-1] if self.repeat else given,
            }
        )

    async def send(self, request: Request) -> Response:
        self.calls["send"] += 1
        raw = await request.body()
        body = json.loads(raw)
        if trouble := self.refuse(request):
            return _error(trouble)
        to, content = body.get("touser", ""), body.get("text", {}).get("content", "")
        number = body.get("msgid", "")
        if body.get("open_kfid") != self.account:
            return _error(95000)
        if body.get("msgtype") != "text" or not content or b"\\u" in raw:
            return _error(40008)
        if number and not re.fullmatch(r"[0-9a-zA-Z_-]{1,32}", number):
            return _error(40058)
        if len(content.encode()) > MOST_BYTES:
            return _error(45002)
        if self.states.get(to, 0) not in (0, 1):
            return _error(95018)
        if time.monotonic() - self._spoke.get(to, -WINDOW) > WINDOW:
            return _error(95002)
        if number in self._taken:
            return _error(40058)
        if self._left.get(to, 0) <= 0:
            return _error(95001)
        self._left[to] -= 1
        self._taken.add(number)
        self.sent.append((to, content, number))
        return JSONResponse({"errcode": 0, "errmsg": "ok", "msgid": number})

    async def welcome(self, request: Request) -> Response:
        self.calls["welcome"] += 1
        body = json.loads(await request.body())
        if trouble := self.refuse(request):
            return _error(trouble)
        if time.monotonic() > self._codes.pop(body.get("code", ""), 0.0):
            return _error(95009)
        self.welcomed.append(body["text"]["content"])
        return _error(0)

    async def state(self, request: Request) -> Response:
        self.calls["state"] += 1
        body = json.loads(await request.body())
        if trouble := self.refuse(request):
            return _error(trouble)
        state = self.states.get(body.get("external_userid", ""), 0)
        return JSONResponse({"errcode": 0, "errmsg": "ok", "service_state": state})

    async def trans(self, request: Request) -> Response:
        self.calls["trans"] += 1
        body = json.loads(await request.body())
        if trouble := self.refuse(request):
            return _error(trouble)
        customer = body.get("external_userid", "")
        if body.get("open_kfid") != self.account or body.get("service_state") not in (1, 2, 3, 4):
            return _error(95000)
        if not self.staffed:
            return _error(95011)
        self.states[customer] = body["service_state"]
        return JSONResponse({"errcode": 0, "errmsg": "ok", "msg_code": "MSG_CODE"})

    async def accounts(self, request: Request) -> Response:
        self.calls["accounts"] += 1
        if trouble := self.refuse(request):
            return _error(trouble)
        account = {"open_kfid": self.account, "name": "客服", "avatar": ""}
        return JSONResponse({"errcode": 0, "errmsg": "ok", "account_list": [account]})

    def routes(self) -> list[Route]:
        """The paths of the API."""
        return [
            Route("/cgi-bin/kf/account/list", self.accounts, methods=["POST"]),
            Route("/cgi-bin/kf/sync_msg", self.sync, methods=["POST"]),
            Route("/cgi-bin/kf/send_msg", self.send, methods=["POST"]),
            Route("/cgi-bin/kf/send_msg_on_event", self.welcome, methods=["POST"]),
            Route("/cgi-bin/kf/service_state/get", self.state, methods=["POST"]),
            Route("/cgi-bin/kf/service_state/trans", self.trans, methods=["POST"]),
        ]


def _error(code: int) -> Response:
    return JSONResponse({"errcode": code, "errmsg": "ok" if code == 0 else f"refused [{code}]"})
