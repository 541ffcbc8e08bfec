"""Telling languages apart, and Traditional to Simplified."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.language.detect import language_of
from dengmi.language.han import simplified


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is a lantern riddle?", "en"),
        ("什么是灯谜？", "zh"),
        ("頭髮", "zh"),
        ("DeepSeek-R1 和 GPT-4o 有什么区别", "zh"),
        ("RAG是什么", "zh"),
        ("The word dengmi (灯谜) is Chinese and names a riddle on a lantern", "en"),
        ("これはペンです。", ""),
        ("東京の天気はどうですか", ""),
        ("한국어 문장입니다", ""),
        ("Привет, как дела?", ""),
        ("12345 !?", ""),
        ("", ""),
        ("naïve café questions are English", "en"),
        ("C++", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("traditional", "simple"),
    [
        ("頭髮與發財", "头发与发财"),
        ("什麼是燈謎", "什么是灯谜"),
        ("乾燥的乾坤", "干燥的干坤"),
        ("台灣的電腦軟體 ABC", "台湾的电脑软体 ABC"),
        ("plain", "plain"),
        ("", ""),
        ("é 简体", "é 简体"),
        ("\ud800漢字\udc00", "\ud800汉字\udc00"),
        ("漢\x00字", "汉\x00字"),
    ],
)
def test_simplified(traditional: str, simple: str) -> None:
    assert simplified(traditional) == simple


@given(
    st.text(st.one_of(st.characters(), st.sampled_from("頭髮發裡乾著麼於后雲𠀀a ")), max_size=60)
)
def test_simplified_keeps_the_length_and_settles(text: str) -> None:
    once = simplified(text)
    assert len(once) == len(text)
    for before, after in zip(text, once, strict=True):
        assert before == after or ord(before) > 0x3000
