"""Passages hold everything, in order, at the right size, with sentences at the right places."""

from hypothesis import given
from hypothesis import strategies as st

from dengmi.corpus.blocks import Block, blocks
from dengmi.corpus.split import LONGEST, LONGEST_HEADING, USUAL, passages

TEXTS = st.text("ab 一二。.!？\n\t|é", min_size=1, max_size=400).map(str.strip).filter(bool)
PLAIN = TEXTS.map(lambda text: " ".join(text.split()))
KINDS = st.sampled_from(["paragraph", "item", "row", "code", "quote"])


def _block(kind: str, text: str, level: int) -> Block:
    return Block(kind, text, level)  # type: ignore[arg-type]


BLOCKS = st.lists(
    st.one_of(
        st.builds(_block, KINDS, PLAIN, st.just(0)),
        st.builds(_block, st.just("heading"), PLAIN, st.integers(1, 4)),
        st.builds(lambda text: _block("paragraph", text * 40, 0), PLAIN),
    ),
    max_size=12,
)


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(BLOCKS)
def test_every_word_is_in_a_passage_or_a_heading(row: list[Block]) -> None:
    found = passages("d", "k", "", row)
    whole = squeezed("".join(p.text for p in found))
    spare = squeezed("".join(b.text for b in row if b.kind != "heading"))
    for block in row:
        inside = squeezed(block.text)
        assert inside in whole or any(squeezed(h) == inside for p in found for h in p.headings)
    assert len(whole) >= len(spare)


@given(BLOCKS)
def test_places_are_exact(row: list[Block]) -> None:
    for passage in passages("d", "k", "", row):
        rest = "\n".join(block.text for block in row[passage.block :])[passage.offset :]
        assert rest.startswith(passage.text)
        assert passage.text == passage.text.strip()
        end = 0
        for n, sentence in enumerate(passage.sentences, 1):
            assert sentence.n == n
            assert sentence.start >= end
            assert not passage.text[end : sentence.start].strip()
            assert passage.quote(n).strip() == passage.quote(n) != ""
            end = sentence.end
        assert end == len(passage.text)


@given(BLOCKS)
def test_ids_are_unique_and_numbers_count(row: list[Block]) -> None:
    found = passages("d", "k", "", row)
    assert len({p.id for p in found}) == len(found)
    assert [p.n for p in found] == list(range(1, len(found) + 1))
    assert found == passages("d", "k", "", row)


def test_sizes() -> None:
    body = "这是一个用来量长短的句子，它有二十来个字。" * 300
    found = passages("d", "k", "", blocks(body, "text"))
    sizes = [len(p.text.encode()) for p in found]
    assert all(USUAL * 0.8 <= size <= USUAL * 1.2 for size in sizes)
    whole = passages("d", "k", "", blocks("Short one. " * (LONGEST // 11), "text"))
    assert len(whole) == 1


def test_headings_are_a_path_without_the_title() -> None:
    body = "# Guide\n\nHello there.\n\n## Install\n\n### Linux\n\nType it.\n\n## Empty\n"
    found = passages("d", "k", "Guide", blocks(body, "markdown"))
    assert [(p.headings, p.text) for p in found] == [
        ((), "Hello there."),
        (("Install", "Linux"), "Type it."),
        ((), "Empty"),
    ]


def test_sentence_kinds() -> None:
    body = (
        "Intro one. Intro two.\n\n- first\n- second\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx = 1\n\ny = 2\n```\n"
    )
    (found,) = passages("d", "k", "", blocks(body, "markdown"))
    assert [(s.kind, found.quote(s.n)) for s in found.sentences] == [
        ("prose", "Intro one."),
        ("prose", "Intro two."),
        ("item", "first"),
        ("item", "second"),
        ("row", "a | b"),
        ("row", "1 | 2"),
        ("code", "x = 1"),
        ("code", "y = 2"),
    ]


def test_ids_follow_from_desk_key_and_text() -> None:
    row = [Block("paragraph", "Same words.")]
    same = {passages(d, k, t, row)[0].id for d, k, t in [("a", "x", "T"), ("a", "x", "U")]}
    other = {passages(d, k, "T", row)[0].id for d, k in [("a", "y"), ("b", "x")]}
    assert len(same) == 1
    assert len(same | other) == 3
    twice = passages(
        "a", "x", "", [Block("heading", "H", 1), row[0], Block("heading", "I", 1), row[0]]
    )
    assert len({p.id for p in twice}) == 2


def test_an_endless_heading_does_not_multiply() -> None:
    body = "# " + "heading " * 10_000 + "\n\n" + "The cat sat on the mat. " * 5_000
    found = passages("d", "k", "T", blocks(body, "markdown"))
    assert len(found) > 50
    assert sum(len(part.headings[0]) for part in found) <= LONGEST_HEADING * len(found)
