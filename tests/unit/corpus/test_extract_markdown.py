"""Blocks written as Markdown and read again are the same blocks."""

from hypothesis import given
from hypothesis import strategies as st

from dengmi.corpus.blocks import Block, blocks
from dengmi.corpus.extract.markdown import to_markdown

TEXT = (
    st.text(st.sampled_from("ab1. #>-+*_`~|[]()<>&;!\\=:中文。\"'/ 2)x"), min_size=1, max_size=24)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
CELL = TEXT.map(lambda text: " ".join(text.replace("|", "").split())).filter(bool)
CODE = st.lists(TEXT, min_size=1, max_size=3).map("\n".join)
BLOCK = st.one_of(
    st.builds(Block, st.just("paragraph"), TEXT),
    st.builds(Block, st.just("quote"), TEXT),
    st.builds(Block, st.just("heading"), TEXT, st.integers(1, 6)),
    st.builds(Block, st.just("code"), CODE),
    st.builds(Block, st.just("item"), TEXT, st.just(1)),
)


@given(st.lists(BLOCK, max_size=8))
def test_round_trip(found: list[Block]) -> None:
    assert blocks(to_markdown(found), "markdown") == found


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=4))
def test_tables_round_trip(rows: list[list[str]]) -> None:
    found = [Block("row", " | ".join(row), int(not n)) for n, row in enumerate(rows)]
    assert blocks(to_markdown(found), "markdown") == found


def test_nested_and_numbered_lists() -> None:
    found = [
        Block("item", "one", 1, 1),
        Block("item", "inner", 2),
        Block("item", "deeper", 3, 4),
        Block("item", "two", 1, 2),
    ]
    assert blocks(to_markdown(found), "markdown") == found
