"""Answers as WeChat messages: whatever stands in them, they fit, and links are whole."""

import re

from hypothesis import given
from hypothesis import strategies as st

from dengmi.channels.links import Links
from dengmi.channels.wechat.body import read_body, text_of, write_body
from dengmi.channels.wechat.rendering import Dialect, answered, preview, tap
from dengmi.core.records import Citation, Head
from tests.contract.given import answer

ODD = (
    "👨‍👩‍👧‍👦",
    "🏳️‍🌈",
    "👍🏽",
    "é",
    "é",
    "𠮷",
    "。",
    "？",
    " ",
    "\n",
    '<a href="x">',
    "]]>",
    "&",
    "\u202e",
    "字",
)
words = st.lists(st.sampled_from(ODD) | st.text(max_size=6), max_size=300).map("".join)
LINKS = Links(base="https://ask.example.org", page=lambda _: "/p", whole=lambda _: "/w")


def cited(title: str, quote: str, url: str) -> Citation:
    head = Head(pk=1, id="a", desk="d", source_id="s", title=title, url=url)
    return Citation(n=1, head=head, passage_id="p", first=1, last=1, quote=quote)


def check(messages: list[str], dialect: Dialect) -> None:
    assert 1 <= len(messages) <= dialect.most_parts
    for message in messages:
        assert len(message.encode("utf-8", "replace")) <= dialect.most_bytes
        assert message.strip()
        # Every tag is one of ours, opened and closed.
        assert re.sub(r'<a href="[^"<>]*">[^<>]*</a>', "", message).count("<a") == 0
        fields, _ = read_body(write_body({"Content": message}, "xml"))
        assert text_of(fields, "Content").strip()


@given(words.filter(str.strip), words, words, st.integers(600, 2048), st.integers(1, 4))
def test_answers_fit_whatever_stands_in_them(
    said: str, title: str, quote: str, most_bytes: int, most_parts: int
) -> None:
    dialect = Dialect(most_bytes=most_bytes, most_parts=most_parts, links=LINKS)
    made = answer(
        "an_1",
        "q_1",
        text=said,
        citations=(cited(title, quote, 'https://example.org/?q=1&a="2"'),) * 3,
        followups=(title[:60] or "And?",),
        lang="zh",
    )
    check(answered(made, dialect, "你之前问：🏮\n\n"), dialect)


@given(words, words, st.integers(600, 2048))
def test_previews_fit_whatever_stands_in_them(title: str, quote: str, most_bytes: int) -> None:
    dialect = Dialect(most_bytes=most_bytes, links=LINKS)
    foot = [tap("查看回答", "查看回答", "q_abc")]
    made = preview([cited(title, quote, "")] * 3, dialect, "zh", lead="先看\n\n", foot=foot)
    check([made], dialect)
    assert made.endswith(foot[0])
