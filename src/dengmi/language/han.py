"""Traditional to Simplified Chinese, character for character."""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from dengmi.language.scripts import HAN

_HAN = re.compile(f"[{HAN}]")
_RUN = re.compile(f"[{HAN}]+")


def has_han(text: str) -> bool:
    """Whether the text holds a Chinese character."""
    return not text.isascii() and _HAN.search(text) is not None


def simplified(text: str) -> str:
    """The text with Traditional characters as Simplified ones.

    The result has the same length and every character stands where its original stood, so
    offsets stay valid. Words are converted as words (OpenCC, t2s) wherever that keeps the
    length, else character by character. Text without Chinese characters comes back as it is,
    and nothing is loaded for it.
    """
    if not has_han(text):
        return text
    try:
        whole = _converter()(text)
    except UnicodeEncodeError:  # a lone surrogate somewhere
        return _RUN.sub(lambda found: _run(found.group()), text)
    if len(whole) == len(text):
        return whole
    return _RUN.sub(lambda found: _run(found.group()), text)


def _run(run: str) -> str:
    whole = _converter()(run)
    return whole if len(whole) == len(run) else "".join(map(_character, run))


@lru_cache(maxsize=8192)
def _character(character: str) -> str:
    converted = _converter()(character)
    return converted if len(converted) == 1 else character


@cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert
