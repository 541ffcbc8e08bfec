"""Bytes of unknown encoding: what was written comes back, whatever was declared."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.corpus.encoding import decode

SIMPLIFIED = (
    "他说：“今天的天气很好，我们一起去公园吧。”",
    "人工智能正在改变人们获取信息的方式，微信在搜索中接入了新的模型。",
    "该公司第三季度收入为 12.5 亿元，比去年同期增长了 8%。",
    "请在设置中打开通知，然后重新启动应用程序。",
)
TRADITIONAL = (
    "他說：「今天的天氣很好，我們一起去公園吧。」",
    "人工智慧正在改變人們獲取資訊的方式，這是一個新的時代。",
    "這家公司第三季的收入為 12.5 億元，比去年同期增長了 8%。",
    "請在設定中開啟通知，然後重新啟動應用程式。",
)


def texts(sentences: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(sentences), min_size=1, max_size=6).map("\n".join)


@pytest.mark.parametrize("hint", [None, "latin-1", "big5", "gbk", "utf-8", "nonsense", "hex"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@given(text=texts(SIMPLIFIED))
def test_simplified_chinese_comes_back(encoding: str, hint: str | None, text: str) -> None:
    assert decode(text.encode(encoding), hint) == text


@pytest.mark.parametrize("hint", [None, "gbk", "utf-8", "latin-1"])
@pytest.mark.parametrize("encoding", ["utf-8", "big5", "utf-16", "utf-16-le", "gb18030"])
@given(text=texts(TRADITIONAL))
def test_traditional_chinese_comes_back(encoding: str, hint: str | None, text: str) -> None:
    assert decode(text.encode(encoding), hint) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Café déjà vu, naïve façade, élève à l'école", "cp1252"),
        ("こんにちは、世界。これはテストです。", "cp932"),
        ("안녕하세요 세계 이것은 시험입니다", "cp949"),
        ("Привет, как дела? Это обычный текст на русском языке.", "cp1251"),
    ],
)
def test_other_scripts(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]),
)
def test_a_byte_order_mark_decides(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@given(st.binary(max_size=400), st.sampled_from([None, "gbk", "utf-16", "idna", "rot13", ""]))
def test_no_bytes_raise(raw: bytes, hint: str | None) -> None:
    text = decode(raw, hint)
    assert "\0" not in text
    text.encode("utf-8")


def test_one_broken_byte_spoils_one_character() -> None:
    raw = bytearray("\n".join(SIMPLIFIED).encode())
    raw[10] = 0xFF
    assert decode(bytes(raw)).endswith(SIMPLIFIED[-1])
    cut = "\n".join(SIMPLIFIED).encode()[:-1]
    assert decode(cut).startswith(SIMPLIFIED[0])


def test_a_wrong_meta_charset_is_not_believed() -> None:
    page = "<meta charset=big5>" + "\n".join(SIMPLIFIED)
    assert decode(page.encode("gbk")) == page
    assert decode(codecs.BOM_UTF8 + page.encode(), "gbk") == page


def test_a_stray_nul_does_not_make_another_encoding_of_utf_8() -> None:
    text = "灯会的门票 — thirty “yuan” each.\n" * 20
    assert decode(("\0" + text).encode()) == text
    utf_16 = "今天晚上八点在人民公园看灯。\n" * 20
    assert decode(utf_16.encode("utf-16-le")) == utf_16
