"""A stand-in for the long connection of WeCom's AI bots: one connection for a bot,
acknowledgements, pings, streams that end, 30 messages a minute to a chat. After the vendor's
documentation (2026-11); the vendor's client and another one are run against it in the tests."""

import asyncio
import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

MOST_BYTES = 20_480
PER_MINUTE = 30


@dataclass
class Seen:
    """A message of the bot: every text it had, and whether it is finished."""

    stream: str = ""
    shown: list[str] = field(default_factory=list)
    finished: bool = False
    feedback: str = ""
    began: float = 0.0


@dataclass
class FakeSocket:
    """The server. `seen` holds the bot's messages by the req_id they answer, `pushed` what it said
    of its own, `frames` every frame but pings."""

    bot_id: str = "bot-1"
    secret: str = "s3cret"
    limit: float = 360.0
    deaf: bool = False
    seen: dict[str, Seen] = field(default_factory=dict)
    pushed: list[tuple[str, str]] = field(default_factory=list)
    welcomes: list[str] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    subscribed: int = 0
    pings: int = 0
    live: ServerConnection | None = None
    address: str = ""
    _server: Server | None = None
    _chats: dict[str, str] = field(default_factory=dict)
    _talked: set[str] = field(default_factory=set)
    _events: dict[str, float] = field(default_factory=dict)
    _recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _numbers: Any = field(default_factory=count)

    async def __aenter__(self) -> "FakeSocket":
        self._server = await serve(self._serve, "127.0.0.1", 0, ping_interval=None)
        port = next(iter(self._server.sockets)).getsockname()[1]
        self.address = f"ws://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def say(self, user: str, text: str, *, chat: str = "", number: str = "") -> str:
        """A person says something; the req_id of the callback."""
        number = number or f"MSG{next(self._numbers)}"
        body = {
            "msgid": number,
            "aibotid": "AIBOT",
            "chattype": "group" if chat else "single",
            "from": {"userid": user},
            "msgtype": "text",
            "text": {"content": text},
        }
        if chat:
            body["chatid"] = chat
        req_id = f"req-{next(self._numbers)}"
        self._chats[req_id] = chat or user
        self._talked.add(chat or user)
        await self._send("aibot_msg_callback", req_id, body)
        return req_id

    async def event(self, user: str, **event: Any) -> str:
        """Something happened."""
        req_id = f"req-{next(self._numbers)}"
        self._events[req_id] = time.monotonic()
        body = {
            "msgid": f"EV{next(self._numbers)}",
            "aibotid": "AIBOT",
            "from": {"userid": user},
            "msgtype": "event",
            "event": event,
        }
        await self._send("aibot_event_callback", req_id, body)
        return req_id

    async def drop(self) -> None:
        """Break the line."""
        assert self.live is not None
        await self.live.close(1011)

    async def _send(self, cmd: str, req_id: str, body: dict[str, Any]) -> None:
        assert self.live is not None, "no bot is connected"
        frame = {"cmd": cmd, "headers": {"req_id": req_id}, "body": body}
        await self.live.send(json.dumps(frame, ensure_ascii=False))

    async def _serve(self, connection: ServerConnection) -> None:
        try:
            async for raw in connection:
                frame = json.loads(raw)
                req_id = frame["headers"]["req_id"]
                code = await self._took(connection, frame, req_id)
                if code is not None and not self.deaf:
                    ack = {"headers": {"req_id": req_id}, "errcode": code, "errmsg": "ok"}
                    await connection.send(json.dumps(ack))
        except ConnectionClosed:
            pass
        finally:
            if self.live is connection:
                self.live = None

    async def _took(
        self, connection: ServerConnection, frame: dict[str, Any], req_id: str
    ) -> int | None:
        cmd, body = frame["cmd"], frame.get("body", {})
        if cmd == "aibot_subscribe":
            if (body.get("bot_id"), body.get("secret")) != (self.bot_id, self.secret):
                return 40001
            before, self.live = self.live, connection
            self.subscribed += 1
            if before is not None:
                gone = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}}
                told = {"cmd": "aibot_event_callback", "headers": {"req_id": "x"}, "body": gone}
                await before.send(json.dumps(told))
                await before.close()
            return 0
        if self.live is not connection:
            return 846609  # not subscribed
        if cmd == "ping":
            self.pings += 1
            return 0
        self.frames.append(frame)
        if cmd == "aibot_respond_msg":
            return self._responded(req_id, body)
        if cmd == "aibot_respond_welcome_msg":
            if time.monotonic() - self._events.get(req_id, -9.0) > 5:
                return 846605
            self.welcomes.append(body["text"]["content"])
            return 0
        return self._said(body) if cmd == "aibot_send_msg" else 40008

    def _responded(self, req_id: str, body: dict[str, Any]) -> int:
        if req_id not in self._chats:
            return 846605
        if self._too_many(self._chats[req_id]):
            return 846607
        if body.get("msgtype") != "stream":
            return 40008
        stream, now = body["stream"], time.monotonic()
        seen = self.seen.setdefault(req_id, Seen(stream=stream["id"], began=now))
        if seen.stream != stream["id"] or seen.finished or now - seen.began > self.limit:
            return 846608
        if "feedback" in stream:
            assert not seen.shown, "feedback belongs into the first reply"
            seen.feedback = stream["feedback"]["id"]
        if len(stream["content"].encode()) > MOST_BYTES or "msg_item" in stream:
            return 45002
        seen.shown.append(stream["content"])
        seen.finished = bool(stream["finish"])
        return 0

    def _said(self, body: dict[str, Any]) -> int:
        chat = body.get("chatid", "")
        if chat not in self._talked:
            return 846604
        if self._too_many(chat):
            return 846607
        if body.get("msgtype") != "markdown" or body.get("chat_type", 1) not in (1, 2):
            return 40008
        content = body["markdown"]["content"]
        if len(content.encode()) > MOST_BYTES:
            return 45002
        self.pushed.append((chat, content))
        return 0

    def _too_many(self, chat: str) -> bool:
        recent, now = self._recent[chat], time.monotonic()
        while recent and now - recent[0] > 60:
            recent.popleft()
        recent.append(now)
        return len(recent) > PER_MINUTE


async def until(true: Any, seconds: float = 8.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
