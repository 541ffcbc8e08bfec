"""Cutting a draft into sentences: the same however its pieces come, with every number in place."""

from hypothesis import given
from hypothesis import strategies as st

from dengmi.answer.write.draft import Draft, Sentenced

TEXTS = (
    "The shop opens at 9.30 a.m. [1.2] It closes at 6 p.m. [1.3][2.1] Dr. Smith owns it. [3]\n\n"
    "- First item [2.2-2.4]\n- Second item.\n  [2.5]\n\nEnd",
    "价格为3.5元[1.2]。第二天涨价。[1.3]为什么？【2.1】\n1. 第一点[1.1，1.2]\n2. 第二点。",
    "```\npip install .\n```\n| a | b | [1.1]\n|---|---|\n| 1 | 2 | [1.2]\n"
    "[1.5] Leading. Then more.",
)


def _cut(text: str, sizes: list[int]) -> list[Sentenced]:
    draft, out, at, n = Draft(), [], 0, 0
    while at < len(text):
        size = sizes[n % len(sizes)]
        out += draft.feed(text[at : at + size])
        at, n = at + size, n + 1
    return [*out, *draft.end()]


@given(st.sampled_from(TEXTS), st.lists(st.integers(1, 11), min_size=1, max_size=8))
def test_sentences_do_not_depend_on_the_pieces(text: str, sizes: list[int]) -> None:
    assert _cut(text, sizes) == _cut(text, [len(text)])


def test_numbers_belong_to_the_sentence_they_stand_in_or_behind() -> None:
    found = [(each.text, each.cites) for each in _cut(TEXTS[0], [3])]
    assert found == [
        ("The shop opens at 9.30 a.m.", ((1, 2),)),
        ("It closes at 6 p.m.", ((1, 3), (2, 1))),
        ("Dr. Smith owns it.", ((3, 0),)),
        ("First item", ((2, 2), (2, 3), (2, 4))),
        ("Second item.", ((2, 5),)),
        ("End", ()),
    ]


def test_chinese_sentences_follow_without_a_gap() -> None:
    found = _cut(TEXTS[1], [1])
    assert [each.text for each in found] == [
        "价格为3.5元。", "第二天涨价。", "为什么？", "第一点", "第二点。",
    ]  # fmt: skip
    assert [each.gap for each in found] == ["", "", "", "\n", "\n"]
    assert [each.lead for each in found][3:] == ["1. ", "2. "]


@given(st.text(), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_any_text_is_cut_without_an_error_and_nothing_visible_is_lost(
    text: str, sizes: list[int]
) -> None:
    found = _cut(text, sizes)
    kept = "".join("".join((each.lead + each.text).split()) for each in found)
    assert len(kept) <= len("".join(text.split()))
    if "[" not in text and "【" not in text and "［" not in text:
        assert kept == "".join(text.split())


@given(st.sampled_from(TEXTS) | st.text(), st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_text_that_may_wait_completes_nothing(text: str, sizes: list[int]) -> None:
    eager, patient, at, n, held = Draft(), Draft(), 0, 0, ""
    while at < len(text):
        piece = text[at : at + sizes[n % len(sizes)]]
        at, n, held = at + len(piece), n + 1, held + piece
        found = list(eager.feed(piece))
        if patient.holds(held):
            assert found == []
        else:
            assert list(patient.feed(held)) == found
            held = ""
    assert [*patient.feed(held), *patient.end()] == list(eager.end())
