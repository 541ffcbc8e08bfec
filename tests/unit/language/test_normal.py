"""The normal form of a question: what makes no difference, and what always does."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dengmi.language.normal import normal_form

SAME = [
    ("What is RAG?", "what is rag", "What's RAG?", "what’s rag", "WHAT IS  RAG ?!",
     "“What is RAG?”",
     "Please tell me what is RAG.", "Hi, what is RAG, please?", "what is RAG thanks"),
    ("what rag is", "Can you please tell me what RAG is?", "I want to know what RAG is."),
    ("什么是灯谜", "什么是灯谜？", "請問什麼是燈謎？", "请问，什么是灯谜呢？",
     "你好，请问什么是灯谜", "什么 是 灯谜"),
    ("介绍灯谜", "介绍一下灯谜", "请介绍一下灯谜", "麻烦介绍一下灯谜，谢谢"),
    ("什么是RAG", "什么是 RAG？", "什么是ｒａｇ", "什么是「RAG」"),
    ("不能用吗", "不能用", "请问不能用吗？"),
    ("红楼梦的作者是谁", "《红楼梦》的作者是谁？", "《紅樓夢》的作者是誰"),
    ("It costs 1,000", "it costs 1000"),
    ("I don't know", "I do not know", "I don’t know."),
    ("I can't", "i cannot", "I can not"),
]  # fmt: skip
DIFFERENT = [
    ("C", "C++", "C#", "F#", ".NET", "A*", "A", "NET"),
    ("what is C", "what is C++", "what is C#", "what is .NET"),
    ("is 5 ok", "is -5 ok", "is 15 ok", "is 1.5 ok", "is 5% ok", "is $5 ok"),
    ("2+3", "2-3", "2*3", "2/3", "23", "2.3", "2:3"),
    ("x < 3", "x > 3", "x = 3", "x >= 3"),
    ("can I do it", "can I not do it", "can't you do it"),
    ("能用吗", "不能用吗", "没用吗"),
    ("what does () mean", "what does [] mean", "what does {} mean", "what does mean"),
    ("version 1.2", "version 12", "version 1.2.3"),
    ("谁说的", "说的"),
    ("你好", "再见", "吗"),
    ("你好，再见", "你好再见"),
    ("怎么了", "什么", "为什么"),
    ("😀是什么意思", "😂是什么意思"),
    ("这么做", "那么做", "怎么做"),
    ("before 2020", "before 2021"),
    ("iPhone 15", "iPhone 16", "iPhone"),
]


@pytest.mark.parametrize("questions", SAME)
def test_same(questions: tuple[str, ...]) -> None:
    assert len({normal_form(question) for question in questions}) == 1


@pytest.mark.parametrize("questions", DIFFERENT)
def test_different(questions: tuple[str, ...]) -> None:
    assert len({normal_form(question) for question in questions}) == len(questions)


@pytest.mark.parametrize("question", ["please?", "?", "...", "谢谢", "吗", "你好", "hi", "-"])
def test_nothing_vanishes(question: str) -> None:
    assert normal_form(question)


QUESTIONS = st.text(
    st.one_of(
        st.sampled_from("what's isn't can't 请问一下吗呢么谢谢你好什么 -.,:;!?()[]{}'’+*#%=5010"),
        st.sampled_from("头髮發裡ＡＢＣ１２３。，、？！“”《》…—"),
        st.characters(),
    ),
    max_size=40,
)


@given(QUESTIONS)
@example("好" + "吗" * 30)
@example("请问" * 30 + "好")
@example("介绍" + "一下" * 30)
@example("hi please thanks " * 30)
def test_idempotent(question: str) -> None:
    once = normal_form(question)
    assert normal_form(once) == once


@given(QUESTIONS)
def test_visible_questions_stay_visible(question: str) -> None:
    if any(sign.isalnum() for sign in question):
        assert normal_form(question).strip()


@given(st.lists(st.integers(-999, 9999).map(str), min_size=1, max_size=4))
def test_numbers_stay(numbers: list[str]) -> None:
    form = normal_form("请问 " + " 和 ".join(numbers) + " 是多少？")
    assert re.findall(r"-?\d+", form) == numbers


@pytest.mark.parametrize(
    "unit", ["a", "灯，", "'", "-", "1,", "。", "n't ", "\u0301\u0323", "请问", "(", "吗"]
)
def test_hostile_repeats_stay_linear(unit: str) -> None:
    begin = time.process_time()
    normal_form(unit * (100_000 // len(unit)))
    assert time.process_time() - begin < 2  # about 0.1 s alone
