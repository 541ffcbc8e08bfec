"""Traditional to Simplified Chinese, character for character."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from dengmi.language.scripts import HAN

_HAN = re.compile(f"[{HAN}]")


def has_han(text: str) -> bool:
    """Whether the text holds a Chinese character."""
    return not text.isascii() and _HAN.search(text) is not None


def simplified(text: str) -> str:
    """The text with Traditional characters as Simplified ones.

    The result has the same length and every character stands where its original stood, so
    offsets stay valid. A character is read by itself: 乾隆 becomes 干隆 in articles and
    questions alike, which is what search needs.
    """
    return text.translate(_table()) if has_han(text) else text


@cache
def _table() -> Mapping[int, int]:
    """What OpenCC 1.4 ("t2s") makes of each single character that it changes."""
    lines = files(__package__).joinpath("simplified.txt").read_text("utf-8").splitlines()
    return str.maketrans(lines[0], lines[1])
