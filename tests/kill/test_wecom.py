"""`kill -9` of a server that WeCom bots are writing in: the messages go on where they stood, each
question is answered, and nobody reads an answer twice."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.channels.wecom.conftest import KEY, TOKEN, bot_platform, bot_table, configured, opened
from tests.channels.wecom.test_app import table as app_table
from tests.commands import served
from tests.fakes.deepseek import Serving
from tests.fakes.wecom import FakeWeCom
from tests.fakes.wecom_app import AppPlatform
from tests.fakes.wecom_socket import FakeSocket

pytestmark = pytest.mark.slow

PARK = "老茶厂门口能停车吗？"
ANSWER = "门口只有十二个车位，建议停到南门桥地下停车场。"


async def when(true: Callable[[], bool], seconds: float = 40.0) -> None:
    """Wait until something is so, on the other side of a socket."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.05)


async def test_messages_go_on_where_they_stood(tmp_path: Path) -> None:
    home, platform = tmp_path / "home", FakeWeCom()
    with Serving(platform.app()) as api:
        platform.address = api.address
        async with FakeSocket() as socket:
            line = (
                f'[wecom.line]\nkind = "bot-socket"\nbot_id = "bot-1"\nsecret = "s3cret"\n'
                f'socket = "{socket.address}"\nrefresh = 0.3\n'
            )
            tables = bot_table(api.address) + line + app_table(api.address)
            await configured(home, tables, first=2.0)
            async with opened(home, tmp_path / "articles"):
                pass

            async with served(home) as server:
                await when(lambda: socket.live is not None)
                req = await socket.say("u2", PARK)
                async with httpx.AsyncClient(base_url=server.address, timeout=20) as client:
                    bots = bot_platform(client, platform, limit=60.0)
                    body = bots.message("u1", "text", text={"content": PARK})
                    begun = await bots.follow(body, polls=1)
                    quotes = await AppPlatform(client, "/wecom/staff", TOKEN, KEY).say("u3", PARK)
                await when(lambda: req in socket.seen)
                server.kill()
            assert not begun.finished
            assert not socket.seen[req].finished

            async with served(home) as server:
                async with httpx.AsyncClient(base_url=server.address, timeout=20) as client:
                    bots.client = client
                    poll = {**body, "msgtype": "stream", "stream": {"id": begun.stream}}
                    async with asyncio.timeout(40):
                        while not (reply := await bots.deliver(poll))["stream"]["finish"]:  # noqa: ASYNC110
                            await asyncio.sleep(0.2)
                await when(lambda: socket.seen[req].finished and bool(platform.sent))
                await asyncio.sleep(0.5)
    assert reply["stream"]["id"] == begun.stream
    assert reply["stream"]["content"].startswith(ANSWER)
    assert socket.seen[req].shown[-1].startswith(ANSWER)
    assert (platform.said, socket.pushed) == ([], [])
    assert "先看文章中的原句" in (quotes or "")
    ((to, later),) = platform.sent
    assert (to, later.startswith(ANSWER)) == ("u3", True)
