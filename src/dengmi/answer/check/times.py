"""The days, months, years, weekdays and times of day a text names, in Chinese and English."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final, NamedTuple

from dengmi.answer.check.numerals import HAN, NTH, ORDINALS, from_han


class Day(NamedTuple):
    """A date as far as it is given: 0 where it is not. `year` may be a decade's first."""

    year: int = 0
    month: int = 0
    day: int = 0
    decade: bool = False


class Clock(NamedTuple):
    """A time of day in minutes; `loose` when it may be in the morning or in the afternoon."""

    minutes: int
    loose: bool = False


class Weekdays(NamedTuple):
    """Days of the week, Monday is 1."""

    days: frozenset[int]


Time = Day | Clock | Weekdays
Place = tuple[int, int, Time]
"""(start, end, time)."""

_MONTHS: Final = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
_WEEK: Final = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_HAN_WEEK: Final = {sign: n for n, sign in enumerate("一二三四五六日", 1)} | {"天": 7, "末": 6}
_MONTH = (
    r"(?P<m>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<{}>[0-3]?\d)(?:st|nd|rd|th)?(?![\d:%]|[.,]\d)"
_WEEKDAY = (
    "(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?"
    "|sun(?:day)?)"
)
_FULL_WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_HAN_DAY = "(?:周|星期|礼拜)"
_N = rf"\d{{1,2}}|{HAN}{{1,3}}"
_EARLY = "凌晨|清晨|早上|早晨|上午|今早|早"
_LATE = "下午|傍晚|晚上|晚间|夜间|夜里|今晚|当晚|中午|午后|晚"


_HOURS: Final = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
]  # fmt: skip
_HOUR = rf"{'|'.join(_HOURS)}|1[0-2]|[1-9]"
_DEGREES: Final = frozenset("大小薄厚多少快慢好高低长短有轻重深浅宽窄")
"""Signs behind which 一点 means "a little"."""

_HALVES: Final = {
    "in the morning": "am", "in the afternoon": "pm", "in the evening": "pm", "at night": "pm",
}  # fmt: skip
_PARTS: Final = {"半": 30, "一刻": 15, "三刻": 45}


def _month_of(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1


def _count(text: str | None) -> int:
    if not text:
        return 0
    value = float(text) if text.isdecimal() else from_han(text)
    return int(value) if value is not None and value < 10_000 else 0


def _day(year: int, month: int, day: int) -> Day | None:
    if month > 12 or day > 31 or not (year or month or day):
        return None
    return Day(year, month, day)


def _named(hit: re.Match[str]) -> Time | None:
    """5 March 2025, March 5, 2025, March 2025, in March."""
    found = hit.groupdict()
    day = int(found["d1"] or found["d2"] or 0)
    year = int(found["y"] or 0)
    alone = not day and not year
    lead = found["in"].strip(" -")
    if (
        alone
        and found["m"] in ("may", "march", "mar", "sep", "dec", "jan")
        and (
            not lead
            or (found["m"] in ("may", "march") and lead in ("and", "to", "by", "a", "this"))
        )
    ):
        return None
    return _day(year, _month_of(found["m"]), day)


def _numbered(hit: re.Match[str]) -> Time | None:
    year, month, day = int(hit["y"]), int(hit["m"]), int(hit["d"] or 0)
    return _day(year, month, day) if month else None


def _han_date(hit: re.Match[str]) -> Time | None:
    return _day(_count(hit["y"]), _count(hit["m"]), _count(hit["d"]))


def _year(hit: re.Match[str]) -> Time | None:
    return Day(int(hit["y"]))


def _decade(hit: re.Match[str]) -> Time | None:
    if hit["y"]:
        return Day(int(hit["y"]), decade=True)
    century = _count(hit["c"]) or 20
    tens = _count(hit["t"])
    tens = tens if tens >= 10 else tens * 10
    return Day((century - 1) * 100 + tens, decade=True)


def _clock(hit: re.Match[str]) -> Time | None:
    found = hit.groupdict()
    if found["h"] == "一" and hit.string[hit.start("h") - 1 : hit.start("h")] in _DEGREES:
        return None
    hour = _HOURS.index(found["h"]) + 1 if found["h"] in _HOURS else _count(found["h"])
    minute = _PARTS[found["min"]] if found["min"] in _PARTS else _count(found["min"])
    half = (found.get("half") or "").replace(".", "").lower()
    half = _HALVES.get(half, half)
    if hour > 24 or minute > 59:
        return None
    loose = not half and hour <= 12
    if half in ("pm",) or (half and half in _LATE.split("|")):
        hour += 12 if hour < 12 and not (half == "中午" and hour >= 10) else 0
    elif half and hour == 12:
        hour = 0
    # Written with two digits or with minutes before noon, it means the morning.
    if loose and (found.get("colon") and (found["h"].startswith("0") or hour not in (1, 2, 12))):
        loose = False
    return Clock((hour % 24) * 60 + minute, loose)


def _spoken(hit: re.Match[str]) -> Time | None:
    """A quarter past eight, half past three, seven o'clock."""
    word = hit["h"] or hit["o"]
    hour = int(word) if word.isdecimal() else _HOURS.index(word) + 1
    minutes = 0 if hit["o"] else 30 if hit["min"] == "half" else 15
    back = -1 if hit["past"] == "to" else 1
    return Clock((hour * 60 + back * minutes) % 1440, True)


def _noon(hit: re.Match[str]) -> Time | None:
    return Clock(0 if hit.group() in ("midnight", "午夜", "零点") else 720)


def _weekday(hit: re.Match[str]) -> Time | None:
    first = _week_place(hit["a"])
    last = _week_place(hit["b"]) if hit["b"] else first
    if last < first:
        last += 7
    return Weekdays(frozenset((n - 1) % 7 + 1 for n in range(first, last + 1)))


def _week_place(name: str) -> int:
    return _HAN_WEEK.get(name) or _WEEK.index(name[:3]) + 1


def _worked(hit: re.Match[str]) -> Time | None:
    working = hit.group().startswith(("weekday", "working", "工作"))
    return Weekdays(frozenset(range(1, 6) if working else (6, 7)))


_Y = r"(?<![\d.,])(?P<y>1\d{3}|20\d\d|2100)"


@cache
def _mentions() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Time | None]], ...]:
    """Patterns for lower case, Simplified text, the more telling ones first."""
    han_year = "[一二][零〇一二三四五六七八九]{3}"
    return tuple(
        (re.compile(pattern), reader)
        for pattern, reader in (
            (rf"{_Y}(?P<s>[-/.])(?P<m>\d{{1,2}})(?:(?P=s)(?P<d>\d{{1,2}}))?(?![\d./-]*\d)"
             r"(?<!\d{4}\.\d)(?<!\d{4}\.\d\d)", _numbered),
            (rf"(?:(?P<y>[12]\d{{3}}|{han_year}) ?年(?!代) ?)"
             rf"(?:(?P<m>{_N}) ?月(?:份| ?(?P<d>{_N}) ?[日号])?)?", _han_date),
            (rf"(?P<y>(?!))?(?P<m>{_N}) ?月(?:份| ?(?P<d>{_N}) ?[日号])", _han_date),
            (rf"(?P<y>(?!))?(?<![\d个.{HAN[1:-1]}])(?P<m>1[0-2]|[1-9]|十[一二]?"
             rf"|[一二三四五六七八九]) ?月"
             r"(?P<d>(?!))?(?![球亮饼])", _han_date),
            (rf"(?P<y>(?!))?(?<![\d个.{HAN[1:-1]}])(?P<m>1[0-2]|[1-9]|十[一二]?"
             r"|[一二三四五六七八九])(?= ?(?:至|到|-|–|—|~) ?(?:1[0-2]|[1-9]|十[一二]?"
             r"|[一二三四五六七八九]) ?月(?!\d))(?P<d>(?!))?", _han_date),
            (r"(?P<y>(?!))?(?P<m>(?!))?(?<![\d.])(?P<d>[0-3]?\d)"
             r" ?[日号](?![本期报常线楼馆])", _han_date),
            (rf"\b(?:(?P<d1>[0-3]?\d)(?:st|nd|rd|th)? (?:of )?)?"
             rf"(?P<in>(?:(?:in|since|until|till|by|of|from|between|to|late|early|mid|last|next"
             rf"|this"
             rf"|every|each|and|through|during|before|after|a)[ -])?)\b{_MONTH}"
             rf"(?: {_DAY.format('d2')})?(?:,? (?:of )?(?P<y>1\d{{3}}|20\d\d)\b)?", _named),
            (r"(?P<y>1\d{2}0|20\d0)s\b|(?P<c>(?!))?(?P<t>(?!))?(?!)", _decade),
            (rf"(?P<y>(?!))?(?:(?P<c>{_N})世纪)?(?P<t>[1-9]0|[一二三四五六七八九]十)年代", _decade),
            (r"(?<![\d.])(?P<h>[01]?\d|2[0-4])(?P<colon>[:：])(?P<min>[0-5]\d)(?::\d\d)?(?!\d)"
             r"(?: ?(?P<half>[ap]\.?m\b\.?))?", _clock),
            (r"(?<![\d.])(?P<h>1[0-2]|0?\d)(?:\.(?P<min>[0-5]\d))?"
             r" ?(?P<half>[ap]\.?m\b\.?)", _clock),
            (rf"(?<![a-z])(?P<half>{_EARLY}|{_LATE})? ?(?P<h>{_N}) ?[点时](?P<colon>(?!))?(?!半?钟头|候|代|[也都]"
             rf"|[间钟]?[之的]久|[一二三四五六七八九]?[倍])"
             rf"(?:(?P<min>半|[一三]刻|[0-5]?\d|{HAN}{{1,3}})(?:分(?!之))?)?", _clock),
            (rf"(?:\b(?P<min>half|(?:a )?quarter) (?P<past>past|to) )(?P<h>{_HOUR})\b"
             rf"|(?:\bat )?\b(?P<o>{_HOUR}) o'?clock\b", _spoken),
            (rf"\b(?P<h>{_HOUR})(?P<min>(?!))? (?:o'?clock )?(?P<half>in the (?:morning|afternoon|evening)"
             r"|at night)\b(?P<colon>(?!))?", _clock),
            (r"\bnoon\b|\bmidnight\b|正午|午夜", _noon),
            (rf"\b(?P<a>{_FULL_WEEKDAY})s?(?: ?(?:to|through|until|-|–|—)"
             rf" ?(?P<b>{_FULL_WEEKDAY})s?)?\b",
             _weekday),
            (rf"\b(?P<a>{_WEEKDAY})\.? ?(?:to|-|–) ?(?P<b>{_WEEKDAY})\b", _weekday),
            (rf"{_HAN_DAY}(?P<a>[一二三四五六日天])(?: ?(?:至|到|-|–|—|~)"
             rf" ?(?:{_HAN_DAY})?(?P<b>[一二三四五六日天]))?",
             _weekday),
            (r"\bweekdays?\b|\bworking days\b|工作日|\bweekends?\b|周末|双休日", _worked),
        )
    )  # fmt: skip


_HINT = re.compile(
    r"[\d年月日号点时周]|星期|礼拜|正午|午夜|双休日|day|noon|night|week|clock| past |quarter"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
)
_DIGIT = re.compile(r"\d")
_HAN_ONLY = frozenset((1, 2, 3, 4, 5, 8, 11, 17))
_WITH_DIGITS = frozenset((0, 7, 9, 10))
"""Places in `_mentions` of what no text without Chinese signs, without digits, can hold."""


_LONG_MONTH = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
_LONG_MONTHS = re.compile(_LONG_MONTH)
_SPOKEN = re.compile(
    rf"\b(?P<nth>{NTH})(?= of (?:{_LONG_MONTH})\b)"
    rf"|\b(?P<month>(?:{_LONG_MONTH}) )(?P<day>(?:the )?(?:{NTH}))\b"
)


def days_in_digits(text: str) -> str:
    """A text (lower case) with days of months in digits, at the places where they stood in words:
    "the twenty-first of March" has "21" at the end of "twenty-first"."""
    return _SPOKEN.sub(_in_digits, text) if _LONG_MONTHS.search(text) else text


def _in_digits(hit: re.Match[str]) -> str:
    if nth := hit["nth"]:
        return _value(nth).rjust(len(nth))
    day = hit["day"]
    return hit["month"] + _value(day.removeprefix("the ")).ljust(len(day))


def _value(nth: str) -> str:
    return str(ORDINALS[nth.replace(" ", "-")])


def times(text: str) -> Iterator[Place]:
    """Every time named in a lower-case, Simplified text; mentions do not overlap."""
    if _HINT.search(text) is None:
        return
    latin, plain = text.isascii(), _DIGIT.search(text) is None
    taken = bytearray(len(text) + 1)
    for place, (pattern, read) in enumerate(_mentions()):
        if (latin and place in _HAN_ONLY) or (plain and place in _WITH_DIGITS):
            continue
        for hit in pattern.finditer(text):
            start, end = hit.span()
            if any(taken[start:end]):
                continue
            found = read(hit)
            if found is not None:
                taken[start:end] = b"\x01" * (end - start)
                yield start, end, found


_WHEN = re.compile(
    r"\b(?P<en>this|last|next|previous) (?P<unit>year|month|week)\b"
    "|(?P<han>今年|本年|去年|上年|明年|本月|这个月|上个?月|下个?月|本周|这周|上周|下周)"
)
_SAME_WHEN = {
    "今年": "this year", "本年": "this year", "去年": "last year", "上年": "last year",
    "明年": "next year", "本月": "this month", "这个月": "this month", "上月": "last month",
    "上个月": "last month", "下月": "next month", "下个月": "next month", "本周": "this week",
    "这周": "this week", "上周": "last week", "下周": "next week",
}  # fmt: skip


def stretches(lower: str) -> frozenset[str]:
    """The years, months and weeks that a text in lower case names from its own day: "last year",
    本月, each in one form."""
    found = set()
    for hit in _WHEN.finditer(lower):
        word = hit["han"] or f"{hit['en']} {hit['unit']}".replace("previous", "last")
        found.add(_SAME_WHEN.get(word, word))
    return frozenset(found)
