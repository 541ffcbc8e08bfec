"""Appending: only what stands in the final answer is given out, each number as a mark."""

import re

from hypothesis import given
from hypothesis import strategies as st

from dengmi.answer.told import told
from dengmi.channels.append import Appending
from dengmi.channels.links import Links, defused, outside
from dengmi.core.events import Cited, Done, Event, Found, Notice, Text
from dengmi.core.records import Answer, Citation, Claim, Head

HEAD = Head(pk=1, id="a", desk="d", source_id="s", title="T", url="https://example.org/a")


def citation(n: int, quote: str = "A quote.") -> Citation:
    return Citation(n=n, head=HEAD, passage_id=f"p{n}", first=n, last=n, quote=quote)


def answer(text: str, **more: object) -> Answer:
    made: dict[str, object] = {
        "id": "an",
        "question_id": "q",
        "desk": "d",
        "question": "?",
        "level": "quick",
        "wanted": "auto",
        "text": text,
        "grounded": True,
        "confidence": 1.0,
        **more,
    }
    return Answer(**made)  # type: ignore[arg-type]


def mark(one: Citation) -> str:
    return f"[{one.n}](u{one.n})"


def written(*sentences: tuple[str, tuple[int, ...]]) -> Answer:
    """A written answer of (sentence, numbers)."""
    text, claims = "", []
    for words, numbers in sentences:
        start = len(text) + bool(text)
        text += (" " if text else "") + words
        claims.append(Claim(start=start, end=start + len(words), cited=numbers))
        text += (" " if numbers else "") + "".join(f"[{n}]" for n in numbers)
    known = sorted({n for _, numbers in sentences for n in numbers})
    return answer(text, claims=tuple(claims), citations=tuple(map(citation, known)))


def play(events: list[Event]) -> tuple[list[str], Appending]:
    appending = Appending(mark)
    return [appending.feed(event) for event in events], appending


def test_a_sentence_is_given_out_once_its_citations_are_known() -> None:
    one = written(("First.", (1,)), ("Second.", (1, 2)))
    pieces, appending = play([*told(one), Done(one)])
    assert "".join(pieces) == "First. [1](u1) Second. [1](u1)[2](u2)"
    assert pieces[0] == ""  # its citation comes behind it
    assert pieces[1] == "First. [1](u1)"
    for placed in appending.placed:
        assert appending.text[placed.start : placed.end] == mark(placed.citation)
    assert [each.n for each in appending.citations] == [1, 2]


def test_a_lead_in_waits_for_the_first_sentence_that_cites() -> None:
    one = written(("Readers ask this.", ()), ("Twelve.", (1,)))
    pieces, _ = play([*told(one), Done(one)])
    assert [piece for piece in pieces if piece] == ["Readers ask this.", " Twelve. [1](u1)"] or (
        "".join(pieces) == "Readers ask this. Twelve. [1](u1)"
    )
    assert pieces[0] == ""


def test_what_could_not_be_kept_was_never_given_out() -> None:
    lost = Text("Something unheard of. [?]", Claim(start=0, end=21, verdict="unsupported"))
    quotes = answer("A quote. [1]", level="quote", citations=(citation(1),))
    events: list[Event] = [Found("q", "quick", 1, 0.0, quotes.citations), lost]
    pieces, appending = play([*events, Notice("answer_unchecked"), *told(quotes), Done(quotes)])
    assert "".join(pieces) == appending.text == "A quote. [1](u1)"


def test_another_answer_than_was_told_follows_with_numbers_of_its_own() -> None:
    one = written(("First.", (1,)))
    quotes = answer("A quote. [1]", level="quote", citations=(citation(1),))
    pieces, appending = play([*told(one), *told(quotes), Done(quotes)])
    assert "".join(pieces) == "First. [1](u1)\n\nA quote. [2](u2)"
    assert [each.n for each in appending.citations] == [1, 2]


def test_numbers_inside_a_quote_stay_what_they_are() -> None:
    quotes = answer("As shown [12]. [1]", level="quote", citations=(citation(1, "As shown [12]."),))
    assert play([*told(quotes), Done(quotes)])[1].text == "As shown [12]. [1](u1)"


def test_an_answer_without_citations_is_given_out_as_it_is() -> None:
    plain = answer("The articles do not say.", grounded=False)
    assert play([*told(plain), Done(plain)])[1].text == "The articles do not say."


SENTENCES = st.lists(
    st.tuples(
        st.text(
            st.characters(exclude_characters="[]<\n", categories=("L", "N", "P", "Zs")), min_size=1
        ),
        st.lists(st.integers(1, 5), max_size=3, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=6,
)


@given(SENTENCES, st.data())
def test_the_pieces_are_the_answer(
    sentences: list[tuple[str, tuple[int, ...]]], data: st.DataObject
) -> None:
    one = written(*sentences)
    events = [*told(one), Done(one)]
    if data.draw(st.booleans()):  # all citations first: as one who joins may hear them
        events.sort(key=lambda event: not isinstance(event, Cited))
    pieces, appending = play(events)
    assert "".join(pieces) == appending.text
    assert re.sub(r"\]\(u\d+\)", "]", appending.text) == defused(one.text)
    for placed in appending.placed:
        assert appending.text[placed.start : placed.end] == mark(placed.citation)


@given(st.text(), st.text())
def test_foreign_text_makes_no_link_and_no_html(before: str, after: str) -> None:
    for active in (
        "![x](http://evil)",
        "[x](javascript:1)",
        "<script>",
        "<img src=x>",
        "[x]: http://e",
    ):
        safe = defused(before + active + after)
        assert not re.search(r"(?<!\\)<[A-Za-z/!?]", safe)
        assert not re.search(r"\](?<!\\)\(", safe)
        assert "]: " not in safe


def test_addresses_that_lead_nowhere_safe_lead_to_our_own_page() -> None:
    links = Links(base="http://here", page=lambda _: "/p", whole=lambda _: "/w")
    assert links.of(citation(1)) == "https://example.org/a"
    for bad in ("javascript:alert(1)", "", "file:///etc/passwd", "http://", "http://[", "ftp://x"):
        other = Citation(
            n=1,
            head=Head(pk=1, id="a", desk="d", source_id="s", title="T", url=bad),
            passage_id="p",
            first=1,
            last=1,
            quote="q",
        )
        assert links.of(other) == "http://here/p"
        assert links.article(other.head) == "http://here/w"


@given(st.text())
def test_an_address_never_ends_its_link(tail: str) -> None:
    safe = outside("https://example.org/" + tail)
    assert not re.search(r"[\s()<>\"]", safe)
