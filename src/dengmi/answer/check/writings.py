"""Numbers in other writings: circled (⑨ metres), Roman where a word beside it says that it is a
number (chapter IX, the XIX century, 第Ⅸ章), and powers (6²).

A circled number with nothing to count behind it marks an item (①预约 ②取票), a superscript may
be a footnote, and Roman numerals of kings belong to their names.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from dengmi.answer.check.units import pattern

_CIRCLES: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_SIGNS: Final = "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ"
_POWERS: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_MANY = r"(?:xl|l?x{1,3})(?:ix|iv|v?i{0,3})|ix|iv|vi{1,3}|i{2,3}|v(?=i)"
_ROMAN = rf"(?!(?:l|x)\b)(?:{_MANY})"
_LABELS = (
    "chapter|part|volume|vol\\.|book|article|section|act|scene|class|grade|type|stage|phase|level"
    "|category|appendix|annex|table|figure|fig\\.|schedule|rule|tier|division|round|zone"
)
_COUNTERS = "个名位件次家条只张本部台辆座所间种类层楼号册股户场届枚篇章卷期级倍人岁世"
_WORTH: Final = {"i": 1, "v": 5, "x": 10, "l": 50}
ROMAN_WORDS: Final = frozenset(
    f"{tens}{ones}"
    for tens in ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx")
    for ones in ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
    if len(tens + ones) > 1
)
"""From 2 to 89, those of one letter left out."""

_SIGN = re.compile(rf"[{_CIRCLES}{_SIGNS}{_POWERS}]|(?<![a-z])[ivxl]{{2}}")
"""One of these stands in every such number; hardly any text has one."""


@cache
def _patterns() -> re.Pattern[str]:
    unit = pattern()
    return re.compile(
        rf"(?P<nth>第)?(?P<circle>[{_CIRCLES}])(?: ?(?P<unit>{unit})|(?=[{_COUNTERS}])|(?<=第.))"
        rf"|(?<=[a-z] )(?P<mid>[{_CIRCLES}])(?= [a-z])(?!.*[{_CIRCLES}])"
        rf"|第 ?(?P<han>[{_SIGNS}]|{_ROMAN}(?![a-z]))(?= ?[章节卷部条届期类级篇次])"
        rf"|(?<![a-z])(?:{_LABELS}) (?P<label>[{_SIGNS}]|{_ROMAN})(?![a-z])"
        rf"|(?<![a-z])(?P<century>[{_SIGNS}]|{_ROMAN})(?:th)? centur(?:y|ies)\b"
        rf"|(?<![a-z-])(?P<roman>{_ROMAN}) ?(?P<of>{unit})"
        rf"|(?<![\d.,])(?P<base>\d{{1,3}})(?P<power>[{_POWERS}])(?![\d{_POWERS}])"
    )


def written_otherwise(lower: str) -> Iterator[tuple[float, str, bool, re.Match[str], int]]:
    """The numbers of a text in lower case that are written so: value, unit, whether it is an
    ordinal, and the match with the place where the number starts in it."""
    if _SIGN.search(lower) is None:
        return
    for hit in _patterns().finditer(lower):
        found = hit.groupdict()
        if found["circle"]:
            value = float(_CIRCLES.index(found["circle"]) + 1)
            yield value, found["unit"] or "", bool(found["nth"]), hit, hit.start("circle")
        elif found["mid"]:
            if not any(sign in _CIRCLES for sign in lower[: hit.start()]):
                yield float(_CIRCLES.index(found["mid"]) + 1), "", False, hit, hit.start()
        elif found["power"]:
            power = _POWERS.index(found["power"])
            yield float(int(found["base"]) ** power), "", False, hit, hit.start("power")
        else:
            kind = next(each for each in ("han", "label", "century", "roman") if found[each])
            nth = kind in ("han", "century")
            yield _roman(found[kind]), found["of"] or "", nth, hit, hit.start(kind)


def _roman(text: str) -> float:
    if text in _SIGNS:
        return float(_SIGNS.index(text) + 1)
    worth = [_WORTH[sign] for sign in text]
    after = [*worth[1:], 0]
    return float(sum(-one if one < two else one for one, two in zip(worth, after, strict=True)))
