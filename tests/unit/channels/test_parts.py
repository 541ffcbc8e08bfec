"""Cutting texts for channels whose messages hold so many bytes."""

from hypothesis import example, given
from hypothesis import strategies as st

from dengmi.channels.parts import CUT, Piece, parts, shortened, size

TEXT = st.text(
    st.sampled_from("ab é中文。？！,，. \n👍🏽👨‍👩‍👧e\u0301")
    | st.characters(exclude_categories=("Cs",)),
    max_size=300,
)
LINK = st.builds('<a href="https://e.org/{}">{}</a>'.format, st.integers(0, 999), st.just("页"))
PIECES = st.lists(st.builds(Piece, TEXT) | st.builds(Piece, LINK, st.just(value=True)), max_size=6)


@given(PIECES, st.integers(40, 200), st.integers(1, 5))
@example([Piece("a" * 500)], 40, 3)
def test_messages_fit_and_lose_nothing_in_silence(
    pieces: list[Piece], most_bytes: int, most_parts: int
) -> None:
    made, complete = parts(pieces, most_bytes, most_parts)
    assert len(made) <= most_parts
    assert all(0 < size(each) <= most_bytes for each in made)
    said = "".join("".join(piece.text for piece in pieces).split())
    shown = "".join("".join(made).split())
    if complete:
        assert shown == said
    else:
        for each in made:
            assert each.count("<a ") == each.count("</a>")


@given(PIECES, st.integers(60, 200))
def test_links_are_whole(pieces: list[Piece], most_bytes: int) -> None:
    made, _ = parts(pieces, most_bytes, 50)
    links = [piece.text for piece in pieces if piece.whole]
    assert all(any(link in each for each in made) for link in links)


def test_sentences_are_kept_together() -> None:
    text = "第一句话在这里。第二句话也在这里！第三句？"
    made, complete = parts([Piece(text)], 48, 9)
    assert complete
    assert made == ["第一句话在这里。", "第二句话也在这里！", "第三句？"] or made == [
        "第一句话在这里。",
        "第二句话也在这里！第三句？",
    ]


def test_what_is_left_out_is_marked() -> None:
    made, complete = parts([Piece("One is here. Two is here. Three is here.")], 28, 1)
    assert not complete
    assert made[0].endswith(CUT)


def test_joined_emoji_are_not_parted() -> None:
    family = "👨‍👩‍👧"
    made, _ = parts([Piece(family * 9)], 40, 50)
    assert "".join(made) == family * 9
    assert all(not each.startswith("\u200d") and not each.endswith("\u200d") for each in made)


@given(TEXT, st.integers(20, 100))
def test_shortened(text: str, most: int) -> None:
    made = shortened(text, most)
    assert size(made) <= most
    assert made == text or made.endswith(CUT)
