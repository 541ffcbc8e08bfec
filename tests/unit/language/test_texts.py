"""The catalogue of texts: complete in both languages, and filled as written."""

import re
from pathlib import Path

import pytest

import dengmi
from dengmi.language.texts import catalogue, languages, parts, text

KEY = re.compile(r"[a-z][a-z0-9_]*")
SOURCE = Path(dengmi.__file__).parent


def placeholders(words: str) -> frozenset[str]:
    """The names between single braces."""
    plain = words.replace("{{", "").replace("}}", "")
    return frozenset(re.findall(r"\{([a-z_][a-z0-9_]*)(?::[^{}]*)?\}", plain))


def test_every_text_exists_in_exactly_the_languages() -> None:
    for name, part in parts().items():
        for key, entry in part.items():
            assert KEY.fullmatch(key), f"{name}: {key}"
            assert set(entry) == set(languages()), f"{name}: {key}"
            assert all(words.strip() for words in entry.values()), f"{name}: {key}"


def test_placeholders_are_the_same_in_every_language() -> None:
    for name, part in parts().items():
        for key, entry in part.items():
            assert len({placeholders(words) for words in entry.values()}) == 1, f"{name}: {key}"


def test_no_stray_braces() -> None:
    for key, entry in catalogue().items():
        for words in entry.values():
            rest = re.sub(r"\{\{|\}\}|\{[a-z_][a-z0-9_]*(?::[^{}]*)?\}", "", words)
            assert not set("{}") & set(rest), key


def test_no_key_in_two_files() -> None:
    keys = [key for part in parts().values() for key in part]
    assert sorted(keys) == sorted(set(keys))


def test_chinese_is_chinese_and_english_is_not() -> None:
    for key, entry in catalogue().items():
        assert not re.search("[\u4e00-\u9fff]", entry["en"].replace("中文", "")), key


def test_error_codes_in_the_code_have_texts() -> None:
    raised = re.compile(
        r"(?:BadInput|BadSettings|Unreadable|Refused|NotFound|Conflict|Unavailable|PartFailed)"
        r"\(\s*\"([a-z0-9_]+)\""
    )
    used = {
        code for path in SOURCE.rglob("*.py") for code in raised.findall(path.read_text("utf-8"))
    }
    assert not used - set(catalogue())


@pytest.fixture
def key() -> str:
    return next(key for key, entry in catalogue().items() if placeholders(entry["en"]))


def test_braces_in_values_mean_nothing(key: str) -> None:
    names = placeholders(catalogue()[key]["en"])
    assert "{0} {x} }{" in text(key, "en", **dict.fromkeys(names, "{0} {x} }{"))


def test_a_missing_value_stays_visible(key: str) -> None:
    name = next(iter(placeholders(catalogue()[key]["en"])))
    assert "{" + name in text(key, "en")


def test_other_languages_fall_back_to_english(key: str) -> None:
    assert text(key, "fr") == text(key, "en") == text(key, "")
    assert text(key, "zh-Hans") == text(key, "zh") != text(key, "en")


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("no_such_text", "en")
