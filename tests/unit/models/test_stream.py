"""Reading event streams and parting thinking from answer: whatever the pieces, the same result."""

from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.chat import Said, Thought
from dengmi.models.payload import chunk_of, tokens_of
from dengmi.models.sse import Comment, Data, read_events
from dengmi.models.thinking import ThinkSplitter


async def _events(raw: bytes, sizes: list[int]) -> list[Data | Comment]:
    async def chunks() -> AsyncIterator[bytes]:
        at = n = 0
        while at < len(raw):
            size = sizes[n % len(sizes)]
            yield raw[at : at + size]
            at, n = at + size, n + 1

    return [event async for event in read_events(chunks())]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n", "\r"]))
async def test_events_do_not_depend_on_how_bytes_arrive(sizes: list[int], end: str) -> None:
    lines = [
        ": keep-alive",
        "",
        "data: 你好，world",
        "",
        "event: x",
        "data:a",
        "data: b",
        "",
        "data: cut",
    ]
    raw = end.join(lines).encode()
    assert await _events(raw, sizes) == [
        Comment(), Comment(), Data("你好，world"), Data("a\nb"),
    ]  # fmt: skip


def _split(pieces: list[str], *, inside: bool = False) -> tuple[str, str]:
    splitter = ThinkSplitter(inside=inside)
    out = [each for piece in pieces for each in splitter.feed(piece)]
    out += splitter.end()
    return (
        "".join(each.text for each in out if isinstance(each, Thought)),
        "".join(each.text for each in out if isinstance(each, Said)),
    )


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_thinking_is_parted_however_it_is_cut(sizes: list[int]) -> None:
    text = "<think>\nFirst <b>this</b>.\n</think>\n\nThe answer < 3 [1.2]."
    pieces, at = [], 0
    while at < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[at : at + size])
        at += size
    assert _split(pieces) == ("First <b>this</b>.\n", "The answer < 3 [1.2].")


def test_thinking_without_its_beginning_or_end_is_no_answer() -> None:
    assert _split(["secret</think>Answer."], inside=True) == ("secret", "Answer.")
    assert _split(["<think>never ends"]) == ("never ends", "")
    assert _split(["no tags at <th all"]) == ("", "no tags at <th all")


@given(st.lists(st.sampled_from(["<think>", "</think>", "secret ", "<", "th", "/"]), max_size=12))
def test_what_is_said_holds_no_tag_and_nothing_of_the_thinking(pieces: list[str]) -> None:
    _, said = _split(["<think>", *pieces])
    assert "<think>" not in said
    assert "</think>" not in said
    if "</think>" not in "".join(pieces):
        assert said == ""


@given(st.text())
def test_any_data_is_read_without_an_error(text: str) -> None:
    chunk_of(text)


def test_usage_in_the_words_of_others() -> None:
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 4,
        "prompt_tokens_details": {"cached_tokens": 6},
    }
    assert tokens_of(usage) is not None
    assert (tokens_of(usage).hit, tokens_of(usage).miss) == (6, 4)
    assert tokens_of({"prompt_tokens": -3, "completion_tokens": "x"}).output == 0
    assert tokens_of(None) is None
