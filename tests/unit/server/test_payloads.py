"""Whatever hostile text stands in an answer, a citation or a title: the cards hold our own elements
only, and the text as text."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from dengmi.core.records import Answer, Citation, Claim, Head, Passage, Sentence
from dengmi.server.ui.card import answer_card, error_card, lost_card, turn
from dengmi.server.ui.citation import source
from dengmi.server.ui.page import DeskView, Frame
from dengmi.server.ui.written import sentence, written
from tests.fakes.payloads import payloads

DESK = DeskView("walks", "Walks", 3, None)
FRAME = Frame(
    lang="en", desk=DESK, desks=(DESK,), default="walks", now=0.0, max_chars=2_000,
    conversation="c_" + "a" * 16, asker="w_" + "a" * 16, offered=("quick", "deep"), levels=True,
)  # fmt: skip
TAGS = frozenset(
    {
        *("a", "article", "blockquote", "button", "circle", "cite", "code", "details", "div"),
        *("ellipse", "footer", "form", "g", "h2", "input", "label", "li", "mark", "ol", "p"),
        *("path", "pre", "rect", "section", "small", "span", "strong", "sub", "summary", "sup"),
        *("svg", "table", "td", "th", "time", "tr", "ul"),
    }
)


class Elements(HTMLParser):
    """Every element with its attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data


def check(html: str, words: str) -> None:
    """Nothing but what our pages are made of; and the words are there to be read."""
    found = Elements(html)
    for tag, attributes in found.seen:
        assert tag in TAGS, (tag, words)
        for name, value in attributes.items():
            assert not name.startswith("on"), (name, words)
            assert name != "style", words
            if name in ("href", "src", "action", "cite", "data-source", "data-events"):
                assert (value or "#")[0] in "/#?" or (value or "").startswith("http"), (
                    value,
                    words,
                )
                assert not (value or "").startswith("//"), words
    assert " ".join(words.split())[:40] in " ".join(found.said.split()), words


def answer_of(words: str, level: str) -> Answer:
    """An answer that says these words everywhere."""
    head = Head(
        pk=1, id=words, desk=words, source_id="s", title=words, author=words, url=words,
        published=words, lang="en",
    )  # fmt: skip
    cited = Citation(
        n=1, head=head, passage_id=words, first=1, last=1, quote=words, marks=((0, 3), (2, 9))
    )
    return Answer(
        id="an_1", question_id="q_1", desk="walks", question=words, level=level,  # type: ignore[arg-type]
        wanted="auto", text=f"{words} [1]", grounded=True, confidence=1.0, citations=(cited,),
        followups=(words,), standalone=words,
        claims=(Claim(start=0, end=len(words), cited=(1,), verdict="partial"),),
    )  # fmt: skip


@pytest.mark.parametrize("level", ["quote", "deep"])
def test_in_answers(level: str) -> None:
    for words in payloads():
        answer = answer_of(words, level)
        check(turn(words, answer_card(FRAME, answer), notices=[words]), words)
        none = Answer(
            id="an_2", question_id="q_2", desk="walks", question=words, level="quote",
            wanted="auto", text=words, grounded=False, confidence=0.0,
            nearest=(answer.citations[0].head,),
        )  # fmt: skip
        check(answer_card(FRAME, none), words)


@pytest.mark.parametrize(
    "form", ["| a | {0} |\n|--|--|\n| {0} | b |", "- {0}\n  - {0}", "```\n{0}\n```", "# {0}"]
)
def test_in_tables_lists_and_code(form: str) -> None:
    """As a sentence that was judged, and as text that nobody judged."""
    for words in payloads():
        text = form.format(" ".join(words.split()))
        judged = Claim(start=0, end=len(text), verdict="partial")
        for claims in ((judged,), ()):
            made = written(FRAME, replace(answer_of("x", "deep"), text=text, claims=claims))
            for tag, attributes in Elements(made).seen:
                assert tag in TAGS, (tag, words)
                assert set(attributes) <= {"class", "href", "data-source", "tabindex", "scope"}


def test_in_what_streams() -> None:
    for words in payloads():
        claim = Claim(start=0, end=len(words), cited=(1,), verdict="unsupported")
        shown = Elements(sentence(FRAME, f" {words} [1]", claim))
        assert {tag for tag, _ in shown.seen} <= {"span", "small", "strong", "code", "sup"}, words
        check(error_card(FRAME, words), words)
        check(lost_card(FRAME, words) + turn(words, None), words)


def test_in_the_sentence_behind_a_number() -> None:
    for words in payloads():
        row = Sentence(n=1, start=0, end=len(words))
        passage = Passage(id="p", n=1, text=words, sentences=(row,))
        citation = answer_of(words, "quote").citations[0]
        for there in (passage, None):
            check(source(FRAME, citation, there, words), words)


def test_there_are_many() -> None:
    found = payloads()
    assert len(found) >= 100
    assert len(set(found)) == len(found)
