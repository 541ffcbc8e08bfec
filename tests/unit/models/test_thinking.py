"""Thinking is parted from the answer whatever the pieces, and never taken for it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.chat import Said, Thought
from dengmi.models.thinking import Start, ThinkSplitter

CUTS = st.lists(st.integers(1, 5), min_size=1, max_size=8)
STARTS: tuple[Start, ...] = ("answer", "thinking", "unsure")
# Letters that the answers below do not have, so that a leak shows.
SECRET = st.text(alphabet="qzjx <>/th\n", max_size=40).filter(
    lambda text: "think>" not in f"{text}</think>"[:-8] and not text.endswith(("<", "</"))
)


def _cut(text: str, sizes: Sequence[int]) -> list[str]:
    pieces, at = [], 0
    while at < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[at : at + size])
        at += size
    return pieces


def _split(
    pieces: Sequence[str], start: Start = "answer", *, apart: bool = False, whole: bool = True
) -> tuple[str, str, Start]:
    splitter = ThinkSplitter(start, apart=apart)
    out = [each for piece in pieces for each in splitter.feed(piece)]
    out += splitter.end(whole=whole)
    return (
        "".join(each.text for each in out if isinstance(each, Thought)),
        "".join(each.text for each in out if isinstance(each, Said)),
        splitter.found,
    )


@given(CUTS, st.sampled_from(STARTS), st.booleans())
def test_thinking_is_parted_however_it_is_cut(sizes: list[int], start: Start, apart: bool) -> None:
    text = "<think>\nFirst <b>this</b>.\n</think>\n\nThe answer < 3 [1.2]."
    thought, said, found = _split(_cut(text, sizes), start, apart=apart)
    assert (thought, said) == ("First <b>this</b>.\n", "The answer < 3 [1.2].")
    assert found == "answer"


@given(SECRET, CUTS, st.sampled_from(["thinking", "unsure"]))
def test_thinking_without_its_beginning_is_no_answer(
    secret: str, sizes: list[int], start: Start
) -> None:
    thought, said, found = _split(_cut(f"{secret}</think>Answer [1.1].", sizes), start)
    assert said == "Answer [1.1]."
    assert thought == secret.lstrip()
    assert found == "thinking"


@given(SECRET, CUTS, st.sampled_from(STARTS))
def test_thinking_without_its_end_is_no_answer(secret: str, sizes: list[int], start: Start) -> None:
    _, said, _ = _split(_cut(f"<think>{secret}", sizes), start)
    assert said == ""


@given(CUTS)
def test_text_that_is_cut_off_before_a_tag_told_may_be_thinking(sizes: list[int]) -> None:
    pieces = _cut("Let me look at the second article", sizes)
    assert _split(pieces, "unsure", whole=False)[1:] == ("", "unsure")
    assert _split(pieces, "unsure")[1:] == ("Let me look at the second article", "answer")


def test_what_was_learned_wrongly_is_unlearned() -> None:
    assert _split(["All of it answer."], "thinking") == ("All of it answer.", "", "unsure")


def test_an_end_that_nothing_began_is_remembered() -> None:
    assert _split(["Hm.", "</think>", "Yes."])[2] == "thinking"
    # A later stray end says nothing of the beginning.
    assert _split(["<think>Hm.</think>Yes.</think>"])[2] == "answer"


@given(CUTS)
def test_an_answer_about_the_tag_is_whole_where_thinking_comes_apart(sizes: list[int]) -> None:
    text = "Readers saw raw <think> tags and </think> tags [2.1]."
    assert _split(_cut(text, sizes), apart=True)[:2] == ("", text)


@given(CUTS)
def test_thinking_in_a_field_of_its_own_settles_what_was_held(sizes: list[int]) -> None:
    splitter = ThinkSplitter("unsure")
    assert [each for piece in _cut("Yes [1", sizes) for each in splitter.feed(piece)] == []
    assert list(splitter.sure()) == [Said("Yes [1")]
    assert list(splitter.feed(".1].")) == [Said(".1].")]
    assert splitter.found == "answer"


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "qz ", "<", "th", "/", "\n"]), max_size=14),
    CUTS,
    st.sampled_from(STARTS),
)
def test_no_tag_is_said_and_pieces_do_not_matter(
    parts: list[str], sizes: list[int], start: Start
) -> None:
    text = "".join(parts)
    thought, said, found = _split(_cut(text, sizes), start)
    assert "<think>" not in said
    assert "</think>" not in said
    kept = text.replace("<think>", "").replace("</think>", "")
    assert sorted("".join((thought + said).split())) == sorted("".join(kept.split()))
    if start != "answer" and text.count("</think>") < 2:
        assert _split([text], start) == (thought, said, found)


@pytest.mark.parametrize("start", STARTS)
def test_pieces_come_as_soon_as_they_are_certain(start: Start) -> None:
    splitter = ThinkSplitter(start)
    given_ = [list(splitter.feed(piece)) for piece in ("<think>a", "b</thi", "nk>", "c", "d<")]
    assert given_ == [[Thought("a")], [Thought("b")], [], [Said("c")], [Said("d")]]


@given(CUTS, st.sampled_from(STARTS), st.sampled_from(["THINK", "Think", "thinking", "ThInKiNg"]))
def test_tags_are_known_however_they_are_spelt(sizes: list[int], start: Start, tag: str) -> None:
    for text in (f"<{tag}>Secret.</{tag}>Answer.", f"<{tag}>Secret.</{tag.lower()}>Answer."):
        assert _split(_cut(text, sizes), start)[:2] == ("Secret.", "Answer.")
    unopened = _split(_cut(f"Secret.</{tag}>Answer.", sizes), "unsure")
    assert unopened[:2] == ("Secret.", "Answer.")
