"""WeChat Official Accounts, from the platform's side."""

import asyncio
from collections.abc import Callable, Sized
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from dengmi.core.clock import SystemClock
from tests.channels.wechat.conftest import KEY, SCRIPT, configured, opened, served
from tests.fakes.wechat import FakeWeChat, Platform

PARK = "老茶厂门口能停车吗？"


def verified(client: httpx.AsyncClient, **more: object) -> Platform:
    return Platform(client, "/wechat/news", "AAAAA", key=KEY, patience=12, **more)  # type: ignore[arg-type]


def small(client: httpx.AsyncClient, **more: object) -> Platform:
    return Platform(client, "/wechat/small", "AAAAA", patience=0.7, **more)  # type: ignore[arg-type]


async def until(what: Sized, wanted: int, seconds: float = 8.0) -> None:
    """Wait until a list has so many entries."""
    await when(lambda: len(what) >= wanted, seconds)


async def when(true: Callable[[], bool], seconds: float = 8.0) -> None:
    """Wait until something is so; what happens in a thread of its own cannot tell us."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_the_platform_is_told_that_this_is_the_server(client: httpx.AsyncClient) -> None:
    import time

    from wechatpy.utils import WeChatSigner

    signer = WeChatSigner()
    stamp = str(int(time.time()))
    signer.add_data("AAAAA", stamp, "15")
    query = {"timestamp": stamp, "nonce": "15", "echostr": "43751209"}
    reply = await client.get("/wechat/small", params={**query, "signature": signer.signature})
    assert (reply.status_code, reply.text) == (200, "43751209")
    wrong = await client.get("/wechat/small", params={**query, "signature": "0" * 40})
    assert (wrong.status_code, wrong.text) == (403, "")
    late = await client.get("/wechat/small", params={"timestamp": "1", "nonce": "15"})
    assert late.status_code == 403
    assert (await client.get("/wechat/small")).status_code == 403
    assert (await client.get("/wechat/nobody", params=query)).status_code == 404


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_a_verified_account_quotes_at_once_and_writes_later(
    client: httpx.AsyncClient, platform: FakeWeChat, form: str
) -> None:
    platform.spoke("o1")
    said = await verified(client, form=form).say("o1", PARK)
    assert said is not None
    assert "门口只有十二个车位" in said
    assert "随后" in said
    assert '<a href="https://example.org/tea?a=1&b=%222%22">老茶厂逛园指南</a>' in said
    await until(platform.sent, 1)
    to, later = platform.sent[0]
    assert to == "o1"
    assert later.startswith("门口只有十二个车位，建议停到南门桥地下停车场。")
    assert "出处" in later
    assert platform.labels == [{"is_ai_msg": 1}]
    assert platform.calls["typing"] == 1


async def test_typing_is_shown_again_where_an_answer_takes_longer(
    client: httpx.AsyncClient, platform: FakeWeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dengmi.channels.wechat.account.TYPING", 0.2)
    platform.spoke("o1")
    assert await verified(client).say("o1", PARK)
    await until(platform.sent, 1)
    assert platform.calls["typing"] == 2


async def test_an_account_without_rights_answers_on_a_later_delivery(
    client: httpx.AsyncClient,
) -> None:
    said = await small(client).say("o1", PARK)
    assert said is not None
    assert said.startswith("门口只有十二个车位，建议停到南门桥地下停车场。")


async def test_the_last_delivery_has_quotes_and_a_link_that_asks_again(
    tmp_path: Path, api: str
) -> None:
    home = await configured(tmp_path / "home", api)
    slow = SCRIPT.replace("0.9", "2.5")
    await asyncio.to_thread((home / "script.toml").write_text, slow, encoding="utf-8")
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        platform = small(client)
        said = await platform.say("o1", PARK)
        assert said is not None
        assert "门口只有十二个车位" in said
        assert "回复任意" not in said
        menu = said.split("msgmenuid=")[1].split('"')[0]
        assert f"http://127.0.0.1:8321/a/{menu}" in said
        label = said.split("msgmenucontent=")[1].split("&")[0]
        await asyncio.sleep(1.5)
        whole = await platform.say("o1", label, menu=menu)
        assert whole is not None
        assert whole.startswith("门口只有十二个车位，建议停到南门桥地下停车场。")
        # The link asked no new question, and the model was called once.
        spent = await parts.store.charges()
        assert [charge.purpose for charge in spent] == ["answer"]


class Ahead(SystemClock):
    """The machine's clock so many seconds later: what a delivery meets that comes then."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return super().now() + self.seconds


async def test_the_last_delivery_is_known_by_its_time_in_any_process(
    tmp_path: Path, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliveries before reached another process, which counted them."""
    monkeypatch.setattr("dengmi.server.crew.PATIENCE", 0.1)  # nobody reads the written answer
    home = await configured(tmp_path / "home", api, whole=60.0)
    slow = SCRIPT.replace("0.9", "90.0")
    await asyncio.to_thread((home / "script.toml").write_text, slow, encoding="utf-8")
    clock = Ahead()
    async with opened(home, tmp_path / "articles") as parts, opened(home) as others:
        there = replace(others, clock=clock)
        async with served(parts) as client, served(there) as neighbour:
            first, number = small(client), "7000000000000000001"
            fields = {"MsgType": "text", "Content": PARK, "MsgId": number}
            hung_up = asyncio.create_task(first.deliver("o1", fields))
            async with asyncio.timeout(60):
                while not (await parts.store.counts())["questions"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            hung_up.cancel()
            clock.seconds = 19.0  # of 60: the second of three
            second = await small(neighbour).deliver("o1", fields)
            assert (second.status_code, first.read(second)) == (503, None)
            clock.seconds = 50.0
            last = await small(neighbour).deliver("o1", fields)
            assert "门口只有十二个车位" in (first.read(last) or "")
        assert (await parts.store.counts())["questions"] == 1


async def test_what_cannot_be_in_time_is_not_begun_and_waits(tmp_path: Path, api: str) -> None:
    home = await configured(tmp_path / "home", api, slots=1)
    slow = SCRIPT.replace("0.9", "4.0")
    await asyncio.to_thread((home / "script.toml").write_text, slow, encoding="utf-8")
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        platform = small(client)
        busy = asyncio.create_task(platform.say("o1", PARK))
        async with asyncio.timeout(8):
            while not await parts.store.charges():  # noqa: ASYNC110 - a slot is taken then
                await asyncio.sleep(0.02)
        said = await platform.say("o2", "Who gets a paper fan?")
        assert said is not None
        assert "paper fan" in said
        menu = said.split("msgmenuid=")[1].split('"')[0]  # a better answer may come
        late = await parts.store.late(menu)
        assert late is not None
        assert late.state == "waiting"
        waiting = await platform.say("o2", "Show me the answer", menu=menu)
        assert f"msgmenuid={menu}" in str(waiting)
        await busy

        async def state() -> str:
            late = await parts.store.late(menu)
            return late.state if late else ""

        async with asyncio.timeout(10):
            while await state() == "waiting":  # noqa: ASYNC110 - the store tells nobody
                await asyncio.sleep(0.05)
        whole = await platform.say("o2", "Show me the answer", menu=menu)
        assert str(whole).startswith("Whoever solves a riddle gets a paper fan.")


async def test_thanks_are_answered_at_once(client: httpx.AsyncClient) -> None:
    said = await small(client).say("o1", "谢谢！")
    assert said == "不客气！还想了解什么，随时问我。"
    welcome = str(await small(client).say("o2", "你好"))
    assert welcome.startswith("你好！想了解什么")
    assert "文章没有" not in welcome
    pushed = await verified(client).say("o1", "谢谢！")  # nothing is written later
    assert pushed == said


async def test_three_deliveries_at_once_are_one_question(
    client: httpx.AsyncClient, platform: FakeWeChat
) -> None:
    platform.spoke("o1")
    account = verified(client)
    number = account.number()
    said = await asyncio.gather(*(account.say("o1", PARK, number=number) for _ in range(3)))
    assert len(set(said)) == 1
    await until(platform.sent, 1)
    await asyncio.sleep(0.3)
    assert len(platform.sent) == 1


async def test_one_person_never_reads_the_answer_of_another(client: httpx.AsyncClient) -> None:
    account = small(client)
    number = account.number()
    assert "车位" in (await account.say("o1", PARK, number=number) or "")
    said = await account.say("o2", "Who gets a paper fan?", number=number)
    assert "fan" in (said or "")


async def test_a_restart_between_deliveries_answers_once(
    tmp_path: Path, api: str, platform: FakeWeChat
) -> None:
    home = await configured(tmp_path / "home", api)
    platform.spoke("o1")
    async with opened(home, tmp_path / "articles") as parts:
        async with served(parts) as client:
            account = verified(client)
            number = account.number()
            await account.deliver("o1", {"MsgType": "text", "Content": PARK, "MsgId": number})
            await until(platform.sent, 1)
        async with served(parts) as client:
            # The answer was sent, so the delivery that comes again is only acknowledged.
            assert await verified(client).say("o1", PARK, number=number) is None
        spent = [(each.question_id, each.purpose) for each in await parts.store.charges()]
        assert len(spent) == 1, spent
    assert len(platform.sent) == 1


async def test_events_are_acknowledged(client: httpx.AsyncClient) -> None:
    account = small(client)
    welcome = account.read(
        await account.deliver("o1", {"MsgType": "event", "Event": "subscribe", "EventKey": ""})
    )
    assert welcome is not None
    assert "问题" in welcome
    for event in ("VIEW", "SCAN", "LOCATION", "debug_demo", "MASSSENDJOBFINISH", "never_seen"):
        reply = await account.deliver("o1", {"MsgType": "event", "Event": event})
        assert (reply.status_code, reply.text) == (200, "success")
    unknown = await account.deliver("o1", {"MsgType": "hologram", "MsgId": "1"})
    assert (unknown.status_code, unknown.text) == (200, "success")
    image = await account.deliver("o1", {"MsgType": "image", "MsgId": "2", "PicUrl": "http://x/"})
    assert "文字" in (account.read(image) or "")
    clicked = await account.deliver(
        "o1", {"MsgType": "event", "Event": "CLICK", "EventKey": "老茶厂几点开门？"}
    )
    assert clicked.status_code in (200, 503)


async def test_who_leaves_is_forgotten(tmp_path: Path, api: str) -> None:
    home = await configured(tmp_path / "home", api)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        account = small(client)
        assert await account.say("o1", PARK)
        assert await account.say("o2", "Who gets a paper fan?")
        async with asyncio.timeout(20):  # the platform may have hung up before the model was asked
            while len(await parts.store.charges()) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        before = await parts.store.counts()
        await account.deliver("o1", {"MsgType": "event", "Event": "unsubscribe"})
        after = await parts.store.counts()
        assert before["questions"] - after["questions"] == 1
        askers = [charge.asker for charge in await parts.store.charges()]
        assert sorted(askers) == ["", "wechat:small:o2"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml>",
        b"{",
        b"[1]",
        b"null",
        b"\xff\xfe<\x00",
        b"<xml/>",
        b"<xml><MsgType>text</MsgType></xml>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><ToUserName>&a;</ToUserName></xml>',
        b"<xml>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</xml>",
        b'{"ToUserName":{"a":1},"FromUserName":[1],"MsgType":null}',
    ],
)
async def test_bad_bodies_are_refused(client: httpx.AsyncClient, body: bytes) -> None:
    import time

    from wechatpy.utils import WeChatSigner

    signer = WeChatSigner()
    stamp = str(int(time.time()))
    signer.add_data("AAAAA", stamp, "15")
    query = {"timestamp": stamp, "nonce": "15", "signature": signer.signature}
    reply = await client.post("/wechat/small", params=query, content=body)
    assert (reply.status_code, reply.content) == (400, b"")
    unsigned = await client.post("/wechat/small", content=body)
    assert unsigned.status_code in (400, 403)
    assert unsigned.content == b""


async def test_long_questions_are_told_so(client: httpx.AsyncClient) -> None:
    said = await small(client).say("o1", "问" * 2100)
    assert said is not None
    assert "2,000" in said or "2000" in said
    huge = await client.post("/wechat/small", content=b"x" * 1_000_000)
    assert huge.status_code == 413


async def test_who_asks_too_fast_is_told_calmly(tmp_path: Path, api: str) -> None:
    more = "[limits]\nasker_rate = 0.01\nasker_burst = 2\n"
    home = await configured(tmp_path / "home", api, more=more, model=False)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        platform = verified(client)
        said = [await platform.say("o1", PARK) for _ in range(3)]
        assert all("停" in str(each) for each in said[:2])
        assert "秒后再问" in str(said[2])
        assert "停" in str(await platform.say("o2", PARK))


async def test_an_article_without_an_address_is_read_in_our_reader_at_its_desk(
    client: httpx.AsyncClient,
) -> None:
    said = await small(client).say("o1", "Who gets a paper fan?")
    assert said is not None
    address = said.split('<a href="http://127.0.0.1:8321')[1].split('"')[0]
    assert address.startswith("/articles/")
    assert "desk=walks" in address
    assert "paper fan" in (await client.get(address)).text


async def test_articles_cannot_make_links(tmp_path: Path, api: str) -> None:
    home = await configured(tmp_path / "home", api, model=False)
    folder = tmp_path / "articles"
    bad = 'The walrus sings at `<a href="http://evil.example">midnight</a>` every day.'
    await asyncio.to_thread(folder.mkdir)
    await asyncio.to_thread((folder / "bad.md").write_text, f"# Walrus\n\n{bad}\n")
    async with opened(home, folder) as parts, served(parts) as client:
        said = await small(client).say("o1", "When does the walrus sing?")
        assert said is not None
        assert "midnight" in said
        assert '<a href="http://evil' not in said


async def test_a_token_that_was_superseded_is_renewed_once(
    client: httpx.AsyncClient, platform: FakeWeChat
) -> None:
    platform.spoke("o1")
    await verified(client).say("o1", PARK)
    await until(platform.sent, 1)
    platform.expire()
    platform.spoke("o2")
    await verified(client).say("o2", "Who gets a paper fan?")
    await asyncio.sleep(0.2)
    platform.spoke("o3")
    await verified(client).say("o3", "门口一共有几个车位？")
    await until(platform.sent, 2)
    assert platform.calls["stable_token"] <= 3


async def test_busy_is_tried_again_and_a_closed_window_is_not(
    client: httpx.AsyncClient, platform: FakeWeChat
) -> None:
    platform.refuse = [0, -1, 45011]  # typing, then two of the message
    platform.spoke("o2")
    await verified(client).say("o2", PARK)
    await until(platform.sent, 1)
    assert platform.calls["send"] == 3
    # To the platform's knowledge this person said nothing.
    await verified(client).say("o9", "门口一共有几个车位？")
    await when(lambda: platform.calls["send"] >= 4)
    await asyncio.sleep(0.7)
    assert (platform.calls["send"], len(platform.sent)) == (4, 1)


def test_the_stand_in_is_as_wechatpy_knows_the_api(api: str, platform: FakeWeChat) -> None:
    """An independent client reads our stand-in the way it reads the real one."""

    class Client(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{api}/cgi-bin/"

        def fetch_access_token(self) -> dict[str, object]:
            body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
            said = httpx.post(f"{api}/cgi-bin/stable_token", json=body).json()
            self.session.set(self.access_token_key, said["access_token"], said["expires_in"])
            return dict(said)

    theirs = Client(platform.app_id, platform.secret)
    with pytest.raises(WeChatClientException, match="45015"):
        theirs.message.send_text("o1", "hello")
    platform.spoke("o1")
    for number in range(5):
        theirs.message.send_text("o1", f"你好 {number}")
    with pytest.raises(WeChatClientException, match="45047"):
        theirs.message.send_text("o1", "one more")
    platform.spoke("o1")
    with pytest.raises(WeChatClientException, match="45002"):
        theirs.message.send_text("o1", "长" * 683)
    assert [said for _, said in platform.sent] == [f"你好 {number}" for number in range(5)]
