"""The exact facts of a sentence: numbers, dates, units and names in one spelling, whatever language
and form they are written in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from dengmi.language.han import simplified
from dengmi.language.scripts import HAN, words_of

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_SCALES = {
    "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 1_000, "m": 10**6, "bn": 10**9, "dozen": 12,
    "百": 100, "千": 1_000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12,
    "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "十万": 10**5,
}  # fmt: skip
_ONES_LIST = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS_LIST = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ONES = {
    word: n
    for n, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS_EN = {word: 10 * n for n, word in enumerate(_TENS_LIST, 2)}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
    "twice": 2, "thrice": 3,
}  # fmt: skip
_MONTHS = {
    name: n
    for n, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun",
            "july jul", "august aug", "september sept sep", "october oct", "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_DAYS = {
    name: n
    for n, names in enumerate(
        (
            "monday mondays 星期一 周一 礼拜一", "tuesday tuesdays 星期二 周二 礼拜二",
            "wednesday wednesdays 星期三 周三 礼拜三", "thursday thursdays 星期四 周四 礼拜四",
            "friday fridays 星期五 周五 礼拜五", "saturday saturdays 星期六 周六 礼拜六",
            "sunday sundays 星期日 星期天 周日 周天 礼拜天",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip

_UNITS = {
    spelling: unit
    for unit, spellings in {
        "%": "% percent per\u00a0cent 个百分点 percentage",
        "km": "km kilometre kilometres kilometer kilometers 公里 千米",
        "m": "metre metres meter meters 米",
        "cm": "cm centimetre centimetres centimeter centimeters 厘米",
        "mm": "mm millimetre millimetres millimeter millimeters 毫米",
        "mi": "mile miles 英里",
        "ft": "ft foot feet 英尺",
        "in": "inch inches 英寸",
        "kg": "kg kilo kilos kilogram kilograms 公斤 千克",
        "g": "gram grams g 克",
        "mg": "mg milligram milligrams 毫克",
        "t": "ton tons tonne tonnes 吨",
        "lb": "lb lbs pound pounds 磅",
        "l": "litre litres liter liters 升",
        "ml": "ml millilitre millilitres milliliter milliliters 毫升",
        "c": "°c celsius 摄氏度 ℃",
        "f": "°f fahrenheit 华氏度 ℉",
        "degree": "degree degrees 度",
        "s": "second seconds sec secs 秒 秒钟",
        "min": "minute minutes min mins 分钟",
        "h": "hour hours hr hrs 小时 个小时 钟头",
        "day": "day days 天",
        "week": "week weeks 周 星期 个星期",
        "month": "month months 个月",
        "year": "year years yr yrs 年",
        "usd": "dollar dollars usd 美元",
        "cny": "yuan rmb cny 元 块 人民币",
        "eur": "euro euros eur 欧元",
        "gbp": "gbp 英镑",
        "jpy": "yen jpy 日元",
        "hkd": "hkd 港元 港币",
        "b": "byte bytes 字节",
        "kb": "kb",
        "mb": "mb",
        "gb": "gb",
        "tb": "tb",
        "w": "watt watts 瓦",
        "kw": "kw kilowatt kilowatts 千瓦",
        "kwh": "kwh 千瓦时 度电",
        "mah": "mah 毫安时",
        "v": "volt volts 伏",
        "hz": "hz 赫兹",
        "ghz": "ghz",
        "mhz": "mhz",
        "person": "people persons person 人 名 位",
        "times": "times 倍 次",
        "ha": "hectare hectares 公顷",
        "mu": "亩",
        "km2": "平方公里",
        "m2": "平方米 ㎡",
    }.items()
    for spelling in spellings.split()
}
_SIGNS = {"$": "usd", "US$": "usd", "¥": "cny", "￥": "cny", "€": "eur", "£": "gbp", "HK$": "hkd"}

_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_SCALE = "|".join(
    sorted((s for s in _SCALES if len(s) > 1 or s in "百千万亿"), key=len, reverse=True)
)
_NUM = r"\d+(?:\.\d+){2,}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HAN_NUM = "[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
_WORD_NUM = (
    "(?:"
    + "|".join(_TENS_EN)
    + ")(?:[- ](?:"
    + "|".join(list(_ONES)[1:10])
    + "))?|"
    + "|".join(sorted(_ONES, key=len, reverse=True))
)
_AMOUNT = re.compile(
    rf"(?P<sign>US\$|HK\$|[$¥￥€£])?\s?(?:(?P<num>{_NUM})|(?P<word>\b(?:{_WORD_NUM})\b))"
    rf"(?P<ord>(?:st|nd|rd|th)\b)?\s?-?(?P<scale>(?:{_SCALE})(?:\s(?:thousand|million|billion|trillion))?)?"
    rf"\s?-?(?P<unit>(?:{_UNIT})(?![a-z]))?",
    re.IGNORECASE,
)
_HAN_AMOUNT = re.compile(
    rf"(?P<share>百分之)(?P<share_num>{_HAN_NUM}|\d+(?:\.\d+)?)"
    rf"|(?P<frac>{_HAN_NUM}|\d+)分之(?P<over>{_HAN_NUM}|\d+)"
    rf"|第(?P<nth>{_HAN_NUM})|(?P<num>{_HAN_NUM})(?P<unit>{_UNIT})?"
)
_DATE_EN = re.compile(
    r"\b(?:(?P<d1>\d{1,2})(?:st|nd|rd|th)?\s(?:of\s)?)?(?P<mon>january|february|march|april|may|june"
    r"|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov"
    r"|dec)\b\.?(?:\s(?P<d2>\d{1,2})(?:st|nd|rd|th)?\b(?!\s?[:%]))?(?:,?\s(?P<y>\d{4})\b)?",
    re.IGNORECASE,
)
_DATE_NUM = re.compile(r"\b(?P<y>\d{4})[-/.](?P<mon>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?\b")
_DATE_HAN = re.compile(
    r"(?:(?P<y>\d{4}|[零〇一二三四五六七八九]{4})年)?(?:(?P<mon>\d{1,2}|[一二三四五六七八九十]{1,3})月(?:份)?)?"
    r"(?:(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})[日号])?"
)
_TIME = re.compile(
    r"\b(?P<h>\d{1,2})(?:[:.](?P<m>\d{2}))?\s?(?P<half>a\.?m\.?|p\.?m\.?)"
    r"|\b(?P<h24>\d{1,2})[:：](?P<m24>\d{2})\b"
    r"|(?P<part>上午|下午|早上|晚上|中午|凌晨)?(?P<hz>\d{1,2}|[一二两三四五六七八九十]{1,3})[点时](?:(?P<mz>\d{1,2}|半)分?)?(?!\d)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile("|".join(sorted(_DAYS, key=len, reverse=True)), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Facts:
    """The exact facts of a text.

    Attributes:
        numbers: every number as a plain decimal, "1200" for 1,200 and 1.2 thousand alike.
        measured: (number, unit) where a number has a unit.
        dates: "y2025", "m3", "d9", "w1" (Monday), "t18:00".
    """

    numbers: frozenset[str]
    measured: frozenset[tuple[str, str]]
    dates: frozenset[str]


@lru_cache(maxsize=4096)
def exact_facts(text: str) -> Facts:
    """The numbers, dates and units of a text in Chinese or English."""
    plain = simplified(text)
    lower = plain.lower()
    dates: set[str] = set()
    rest = _without_dates(lower, dates)
    numbers: set[str] = set()
    measured: set[tuple[str, str]] = set()
    for number, unit in _amounts(rest):
        if not unit and len(number) == 4 and "1000" <= number <= "2100":
            dates.add(f"y{number}")
            continue
        numbers.add(number)
        if unit:
            measured.add((number, unit))
    return Facts(frozenset(numbers), frozenset(measured), frozenset(dates))


def _without_dates(text: str, dates: set[str]) -> str:
    """The text with dates and times taken out, which go into `dates`."""

    def number_date(found: re.Match[str]) -> str:
        if not 1 <= int(found["mon"]) <= 12 or (found["d"] is None and "." in found.group()):
            return found.group()
        dates.update(_date(found["y"], found["mon"], found["d"]))
        return " "

    def english(found: re.Match[str]) -> str:
        day = found["d1"] or found["d2"]
        if found["mon"] == "may" and not day and not found["y"]:
            return found.group()
        dates.update(_date(found["y"], str(_MONTHS[found["mon"].lower()]), day))
        return " "

    def chinese(found: re.Match[str]) -> str:
        if not found.group():
            return ""
        parts = [part and _han_date_part(part) for part in (found["y"], found["mon"], found["d"])]
        dates.update(_date(*parts))
        return " "

    def clock(found: re.Match[str]) -> str:
        at = _clock(found)
        if at is None:
            return found.group()
        dates.add(at)
        return " "

    text = _DATE_NUM.sub(number_date, text)
    text = _DATE_EN.sub(english, text)
    text = _DATE_HAN.sub(chinese, text)
    for found in _WEEKDAY.finditer(text):
        dates.add(f"w{_DAYS[found.group().lower()]}")
    text = _WEEKDAY.sub(" ", text)
    return _TIME.sub(clock, text)


def _date(year: str | None, month: str | None, day: str | None) -> Iterator[str]:
    for sign, part in zip("ymd", (year, month, day), strict=True):
        if part:
            yield f"{sign}{int(part)}"


def _han_date_part(part: str) -> str:
    if part.isdecimal():
        return part
    if len(part) == 4 and not any(sign in "十百千" for sign in part):
        return "".join(str(_DIGITS[sign]) for sign in part)
    return str(_han_number(part) or 0)


def _clock(found: re.Match[str]) -> str | None:
    if found["h24"]:
        hour, minute = int(found["h24"]), int(found["m24"])
    elif found["half"]:
        hour, minute = int(found["h"]) % 12, int(found["m"] or 0)
        hour += 12 if found["half"].lower().startswith("p") else 0
    else:
        number = _han_date_part(found["hz"])
        hour = int(number)
        minute = 30 if found["mz"] == "半" else int(found["mz"] or 0)
        if found["part"] in ("下午", "晚上") and hour < 12:
            hour += 12
        if not found["part"] and not found["mz"] and not found["hz"].isdecimal():
            return None  # 一点, 几点: "a bit"
    return f"t{hour}:{minute:02}" if hour <= 24 and minute < 60 else None


def _amounts(text: str) -> Iterator[tuple[str, str]]:
    """(number, unit or "") of every amount."""
    for found in _AMOUNT.finditer(text):
        if (found["num"] or "").count(".") > 1:  # a version or an address
            yield found["num"], ""
            continue
        value = _latin_number(found["num"], found["word"])
        if value is None:
            continue
        for scale in (found["scale"] or "").lower().split():
            value *= _SCALES[scale]
        sign = found["sign"]
        unit = _SIGNS[sign.upper()] if sign else _UNITS.get((found["unit"] or "").lower(), "")
        yield _plain(value), unit
    for word in re.findall(r"[a-z]+", text):
        if word in _ORDINALS:
            yield str(_ORDINALS[word]), ""
        elif word == "half":
            yield "0.5", ""
    if not text.isascii():
        yield from _han_amounts(text)


def _han_amounts(text: str) -> Iterator[tuple[str, str]]:
    for found in _HAN_AMOUNT.finditer(text):
        if found["share"]:
            value = _any_number(found["share_num"])
            if value is not None:
                yield _plain(value), "%"
        elif found["frac"]:
            over, under = _any_number(found["over"]), _any_number(found["frac"])
            if over is not None and under:
                yield _plain(round(over / under, 6)), ""
        else:
            value = _han_number(found["nth"] or found["num"])
            if value is not None and (value > 9 or found["nth"] or found["unit"]):
                yield _plain(value), _UNITS.get(found["unit"] or "", "")
    if "一半" in text or "半数" in text:
        yield "0.5", ""


def _any_number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return _han_number(text)


def _latin_number(digits: str | None, words: str | None) -> Decimal | None:
    if digits:
        return Decimal(digits.replace(",", ""))
    tens, _, ones = (words or "").lower().replace("-", " ").partition(" ")
    if tens in _TENS_EN:
        return Decimal(_TENS_EN[tens] + _ONES.get(ones, 0))
    return Decimal(_ONES[tens]) if tens in _ONES else None


def _han_number(text: str) -> Decimal | None:
    """三百万, 十二, 一点五; None for runs that are no number, such as 千万 alone or 万一."""
    whole, _, part = text.partition("点")
    if not any(sign in _DIGITS or sign == "十" for sign in whole):
        return None
    if all(sign in _DIGITS for sign in whole):
        value = Decimal(int("".join(str(_DIGITS[sign]) for sign in whole)))
    else:
        value = Decimal(_with_places(whole))
    if part:
        value += Decimal("0." + "".join(str(_DIGITS[sign]) for sign in part))
    return value


def _with_places(text: str) -> int:
    total = section = digit = 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _TENS:
            section += (digit or (1 if sign == "十" else 0)) * _TENS[sign]
            digit = 0
        else:
            total = (total + section + digit) * _MYRIADS[sign]
            section = digit = 0
    return total + section + digit


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_OPENING = words_of(
    "The A An This That These Those It Its He His She Her They Their We Our You Your I In On At As"
    " By For From With Without To And But Or So If When While Where After Before Since Because"
    " Although Though However Moreover Furthermore Therefore Thus Then There Here What Which Who"
    " Why How Some Many Most Both Each Every Several Other Another Such No Not Now Today During"
    " Under Over Between Among Until Once All Also According Despite Instead Meanwhile Later Yes"
)
_HAN_QUOTED = re.compile("[《“「『]([^《》“”「」『』]{1,30})[》”」』]")
_LATIN = re.compile("[A-Za-z][A-Za-z0-9.+#-]*")


@lru_cache(maxsize=4096)
def names_in(text: str) -> frozenset[str]:
    """The words of names in a text, in lower case: capitalised words (not one that only opens the
    sentence), and in Chinese what stands in quotation marks or is written in Latin letters."""
    found: set[str] = set()
    han = re.search(f"[{HAN}]", text) is not None
    if han:
        found.update(word.lower() for word in _LATIN.findall(text) if len(word) > 1)
        found.update(simplified(name).lower() for name in _HAN_QUOTED.findall(text))
        return frozenset(found)
    start = True
    for word in re.findall(r"[^\s]+", text):
        bare = word.strip("\"'“”‘’()[],;:!?…").rstrip(".")
        if bare[:1].isupper() and bare not in _OPENING and not (start and bare[1:].islower()):
            found.update(part for part in re.split(r"[-/’']", bare.lower()) if len(part) > 1)
        start = False
    return frozenset(found - _NOT_NAMES)


_NOT_NAMES = frozenset(_DAYS) | frozenset(_MONTHS)
