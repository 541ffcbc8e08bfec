"""AI bots of WeCom in webhook mode, from the platform's side."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from dengmi.channels.wecom import bot as bot_room
from tests.channels.wecom.conftest import (
    bot_platform,
    bot_table,
    configured,
    opened,
    served,
    when,
)
from tests.fakes.wecom import FakeWeCom

PARK = "老茶厂门口能停车吗？"
WRITTEN = "门口只有十二个车位，建议停到南门桥地下停车场。"


@pytest.fixture
async def client(tmp_path: Path, api: str) -> AsyncIterator[httpx.AsyncClient]:
    """A served desk with a bot."""
    home = await configured(tmp_path / "home", bot_table(api, 'called = "灯 谜"\n'))
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        yield client


async def test_the_platform_is_told_that_this_is_the_server(
    client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    reply = await bot_platform(client, platform).verify()
    assert (reply.status_code, reply.text) == (200, "4375120948")
    query = dict(reply.request.url.params)
    for wrong in (
        {**query, "msg_signature": "0" * 40},
        {**query, "echostr": query["echostr"][:-4]},
        {**query, "timestamp": "1"},
        {},
    ):
        refused = await client.get("/wecom/helper", params=wrong)
        assert (refused.status_code, refused.text) == (403, "")
    assert (await client.get("/wecom/nobody", params=query)).status_code == 404


async def test_quotes_stand_at_once_and_the_answer_takes_their_place(
    client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    read = await bot_platform(client, platform).say("u1", PARK)
    assert read.finished
    assert "> 老茶厂的院子" in read.shown[0]
    assert "门口只有十二个车位" in read.shown[0]
    assert "写好后会显示在这里" in read.shown[0]
    link = "https://example.org/tea?a=1&b=%282%29"
    assert f"[1]({link})" in read.shown[0]
    assert read.last.startswith(f"{WRITTEN}[1]({link})") or read.last.startswith(
        f"{WRITTEN} [1]({link})"
    )
    assert f"1. [老茶厂逛园指南]({link}) “门口只有十二个车位" in read.last
    assert "写好后" not in read.last
    await asyncio.sleep(0.3)
    assert platform.said == []  # it was fetched: nothing is sent besides


async def test_one_message_is_one_question_however_often_it_is_delivered(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    home = await configured(tmp_path / "home", bot_table(api))
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        bots = bot_platform(client, platform)
        number = bots.number()
        reads = await asyncio.gather(*(bots.say("u1", PARK, number=number) for _ in range(3)))
        assert {read.last for read in reads} == {reads[0].last}
        assert len({read.stream for read in reads}) == 1
        other = await bots.say("u2", "Who gets a paper fan?", number=number)
        assert "fan" in other.last
        assert other.stream != reads[0].stream
        charges = [one.question_id for one in await parts.store.charges()]
        assert len(charges) == len(set(charges)) == 2


async def test_an_answer_that_takes_too_long_follows_as_a_message_of_its_own(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    home = await configured(tmp_path / "home", bot_table(api, "close = 0.6\n"), first=1.5)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        read = await bot_platform(client, platform).say("u1", PARK)
        assert read.finished
        assert "门口只有十二个车位" in read.last
        assert f"[回答页面](http://127.0.0.1:8321/a/{read.stream})" in read.last
        assert platform.said == []
        await when(lambda: platform.said)
        assert platform.said[0].startswith(WRITTEN)
        await asyncio.sleep(0.2)
        assert len(platform.said) == 1
        assert await parts.store.notes("wecom:helper") == {}


async def test_an_answer_that_nobody_came_for_is_sent(
    tmp_path: Path, api: str, platform: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot_room, "GRACE", 0.3)
    monkeypatch.setattr(bot_room, "PAUSES", (0.05, 0.05))
    home = await configured(tmp_path / "home", bot_table(api))
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        read = await bot_platform(client, platform).say("u1", PARK, polls=1)
        assert not read.finished
        platform.refuse = [-1, 45009]
        await when(lambda: platform.said)
        assert platform.said[0].startswith(WRITTEN)
        assert platform.calls["response"] == 3
        assert platform.feedback == [read.stream]  # a thumb finds its answer


async def test_a_restart_in_between_loses_nothing(
    tmp_path: Path, api: str, platform: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off like this, a question has its quotes as its answer, or is still to be answered."""
    monkeypatch.setattr(bot_room, "GRACE", 0.3)
    home = await configured(tmp_path / "home", bot_table(api), first=1.0)
    async with opened(home, tmp_path / "articles") as parts:
        async with served(parts) as client:
            first = bot_platform(client, platform)
            body = first.message("u1", "text", text={"content": PARK})
            begun = await first.follow(body, polls=1)
            assert not begun.finished
            kept = await parts.store.notes("wecom:helper")
            assert list(kept) == [f"wecom:helper:{begun.stream}"]
        async with served(parts) as client:
            again = bot_platform(client, platform)
            poll = {**body, "msgtype": "stream", "stream": {"id": begun.stream}}
            reply = await again.deliver(poll)
            assert reply is not None
            assert "门口只有十二个车位" in reply["stream"]["content"]
            assert reply["stream"]["id"] == begun.stream


async def test_any_process_of_the_server_may_be_asked(
    tmp_path: Path, api: str, platform: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot_room, "GRACE", 0.5)
    home = await configured(tmp_path / "home", bot_table(api))
    async with opened(home, tmp_path / "articles") as parts, opened(home) as others:
        async with served(parts) as client, served(others) as neighbour:
            bots = bot_platform(client, platform)
            body = bots.message("u1", "text", text={"content": PARK})
            begun = await bots.follow(body, polls=0)
            bots.client = neighbour
            poll = {**body, "msgtype": "stream", "stream": {"id": begun.stream}}
            first = await bots.deliver(poll)
            assert first is not None
            assert first["stream"]["content"] == begun.last  # the quotes stay where they are
            async with asyncio.timeout(8):
                while not (reply := await bots.deliver(poll))["stream"]["finish"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            assert reply["stream"]["content"].startswith(WRITTEN)
            await asyncio.sleep(0.8)
        assert platform.said == []
        assert len(await parts.store.charges()) == 1


async def test_the_text_grows_whichever_process_is_asked(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    home, board = await configured(tmp_path / "home", bot_table(api)), tmp_path / "board"
    await asyncio.to_thread(board.mkdir)
    async with opened(home, tmp_path / "articles") as parts, opened(home) as others:
        async with served(parts, board) as client, served(others, board) as neighbour:
            bots = bot_platform(client, platform)
            body = bots.message("u1", "text", text={"content": "老茶厂几点开门？"})
            begun = await bots.follow(body, polls=0)
            assert not begun.finished
            bots.client = neighbour
            poll = {**body, "msgtype": "stream", "stream": {"id": begun.stream}}
            shown = [begun.last]
            async with asyncio.timeout(30):
                while True:
                    reply = await bots.deliver(poll)
                    assert reply is not None
                    if reply["stream"]["content"] != shown[-1]:
                        shown.append(reply["stream"]["content"])
                    if reply["stream"]["finish"]:
                        break
                    await asyncio.sleep(0.1)
        link = "https://example.org/tea?a=1&b=%282%29"
        first = f"老茶厂的院子每天上午九点开门。 [1]({link})"
        # The quotes, the first sentence with its link, perhaps the second, then the sources too.
        assert "> 老茶厂的院子" in shown[0]
        assert shown[1] == first
        assert "停车场" in shown[-1]
        assert "出处" in shown[-1]
        assert all(later.startswith(earlier) for earlier, later in pairwise(shown[1:]))
        assert len(await parts.store.charges()) == 1


async def test_who_the_question_is_for_is_no_part_of_it(
    client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    bots = bot_platform(client, platform)
    for said in (f"@灯 谜 {PARK}", f"@someone\u2005{PARK}", f"{PARK} @灯 谜"):
        read = await bots.say("u1", said, chat="wr1")
        asked = (await client.get(f"/api/v1/answers/{read.stream}")).json()
        assert asked["question"] == PARK
    alone = await bots.say("u1", "@灯 谜", chat="wr1")
    assert "文字" in alone.last


async def test_to_call_the_bot_at_what_somebody_said_is_to_ask_that(
    client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    bots = bot_platform(client, platform)
    quoted = {"msgtype": "text", "text": {"content": PARK}}
    for said, wanted in (
        ("@灯 谜", PARK),
        ("@灯 谜 Who gets a paper fan?", "Who gets a paper fan?"),
    ):
        body = bots.message("u1", "text", chat="wr1", text={"content": said}, quote=quoted)
        read = await bots.follow(body)
        asked = (await client.get(f"/api/v1/answers/{read.stream}")).json()
        assert asked["question"] == wanted


async def test_events_are_acknowledged_and_thumbs_kept(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    home = await configured(tmp_path / "home", bot_table(api), model=False)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        bots = bot_platform(client, platform)
        entered = await bots.deliver(bots.message("u1", "event", event={"eventtype": "enter_chat"}))
        assert entered is not None
        assert entered["msgtype"] == "text"
        assert "问题" in entered["text"]["content"]
        unknown = bots.message("u1", "event", event={"eventtype": "template_card_event"})
        assert await bots.deliver(unknown) is None
        read = await bots.say("u1", PARK)
        assert len(read.shown) == 1  # no model: the quotes are the answer, and it is there at once
        assert read.finished
        assert read.feedback == read.stream
        for kind, wanted in ((1, [True]), (2, [False]), (3, [])):
            feedback = {"id": read.feedback, "type": kind}
            event = {"eventtype": "feedback_event", "feedback_event": feedback}
            assert await bots.deliver(bots.message("u1", "event", event=event)) is None
            thumbs = await asyncio.to_thread(_thumbs, home)
            assert thumbs == wanted
        nothing = {"eventtype": "feedback_event", "feedback_event": {"id": "q_none", "type": 1}}
        assert await bots.deliver(bots.message("u1", "event", event=nothing)) is None


def _thumbs(home: Path) -> list[bool]:
    import sqlite3

    with sqlite3.connect(home / "dengmi.sqlite") as store:
        found = [bool(up) for (up,) in store.execute("SELECT up FROM thumbs")]
    store.close()
    return found


async def test_other_kinds_of_messages(client: httpx.AsyncClient, platform: FakeWeCom) -> None:
    bots = bot_platform(client, platform)
    items = [
        {"msgtype": "text", "text": {"content": "Who gets"}},
        {"msgtype": "image", "image": {"url": "http://x/"}},
        {"msgtype": "text", "text": {"content": "a paper fan?"}},
    ]
    mixed = await bots.follow(bots.message("u1", "mixed", mixed={"msg_item": items}))
    assert "gets a paper fan" in mixed.last
    voice = await bots.follow(bots.message("u1", "voice", voice={"content": PARK}))
    assert WRITTEN in voice.last
    image = await bots.follow(bots.message("u1", "image", image={"url": "http://x/"}))
    assert "文字" in image.last
    unknown = await bots.follow(bots.message("u1", "hologram"))
    assert unknown.finished
    gone = await bots.deliver({"msgtype": "stream", "stream": {"id": "q_gone"}, "msgid": "1"})
    assert gone is not None
    assert gone["stream"]["finish"] is True
    long = await bots.say("u2", "问" * 2100)
    assert "2,000" in long.last or "2000" in long.last


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"{",
        b"[1]",
        b"null",
        b"<xml/>",
        b"\xff\xfe",
        b'{"msgtype":"text"}',
        b'{"msgtype":"text","from":7,"msgid":"1"}',
        b'{"msgtype":"stream","stream":[]}',
        b'{"msgtype":{"a":1},"from":{"userid":[]},"msgid":null}',
    ],
    ids=range(10),
)
async def test_bad_bodies_are_refused(
    client: httpx.AsyncClient, platform: FakeWeCom, plain: bytes
) -> None:
    reply = await bot_platform(client, platform).raw(plain)
    assert (reply.status_code, reply.content) == (400, b"")


async def test_what_the_platform_did_not_send_is_refused(
    client: httpx.AsyncClient, platform: FakeWeCom
) -> None:
    bots = bot_platform(client, platform)
    good = json.dumps(bots.message("u1", "text", text={"content": PARK})).encode()
    for wrong in (
        {"msg_signature": "0" * 40},
        {"timestamp": str(int(time.time()) - 3600)},
        {"nonce": "other"},
    ):
        assert (await bots.raw(good, **wrong)).status_code == 403
    assert (await client.post("/wecom/helper", content=good)).status_code in (400, 403)
    assert (await client.post("/wecom/helper", content=b"<xml><a/></xml>")).status_code == 403
    assert (await client.post("/wecom/helper", content=b"x" * 1_000_000)).status_code == 413


async def test_who_asks_too_fast_is_told_calmly(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    more = "[limits]\nasker_rate = 0.01\nasker_burst = 1\n"
    home = await configured(tmp_path / "home", bot_table(api) + more, model=False)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        bots = bot_platform(client, platform)
        said = [(await bots.say("u1", PARK)).last for _ in range(2)]
        assert "车位" in said[0]
        assert "秒后再问" in said[1]


async def test_a_better_answer_goes_to_the_address_of_its_question(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    from dengmi.core.records import Question

    home = await configured(tmp_path / "home", bot_table(api))
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        read = await bot_platform(client, platform).say("u1", PARK)
        answer = await parts.store.answer(read.stream)
        assert answer is not None
        assert parts.late is not None
        push = parts.late._pushes["wecom:helper"]  # type: ignore[attr-defined]
        asked = Question(id=read.stream, desk="walks", text=PARK, asker="wecom:helper:u1")
        await push.push(asked, answer, "key")  # nothing is owed: the page has it
        assert platform.said == []
        owed = {"address": platform.response_url(), "until": time.time() + 60}
        await parts.store.put_note(f"wecom:helper:{read.stream}", "wecom:helper", owed)
        platform.refuse = [-1]
        with pytest.raises(Exception, match="wecom_refused"):
            await push.push(asked, answer, "key")
        await push.push(asked, answer, "key")
        await push.push(asked, answer, "key")
        assert len(platform.said) == 1
        assert platform.said[0].startswith(f"你之前问：{PARK}")
