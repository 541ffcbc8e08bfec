"""`kill -9` of a server that owes WeChat readers their answers: each gets it, and nobody twice."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.channels.wechat.conftest import KEY, configured, opened
from tests.commands import served
from tests.fakes.deepseek import Serving
from tests.fakes.wechat import FakeWeChat, Platform
from tests.kill.test_server import rows

pytestmark = pytest.mark.slow

PARK = "老茶厂门口能停车吗？"
ANSWER = "门口只有十二个车位，建议停到南门桥地下停车场。"
PAUSING = "SELECT owner FROM deliveries WHERE tries > 0 AND begun = 0 AND due > 0"
STATES = "SELECT state FROM deliveries ORDER BY due"


async def when(true: Callable[[], bool], seconds: float = 40.0) -> None:
    """Wait until something is so, in another process or thread."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.05)


async def say(address: str, platform: FakeWeChat, openid: str) -> str | None:
    """A reader asks; what they read at once."""
    platform.spoke(openid)
    async with httpx.AsyncClient(base_url=address, timeout=20) as client:
        return await Platform(client, "/wechat/news", "AAAAA", key=KEY, patience=15).say(
            openid, PARK
        )


def answers(platform: FakeWeChat, openid: str) -> int:
    """How often a reader got the answer."""
    return sum(to == openid and ANSWER in said for to, said in platform.sent)


async def test_each_reader_gets_the_answer_once(tmp_path: Path) -> None:
    home, platform = tmp_path / "home", FakeWeChat()
    with Serving(platform.app()) as api:
        more = "[writing]\nreuse = false\n"
        await configured(home, api.address, more=more)
        async with opened(home, tmp_path / "articles"):
            pass

        # While the model writes.
        async with served(home) as server:
            said = await say(server.address, platform, "o1")
            assert "先看文章中的原句" in (said or "")
            server.kill()
        assert await asyncio.to_thread(rows, home, STATES) == [("owed",)]

        # Between the answer's being stored and its being sent: the platform takes nothing.
        platform.away = 40164
        async with served(home) as server:
            await say(server.address, platform, "o2")
            # In the pause after a refusal: nothing is in doubt.
            await when(lambda: rows(home, PAUSING) == [("",)] * 2)
            server.kill()
        assert platform.sent == []
        platform.away = 0

        # By two servers at once: one of them sends.
        async with served(home), served(home) as server:
            await when(lambda: rows(home, STATES) == [("sent",)] * 2)
            assert [answers(platform, each) for each in ("o1", "o2")] == [1, 1]

            # After the platform took it, before anybody could note that.
            platform.silent = "after"
            await say(server.address, platform, "o3")
            await when(lambda: answers(platform, "o3") == 1)
            server.kill()
            platform.silent = ""
            await when(lambda: rows(home, STATES) == [("sent",)] * 3)
    assert [answers(platform, each) for each in ("o1", "o2", "o3")] == [1, 1, 1]
    (doubt,) = [said for to, said in platform.sent[2:] if ANSWER not in said]
    assert "可能没有送达" in doubt
    assert "weixin://bizmsgmenu?msgmenucontent=查看回答&msgmenuid=q_" in doubt
