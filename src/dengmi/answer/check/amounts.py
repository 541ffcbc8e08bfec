"""The numbers of a text with their units, whatever language and spelling they are written in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from dengmi.answer.check.bounds import Bound, bound_of, is_about
from dengmi.answer.check.numerals import (
    DIGITS,
    HAN,
    NTH,
    NUMBER_WORDS,
    ORDINALS,
    SCALE,
    WORDS,
    from_digits,
    from_han,
    from_words,
)
from dengmi.answer.check.units import Unit, pattern, units
from dengmi.answer.check.writings import ROMAN_WORDS, written_otherwise


@dataclass(frozen=True, slots=True)
class Amount:
    """A number.

    Attributes:
        value: the number as written, "three million" as 3000000.
        measure: what its unit measures, "" without a unit, "nth" for an ordinal.
        base: the value in the measure's own base, so that 1 km and 1,000 m are one.
        bound: whether it is said to be the least or the most.
        about: whether it is said to be about that much.
        start, end: where it stands.
    """

    value: float
    measure: str = ""
    base: float = 0.0
    bound: Bound = ""
    about: bool = False
    start: int = 0
    end: int = 0


_DIGIT, _WORD = re.compile(r"\d"), re.compile("[a-z]+")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    unit = pattern()
    number = re.compile(
        rf"(?<![a-z0-9_.])(?<![a-z]-)(?P<sign>us\$|hk\$|[$¥€£])? ?"
        rf"(?:(?P<num>{DIGITS})(?![\d.]*\.\d+\.)(?P<nth>st\b|nd\b|rd\b|th\b)?|(?P<word>{WORDS}))"
        rf"(?:[ -]?(?P<scale>(?:{SCALE})(?![a-z])|k(?![a-z])))?"
        r"(?:(?: |-|多|余|来)?(?:(?:per|square|cubic) (?=meter|metre|mile|kilo|foot|feet|cent))?"
        rf"(?P<unit>{unit}))?"
    )
    han = re.compile(
        rf"百分之(?P<share>{HAN}+(?:点{HAN}+)?|\d+(?:\.\d+)?)"
        rf"|(?P<under>{HAN}+|\d+)分之(?P<over>{HAN}+|\d+)"
        rf"|第(?P<nth>{HAN}+|\d+)"
        rf"|(?P<tenths>[一二两三四五六七八九\d])成(?![为立功员本就了])"
        rf"|(?P<num>{HAN}+(?:点{HAN}+)?)(?P<more>多|余|来)?(?P<unit>{unit})?(?P<half>半)?"
    )
    return number, han


_TO_TEN = r"one|two|three|four|five|six|seven|eight|nine|ten|[1-9]|10"
_NAMED_TIME = r"seconds?|minutes?|hours?|days?|weeks?|months?|years?|languages?|countries"
_SHARES = re.compile(
    rf"\b(?P<some>{_TO_TEN}) in (?:every )?(?P<all>{_TO_TEN})\b(?! (?:{_NAMED_TIME}))|"
    r"(?<!once )(?<!twice )(?<!times )\b(?P<n>an?|one|two|three|four|\d)[ -](?P<d>third|quarter|fifth|tenth)s?\b"
    r"(?! (?:of )?(?:19|20)\d\d)"
    r"|\b(?P<m>an?|one|two|three|five) (?P<e>sixth|seventh|eighth|ninth)s?\b(?= of\b)"
    r"|(?<!first )(?<!second )(?<!last )(?<!other )(?<!final )(?<!and a )"
    r"\bhalf(?= (?:of |the |its |their |a |an |as |all )?\w)"
    r"|\bhalf(?=[ -](?:an )?(?:hour|litre|liter|mile|kilo|minute|day)s?\b)"
    r"|\b(?P<percent>half)\b(?<!first half)(?<!second half)(?= of\b)"
    r"|\bhalf\b(?=[.,;)]|$)(?<!first half)(?<!second half)|半价|减半"
    r"|一半(?![径])|半数|(?<![上下前后一])半(?=年|天|个月|公斤|杯|勺|升)|(?<!一)半(?=分钟|个?小时)"
    r"|(?<=年)半(?![年])"
)
_MIXED = re.compile(
    rf"(?P<n>{DIGITS}|{WORDS}) and a half (?P<unit>\w+)"
    r"|\ban? (?P<one>hour|day|week|month|year) and a half"
    rf"|(?P<h>{HAN}+|\d+)(?:个半(?P<u>小时|钟头|月|星期)|(?P<years>年)半)"
)
_PARTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_SHARE_OF = {
    "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10,
}  # fmt: skip
_ORDINAL = re.compile(
    rf"\b(?P<w>{NTH})\b(?! half\b)|(?P<place>冠军|亚军|季军|\brunners?-up\b)"
    r"|(?P<h>首)(?=[个次位届部家款枚批座条台款套支例创]|任(?!务))"
)
_HAS_HALF = re.compile("half|半")
_HAS_SHARE = re.compile(
    "half|半|third|quarter|fifth|sixth|seventh|eighth|ninth|tenth"
    rf"| in (?:every )?(?:{_TO_TEN})"
)
_HAS_TIMES = re.compile("once|twice|doubl|thrice|tripl|hat|翻|梅开二度|帽子戏法")
"""What a text has at the least in which `_MIXED`, `_SHARES` and `_TIMES` find something: signs alone
are found much sooner."""

_HINTS = frozenset(
    [*NUMBER_WORDS, *ORDINALS, *ROMAN_WORDS, "half", "runner", "runners", "once", "twice", "thrice"]
    + ["hat", "trick", "double", "doubled", "doubling", "triple", "tripled"]
    + [f"{part}{s}" for part in ("third", "quarter", "fifth", "tenth") for s in ("", "s")]
)
"""Every English amount has a digit or one of these words."""

_TIMES = re.compile(
    r"\b(?P<often>once|twice) (?:a|per|every|each) (?P<per>minute|hour|day|week|month|year)\b"
    r"|\b(?P<two>twice|doubled?|doubling)\b|\b(?P<three>thrice|tripled?|hat[- ]trick)\b"
    r"|翻了?一?[番倍]|梅开二度|(?P<hat>帽子戏法)"
)
_HAN_WORDS = re.compile(
    "[一万千百十]+(?:些|般|起|定|样|直|直到|旦|切|致|同|边|面|路|味|心|生(?!产)|向|概|律|再|下子?"
    "|旁|贯|带|体化|流|连串"
    "|系列|方面|度(?!电)|部分|并|经|时|代|道|步|来(?!水)|共|齐|应|分(?![之钟])|货|姓|科|余(?![名人家件只个种次部本册株亩公米吨元年位座项条户])|两"
    "|分钟钟)"
    "|第二[年天]|万[一分]|千万(?=[别不要])|统一|唯一|(?<!分)之一|[一二两三](?:者|老)(?!之)|三明治|四川|九江|五谷|四季|四周(?=[的都是环有围景])|七夕"
    "|三亚|六安|百分点|不一|专一|第一手"
    "|三角|五官|四肢|(?<![一二三四五六七八九])十分(?![之钟])|百年好|一一|一点(?!\\d)|同一|任一|某一|进一步|零售|零件|零食|零钱"
    "|两岸|两侧|两旁|两会|百科|万象"
)


def amounts(left: str, lower: str) -> Iterator[Amount]:
    """The amounts of a text in lower case from which times are taken out (`left`); `lower` still has
    them."""
    latin = left.isascii()
    if latin and not _DIGIT.search(left) and _HINTS.isdisjoint(_WORD.findall(left)):
        return
    number, han = _patterns()
    taken = bytearray(len(left) + 1)
    if not latin:
        for hit in _HAN_WORDS.finditer(left):
            taken[hit.start() : hit.end()] = b"\x01" * (hit.end() - hit.start())
    for value, unit, nth, hit, start in written_otherwise(left):
        made = _made(value, unit, hit, lower)
        measure = "nth" if nth else made.measure
        yield replace(made, measure=measure, base=value if nth else made.base, start=start)
        if not hit["power"]:  # its base may also be a number with the mark of a footnote
            taken[start : hit.end()] = b"\x01" * (hit.end() - start)
    for search, read, least in (
        (_MIXED, _mixed, _HAS_HALF),
        (_SHARES, _share, _HAS_SHARE),
        (han, _han_amount, None),
        (_ORDINAL, _ordinal, None),  # before the numbers: twenty-first is not twenty
        (number, _number, None),
        (_TIMES, _times, _HAS_TIMES),
    ):
        if (search is han and latin) or (least and least.search(left) is None):
            continue
        for hit in search.finditer(left):
            start, end = hit.span()
            if any(taken[start:end]):
                continue
            found = read(hit, lower)
            if found is not None:
                taken[start:end] = b"\x01" * (end - start)
                yield found


def _made(value: float, unit: str, hit: re.Match[str], lower: str, more: bool = False) -> Amount:
    kind = units().get(unit, Unit("", 1.0)) if unit else Unit("", 1.0)
    before, after = lower[max(0, hit.start() - 28) : hit.start()], lower[hit.end() : hit.end() + 24]
    bound = bound_of(before, after, kind.measure)
    about = more or is_about(before, after)
    return Amount(value, kind.measure, value * kind.size, bound, about, hit.start(), hit.end())


def _number(hit: re.Match[str], lower: str) -> Amount | None:
    found = hit.groupdict()
    scale = found["scale"] or ""
    if found["num"]:
        value = from_digits(found["num"], scale)
    else:
        value = from_words(found["word"])
        if scale:
            value *= from_digits("1", scale)
    if found["nth"]:
        return Amount(value, "nth", value, start=hit.start(), end=hit.end())
    unit = found["sign"] or found["unit"] or ""
    if unit == "cent" and "per cent" in hit.group():
        unit = "%"
    if found["unit"] == "m" and found["sign"]:
        value *= 1e6
    if unit and hit.group().endswith(unit) and re.search(r"(?:square|cubic) \w+$", hit.group()):
        return _made(value, "m²" if "k" not in unit else "km²", hit, lower)
    if unit in ("公里", "千米", "km") and _HOURLY.search(lower[: hit.start()]):
        unit = "km/h"  # 每小时195公里, 时速195公里
    return _made(value, unit, hit, lower, more=bool(re.search("[多余来]", hit.group())))


def _han_amount(hit: re.Match[str], lower: str) -> Amount | None:
    found = hit.groupdict()
    if found["share"]:
        share = _either(found["share"])
        return None if share is None else _made(share, "%", hit, lower)
    if found["under"]:
        over, under = _either(found["over"]), _either(found["under"])
        return _made(100 * over / under, "%", hit, lower) if over is not None and under else None
    if found["nth"]:
        nth = _either(found["nth"])
        return None if nth is None else Amount(nth, "nth", nth, start=hit.start(), end=hit.end())
    if found["tenths"]:
        tenths = _either(found["tenths"])
        return _made(10 * tenths, "%", hit, lower) if tenths else None
    value = from_han(found["num"])
    if value is None or (value < 10 and not found["unit"] and not _counts(lower, hit.end())):
        return None
    if found["half"]:
        value += 0.5
    return _made(value, found["unit"] or "", hit, lower, more=bool(found["more"]))


_HOURLY = re.compile(r"(?:每小时|时速)[^\d，。；]{0,4}$")
_COUNTED = re.compile(
    "[个名位件次家条只张本部台辆座所间种类项层楼号倍笔球分碗杯勺道遍趟滴声句字课节餐顿口册股户场届枚款篇章颗棵头匹艘架套双对份批处站步栋幢支首根扇页幅队组排片块"
    "人者比连大]|车道|车站|线路"
)


def _counts(lower: str, at: int) -> bool:
    """Whether a small Chinese numeral counts something: 三个, 两队."""
    return _COUNTED.match(lower, at) is not None


def _either(text: str) -> float | None:
    return float(text[:300]) if text[0].isdecimal() else from_han(text)


def _mixed(hit: re.Match[str], lower: str) -> Amount | None:
    if hit["h"]:
        value = _either(hit["h"])
        unit = hit["years"] or ("个月" if hit["u"] == "月" else hit["u"])
        return None if value is None else _made(value + 0.5, unit, hit, lower)
    if hit["one"]:
        return _made(1.5, hit["one"], hit, lower)
    words = hit["n"]
    whole = from_digits(words) if words[0].isdigit() else from_words(words)
    unit = hit["unit"] if hit["unit"] in units() else ""
    return _made(whole + 0.5, unit, hit, lower)


def _share(hit: re.Match[str], lower: str) -> Amount | None:
    if hit["some"]:
        some, every = (float(w) if w.isdigit() else from_words(w) for w in hit.group("some", "all"))
        return _made(100 * some / every, "%", hit, lower)
    if hit["d"] or hit["e"]:
        over, part = (hit["n"], hit["d"]) if hit["d"] else (hit["m"], hit["e"])
        return _made(100 * (_PARTS.get(over) or int(over)) / _SHARE_OF[part], "%", hit, lower)
    after = lower[hit.end() : hit.end() + 16]
    hours = re.match(
        r" (?:an? )?(hour|day|year|month|litre|liter|kilo|mile|tonne|ton|pound|metre|meter|acre|minute)",
        after,
    )
    if hours:
        return _made(0.5, hours.group(1), hit, lower)
    if hit.group() == "半":
        if lower[hit.start() - 1 : hit.start()] == "年":
            return None
        unit = re.match("年|分钟|个?小时|天|个月|公斤|升", after)
        return _made(0.5, unit.group(), hit, lower) if unit else None
    return _made(50.0, "%", hit, lower)


def _ordinal(hit: re.Match[str], _: str) -> Amount | None:
    value = float(ORDINALS[hit["w"].replace(" ", "-")]) if hit["w"] else 1.0
    if hit["place"]:
        value = {"冠": 1.0, "亚": 2.0, "季": 3.0}.get(hit["place"][0], 2.0)
    return Amount(value, "nth", value, start=hit.start(), end=hit.end())


def _times(hit: re.Match[str], lower: str) -> Amount | None:
    if hit["often"]:
        if hit["often"] == "once":
            return None
        return _made(0.5, hit["per"], hit, lower)  # twice a year: every half year
    value = 3.0 if hit["three"] or hit["hat"] else 2.0
    return Amount(value, "times", value, start=hit.start(), end=hit.end())
