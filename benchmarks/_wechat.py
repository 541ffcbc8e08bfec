"""WeChat as an account's server meets it, cheap enough to stand on the same cores: it delivers
messages over raw connections, hangs up after five seconds and delivers again, and takes messages at
its interface. The rules of the interface are the business of the tests (tests/fakes/wechat.py)."""

import asyncio
import hashlib
import itertools
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

PATIENCE = 5.0
"""Seconds after which the platform hangs up."""

TIMES = 3
"""How often it delivers a message."""

TOKEN = "AAAAA"
_BODY = (
    "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{asker}]]></FromUserName>"
    "<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId></xml>"
)


@dataclass(slots=True)
class Message:
    """One message and what became of it. Times are those of the loop.

    Attributes:
        delivered: how often it was delivered.
        took: seconds from the delivery that was answered to its reply; None where none was.
        said: what the reply was: "text", "nothing" (an acknowledgement) or "".
    """

    asker: str
    text: str
    number: int
    delivered: int = 0
    took: float | None = None
    said: str = ""


@dataclass(slots=True)
class Platform:
    """Delivers to one address. `bad` counts replies that WeChat would not take."""

    host: str
    port: int
    path: str
    bad: Counter[str] = field(default_factory=Counter)
    hung_up: int = 0
    _free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)
    _nonces: "itertools.count[int]" = field(default_factory=itertools.count)

    async def say(self, message: Message) -> None:
        """Deliver a message until there is a reply, as often as the platform does."""
        loop = asyncio.get_running_loop()
        for _ in range(TIMES):
            message.delivered += 1
            began = loop.time()
            try:
                async with asyncio.timeout(PATIENCE):
                    status, body = await self._deliver(message)
            except TimeoutError:
                self.hung_up += 1
                continue
            except OSError as error:
                self.bad[type(error).__name__] += 1
                await asyncio.sleep(max(0.0, began + PATIENCE - loop.time()))
                continue
            if status != 200:
                self.bad[str(status)] += 1
                await asyncio.sleep(max(0.0, began + PATIENCE - loop.time()))
                continue
            message.took = loop.time() - began
            message.said = "nothing" if body == b"success" else "text"
            return

    async def _deliver(self, message: Message) -> tuple[int, bytes]:
        while self._free:
            reader, writer = self._free.pop()
            if not (reader.at_eof() or writer.is_closing()):
                break
        else:
            reader, writer = await self._connected()
        try:
            writer.write(self._request(message))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
        except BaseException as error:
            writer.transport.abort()
            if isinstance(error, asyncio.IncompleteReadError):
                raise OSError("cut off") from None
            raise
        self._free.append((reader, writer))
        return int(head[9:12]), body

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port)

    def _request(self, message: Message) -> bytes:
        stamp, nonce = str(int(time.time())), str(next(self._nonces))
        body = body_of(message, stamp)
        query = f"signature={signed(stamp, nonce)}&timestamp={stamp}&nonce={nonce}"
        return (
            f"POST {self.path}?{query} HTTP/1.1\r\n"
            f"host: {self.host}:{self.port}\r\ncontent-length: {len(body)}\r\n"
            "content-type: text/xml\r\n\r\n"
        ).encode() + body


def signed(stamp: str, nonce: str) -> str:
    """The signature of a delivery."""
    parts = "".join(sorted((TOKEN, stamp, nonce)))
    return hashlib.sha1(parts.encode(), usedforsecurity=False).hexdigest()


def body_of(message: Message, stamp: str) -> bytes:
    """The body of a delivery."""
    return _BODY.format(
        asker=message.asker, at=stamp, text=message.text, number=message.number
    ).encode()


class Interface(asyncio.Protocol):
    """The interface that an account's messages go to: `sent` holds who got which."""

    sent: "dict[str, list[str]]" = {}  # noqa: RUF012 - one for all connections

    def __init__(self) -> None:
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while True:
            head, found, rest = self._read.partition(b"\r\n\r\n")
            if not found:
                return
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(rest) < length:
                return
            self._read = rest[length:]
            self._answer(head, rest[:length])

    def _answer(self, head: bytes, body: bytes) -> None:
        said: dict[str, object] = {"errcode": 0, "errmsg": "ok"}
        if b"/stable_token" in head.split(b"\r\n", 1)[0]:
            said = {"access_token": "t", "expires_in": 7200}
        elif b"/custom/send" in head.split(b"\r\n", 1)[0]:
            asked = json.loads(body)
            self.sent.setdefault(asked["touser"], []).append(asked["text"]["content"])
        reply = json.dumps(said).encode()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%s" % (len(reply), reply)
        )


async def crowd(
    platform: Platform, questions: Sequence[str], rate: float, seconds: float
) -> list[Message]:
    """So many messages a second, each of an asker of its own; all of them when the last has its
    reply or was delivered in vain."""
    loop = asyncio.get_running_loop()
    began, messages, tasks = loop.time(), [], []
    for n in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + n / rate - loop.time()))
        message = Message(f"o{n}", questions[n % len(questions)], 7_000_000_000 + n)
        messages.append(message)
        tasks.append(asyncio.create_task(platform.say(message)))
    await asyncio.gather(*tasks)
    return messages
