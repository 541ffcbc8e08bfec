"""Cutting a draft into sentences: the same however its pieces come, with every number in place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.answer.write.draft import UNSEEN, Draft, Sentenced

TEXTS = (
    "The shop opens at 9.30 a.m. [1.2] It closes at 6 p.m. [1.3][2.1] Dr. Smith owns it. [3]\n\n"
    "- First item [2.2-2.4]\n- Second item.\n  [2.5]\n\nEnd",
    "价格为3.5元[1.2]。第二天涨价。[1.3]为什么？【2.1】\n1. 第一点[1.1，1.2]\n2. 第二点。",
    "```\npip install .\n```\n| a | b | [1.1]\n|---|---|\n| 1 | 2 | [1.2]\n"
    "[1.5] Leading. Then more.",
    "The crossing takes 18 minutes (1.2). It is short. Source: [1.2], [1.3]\n\n"
    "According to [2.1], the fare rose. As stated in sentence [2.2] it stays **[2.3]**. Done.\n"
    "**Source:** [1.4]",
    "[1.1] The ferry runs. [1.2] It takes long. [1.3] Dogs may come.\n- [2.1] First. [2.2] Second.",
    "根据[1.2]，博物馆周一闭馆。来源：[1.3]、[1.4]\n成人票30元（来源：1.2）。学生票15元。（1.4）可以拍照。\n"
    "参考：1.1，1.2\n依据文章[1.3]所述，馆长走访了村庄[来源2.1和2.2]。出处[2.3至2.5]。",
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
    text = UNSEEN.sub("", text)
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


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("It takes long [1.2, 1.3].", [("It takes long.", ((1, 2), (1, 3)))]),
        ("It takes long (1.2).", [("It takes long.", ((1, 2),))]),
        ("It takes long. (1.2, 1.3)", [("It takes long.", ((1, 2), (1, 3)))]),
        ("It takes long [Source: 1.2].", [("It takes long.", ((1, 2),))]),
        ("It takes long [sentence 1.2 and 1.3].", [("It takes long.", ((1, 2), (1, 3)))]),
        ("It takes long. (Source: [1.2])", [("It takes long.", ((1, 2),))]),
        ("It takes long (see 1.2).", [("It takes long.", ((1, 2),))]),
        ("It takes long. Source: [1.2]", [("It takes long.", ((1, 2),))]),
        ("It takes long. Sources: 1.2, 1.3.", [("It takes long.", ((1, 2), (1, 3)))]),
        ("It takes long.\n\nSource: [1.2]", [("It takes long.", ()), ]),
        ("It takes long.\nSource: [1.2]", [("It takes long.", ((1, 2),))]),
        ("It takes long.\n**Sources:** [1.2], [1.3]", [("It takes long.", ((1, 2), (1, 3)))]),
        ("It takes long. **[1.2]**", [("It takes long.", ((1, 2),))]),
        ("It takes long [1.2] and [1.3].", [("It takes long.", ((1, 2), (1, 3)))]),
        ("According to [1.2], it takes long.", [("It takes long.", ((1, 2),))]),
        ("要十八分钟[来源1.2]。", [("要十八分钟。", ((1, 2),))]),
        ("要十八分钟。（来源：1.2、1.3）", [("要十八分钟。", ((1, 2), (1, 3)))]),
        ("要十八分钟。来源：[1.2]", [("要十八分钟。", ((1, 2),))]),
        ("根据[1.2]，要十八分钟。", [("要十八分钟。", ((1, 2),))]),
        ("要十八分钟[1.2至1.4]。", [("要十八分钟。", ((1, 2), (1, 3), (1, 4)))]),
        (
            "[1.2] It takes long. [1.3] Dogs may come.",
            [("It takes long.", ((1, 2),)), ("Dogs may come.", ((1, 3),))],
        ),
        (
            "1. [1.2] It takes long. [1.3]\n2. Dogs may come. [1.4] It rains.",
            [
                ("It takes long.", ((1, 2), (1, 3))),
                ("Dogs may come.", ((1, 4),)),
                ("It rains.", ()),
            ],
        ),
    ],
)  # fmt: skip
def test_every_form_that_models_use_is_read(
    draft: str, expected: list[tuple[str, tuple[tuple[int, int], ...]]]
) -> None:
    for size in (1, 3, 200):
        assert [(each.text, each.cites) for each in _cut(draft, [size])] == expected, size


@pytest.mark.parametrize(
    "text",
    [
        "The ratio (1.2) is high.",
        "It grew (from 1.2 to 1.4) in a year.",
        "Source: 1.2 million people.",
        "The resource: [draft] stays.",
        "It is 5 (five) km [about 3 miles].",
        "数据来源：国家统计局。",
        "根据规定，周一闭馆。",
    ],
)
def test_what_may_be_something_else_stays(text: str) -> None:
    draft = Draft(lambda _: False)
    found = [*(one for sign in text for one in draft.feed(sign)), *draft.end()]
    assert "".join(each.text for each in found) == text
    assert all(not each.cites for each in found)


def test_brackets_of_code_are_no_numbers_of_sentences() -> None:
    code = "```python\nfirst = names[0]\nsizes = [1.5, 2.5]\nopen(path) [1.2]\n```\n"
    text = f"{code}That opens it. [1.3]"
    draft = Draft(lambda ref: ref in {(1, 2), (1, 3)})
    found = [*draft.feed(text), *draft.end()]
    assert [(each.text, each.cites) for each in found] == [
        ("```python", ()),
        ("first = names[0]", ()),
        ("sizes = [1.5, 2.5]", ()),
        ("open(path)", ((1, 2),)),
        ("```", ()),
        ("That opens it.", ((1, 3),)),
    ]


def test_lists_in_lists_keep_their_blanks() -> None:
    written = (
        "Open:\n\n  - Garden [1.1].\n    - Pond. Reeds. Ducks.\n\t- Shed.\n  - House.\n\n"
        "Closed.\n    1. Mill\n       - Wheel\n                           - Axle"
    )
    for size in (1, 7, len(written)):
        draft = Draft()
        pieces = [written[at : at + size] for at in range(0, len(written), size)]
        found = [each for piece in pieces for each in draft.feed(piece)] + [*draft.end()]
        assert [(each.lead, each.text) for each in found] == [
            ("", "Open:"),
            ("- ", "Garden."),
            ("  - ", "Pond."),
            ("", "Reeds."),
            ("", "Ducks."),
            ("  - ", "Shed."),
            ("- ", "House."),
            ("", "Closed."),
            ("1. ", "Mill"),
            ("   - ", "Wheel"),
            ("            - ", "Axle"),
        ]


@pytest.mark.parametrize("size", [1, 3, 200])
def test_brackets_of_code_within_a_line_are_none_either(size: int) -> None:
    text = (
        "Call `names[0]` first, then ``a`[2]``. It opens `path[1.2]` then [1.3]. A ` alone [1.2]."
    )
    means = {(1, 2), (1, 3)}.__contains__
    draft = Draft(means)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    found = [*(one for piece in pieces for one in draft.feed(piece)), *draft.end()]
    assert [(each.text, each.cites) for each in found] == [
        ("Call `names[0]` first, then ``a`[2]``.", ()),
        ("It opens `path` then.", ((1, 2), (1, 3))),
        ("A ` alone.", ((1, 2),)),
    ]
