"""Our stand-in for WeChat, in front of and behind WeRoBot: an account's server and a client of the
API that know nothing of Dengmi. What they understand is not our belief alone."""

import asyncio
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest

from tests.channels.wechat.conftest import KEY
from tests.fakes.wechat import FakeWeChat, Platform

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    werobot = pytest.importorskip("werobot", reason="WeRoBot is not installed")
    from werobot.client import Client, ClientException

APP_ID = "wxba5fad812f8e6fb9"


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def robot(key: str) -> Iterator[str]:
    """A WeRoBot server that says what it heard; its address."""
    with warnings.catch_warnings():  # that it wants this said in another way
        warnings.simplefilter("ignore")
        made = werobot.WeRoBot(token="AAAAA", enable_session=False)
    if key:
        made.config.update({"ENCODING_AES_KEY": key, "APP_ID": APP_ID})

    @made.text
    def heard(message: Any) -> str:
        return f"{message.source} 说：{message.content}（{message.message_id}）"

    @made.subscribe
    def follows(message: Any) -> str:
        return f"{message.type} {message.key}"

    @made.voice
    def spoke(message: Any) -> str:
        return str(message.recognition)

    with make_server("127.0.0.1", 0, made.wsgi, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("key", ["", KEY], ids=["plain", "safe"])
async def test_werobot_understands_what_our_platform_delivers(key: str) -> None:
    with robot(key) as address:
        async with httpx.AsyncClient(base_url=address) as client:
            platform = Platform(client, "/", "AAAAA", key=key)
            number = platform.number()
            said = await platform.say("o1", "老茶厂几点开门？🏮 <a&b>", number=number)
            assert said == f"o1 说：老茶厂几点开门？🏮 <a&b>（{number}）"
            follow = {"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_1"}
            assert (
                platform.read(await platform.deliver("o1", follow)) == "subscribe_event qrscene_1"
            )
            voice = {"MsgType": "voice", "MediaId": "m", "Format": "amr", "Recognition": "你好"}
            said = platform.read(await platform.deliver("o1", {**voice, "MsgId": number}))
            assert said == "你好"
            wrong = Platform(client, "/", "BBBBB", key=key)
            assert (
                await wrong.deliver("o1", {"MsgType": "text", "Content": "x"})
            ).status_code == 403


async def test_our_api_is_as_werobot_calls_it(api: str, platform: FakeWeChat) -> None:
    class Ours(Client):  # type: ignore[misc]
        def request(self, method: str, url: str, **kwargs: Any) -> Any:
            return super().request(method, url.replace("https://api.weixin.qq.com", api), **kwargs)

    token = "token-w"
    platform._tokens[token] = float("inf")
    theirs = Ours({"APP_ID": APP_ID, "APP_SECRET": platform.secret})
    theirs._token, theirs.token_expires_at = token, 9e12
    with pytest.raises(ClientException, match="45015"):
        await asyncio.to_thread(theirs.send_text_message, "o1", "你好")
    platform.spoke("o1")
    await asyncio.to_thread(theirs.send_text_message, "o1", "你好 🏮")
    assert platform.sent == [("o1", "你好 🏮")]
    with pytest.raises(ClientException, match="45002"):
        await asyncio.to_thread(theirs.send_text_message, "o1", "长" * 683)
    platform.expire()
    with pytest.raises(ClientException, match="40001"):
        await asyncio.to_thread(theirs.send_text_message, "o1", "x")
