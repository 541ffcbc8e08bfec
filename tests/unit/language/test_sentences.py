"""Sentence splitting: tables in both languages, and properties for any text."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.language.sentences import LONGEST, sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        # Chinese
        ["第一句。", "第二句！", "第三句？", "完了"],
        ["真的？！", "好的！！！", "走吧。"],
        ["他说：“你好！再见。”", "然后走了。"],
        ["“走吧！”他说。", "大家都走了。"],
        ["“好。”", "“那就走。”"],
        ["他喊道“快走！”。", "没人动。"],
        ["「去哪裡？」她問道。", "沒有人回答。"],
        ["他想了很久……最后算了。", "没有下文……"],
        ["价格是3.5元。", "2023年涨了1.2%。"],
        ["运行 pip install . 即可安装。"],
        ["第一。", "2023年。", "第三。"],
        ["《你好！李焕英》上映了。", "《走吧！》没有。"],
        ["他来了（真的！没骗你。）然后走了。", "好。"],
        ["（他来了。）", "好的。"],
        ["这是中文.", "下一句.", "完"],
        ["使用 Node.js 开发。", "见 example.com/a?b=1 的说明。"],
        ["苹果；香蕉；梨。", "都好吃。"],
        ["什么是RAG?", "它很有用!", "好"],
        # English
        ["Dengmi answers.", "It quotes sentences!", "Does it?", "Yes"],
        ["Mr. Smith met Dr. Jones at St. Mary's.", "They talked."],
        ["J. K. Rowling wrote it.", "He read it."],
        ["The U.S. Army came.", "It left."],
        ["He lives in the U.S.", "He likes it."],
        ["See e.g. Smith et al. 2019 and Fig. 3.", "Then stop."],
        ["It costs $3.50, i.e. no. 5 on the list.", "OK."],
        ["Apple Inc. was founded in 1976.", "It grew."],
        ["We met at 5 p.m. on Jan. 5.", "Then we left."],
        ['He said "Go! Now." and left.', "She stayed."],
        ['"Why?" he asked.', '"Because."', "Silence."],
        ["“Stop it.”", "He stopped."],
        ["Wait... what?", "Well...", "The end."],
        ["It ended.[12]", "A new one began.[3][4]", "Last."],
        ["Visit https://example.com/a.b?c=d!", "Then."],
        ["all in lower case here.", "it goes on."],
        ["It took 120 ms.", "Prolonged times (5 min.) hurt PIK3CA.", "The end."],
        ["Found in Bacteroides spp. tested.", "p53 fell."],
        ["In 1939, c. 1,300 people lived there.", "Now more do."],
        ["Take vitamin C.", "It helps."],
        ["Version 1.2.3 is out.", "Node.js 20.1 too."],
        ["Really?!", "Yes."],
        ["One (see below. or above.) two.", "Three."],
    ],
)
def test_split(expected: list[str]) -> None:
    glue = "" if any("\u4e00" <= sign <= "\u9fff" for sign in expected[0]) else " "
    assert split(glue.join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\r\n", []),
        ("one\ntwo; three\r\n四", ["one", "two; three", "四"]),
        ("  padded. \u3000 四。 ", ["padded.", "四。"]),
        ("| a. b | c! d |\n| 1 | 2 |", ["| a. b | c! d |", "| 1 | 2 |"]),
        ("1. Install it. 2 steps.", ["1. Install it.", "2 steps."]),
        ("- item one. Two\n* 三。四", ["- item one.", "Two", "* 三。", "四"]),
        ("。。。", ["。。。"]),
        ("A\u2028B\x0bC", ["A", "B", "C"]),
    ],
)
def test_lines_items_and_rows(text: str, expected: list[str]) -> None:
    assert split(text) == expected


TEXTS = st.text(
    st.one_of(
        st.sampled_from("。！？!?….．“”\"'‘’「」（）()《》[]|；;，, \n\r\t\u3000"),
        st.sampled_from("aBc1 灯谜说他é\u0301👍🏽\u200d\ud800\udc00"),
        st.sampled_from(["Mr.", "U.S.", " The ", "...", "e.g.", "[1]"]).map(lambda s: s[0]),
        st.characters(),
    ),
    max_size=120,
)


@given(TEXTS)
def test_ranges_are_ordered_trimmed_and_complete(text: str) -> None:
    found = sentences(text)
    covered: set[int] = set()
    last = 0
    for start, end in found:
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert not set("\n\r\u2028\u2029\x85\x0b\x0c") & set(text[start:end])
        covered.update(range(start, end))
        last = end
    assert all(at in covered for at, sign in enumerate(text) if not sign.isspace())


@given(TEXTS)
def test_one_sentence_stays_one(text: str) -> None:
    for part in split(text):
        assert split(part) == [part]


@given(
    st.integers(LONGEST, 5 * LONGEST),
    st.sampled_from(["x", "字", "e\u0301", "字，", "ab ", "👍🏽"]),
)
def test_overlong_sentences_are_cut_between_characters(length: int, unit: str) -> None:
    text = (unit * length)[:length]
    parts = split(text)
    assert all(len(part) <= LONGEST for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    for part in parts:
        assert unicodedata.category(part[0]) != "Mn"
        assert part[0] not in "，🏽"


HOSTILE = ["“", "（", '"', "。", "!.", "a.", "A. ", ". ", "…", "(a", "“。", "字", "|", ".[1]", " "]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_repeats_stay_linear(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    begin = time.process_time()
    sentences(text)
    assert time.process_time() - begin < 2  # about 0.2 s alone; quadratic would take minutes
