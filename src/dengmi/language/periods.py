"""The days, months and years a text mentions, in Chinese and English, as ranges of days."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

_MONTH_NAMES: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_DIGITS: Final = {**{sign: n for n, sign in enumerate("零一二三四五六七八九十")}, "〇": 0, "两": 2}
_WORDS: Final = {
    **{"a": 1, "one": 1, "two": 2, "three": 3, "four": 4},
    **{"five": 5, "six": 6, "seven": 7, "ten": 10},
}
_UNITS: Final = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week",
                 "月": "month", "年": "year"}  # fmt: skip
_FEW = 3


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, mentioned at `text[start:end]`."""

    start: int
    end: int
    first: date
    last: date


_HINT = re.compile("[0-9年月日天周昨]|星期|礼拜|day|week|month|year", re.IGNORECASE)
"""Every mention of a time holds one of these; most questions hold none, and are done quickly."""

_Days = tuple[date, date] | None
_Reader = Callable[[re.Match[str], date], _Days]


def periods(text: str, today: date) -> list[Period]:
    """The periods a text mentions, in order and not overlapping; the longest wins."""
    if _HINT.search(text) is None:
        return []
    found = [
        Period(*hit.span(), *days)
        for pattern, read in _mentions()
        for hit in pattern.finditer(text)
        if (days := read(hit, today)) is not None
    ]
    found.sort(key=lambda period: (period.start, -period.end))
    kept: list[Period] = []
    for period in found:
        if not kept or period.start >= kept[-1].end:
            kept.append(period)
    return kept


def _year(year: int) -> _Days:
    return (date(year, 1, 1), date(year, 12, 31)) if 1 <= year <= 9999 else None


def _months(year: int, first: int, last: int) -> _Days:
    if not (1 <= year <= 9999 and 1 <= first <= last <= 12):
        return None
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _day(year: int, month: int, day: int) -> _Days:
    try:
        return (date(year, month, day),) * 2
    except ValueError:
        return None


def _number(word: str) -> int:
    """A small number in digits, Chinese numerals or English words; "few" for anything else."""
    if word.isdecimal():
        return int(word)
    if word.lower() in _WORDS:
        return _WORDS[word.lower()]
    tens, ten, ones = word.rpartition("十")
    if ten:
        return _DIGITS.get(tens, 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
    return _DIGITS.get(word, _FEW)


def _written_year(word: str) -> int:
    """2024 or 二〇二四."""
    return int("".join(sign if sign.isdecimal() else str(_DIGITS[sign]) for sign in word))


def _month_named(word: str) -> int:
    return _MONTH_NAMES.index(word[:3].lower()) + 1


def _calendar(hit: re.Match[str], _: date) -> _Days:
    """2024年, 2024年3月, 2024年3月5日, 2024年第一季度, 2024年上半年, 2024-03-05."""
    found = hit.groupdict()
    year = _written_year(found["y"])
    if found.get("m"):
        month = int(found["m"])
        return _day(year, month, int(found["d"])) if found["d"] else _months(year, month, month)
    if found.get("q"):
        quarter = _number(found["q"])
        return _months(year, quarter * 3 - 2, quarter * 3)
    if found.get("half"):
        return _months(year, *((1, 6) if found["half"] in "上1" else (7, 12)))
    return _year(year)


def _span(hit: re.Match[str], _: date) -> _Days:
    """2020-2023, 2020 to 2023."""
    first, last = sorted((int(hit["y"]), int(hit["to"])))
    return date(first, 1, 1), date(last, 12, 31)


def _named(hit: re.Match[str], _: date) -> _Days:
    """March 2024, 5 March 2024, March 5, 2024."""
    month, year, day = _month_named(hit["name"]), int(hit["y"]), hit["d1"] or hit["d2"]
    return _day(year, month, int(day)) if day else _months(year, month, month)


def _yearless(hit: re.Match[str], today: date) -> _Days:
    """3月5日, 3月份: the newest one that is not in the future."""
    month, day = int(hit["m"]), hit["d"]
    for year in (today.year, today.year - 1):
        days = _day(year, month, int(day)) if day else _months(year, month, month)
        if days and days[0] <= today:
            return days
    return None


def _stretch(hit: re.Match[str], today: date) -> _Days:
    """最近三天, 过去两年, last 3 weeks, 一个月内."""
    count = _number(hit["n"] or "1")
    unit = _UNITS.get(hit["unit"], hit["unit"].lower())
    days = {"day": 1, "week": 7, "month": 31, "year": 366}[unit] * count
    return (today - timedelta(days=days), today) if 0 < days < 200_000 else None


def _relative(name: str) -> _Reader:
    def read(_: re.Match[str], today: date) -> _Days:
        monday = today - timedelta(days=today.weekday())
        last_month = today.replace(day=1) - timedelta(days=1)
        ranges: dict[str, _Days] = {
            "today": (today, today),
            "yesterday": (today - timedelta(days=1),) * 2,
            "day before": (today - timedelta(days=2),) * 2,
            "week": (monday, today),
            "last week": (monday - timedelta(days=7), monday - timedelta(days=1)),
            "month": (today.replace(day=1), today),
            "last month": (last_month.replace(day=1), last_month),
            "year": (date(today.year, 1, 1), today),
            "last year": _year(today.year - 1),
            "year before": _year(today.year - 2),
        }
        return ranges[name]

    return read


_Y = r"(?P<y>(?:19|20)\d\d)"
_MONTH = f"(?P<name>(?:{'|'.join(_MONTH_NAMES)})[a-z]*)\\.?"
_N = "(?P<n>[零一二三四五六七八九十两几]{1,3}|\\d{1,3})"
_UNIT = "(?P<unit>天|日|周|星期|礼拜|月|年)"


@cache
def _mentions() -> tuple[tuple[re.Pattern[str], _Reader], ...]:
    """Patterns with their readers, compiled on first use."""
    return tuple(_patterns())


def _patterns() -> Iterator[tuple[re.Pattern[str], _Reader]]:
    written = "(?P<y>(?:19|20)\\d\\d|[一二][〇零一二三四五六七八九]{3})"
    for pattern, reader in (
        (rf"{written} ?年度?(?: ?(?P<m>\d{{1,2}}) ?月(?: ?(?P<d>\d{{1,2}}) ?[日号])?"
         "|第?(?P<q>[一二三四1-4])季度|(?P<half>[上下])半年)?", _calendar),
        (rf"(?<![\d./-]){_Y}(?P<s>[-/.])(?P<m>\d{{1,2}})(?:(?P=s)(?P<d>\d{{1,2}}))?(?![./-]*\d)",
         _calendar),
        (rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?{_MONTH} (?:of )?"
         rf"(?:(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,? )?{_Y}\b", _named),
        (rf"\b(?:q(?P<q>[1-4])|h(?P<half>[12])) ?{_Y}\b", _calendar),
        (r"\b(?:(?<=in )|(?<=of )|(?<=for )|(?<=by )|(?<=to )|(?<=and )|(?<=from )|(?<=since )"
         r"|(?<=until )|(?<=till )|(?<=before )|(?<=after )|(?<=during )|(?<=year )|(?<=through )"
         r"|(?<=than )|(?<=between ))" + _Y + r"\b(?! ?[-/.%,]?\d)(?! ?年)", _calendar),
        (rf"(?:\b(?:from|between) |[从自]|(?<![\d./-])){_Y} ?(?:[-~—–到至]| to | and ) ?"
         r"(?P<to>(?:19|20)\d\d)(?![./-]*\d)(?: ?年)?",
         _span),
        (rf"(?<!\d){_Y}(?=[和与及、](?:19|20)\d\d ?年)", _calendar),
        (r"(?<![\d年])(?P<m>1[0-2]|[1-9]) ?月(?:份| ?(?P<d>\d{1,2}) ?[日号])", _yearless),
        (rf"(?:最近|近|过去|前)的?{_N}个?{_UNIT}", _stretch),
        (rf"{_N}个?{_UNIT}(?:以?来|之?内|以内)", _stretch),
        (r"\b(?:last|past|previous) (?P<n>\d{1,3}|a|one|two|three|four|five|six|seven|ten|few"
         r"|several|couple of) (?P<unit>day|week|month|year)s?\b", _stretch),
        (r"\bpast (?P<n>)(?P<unit>day|week|month|year)\b", _stretch),
    ):  # fmt: skip
        yield re.compile(pattern, re.IGNORECASE), reader
    for name, pattern in {
        "today": r"今天|今日|\btoday\b",
        "yesterday": r"昨[天日晚]|\byesterday\b",
        "day before": "前[天日]",
        "week": r"本周|这一?周|这个?星期|\bthis week\b",
        "last week": r"上一?周|上个?星期|\blast week\b",
        "month": r"本月|这个?月|当月|\bthis month\b",
        "last month": r"上个?月|\blast month\b",
        "year": r"今年|本年度?|\bthis year\b",
        "last year": r"去年|上一?年度?|\blast year\b",
        "year before": "前年",
    }.items():
        yield re.compile(pattern, re.IGNORECASE), _relative(name)
