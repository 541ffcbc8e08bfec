"""The words people read, in every language, from the catalogue beside this module.

Each room has one file, `texts/<room>.toml`, with one table per text:

    [desk_unknown]
    en = "There is no desk called “{desk}”."
    zh = "没有名为“{desk}”的栏目。"
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from dengmi.language.reasons import known_reason

_LANGUAGES = ("en", "zh")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([a-z_][a-z0-9_]*)(?::([^{}]*))?\}")


def languages() -> tuple[str, ...]:
    """The languages every text exists in, the one to fall back to first."""
    return _LANGUAGES


def text(key: str, lang: str, /, **params: object) -> str:
    """The text of a key in a language, its placeholders filled.

    Args:
        key: name of the text, unique over all files.
        lang: "en", "zh", or a longer tag such as "zh-Hans"; anything else gives English.
        params: what `{name}` and `{name:format}` stand for. They are put in as they are: braces
            inside them mean nothing. A placeholder without a value stays visible. A `reason` that
            the system gave in English is told in this language, where it is a usual one.

    Raises:
        KeyError: there is no such key.
    """
    entry = catalogue()[key]
    pattern = entry.get(lang) or entry.get(lang[:2].lower()) or entry[_LANGUAGES[0]]
    if isinstance(reason := params.get("reason"), str):
        params["reason"] = _told(reason, lang)

    def fill(found: re.Match[str]) -> str:
        whole, name = found.group(), found.group(1)
        if name is None:
            return whole[0]
        if name not in params:
            return whole
        return format(params[name], found.group(2) or "")

    return _PLACEHOLDER.sub(fill, pattern)


def _told(reason: str, lang: str) -> str:
    """What the system said, in words of a language where they are known."""
    if (known := known_reason(reason)) is None:
        return reason
    key, start, end, where = known
    return f"{reason[:start]}{text(key, lang, where=where)}{reason[end:]}"


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every text: key → language → words. Read once, on first use."""
    merged: dict[str, Mapping[str, str]] = {}
    for part in parts().values():
        merged.update(part)
    return merged


def parts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """The catalogue file by file: file name → key → language → words."""
    folder = files(__package__).joinpath("texts")
    return {
        entry.name: tomllib.loads(entry.read_text("utf-8"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }
