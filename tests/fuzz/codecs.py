"""Feeds the codecs of WeChat and WeCom with what libFuzzer finds (`pip install atheris`).

    python tests/fuzz/codecs.py -max_total_time=600

Whatever comes in, only the codec's own errors may come out; what opens is an honest message.
"""

import base64
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["dengmi.channels", "defusedxml", "xml"]):
    from dengmi.channels.errors import WireError
    from dengmi.channels.tencent import Envelope, signature
    from dengmi.channels.wechat.body import read_body, write_body
    from dengmi.channels.wechat.client import WeChatFailed
    from dengmi.channels.wechat.messages import read_message, text_reply
    from dengmi.channels.wechat.published import read_listing

ENVELOPE = Envelope("AAAAA", ("A" * 43,), "wxba5fad812f8e6fb9")
KEY = ENVELOPE.key or b""


def one(data: bytes) -> None:
    """One input: the first byte says which codec it is for."""
    kind, rest = data[:1], data[1:]
    try:
        if kind < b"\x40":
            sealed = base64.b64encode(rest).decode()
            ENVELOPE.open(sealed, signature("AAAAA", "1", "2", sealed), "1", "2")
        elif kind < b"\x60":
            sealed = ENVELOPE.seal(rest, KEY)
            opened = ENVELOPE.open(sealed, signature("AAAAA", "1", "2", sealed), "1", "2")
            assert opened.message == rest
        else:
            fields, form = read_body(rest)
            if kind > b"\xe0":
                read_listing(fields)
                return
            message = read_message(fields)
            said = message.text or message.key or "x"
            written = write_body(text_reply(message, said, 1.0), form)
            again, _ = read_body(written)
            assert again["MsgType"] == "text"
    except (WireError, WeChatFailed):
        return


if __name__ == "__main__":
    seeds = (
        b"<xml><ToUserName>g</ToUserName><FromUserName>o</FromUserName><MsgType>text</MsgType>"
        b"<Content><![CDATA[hi]]></Content><MsgId>1</MsgId></xml>",
        b'{"ToUserName":"g","FromUserName":"o","MsgType":"event","Event":"CLICK","EventKey":"k"}',
        b'{"total_count":1,"item":[{"article_id":"a","content":{"news_item":[{"title":"t"}]}}]}',
    )
    for seed in seeds:  # what is well-formed must pass, or nothing is tested
        one(b"\x80" + seed)
    one(b"\xff" + seeds[2])
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds):
            Path(corpus, str(number)).write_bytes(b"\x80" + seed)
            Path(corpus, f"list{number}").write_bytes(b"\xff" + seed)
        atheris.Setup([*sys.argv, corpus], one)
        atheris.Fuzz()
