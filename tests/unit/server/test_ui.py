"""The pure pieces of the pages: escaping, marking, locating."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.records import Passage, Sentence
from dengmi.corpus.blocks import Block, blocks
from dengmi.corpus.split import passages
from dengmi.server.negotiate import accepted
from dengmi.server.ui.card import marked
from dengmi.server.ui.locate import located
from dengmi.server.ui.markup import Html, el
from dengmi.server.ui.prose import prose

RANGES = st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40)), max_size=6)
TAG = re.compile(r"<[^>]*>")


@given(st.text(), st.text())
def test_text_and_attributes_are_escaped(words: str, value: str) -> None:
    made = el("p", words, title=value)
    assert unescape(TAG.sub("", made)) == words or "\r" in words or "\0" in words
    inside = made[len("<p") : made.index(">")]
    assert inside.count('"') == 2


def test_elements_are_not_escaped_twice() -> None:
    assert el("b", el("i", "<"), None, ["&", Html("<br>")]) == "<b><i>&lt;</i>&amp;<br></b>"
    assert el("input", hidden=True, value=None, data_x=1) == '<input hidden data-x="1">'


@given(st.text(alphabet="ab <&中。", max_size=30), RANGES)
def test_marking_changes_no_word(words: str, ranges: list[tuple[int, int]]) -> None:
    made = marked(words, tuple(ranges))
    assert unescape(TAG.sub("", made)) == words
    assert made.count("<mark>") == made.count("</mark>")


ARTICLE = """# Title

One is first. Two is second, and longer.

## Part

- Three is an item.
- Four is another. Five follows.
  1. Deep one.
  2. Deep two.

| A | B |
| --- | --- |
| six | seven |

> Eight is quoted.

Nine ends it. Ten too.
"""


@given(st.sampled_from(["markdown", "text"]), st.integers(1, 6))
def test_every_sentence_of_every_passage_is_found_again(form: str, times: int) -> None:
    body = ARTICLE * times
    rows = blocks(body, form)  # type: ignore[arg-type]
    for passage in passages("d", "k", "Title", rows):
        for sentence in passage.sentences:
            spans = located(passage, rows, sentence.n, sentence.n)
            found = "\n".join(rows[number].text[a:b] for number, (a, b) in sorted(spans.items()))
            assert found == passage.quote(sentence.n)


def test_sentences_that_are_gone_are_nowhere() -> None:
    passage = Passage(id="p", n=1, text="Gone.", sentences=(Sentence(n=1, start=0, end=5),))
    assert located(passage, [Block("paragraph", "Here.")], 1, 1) == {}
    assert located(passage, [Block("paragraph", "Is it Gone. or not")], 1, 1) == {0: (6, 11)}
    assert located(passage, [], 0, 9) == {}


def test_prose_sets_lists_and_tables() -> None:
    rows = blocks(ARTICLE, "markdown")
    made = prose(rows, {})
    assert "<ul><li>Three is an item.</li><li>Four is another. Five follows.<ol>" in made
    assert "<th>A</th><th>B</th>" in made
    assert "<td>six</td><td>seven</td>" in made
    assert "<blockquote><p>Eight is quoted.</p></blockquote>" in made


@given(st.text(alphabet="ab<&| \n-#>`中。1.", max_size=60), st.sampled_from(["markdown", "text"]))
def test_prose_loses_no_word(body: str, form: str) -> None:
    rows = blocks(body, form)  # type: ignore[arg-type]
    spans = {number: (0, len(row.text)) for number, row in enumerate(rows) if row.text}
    made = prose(rows, spans)
    told = re.sub(r"\W", "", unescape(TAG.sub("", made)))
    assert told == re.sub(r"\W", "", "".join(row.text for row in rows))
    assert made.count('id="s"') <= 1


def test_accept_language() -> None:
    assert accepted("zh-CN,zh;q=0.9,en;q=0.8") == "zh"
    assert accepted("de, en;q=0.5, zh;q=0.7") == "zh"
    assert accepted("en;q=0, zh;q=0.1") == "zh"
    assert accepted("fr") is None
    assert accepted("zh;q=x,en;q=0.2") == "en"
