"""Search terms: tables of what a text gives, and properties for any text."""

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.language.words import spans, terms

MIXED = st.text(
    st.one_of(
        st.sampled_from("的是灯谜猜汉字頭髮東京什么谁和年月日。，！“”《》（）"),
        st.sampled_from("abcXYZ019 .-_'’@/:+#*&,\n\t"),
        st.sampled_from("éßİﬁ½ªＡ１　カな한ไๆप्र👍🏽\u0301\u200d\u00ad\ud800"),
        st.characters(),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Running runners ran", ["run", "runner", "ran"]),
        ("The cat is on the mat", ["cat", "mat"]),
        ("Café naïve Ångström Straße", ["cafe", "naiv", "angstrom", "strass"]),
        ("cafe\u0301", ["cafe"]),
        ("it's OPEC's, users’ don't can't", ["opec", "user"]),
        ("O'Brien", ["obrien", "brien"]),
        ("C C++ C# F# .NET A*", ["c", "c++", "c#", "f#", ".net", "net", "a*"]),
        ("ASP.NET node.js", ["asp.net", "asp", "net", "node.js", "node", "js"]),
        ("U.S. and U.S.A.", ["us", "usa"]),
        ("AT&T", ["at&t"]),
        ("state-of-the-art", ["stateoftheart", "state", "art"]),
        ("e-mail email", ["email", "mail", "email"]),
        ("COVID-19 covid19", ["covid19", "covid", "19", "covid19", "covid", "19"]),
        ("GPT-4o", ["gpt4o", "gpt", "4o"]),
        ("DeepSeek-R1", ["deepseekr1", "deepseek", "deep", "seek", "r1"]),
        ("max_tokens", ["maxtoken", "max", "token"]),
        ("maxTokens", ["maxtoken", "max", "token"]),
        ("parseHTMLFile", ["parsehtmlfil", "pars", "html", "file"]),
        ("iPhone PhD siRNAs", ["iphon", "phd", "sirna", "si", "rnas"]),
        ("v1.2.3 1.2.3 v2.0", ["1.2.3", "1.2", "1.2.3", "1.2", "2.0"]),
        ("3.5 1,000 1,000.50 12,34", ["3.5", "1000", "1000.50", "12", "34"]),
        ("1990s 1st 10km 5g", ["1990s", "1990", "1st", "10km", "10", "km", "5g"]),
        ("12:30", ["12:30", "12", "30"]),
        ("2024-01-02 2024/1/2", ["2024-01-02", "2024", "1月", "2日"] * 2),
        ("2024年1月2日", ["2024", "1月", "2日"]),
        ("8 月 16 日", ["8月", "16日"]),
        ("3日本人", ["3", "日本", "本人", "人"]),
        ("a@b.org", ["a@b.org", "org"]),
        ("CO₂ ﬁne", ["co2", "fine"]),
        ("ＧＰＴ４", ["gpt4", "gpt", "4"]),
        ("Привет, МИР!", ["привет", "мир"]),
        ("タワー 한국어", ["タワ", "ワー", "한국", "국어"]),
        ("😀", ["😀"]),
        ("", []),
        ("!?… 。", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_addresses_whole_and_in_parts() -> None:
    found = terms("See https://www.example.org/guide/start.html?x=12, please.")
    assert {"example.org", "exampl", "org", "guid", "start", "html"} <= set(found)
    assert "example.org/guide/start.html?x=12" in found
    assert {"dengmi@example.org", "dengmi"} <= set(terms("Write to Dengmi@Example.org."))


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("清华大学", ["清华", "华大", "大学", "清华大学"], ["清", "华"]),
        ("猫吃鱼", ["猫吃", "吃鱼", "猫", "鱼"], []),
        ("灯谜的历史", ["灯谜", "历史"], ["谜的", "的历", "的"]),
        ("目的是什么", ["目的"], ["的是", "是什", "什么"]),
        ("什么时候发布", ["发布"], ["么时", "什么"]),
        ("和平与发展", ["和平", "发展"], ["平与", "与发"]),
        ("A股市场", ["a股", "股市", "市场"], ["a"]),
        ("卡拉OK", ["卡拉", "ok"], []),
        ("5G手机", ["5g", "手机"], []),
    ],
)
def test_chinese_terms(text: str, has: list[str], lacks: list[str]) -> None:
    found = terms(text)
    assert not set(has) - set(found)
    assert not set(lacks) & set(found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("頭髮與發財", "头发与发财"),
        ("ＡＢＣ　１２３", "abc 123"),
        ("Max-Tokens", "max_tokens"),
        ("裡面", "里面"),
        ("Naïve CAFÉ", "naive cafe"),
    ],
)
def test_writings_that_make_no_difference(one: str, other: str) -> None:
    assert set(terms(one)) == set(terms(other))


@pytest.mark.parametrize("text", ["to be or not to be", "The Who", "A", "是的", "什么", "谁", "的"])
def test_stop_words_alone_still_give_terms(text: str) -> None:
    assert terms(text)


@pytest.mark.parametrize("text", ["C语言", "C++语言", "C#语言"])
def test_names_beside_chinese(text: str) -> None:
    assert "语言" in terms(text)
    assert any(term.startswith("c") for term in terms(text))


@given(MIXED)
def test_spans_and_terms_agree(text: str) -> None:
    found = spans(text)
    assert terms(text) == [term for term, _, _ in found]
    for term, start, end in found:
        assert term
        assert not any(sign.isspace() for sign in term)
        assert not any(sign.isascii() and sign.isupper() for sign in term)
        assert 0 <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]


@given(MIXED)
def test_no_word_is_lost(text: str) -> None:
    covered = {at for _, start, end in spans(text) for at in range(start, end)}
    if any(sign.isascii() and sign.isalnum() for sign in text):
        assert covered


@given(st.text("abcdefgXYZ 灯谜汉字。,", max_size=40))
def test_case_makes_no_difference_to_plain_words(text: str) -> None:
    assert terms(text.lower()) == terms(text.lower().upper().lower())


HOSTILE = [
    "a",
    "a-",
    "a.",
    "1,",
    "https://",
    "灯",
    "的",
    "A股",
    "é",
    "́",
    "_",
    "+",
    "a+",
    "カ",
    "@a",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_repeats_stay_linear(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    found = terms(text)
    assert all(len(term) <= 600 for term in found)


def test_english_loads_no_chinese_dictionary() -> None:
    code = (
        "import sys; from dengmi.language.words import terms; terms('plain English'); "
        "sys.exit(any(name in sys.modules for name in ('rjieba',)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_possessive_groups() -> None:
    """Python 3.11.0 to 3.11.4 match `(?:…)*+` wrongly (CPython issue 106052): "hello" gave
    "hell" and an empty token. Single characters and sets may repeat possessively."""
    package = Path(str(files("dengmi")))
    group = re.compile(r"(?<!\\)\)(?:[*+?]|\{+\d*,?\d*\}+)\+(?!,)")
    found = [
        f"{path.relative_to(package)}:{number}"
        for path in package.rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if group.search(line)
    ]
    assert found == []
