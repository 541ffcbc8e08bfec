"""The envelope of WeChat and WeCom, against the vendor's published examples and wechatpy."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from dengmi.channels.errors import Forged
from dengmi.channels.tencent import Envelope, check_signature, signature
from dengmi.core.errors import BadSettings

TOKEN, KEY, APP = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZq"
    "zDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pe"
    "de2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebu"
    "fAlr7F9mFUPAJGj04="
)
STAMP, NONCE = "1714112445", "415670741"
SIGNED = "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"


def envelope(*keys: str) -> Envelope:
    return Envelope(TOKEN, keys or (KEY,), APP)


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ((TOKEN, "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ((TOKEN, "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ((TOKEN, STAMP, NONCE), "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        ((TOKEN, STAMP, NONCE, SEALED), SIGNED),
    ],
)
def test_published_signatures(parts: tuple[str, ...], wanted: str) -> None:
    assert signature(*parts) == wanted
    check_signature(wanted, *parts)
    with pytest.raises(Forged):
        check_signature(wanted.upper(), *parts)


def test_the_published_message_opens() -> None:
    opened = envelope().open(SEALED, SIGNED, STAMP, NONCE)
    assert opened.message == (
        b'{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY",'
        b'"CreateTime":1714112445,"MsgType":"event","Event":"debug_demo",'
        b'"debug_str":"hello world"}'
    )


def test_the_published_reply_is_made_byte_for_byte() -> None:
    ours = envelope()
    assert ours.key is not None
    sealed = ours.seal(b'{"demo_resp":"good luck"}', ours.key, random=b"707722b803182950")
    assert sealed == (
        "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    )
    signed = signature(TOKEN, "1713424427", NONCE, sealed)
    assert signed == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


@pytest.mark.parametrize(
    ("token", "key", "receiver", "stamp", "nonce", "signed", "echo", "wanted"),
    [
        (
            "QDG6eK",
            "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
            "wx5823bf96d3bd56c7",
            "1409659589",
            "263014780",
            "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
            "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
            b"1616140317555161061",
        ),
        (
            "123456",
            "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR",
            "wx49f0ab532d5d035a",
            "1411443780",
            "437374425",
            "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96",
            "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==",
            b"5927782489442352469",
        ),
    ],
)
def test_published_examples_of_wecom(
    token: str,
    key: str,
    receiver: str,
    stamp: str,
    nonce: str,
    signed: str,
    echo: str,
    wanted: bytes,
) -> None:
    assert Envelope(token, (key,), receiver).open(echo, signed, stamp, nonce).message == wanted


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=400))
def test_what_we_seal_wechatpy_opens(said: str) -> None:
    ours = envelope()
    assert ours.key is not None
    sealed = ours.seal(said.encode(), ours.key)
    signed = signature(TOKEN, STAMP, NONCE, sealed)
    body = f"<xml><ToUserName>gh</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
    theirs = WeChatCrypto(TOKEN, KEY, APP)
    assert theirs.decrypt_message(body, signed, STAMP, NONCE) == said


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=400))
def test_what_wechatpy_seals_we_open(said: str) -> None:
    theirs = WeChatCrypto(TOKEN, KEY, APP).encrypt_message(said, NONCE, STAMP)
    sealed = theirs.split("<Encrypt><![CDATA[")[1].split("]]")[0]
    signed = theirs.split("<MsgSignature><![CDATA[")[1].split("]]")[0]
    assert envelope().open(sealed, signed, STAMP, NONCE).message.decode() == said


def test_the_key_before_still_opens_and_is_named() -> None:
    old, new = base64.b64encode(b"o" * 32).decode()[:43], base64.b64encode(b"n" * 32).decode()[:43]
    before = envelope(old)
    assert before.key is not None
    sealed = before.seal(b"hello", before.key)
    signed = signature(TOKEN, STAMP, NONCE, sealed)
    opened = envelope(new, old).open(sealed, signed, STAMP, NONCE)
    assert opened.message == b"hello"
    assert opened.key == before.key
    with pytest.raises(Forged):
        envelope(new).open(sealed, signed, STAMP, NONCE)


def _raw(plain: bytes) -> str:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = base64.b64decode(KEY + "=")
    way = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(way.update(plain) + way.finalize()).decode()


def _block(message: bytes, length: int, receiver: bytes, pad: int, count: int | None = None) -> str:
    plain = bytes(range(16)) + length.to_bytes(4, "big") + message + receiver
    count = 32 - len(plain) % 32 if count is None else count
    return _raw((plain + bytes([pad or count]) * count)[: (len(plain) + count) // 16 * 16])


@pytest.mark.parametrize(
    ("sealed", "reason"),
    [
        ("", "length"),
        ("AAAA", "length"),
        (SEALED[:-7], "base64"),
        (SEALED + "!", "base64"),
        (SEALED.replace("/", "_"), "base64"),
        (_block(b"hi", 2, b"wxsomebodyelse", 0), "receiver"),
        (_block(b"hi", 2, b"", 0), "receiver"),
        (_block(b"hi", 2**31, APP.encode(), 0), "length"),
        (_block(b"hi", 3, APP.encode(), 0), "receiver"),
        (_block(b"hi", 2, APP.encode(), 33), "padding"),
        (_raw(bytes(32)), "padding"),
        (_raw(bytes([32]) * 32), "length"),
    ],
)
def test_faults_are_forged(sealed: str, reason: str) -> None:
    signed = signature(TOKEN, STAMP, NONCE, sealed)
    with pytest.raises(Forged, match=reason):
        envelope().open(sealed, signed, STAMP, NONCE)


@given(st.binary(max_size=200))
def test_any_bytes_are_opened_or_forged(noise: bytes) -> None:
    sealed = base64.b64encode(noise).decode()
    with pytest.raises(Forged):
        envelope().open(sealed, signature(TOKEN, STAMP, NONCE, sealed), STAMP, NONCE)


@pytest.mark.parametrize("key", ["", "A" * 42, "A" * 44, "A" * 42 + "=", "é" * 43])
def test_a_bad_key_is_a_bad_setting(key: str) -> None:
    if not key:
        assert Envelope(TOKEN, (key,), APP).key is None
        return
    with pytest.raises(BadSettings):
        Envelope(TOKEN, (key,), APP)
