"""The stand-in of iLink, spoken to by a client that others wrote for the real one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

weixin = pytest.importorskip("weixin_ilink_client")

from weixin_ilink_client.auth import QrLoginManager  # noqa: E402
from weixin_ilink_client.errors import ApiError, SessionPausedError  # noqa: E402
from weixin_ilink_client.protocol import IlinkTransport  # noqa: E402

from tests.fakes.ilink import MOST, FakeILink  # noqa: E402

ADA = "ada@im.wechat"


@pytest.fixture
def platform() -> FakeILink:
    return FakeILink()


def transport(platform: FakeILink) -> IlinkTransport:
    """Theirs, over ours instead of the network."""
    return IlinkTransport(
        http_client=httpx.AsyncClient(transport=httpx.ASGITransport(platform.app()))
    )


@asynccontextmanager
async def peer(platform: FakeILink, token: str = "bot-token") -> AsyncIterator[object]:
    credentials = weixin.WeixinCredentials("b@im.bot", token, "https://ilink.example.org", ADA)
    client = weixin.AsyncWeixinIlinkClient(credentials, transport=transport(platform))
    async with client:
        yield client


async def test_it_logs_in(platform: FakeILink) -> None:
    manager = QrLoginManager(transport=transport(platform))
    session = await manager.start()
    assert session.qrcode_url == "https://example.org/qr-1"
    seen = [await manager.poll(session) for _ in range(3)]
    assert [each.status.value for each in seen] == ["wait", "scaned", "confirmed"]
    assert (seen[-1].credentials.bot_token, seen[-1].credentials.user_id) == ("bot-token", ADA)
    await manager.aclose()


async def test_it_reads_and_answers(platform: FakeILink) -> None:
    async with peer(platform) as client:
        platform.say(ADA, "老茶厂门口能停车吗？")
        batch = await client.poll_updates()
        (message,) = batch.messages
        assert (message.from_user_id, message.text) == (ADA, "老茶厂门口能停车吗？")
        await client.commit_update_batch(batch)
        token = message.context_token
        await client.set_typing(ADA, True, context_token=token)
        await client.send_text(ADA, "能", context_token=token)
        assert (await client.poll_updates()).messages == ()
        with pytest.raises(ApiError):
            await client.send_text(ADA, "能", context_token="another")
        with pytest.raises(ApiError):
            await client.send_text(ADA, "x" * (MOST + 1), context_token=token)
    assert (platform.sent, platform.typing) == ([(ADA, "能")], [ADA])
    assert platform.polls == ["", "cursor-1"]
    assert platform.told == ["start", "stop"]


async def test_it_understands_that_its_token_is_stale(platform: FakeILink) -> None:
    client = weixin.AsyncWeixinIlinkClient(
        weixin.WeixinCredentials("b@im.bot", "old", "https://ilink.example.org", ADA),
        transport=transport(platform),
    )
    with pytest.raises(SessionPausedError):
        await client.poll_updates()
    await client.aclose()
