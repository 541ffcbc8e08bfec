"""The long connection of an AI bot: frames in JSON over a WebSocket that this side opens.

Source: the vendor's developer documentation, "AI bot, long connection", as of 2026-11. A frame is
{"cmd", "headers": {"req_id"}, "body"}; an acknowledgement has no cmd, and an errcode. One
connection of a bot lives: the platform tells the older one so, and closes it.

Needs the extra `wecom`.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidURI, WebSocketException

from dengmi.channels.wechat.body import Fields
from dengmi.channels.wecom.client import WeComFailed
from dengmi.core.ids import new_id

log = logging.getLogger(__name__)

PING = 30.0
"""Seconds between two pings; two of them without an answer mean that nobody is there."""

ACK = 8.0
"""Seconds that an acknowledgement may take."""

SHORTEST, LONGEST = 1.0, 30.0
"""Seconds before the line is opened again: at first, and at the most."""

REFUSED = 60.0
"""The same where the platform refused the bot: it looks at who comes too often."""

MOST_BYTES = 1_000_000
"""Bytes of the longest frame."""

Hear = Callable[[str, str, Fields], Awaitable[None]]
"""Takes (cmd, req_id, body) of what the platform says."""


class _Over(Exception):
    """Another connection took the place of this one."""


class Line:
    """One bot's line.

    Args:
        address: such as "wss://openws.work.weixin.qq.com".
        hear: called with what the platform says, one after the other; it must not wait long.
        ready: called whenever the line is open.
    """

    def __init__(
        self,
        address: str,
        bot_id: str,
        secret: str,
        *,
        hear: Hear,
        ready: Callable[[], Awaitable[None]],
    ) -> None:
        self._address = address
        self._bot_id = bot_id
        self._secret = secret
        self._hear = hear
        self._ready = ready
        self._connection: ClientConnection | None = None
        self._acks: dict[str, asyncio.Future[Fields]] = {}

    @property
    def open(self) -> bool:
        """Whether something can be said."""
        return self._connection is not None

    async def run(self) -> Literal["replaced"]:
        """Hold the line until cancelled, opening it again whenever it breaks; "replaced" where
        another connection of the bot was opened: going on would take it away from that one."""
        pause = SHORTEST
        while True:
            most = LONGEST
            try:
                async with connect(
                    self._address, ping_interval=None, max_size=MOST_BYTES, proxy=None
                ) as connection:
                    await self._subscribed(connection)
                    pause = SHORTEST
                    await self._held(connection)
            except _Over:
                log.warning("bot %s: another connection was opened, this one ends", self._bot_id)
                return "replaced"
            except WeComFailed as error:
                log.warning("bot %s: refused (%s)", self._bot_id, error.params["reason"])
                if error.errcode:
                    pause, most = max(pause, REFUSED), 10 * REFUSED
            except InvalidURI:
                raise WeComFailed(0, "address") from None
            except (OSError, WebSocketException) as error:
                log.info("bot %s: the line broke (%s)", self._bot_id, type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, most)

    async def say(self, cmd: str, body: Fields, req_id: str = "") -> None:
        """Say something and wait until it is acknowledged.

        Args:
            req_id: that of what it answers; "" for something new.

        Raises:
            WeComFailed: it was refused, or the line is not open.
        """
        connection = self._connection
        if connection is None:
            raise WeComFailed(0, "line")
        await self._said(connection, cmd, req_id or new_id(cmd), body)

    async def _subscribed(self, connection: ClientConnection) -> None:
        """Tell who this is. Raises WeComFailed."""
        req_id = new_id("aibot_subscribe")
        body = {"bot_id": self._bot_id, "secret": self._secret}
        await connection.send(_frame("aibot_subscribe", req_id, body))
        try:
            async with asyncio.timeout(ACK):
                while _req_id(heard := _read(await connection.recv())) != req_id:
                    pass
        except TimeoutError:
            raise WeComFailed(0, "no answer", uncertain=True) from None
        _check(heard)

    async def _held(self, connection: ClientConnection) -> None:
        """Listen, and ping, until the line breaks."""
        self._connection = connection
        pinging = asyncio.create_task(self._ping(connection))
        try:
            await self._ready()
            async for raw in connection:
                await self._took(_read(raw))
        finally:
            self._connection = None
            pinging.cancel()
            with suppress(asyncio.CancelledError, WeComFailed):
                await pinging
            for waiting in self._acks.values():
                if not waiting.done():
                    waiting.set_exception(WeComFailed(0, "line", uncertain=True))
            self._acks.clear()

    async def _took(self, frame: Mapping[str, Any]) -> None:
        req_id, cmd = _req_id(frame), frame.get("cmd", "")
        body = frame.get("body")
        if not cmd:
            waiting = self._acks.pop(req_id, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)
            return
        if not isinstance(body, Mapping):
            return
        event = body.get("event")
        if isinstance(event, Mapping) and event.get("eventtype") == "disconnected_event":
            raise _Over
        await self._hear(str(cmd), req_id, body)

    async def _ping(self, connection: ClientConnection) -> None:
        missed = 0
        while True:
            await asyncio.sleep(PING)
            try:
                await self._said(connection, "ping", new_id("ping"), None)
                missed = 0
            except WeComFailed:
                missed += 1
                if missed >= 2:
                    await connection.close()
                    return

    async def _said(
        self, connection: ClientConnection, cmd: str, req_id: str, body: Fields | None
    ) -> None:
        """Send a frame and wait for its acknowledgement. Those of one id are told apart by nothing
        else, so who uses one says one thing after the other."""
        waiting: asyncio.Future[Fields] = asyncio.get_running_loop().create_future()
        self._acks[req_id] = waiting
        try:
            await connection.send(_frame(cmd, req_id, body))
            async with asyncio.timeout(ACK):
                _check(await waiting)
        except TimeoutError:
            raise WeComFailed(0, "no answer", uncertain=True) from None
        except (OSError, WebSocketException):
            raise WeComFailed(0, "line") from None
        finally:
            self._acks.pop(req_id, None)


async def try_once(address: str, bot_id: str, secret: str) -> None:
    """Connect and tell who this is, once. Raises WeComFailed."""

    async def nothing(*_: object) -> None:
        return None

    line = Line(address, bot_id, secret, hear=nothing, ready=nothing)
    try:
        async with connect(address, ping_interval=None, proxy=None, open_timeout=ACK) as made:
            await line._subscribed(made)
    except (OSError, WebSocketException) as error:
        raise WeComFailed(0, type(error).__name__) from None


def _frame(cmd: str, req_id: str, body: Fields | None) -> str:
    frame: dict[str, object] = {"cmd": cmd, "headers": {"req_id": req_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame, ensure_ascii=False)


def _read(raw: str | bytes) -> Mapping[str, Any]:
    """A frame; empty for what is none."""
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, Mapping) else {}


def _req_id(frame: Mapping[str, Any]) -> str:
    headers = frame.get("headers")
    found = headers.get("req_id") if isinstance(headers, Mapping) else None
    return found if isinstance(found, str) else ""


def _check(frame: Mapping[str, Any]) -> None:
    code = frame.get("errcode", 0)
    if code != 0:
        raise WeComFailed(code if isinstance(code, int) else -1, str(code))
