"""Character classes of the writing systems, as bodies of regular-expression sets.

They are written for `[...]`: `f"[{HAN}]+"`. Ranges follow the Unicode blocks; a few signs inside
a block that are not letters are let through on purpose, since splitting them off costs more
than it gives.
"""

HAN = "一-鿿㐀-䶿々〇\uf900-\ufaff\U00020000-\U0003ffff"
"""Chinese characters, with the iteration mark and the round zero."""

UNSPACED = (
    "ぁ-ゖゝ-ゟァ-ヺー-ヿㄅ-ㄯㄱ-ㆎㇰ-ㇿｦ-ﾟ가-힣"  # kana, bopomofo, Korean
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59\u0e81-\u0ecd\u0ed0-\u0edf"  # Thai, Lao
    "\u0f20-\u0f33\u0f40-\u0fbc\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u17e0-\u17e9"
)
"""Scripts written without spaces between words, or whose words carry endings (Korean)."""

LETTERS = (
    "0-9A-Za-zªµºÀ-ÖØ-öø-ˁˆ-ˑˠ-ˤ"
    "\u0300-\u0374\u0376-\u037d\u037f\u0386\u0388-\u0481\u0483-\u0559\u0560-\u0588"  # Greek …
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7-\u05f2"  # Hebrew
    "\u0610-\u061a\u0620-\u0669\u066e-\u06d3\u06d5-\u06ff\u070f-\u0963\u0966-\u096f\u0971-\u0df3"
    "\u10a0-\u10fa\u10fc-\u10ff\u1200-\u135f\u1369-\u1399\u13a0-\u13ff\u1401-\u166c\u166f-\u167f"
    "\u1681-\u169a\u16a0-\u16ea\u16ee-\u1734\u1740-\u177f\u180b-\u180d\u180f-\u19df\u1a00-\u1a1d"
    "\u1a20-\u1fff\u00ad\u200c\u200d²³¹¼-¾\u2070-\u209c\u2150-\u218b\u2460-\u249b\u2c00-\u2dff"
    "\ua4d0-\uabff\ufb00-\ufdff\ufe70-\ufefc\U00010000-\U0001afff\U0001d400-\U0001d7ff"
    "\U0001e000-\U0001efff"
)
"""Letters, digits and combining marks of every other script."""

PICTURES = "\U0001f300-\U0001faff"
"""Emoji and pictographs."""


def words_of(text: str) -> frozenset[str]:
    """The words of a list written as one text: how word lists are kept readable here."""
    return frozenset(text.split())
