"""Self-built applications of WeCom, from the platform's side."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from wechatpy.exceptions import WeChatClientException

from dengmi.core.records import Question
from tests.channels.wecom.conftest import KEY, TOKEN, configured, independent, opened, served, when
from tests.fakes.wecom import FakeWeCom
from tests.fakes.wecom_app import AppPlatform

PARK = "老茶厂门口能停车吗？"
WRITTEN = "门口只有十二个车位，建议停到南门桥地下停车场。"


def table(api: str, more: str = "") -> str:
    return (
        f'[wecom.staff]\nkind = "app"\ntoken = "{TOKEN}"\naes_key = "{KEY}"\napi = "{api}"\n'
        f'corp_id = "wx5823bf96d3bd56c7"\nagent_id = 1000002\nsecret = "s3cret"\n{more}'
    )


def platform_of(client: httpx.AsyncClient) -> AppPlatform:
    return AppPlatform(client, "/wecom/staff", TOKEN, KEY)


@pytest.fixture
async def client(tmp_path: Path, api: str) -> AsyncIterator[httpx.AsyncClient]:
    """A served desk with an application."""
    home = await configured(tmp_path / "home", table(api))
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        yield client


async def states(home: Path, *wanted: str) -> None:
    """Wait until what is owed stands like this."""

    def look() -> list[str]:
        with sqlite3.connect(home / "dengmi.sqlite") as store:
            found = [row[0] for row in store.execute("SELECT state FROM deliveries ORDER BY at")]
        store.close()
        return found

    async with asyncio.timeout(8):
        while await asyncio.to_thread(look) != list(wanted):  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.05)


async def test_quotes_at_once_and_the_answer_as_a_message(
    client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    app = platform_of(client)
    verified = await app.verify()
    assert (verified.status_code, verified.text) == (200, "1616140317555161061")
    number = app.number()
    said = await asyncio.gather(*(app.say("u1", PARK, number=number) for _ in range(3)))
    assert len(set(said)) == 1
    assert said[0] is not None
    assert "门口只有十二个车位" in said[0]
    assert "随后" in said[0]
    link = '<a href="https://example.org/tea?a=1&b=%282%29">老茶厂逛园指南</a>'
    assert link in said[0]
    await when(lambda: platform.sent)
    await asyncio.sleep(0.2)
    ((to, later),) = platform.sent
    assert to == "u1"
    assert later.startswith(WRITTEN)
    assert link in later
    assert "“门口只有十二个车位" in later
    assert platform.calls["gettoken"] == 1


async def test_events_and_other_messages(client: httpx.AsyncClient, platform: FakeWeCom) -> None:
    app = platform_of(client)
    event = {"MsgType": "event", "Event": "subscribe"}
    assert "问题" in (app.read(await app.deliver("u1", event)) or "")
    for name in ("enter_agent", "LOCATION", "view", "change_contact", "never_seen"):
        reply = await app.deliver("u1", {"MsgType": "event", "Event": name})
        assert (reply.status_code, reply.content) == (200, b"")
    image = await app.deliver("u1", {"MsgType": "image", "MsgId": "2", "PicUrl": "http://x/"})
    assert "文字" in (app.read(image) or "")
    unknown = await app.deliver("u1", {"MsgType": "hologram", "MsgId": "3"})
    assert (unknown.status_code, unknown.content) == (200, b"")
    clicked = {"MsgType": "event", "Event": "click", "EventKey": "Who gets a paper fan?"}
    assert "paper fan" in (app.read(await app.deliver("u1", clicked)) or "")
    for bad in ("", "<xml>", "<xml><MsgType>text</MsgType></xml>", "{}"):
        assert (await app.raw(bad)).status_code == 400
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]><xml><ToUserName>&a;</ToUserName></xml>'
    assert (await app.raw(bomb)).status_code == 400


async def test_who_may_not_see_the_application_any_more_is_forgotten(
    tmp_path: Path, api: str
) -> None:
    home = await configured(tmp_path / "home", table(api), model=False)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        app = platform_of(client)
        for who in ("u1", "u2"):
            assert await app.say(who, "Who gets a paper fan?")
        reply = await app.deliver("u1", {"MsgType": "event", "Event": "unsubscribe"})
        assert (reply.status_code, reply.content) == (200, b"")
        assert (await parts.store.counts())["questions"] == 1


async def test_what_the_platform_did_not_send_is_refused(client: httpx.AsyncClient) -> None:
    good = platform_of(client)
    for forger in (
        AppPlatform(client, "/wecom/staff", TOKEN, KEY, corp_id="wx0"),
        AppPlatform(client, "/wecom/staff", "another", KEY),
        AppPlatform(client, "/wecom/staff", TOKEN, KEY[::-1]),
    ):
        reply = await forger.deliver("u1", {"MsgType": "text", "Content": PARK, "MsgId": "9"})
        assert (reply.status_code, reply.content) == (403, b"")
        assert (await forger.verify()).status_code == 403
    sent = (await good.deliver("u1", {"MsgType": "event", "Event": "view"})).request
    for wrong in ({"timestamp": "1"}, {"nonce": "2"}, {"msg_signature": ""}, {"timestamp": "x"}):
        query = {**dict(sent.url.params), **wrong}
        again = await client.post("/wecom/staff", params=query, content=sent.content)
        assert again.status_code == 403
    for body in (b"", b"{}", b"<xml/>", b"<xml><Encrypt></Encrypt></xml>", b"\xff" * 99):
        reply = await client.post("/wecom/staff", params=dict(sent.url.params), content=body)
        assert reply.status_code in (400, 403)
    assert (await client.post("/wecom/staff", content=b"x" * 1_000_000)).status_code == 413


async def test_a_stop_between_promise_and_message_loses_nothing(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    home = await configured(tmp_path / "home", table(api))
    async with opened(home, tmp_path / "articles") as parts:
        platform.refuse = [-1] * 99  # nothing is taken until the stop
        async with served(parts) as client:
            assert await platform_of(client).say("u1", PARK)
            await when(lambda: len(platform.refuse) < 99)
        assert platform.sent == []
        platform.refuse = []
        async with served(parts):
            await when(lambda: platform.sent)
            await states(home, "sent")
        assert platform.sent[0][1].startswith(WRITTEN)
        # Killed after the platform took it and before that was noted: it is shown once.
        await asyncio.to_thread(_in_doubt, home)
        async with served(parts):
            await when(lambda: platform.calls["send"] > 1 and not platform.refuse)
            await states(home, "sent")
        assert len(platform.sent) == 1


def _in_doubt(home: Path) -> None:
    with sqlite3.connect(home / "dengmi.sqlite") as store:
        store.execute("UPDATE deliveries SET state = 'owed', sent = 0, begun = 1, due = 0")
    store.close()


async def test_an_answer_in_several_messages_is_sent(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    home = await configured(tmp_path / "home", table(api, "max_bytes = 600\n"), model=False)
    long = tmp_path / "articles" / "long.md"
    await asyncio.to_thread(long.parent.mkdir)
    said = "河边的风筝节每年四月举行，" + "沿岸摆满各地手艺人的摊位，" * 12 + "傍晚放飞灯笼风筝。"
    await asyncio.to_thread(long.write_text, f"# 风筝节\n\n{said}\n", encoding="utf-8")
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        assert await platform_of(client).say("u1", "风筝节什么时候举行？") is None
        await states(home, "sent")
    assert len(platform.sent) > 1
    assert "四月举行" in platform.sent[0][1]
    assert all(len(text.encode()) <= 600 for _, text in platform.sent)


async def test_what_the_platform_says_no_to(tmp_path: Path, api: str, platform: FakeWeCom) -> None:
    platform.members -= {"u3"}
    home = await configured(tmp_path / "home", table(api), first=0.5)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        app, calls = platform_of(client), platform.calls
        platform.refuse = [40014, -1]  # a stale token, then busy
        assert await app.say("u1", PARK)
        await when(lambda: platform.sent)
        assert (calls["send"], calls["gettoken"]) == (3, 2)
        assert await app.say("u3", "门口一共有几个车位？")
        await states(home, "sent", "closed")  # cannot be reached: tried once, and left
        assert calls["send"] == 4
        # A better answer that comes later is owed too, and names its question.
        (first, *_) = await parts.store.charges()
        answer = await parts.store.answer(first.question_id)
        assert answer is not None
        assert parts.late is not None
        push = parts.late._pushes["wecom:staff"]  # type: ignore[attr-defined]
        asked = Question(id=first.question_id, desk="walks", text=PARK, asker="wecom:staff:u1")
        await push.push(asked, answer, answer.id)
        await when(lambda: len(platform.sent) == 2)
        assert platform.sent[1][1].startswith(f"你之前问：{PARK}")


async def test_no_more_messages_than_are_shown(tmp_path: Path, api: str) -> None:
    """The platform drops what is above its limit and tells nobody, so we wait instead."""
    from dengmi.channels.budget import SendBudget

    sends = SendBudget(((3, 60.0), (5, 3600.0)))
    for at in (0.0, 1.0, 2.0):
        assert sends.wait("u1", at) == 0.0
        sends.take("u1", at)
    assert sends.wait("u1", 3.0) == 57.0
    assert sends.wait("u2", 3.0) == 0.0
    assert sends.wait("u1", 60.0) == 0.0
    for at in (60.0, 61.0):
        sends.take("u1", at)
    assert sends.wait("u1", 130.0) == 3470.0
    assert sends.wait("u1", 3600.0) == 0.0


def test_the_stand_in_is_as_wechatpy_knows_the_api(api: str, platform: FakeWeCom) -> None:
    """An independent client reads our stand-in the way it reads the real one."""
    kind = independent(api)
    with pytest.raises(WeChatClientException, match="40001"):
        kind(platform.corp_id, "wrong").fetch_access_token()
    theirs = kind(platform.corp_id, platform.secret)
    theirs.message.send_text(platform.agent, "u1", "你好")
    with pytest.raises(WeChatClientException, match="81013"):
        theirs.message.send_text(platform.agent, "u9", "你好")
    with pytest.raises(WeChatClientException, match="45002"):
        theirs.message.send_text(platform.agent, "u1", "长" * 683)
    with pytest.raises(WeChatClientException, match="40056"):
        theirs.message.send_text(1, "u1", "你好")
    for number in range(30):
        theirs.message.send_text(platform.agent, "u1", f"{number}")
    assert len(platform.sent) == 30
    assert platform.dropped == [("u1", "29")]
