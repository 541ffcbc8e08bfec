"""Feeds the codecs of the channels with what libFuzzer finds (`pip install atheris`).

    python tests/fuzz/codecs.py -max_total_time=600

Whatever comes in, only the codec's own errors may come out; what opens is an honest message. The
first byte of an input says which codec it is for.
"""

import base64
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["dengmi.channels"]):
    from dengmi.channels.errors import WireError
    from dengmi.channels.ilink.messages import read_updates
    from dengmi.channels.matrix.appservice import events_of
    from dengmi.channels.matrix.messages import Me, asked, inviter, joined_at, leaver
    from dengmi.channels.matrix.messages import read_message as read_event
    from dengmi.channels.openai.failures import BadChat
    from dengmi.channels.openai.request import read_chat
    from dengmi.channels.tencent import Envelope, signature
    from dengmi.channels.wechat.body import read_body, write_body
    from dengmi.channels.wechat.client import WeChatFailed
    from dengmi.channels.wechat.messages import read_message, text_reply
    from dengmi.channels.wechat.published import read_listing
    from dengmi.channels.wecom.kf_messages import read_page
    from dengmi.channels.wecom.messages import read_bot

ENVELOPE = Envelope("AAAAA", ("A" * 43,), "wxba5fad812f8e6fb9")
KEY = ENVELOPE.key or b""
ME = Me(user="@town:hs.example", name="Town Hall")


def opened(raw: bytes) -> None:
    """A foreign envelope."""
    sealed = base64.b64encode(raw).decode()
    ENVELOPE.open(sealed, signature("AAAAA", "1", "2", sealed), "1", "2")


def sealed(raw: bytes) -> None:
    """An envelope of ours is opened again."""
    closed = ENVELOPE.seal(raw, KEY)
    again = ENVELOPE.open(closed, signature("AAAAA", "1", "2", closed), "1", "2")
    assert again.message == raw


def wechat(raw: bytes) -> None:
    """A message to an account, and a reply in the form it came in."""
    fields, form = read_body(raw)
    message = read_message(fields)
    said = message.text or message.key or "x"
    again, _ = read_body(write_body(text_reply(message, said, 1.0), form))
    assert again["MsgType"] == "text"


def listing(raw: bytes) -> None:
    """The list of an account's articles."""
    read_listing(read_body(raw)[0])


def bot(raw: bytes) -> None:
    """What is said to an AI bot of WeCom."""
    message = read_bot(read_body(raw)[0], "灯谜")
    assert message.stream or (message.sender and message.number)


def kf(raw: bytes) -> None:
    """A page of customer service."""
    assert all(each.number and each.kind for each in read_page(read_body(raw)[0], "wk1").messages)


def ilink(raw: bytes) -> None:
    """What was polled."""
    assert all(each.sender and each.id for each in read_updates(read_body(raw)[0], "c").said)


def matrix(raw: bytes) -> None:
    """What a homeserver delivers."""
    for room, event in events_of(raw):
        joined_at(event, ME.user)
        leaver(event)
        inviter([event], ME.user)
        if (message := read_event(room, event)) is not None:
            words = asked(
                message, ME, rooms="mention", command="!ask", direct=False, followed=False
            )
            assert words is None or len(words) <= len(message.text)


def chat(raw: bytes) -> None:
    """A request in the words of OpenAI."""
    read_chat(raw)


CODECS: tuple[Callable[[bytes], None], ...] = (
    opened,
    sealed,
    wechat,
    listing,
    bot,
    kf,
    ilink,
    matrix,
    chat,
)

SEEDS: tuple[tuple[Callable[[bytes], None], object], ...] = (
    (
        chat,
        {
            "model": "guide:deep",
            "stream": True,
            "stream_options": {"include_usage": True},
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "hi"}]},
                {"role": "assistant", "content": "At five. [1](https://x)"},
                {"role": "user", "content": "And then?"},
            ],
        },
    ),
    (wechat, {"ToUserName": "g", "FromUserName": "o", "MsgType": "event", "Event": "CLICK"}),
    (
        wechat,
        b"<xml><ToUserName>g</ToUserName><FromUserName>o</FromUserName><MsgType>text</MsgType>"
        b"<Content><![CDATA[hi]]></Content><MsgId>1</MsgId></xml>",
    ),
    (
        listing,
        {
            "total_count": 1,
            "item": [{"article_id": "a", "content": {"news_item": [{"title": "t"}]}}],
        },
    ),
    (
        bot,
        {
            "msgid": "1",
            "msgtype": "mixed",
            "chattype": "group",
            "chatid": "c",
            "from": {"userid": "u"},
            "mixed": {"msg_item": [{"msgtype": "text", "text": {"content": "@灯谜 hi"}}]},
            "quote": {"msgtype": "text", "text": {"content": "hi"}},
        },
    ),
    (
        bot,
        {
            "msgid": "1",
            "msgtype": "event",
            "from": {"userid": "u"},
            "event": {"eventtype": "feedback_event", "feedback_event": {"id": "q", "type": 1}},
        },
    ),
    (
        kf,
        {
            "next_cursor": "c",
            "has_more": 1,
            "msg_list": [
                {
                    "msgid": "1",
                    "open_kfid": "wk",
                    "external_userid": "wm",
                    "send_time": 1,
                    "origin": 3,
                    "msgtype": "text",
                    "text": {"content": "hi"},
                }
            ],
        },
    ),
    (
        ilink,
        {
            "get_updates_buf": "b",
            "msgs": [
                {
                    "message_id": 1,
                    "from_user_id": "u",
                    "context_token": "c",
                    "message_type": 1,
                    "item_list": [{"type": 1, "text_item": {"text": "hi"}}],
                }
            ],
        },
    ),
    (
        matrix,
        {
            "events": [
                {
                    "type": "m.room.message",
                    "room_id": "!r",
                    "event_id": "$1",
                    "sender": "@a:x",
                    "origin_server_ts": 1,
                    "content": {
                        "msgtype": "m.text",
                        "body": "> <@a:x> q\n\nTown Hall: hi",
                        "formatted_body": "<a href='https://matrix.to/#/@town:hs.example'>T</a>",
                        "m.relates_to": {
                            "rel_type": "m.thread",
                            "event_id": "$0",
                            "m.in_reply_to": {"event_id": "$0"},
                        },
                        "m.mentions": {"user_ids": ["@town:hs.example"]},
                    },
                }
            ]
        },
    ),
)


def one(data: bytes) -> None:
    """One input."""
    if not data:
        return
    try:
        CODECS[data[0] % len(CODECS)](data[1:])
    except (WireError, WeChatFailed, BadChat):
        return


def main() -> None:
    with tempfile.TemporaryDirectory() as corpus:
        for number, (codec, seed) in enumerate(SEEDS):
            raw = seed if isinstance(seed, bytes) else json.dumps(seed).encode()
            codec(raw)  # what is well-formed must pass, or nothing is tested
            Path(corpus, str(number)).write_bytes(bytes([CODECS.index(codec)]) + raw)
        atheris.Setup([*sys.argv, corpus], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
