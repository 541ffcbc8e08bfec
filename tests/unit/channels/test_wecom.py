"""WeCom: what comes in, read; what goes out, cut to size."""

import json
import time
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.work.crypto import WeChatCrypto

from dengmi.channels.errors import Forged, Malformed, WireError
from dengmi.channels.links import Links
from dengmi.channels.parts import CUT, size
from dengmi.channels.running import Running
from dengmi.channels.tencent import Envelope
from dengmi.channels.wechat.body import read_body
from dengmi.channels.wecom import markdown, plain
from dengmi.channels.wecom.markdown import Paper
from dengmi.channels.wecom.messages import read_bot
from dengmi.channels.wecom.plain import Sheet
from dengmi.channels.wecom.sealed import Door
from dengmi.core.records import Answer, Citation, Claim, Head, Question

TOKEN, KEY, CORP = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
LINKS = Links("https://ask.example.org", lambda c: f"/s/{c.n}", lambda head: f"/articles/{head.id}")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
NAMES = ("msgid", "chatid", "chattype", "response_url", "event", "mixed", "voice", "stream")
BODY = st.fixed_dictionaries(
    {
        "msgtype": st.sampled_from(["text", "voice", "mixed", "event", "stream", "image"]) | JSON,
        "from": st.fixed_dictionaries({"userid": st.text(min_size=1)}) | JSON,
    },
    optional={
        "text": st.fixed_dictionaries({"content": st.text() | JSON}) | JSON,
        "msgid": st.text(min_size=1),
        **dict.fromkeys(NAMES, JSON),
    },
)


@given(BODY | JSON)
def test_any_json_is_a_message_or_refused(body: object) -> None:
    try:
        fields, _ = read_body(msgspec.json.encode(body))
        message = read_bot(fields, "灯谜")
    except Malformed:
        return
    assert message.stream if message.kind == "stream" else message.sender and message.number


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_opened_or_refused(raw: bytes, as_json: bool) -> None:
    door = Door(Envelope(TOKEN, (KEY,), CORP), "json" if as_json else "xml", 600)
    query = {"timestamp": "1700000000", "nonce": "1", "msg_signature": "0" * 40}
    bodies = (raw, b'{"encrypt":"' + raw + b'"}', b"<xml><Encrypt>" + raw + b"</Encrypt></xml>")
    for body in bodies:
        with pytest.raises(WireError):
            door.open(query, body, 1_700_000_000.0)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=300))
def test_what_we_say_wechatpy_opens(said: str) -> None:
    door = Door(Envelope(TOKEN, (KEY,), CORP), "xml", 600)
    key = Envelope(TOKEN, (KEY,), CORP).key
    assert key is not None
    sealed = door.seal({"Content": said}, key, "15", time.time())
    fields, _ = read_body(sealed)
    theirs = WeChatCrypto(TOKEN, KEY, CORP).decrypt_message(
        sealed, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"]
    )
    assert read_body(theirs if isinstance(theirs, bytes) else theirs.encode())[0]["Content"] == said


def test_the_published_echo_is_understood() -> None:
    door = Door(Envelope(TOKEN, (KEY,), CORP), "xml", 600)
    query = {
        "timestamp": "1409659589",
        "nonce": "263014780",
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "echostr": (
            "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
        ),
    }
    assert door.verify(query, 1_409_659_600.0) == "1616140317555161061"
    for later in (1_409_660_600.0, 1_409_658_000.0):
        with pytest.raises(Forged, match="timestamp"):
            door.verify(query, later)
    with pytest.raises(Forged, match="receiver"):
        Door(Envelope(TOKEN, (KEY,), "wx0"), "xml", 600).verify(query, 1_409_659_600.0)


@pytest.mark.parametrize(
    ("said", "called", "wanted"),
    [
        ("@灯谜 几点开门？", "", "几点开门？"),
        ("@Help Desk when?", "Help Desk", "when?"),
        ("when? @Help Desk", "Help Desk", "when?"),
        ("@灯谜\u2005几点开门？", "", "几点开门？"),
        ("mail me@example.org now", "", "mail me@example.org now"),
        ("@a @b why?", "", "why?"),
        ("@灯谜", "灯谜", ""),
    ],
)
def test_the_name_of_the_bot_is_left_out_in_groups(said: str, called: str, wanted: str) -> None:
    body = {
        "msgtype": "text",
        "msgid": "1",
        "from": {"userid": "u"},
        "chattype": "group",
        "chatid": "wr",
        "text": {"content": said},
    }
    assert read_bot(body, called).text == wanted
    assert read_bot({**body, "chattype": "single"}, called).text == said.strip()


def head(n: int, title: str = "") -> Head:
    return Head(
        pk=n,
        id=f"a{n}",
        desk="d",
        source_id="s",
        title=title or f"Title {n} [x](y) <b>",
        url=f"https://example.org/{n}?a=1&b=(2)",
    )


def answer(many: int, words: str, lang: str = "zh") -> Answer:
    body, claims, citations = "", [], []
    for n in range(1, many + 1):
        start = len(body)
        body += words
        claims.append(Claim(start=start, end=len(body), cited=(n,), verdict="supported"))
        body += f" [{n}]"
        citations.append(
            Citation(n=n, head=head(n), passage_id=f"p{n}", first=1, last=1, quote=words * 3)
        )
    return Answer(
        id="an_1",
        question_id="q_1",
        desk="d",
        question="?",
        level="quick",
        wanted="auto",
        text=body,
        grounded=True,
        confidence=0.9,
        citations=tuple(citations),
        claims=tuple(claims),
        followups=("下一个问题？", "Next?"),
        lang=lang,
    )


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=120)


@given(st.integers(1, 12), WORDS, st.integers(600, 3000))
def test_markdown_holds_what_fits_and_links_are_whole(many: int, words: str, most: int) -> None:
    made = markdown.answered(answer(many, words), Paper(most_bytes=most, links=LINKS))
    assert 0 < size(made) <= most
    if f"\n{many}. [" not in made or "Next?" not in made:
        assert made.endswith("](https://ask.example.org/a/q_1)")
    assert "[x](y)" not in made


@given(st.integers(1, 12), WORDS, st.integers(600, 3000), st.integers(1, 4), st.booleans())
def test_plain_messages_hold_what_fits(
    many: int, words: str, most: int, parts: int, anchors: bool
) -> None:
    sheet = Sheet(most_bytes=most, most_parts=parts, anchors=anchors, links=LINKS)
    made = plain.answered(answer(many, words), sheet)
    assert 1 <= len(made) <= parts
    assert all(0 < size(each) <= most for each in made)
    for each in made:
        assert each.count("<a ") == each.count("</a>")
    assert anchors or not any("<a href" in each for each in made)


def test_an_answer_that_is_too_long_ends_with_its_page() -> None:
    long = answer(9, "很长的一句话。" * 40)
    sheet = Sheet(most_bytes=2048, most_parts=2, links=LINKS)
    made = plain.answered(long, sheet)
    assert '<a href="https://ask.example.org/a/q_1">' in made[-1]
    assert CUT in made[-1]
    assert "<b>" not in made[-1]


def test_emoji_at_the_edge_stay_whole() -> None:
    family = "👨‍👩‍👧"
    for most in range(600, 640):
        paper = Paper(most_bytes=most)
        made = markdown.answered(replace(answer(1, family * 60), followups=()), paper)
        made.encode()
        assert size(made) <= most
        assert not made.rstrip(CUT).endswith("\u200d")


def test_while_it_is_written_quotes_stand_until_a_sentence_is_sure() -> None:
    running = Running(Question(id="q_1", desk="d", text="?"))
    paper = Paper(links=LINKS)
    assert markdown.writing(running, paper, "en").startswith("Looking")
    running.quotes = answer(1, "One is here.").citations
    assert "> One is here." in markdown.writing(running, paper, "en")
    closed = markdown.closing("Some text.", running, paper, "en")
    assert closed.endswith("on [its page](https://ask.example.org/a/q_1).*")
    assert json.dumps(closed)
