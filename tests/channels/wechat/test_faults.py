"""What must not get through, and what must not break anything, from the platform's side."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.channels.wechat.conftest import KEY, configured, opened, served
from tests.fakes.wechat import Platform, _sealed, _signed, _written

APP_ID = "wxba5fad812f8e6fb9"
OTHER = "b" * 43
GH = "gh_97417a04a28d"
ODD = (
    "👨‍👩‍👧‍👦🏳️‍🌈" * 40 + "fan?",
    "]]>fan<![CDATA[ ]]>?",
    'fan "&amp;" <b>?',
    "fan\u2028\u202e?",
)
TEXT = {"MsgType": "text", "Content": "Who gets a paper fan?", "MsgId": "77"}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Both accounts of a home without a model; nothing calls the platform."""
    home = await configured(tmp_path / "home", "http://127.0.0.1:9", model=False)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        yield client


def fields(**more: Any) -> dict[str, Any]:
    return {"ToUserName": GH, "FromUserName": "o1", "CreateTime": int(time.time()), **more}


def query(*sealed: str, stamp: int | None = None, token: str = "AAAAA") -> dict[str, str]:
    at, nonce = str(int(time.time()) if stamp is None else stamp), "415670741"
    made = {"timestamp": at, "nonce": nonce, "openid": "o1"}
    made["signature"] = _signed(token, at, nonce)
    if sealed:
        made |= {"encrypt_type": "aes", "msg_signature": _signed(token, at, nonce, *sealed)}
    return made


def seal(body: str, *, key: str = KEY, app_id: str = APP_ID) -> str:
    return _sealed("AAAAA", key, app_id, body, "415670741", str(int(time.time())))


async def send(
    client: httpx.AsyncClient, body: str | bytes, asked: dict[str, str], name: str = "news"
) -> tuple[int, bytes]:
    content = body if isinstance(body, bytes) else body.encode()
    reply = await client.post(f"/wechat/{name}", params=asked, content=content)
    return reply.status_code, reply.content


def envelope(sealed: str, **more: Any) -> str:
    return _written({"ToUserName": GH, "Encrypt": sealed, **more}, "xml")


async def test_what_is_not_from_the_platform_is_refused(client: httpx.AsyncClient) -> None:
    sealed = seal(_written(fields(**TEXT), "xml"))
    good = envelope(sealed)
    assert (await send(client, good, query(sealed)))[0] == 200
    forged = query(sealed) | {"msg_signature": "0" * 40}
    assert await send(client, good, forged) == (403, b"")
    # A signature of the clear kind opens nothing: it says nothing of the body.
    assert await send(client, _written(fields(**TEXT), "xml"), query()) == (403, b"")
    assert await send(client, good, query()) == (403, b"")
    assert await send(client, good, query(sealed, token="BBBBB")) == (403, b"")
    for wrong in (
        seal("<xml/>", app_id="wxsomebodyelse000"),
        seal("<xml/>", key=OTHER),
        sealed[:-4],
        sealed[:-3],
        sealed + "!",
        "",
    ):
        assert await send(client, envelope(wrong), query(wrong)) == (403, b"")
    assert await send(client, "<xml><ToUserName>gh_1</ToUserName></xml>", query("x")) == (403, b"")


async def test_clocks_may_differ_a_little(client: httpx.AsyncClient) -> None:
    sealed = seal(_written(fields(**TEXT), "xml"))
    now = int(time.time())
    assert (await send(client, envelope(sealed), query(sealed, stamp=now - 590)))[0] == 200
    assert (await send(client, envelope(sealed), query(sealed, stamp=now + 590)))[0] == 200
    for stamp in (now - 700, now + 700, 0, -1, 10**30):
        assert (await send(client, envelope(sealed), query(sealed, stamp=stamp)))[0] == 403
    assert (await send(client, envelope(sealed), query(sealed) | {"timestamp": "x"}))[0] == 403
    assert (await send(client, envelope(sealed), {}))[0] == 403


async def test_in_compatible_mode_the_sealed_fields_count(client: httpx.AsyncClient) -> None:
    sealed = seal(_written(fields(**TEXT), "xml"))
    lies = fields(**TEXT) | {"FromUserName": "mallory", "Content": "something else"}
    status, reply = await send(client, envelope(sealed, **lies), query(sealed))
    assert status == 200
    platform = Platform(client, "/wechat/news", "AAAAA", key=KEY)
    assert "fan" in str(platform.read(httpx.Response(200, content=reply)))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


BOMBS = (
    f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><xml><Content>&l9;</Content></xml>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><xml/>',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]><xml/>',
    "<xml>" + "<a>" * 40_000,
    "<xml><Content>&unknown;</Content></xml>",
    "<xml><Content>\x00</Content></xml>",
    '{"a":' * 20_000,
    '{"CreateTime": NaN}',
    '{"CreateTime": 1' + "0" * 5000 + "}",
    "hello",
)


async def test_bombs_do_nothing(client: httpx.AsyncClient) -> None:
    for body in BOMBS:
        began = time.process_time()
        assert await send(client, body, query(), "small") == (400, b""), body[:40]
        sealed = seal(body)
        assert await send(client, envelope(sealed), query(sealed)) == (400, b""), body[:40]
        assert time.process_time() - began < 2.0, body[:40]


async def test_what_is_too_long_is_not_read(client: httpx.AsyncClient) -> None:
    assert (await send(client, b"x" * 1_000_000, query(), "small"))[0] == 413


EVENTS: tuple[dict[str, Any], ...] = (
    {"Event": "CLICK"},
    {"Event": "subscribe"},
    {"Event": "SCAN", "EventKey": 12, "Ticket": "t"},
    {"Event": ""},
    {},
    {"Event": "pic_weixin", "SendPicsInfo": "x"},
    {"Event": "user_authorization_revoke", "OpenID": "o1", "RevokeInfo": "301"},
)


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_events_of_any_shape_are_taken(client: httpx.AsyncClient, form: str) -> None:
    for event in EVENTS:
        body = _written(fields(MsgType="event", **event), form)
        status, reply = await send(client, body, query(), "small")
        assert status == 200, event
        assert reply == b"success" or event.get("Event") == "subscribe"


async def test_messages_of_any_shape_are_taken(client: httpx.AsyncClient) -> None:
    platform = Platform(client, "/wechat/small", "AAAAA")
    for n, more in enumerate(
        (
            {"MsgType": "text"},
            {"MsgType": "text", "Content": ""},
            {"MsgType": "text", "Content": "   \n"},
            {"MsgType": "voice", "MediaId": "m"},
            {"MsgType": "location", "Location_X": "23.1", "Scale": "x"},
        )
    ):
        reply = await platform.deliver("o1", {**more, "MsgId": str(n)})
        assert "文字" in str(platform.read(reply))
    unknown = await platform.deliver("o1", {"MsgType": "miniprogrampage", "MsgId": "9"})
    assert unknown.content == b"success"


@pytest.mark.parametrize("form", ["xml", "json"])
async def test_odd_characters_come_back_whole(client: httpx.AsyncClient, form: str) -> None:
    platform = Platform(client, "/wechat/small", "AAAAA", form=form)
    for said in ODD:
        assert await platform.say("o1", said)
    if form == "json":
        body = '{"ToUserName":"gh","FromUserName":"o1","CreateTime":1,"MsgType":"text",'
        body += '"Content":"fan \\ud83c?","MsgId":5}'
        assert (await send(client, body, query(), "small"))[0] == 200
