"""Answers as Matrix shows them: safe, numbers as links, never too large."""

import json
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from dengmi.channels.links import Links
from dengmi.channels.matrix.contents import MOST, Place, edit, message
from dengmi.channels.matrix.rendering import Style, answered, growing, preview, said
from dengmi.core.records import Answer, Citation, Head

ADDRESS = 'https://example.org/a?x=1&y="2"'
HEAD = Head(
    pk=1, id="a", desk="d", source_id="s", title="The <b>library", url=ADDRESS, author="Ada",
    published="2026-03-01",
)  # fmt: skip
LINKS = Links("https://ask.example", lambda c: f"/articles/{c.head.id}", lambda h: f"/whole/{h.id}")
PLACE = Place(room="!r", asked="$1", thread="$root", sender="@ada:hs.example")
TAGS = {
    *("a", "b", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"),
    *(f"h{n}" for n in range(1, 7)),
}


class Seen(HTMLParser):
    """The tags and links of HTML; whether all is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.words = ""
        self._open: list[str] = []
        self.balanced = True
        self.feed(html)
        self.close()
        self.balanced = self.balanced and not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        if tag not in ("br", "hr"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.balanced = self.balanced and bool(self._open) and self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def cited(n: int = 1, quote: str = "It opens at nine.", head: Head = HEAD) -> Citation:
    return Citation(n=n, head=head, passage_id="p", first=1, last=1, quote=quote)


def answer(text: str, **more: object) -> Answer:
    made: dict[str, object] = {
        "id": "an", "question_id": "q", "desk": "d", "question": "?", "level": "quick",
        "wanted": "auto", "text": text, "grounded": True, "confidence": 1.0, "lang": "en",
        "citations": (cited(),), **more,
    }  # fmt: skip
    return Answer(**made)  # type: ignore[arg-type]


def test_numbers_lead_to_the_original_and_sources_are_quoted() -> None:
    drawn = answered(answer("It opens at **nine**. [1]\n\n- one\n- two"), Style())
    seen = Seen(drawn.html)
    assert seen.links == [ADDRESS.replace('"', "%22")] * 2
    assert "<strong>nine</strong>" in drawn.html
    assert "<li>one</li>" in drawn.html
    assert "The <b>library · Ada · 2026-03-01“It opens at nine.”" in seen.words
    assert "[1] The <b>library · Ada · 2026-03-01: https://example.org/a" in drawn.text
    assert seen.balanced


def test_quotes_stand_as_quotations_with_their_articles() -> None:
    one = answer("It opens at nine. [1]", level="quote")
    drawn = answered(one, Style(), ["A quiet word."])
    assert drawn.html.startswith("<blockquote>It opens at nine.</blockquote>[1] <a href=")
    assert drawn.html.endswith("<p><em>A quiet word.</em></p>")
    assert drawn.text.startswith("“It opens at nine.” [1]\n[1] The <b>library")


def test_an_article_without_address_is_read_in_ours_where_readers_reach_it() -> None:
    bare = Head(pk=1, id="a", desk="d", source_id="s", title="Tea")
    one = answer("Nine. [1]", citations=(cited(head=bare),))
    assert Seen(answered(one, Style()).html).links == []
    assert Seen(answered(one, Style(LINKS)).html).links == ["https://ask.example/articles/a"] * 2


def test_nothing_found_names_the_nearest() -> None:
    drawn = answered(
        answer("The articles do not say.", grounded=False, citations=(), nearest=(HEAD,)), Style()
    )
    assert len(Seen(drawn.html).links) == 1
    assert "· The <b>library: https://" in drawn.text


def test_a_greeting_is_said_as_it_is() -> None:
    drawn = answered(answer("You're welcome!", level="quote", citations=()), Style())
    assert drawn.text == "You're welcome!"


def test_what_may_be_asked_next_is_named() -> None:
    drawn = answered(answer("Nine. [1]", followups=("And on <Sunday>?",)), Style())
    assert "You can also ask:\n· And on <Sunday>?" in drawn.text
    assert "And on &lt;Sunday&gt;?" in drawn.html


def test_a_long_answer_is_shortened_and_leads_to_the_whole() -> None:
    drawn = answered(answer("A sentence of some length, in it “quotes”. " * 2_000), Style(LINKS))
    assert "https://ask.example/a/an" in Seen(drawn.html).links
    assert len(json.dumps(message(drawn, PLACE, "m.notice"), ensure_ascii=False).encode()) <= 48_000


def test_an_edit_replaces_and_a_message_replies_in_its_thread() -> None:
    drawn = said("one\ntwo <three>")
    assert drawn.html == "one<br>two &lt;three&gt;"
    new = message(drawn, PLACE, "m.notice", call=True)
    assert new["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$1"},
    }
    assert new["m.mentions"] == {"user_ids": ["@ada:hs.example"]}
    changed = edit(drawn, "$sent", "m.notice")
    assert changed["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$sent"}
    assert changed["m.new_content"]["body"] == "one\ntwo <three>"  # type: ignore[index]
    assert changed["body"] == "* one\ntwo <three>"


WILD = st.text(
    alphabet=st.sampled_from("ab 。！.[]()<>!*_`~\"'&#\\\n\t-1234567890:/@\U0001f468\u200d中"),
    max_size=300,
) | st.text(max_size=200)


@given(WILD, WILD, WILD)
def test_whatever_is_said_stays_words(text: str, quote: str, title: str) -> None:
    head = Head(pk=1, id="a", desk="d", source_id="s", title=title, url="javascript:alert(1)")
    own = cited(2, quote, head)
    one = answer(f"{text} [1] [2]", citations=(cited(1, quote), own))
    for drawn in (
        answered(one, Style()),
        answered(answer(text, level="quote", citations=(cited(1, quote), own)), Style()),
        growing(text, one.citations, Style()),
        preview(one.citations, Style(), "zh"),
    ):
        seen = Seen(drawn.html)
        assert seen.tags <= TAGS
        assert set(seen.links) <= {ADDRESS.replace('"', "%22")}
        assert len(json.dumps(edit(drawn, "$1", "m.text")).encode()) < 6 * MOST


@given(st.integers(0, 30_000), st.sampled_from(['"', "中", "\U0001f600", "a. ", "\\ ", "&"]))
def test_it_always_fits(times: int, piece: str) -> None:
    drawn = answered(answer(piece * times, citations=tuple(cited(n) for n in range(40))), Style())
    raw = json.dumps(edit(drawn, "$1", "m.text"), ensure_ascii=False).encode("utf-8", "replace")
    assert len(raw) < 64_000


def test_marks_in_code_and_links_of_the_text_do_no_harm() -> None:
    text = (
        "See [x](https://evil.example) and <https://evil.example> `[1]` ![y](https://e.example/p)"
    )
    seen = Seen(growing(text, (cited(),), Style()).html)
    assert all(
        "evil" not in (link or "") and "e.example/p" not in (link or "") for link in seen.links
    )
    assert re.search(r"\[x\]\(https://evil", seen.words)
