"""What two questions must have in common whatever their words: numbers, dates, denials, the
direction of a comparison, names, and whether they ask about now.

Read beside the rules that make ways of asking one, so that a rule which goes too far is caught.
"""

import re
from dataclasses import dataclass
from typing import Final

from dengmi.language.plurals import one_of
from dengmi.language.scripts import HAN, words_of

_NUMBER = re.compile(r"(?:(?<![^\s])-)?\d[\d.,:/]*(?<![.,:/])")
_COUNTED: Final = {
    **{"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7"},
    **{"eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "zero": "0"},
    **{"first": "1", "second": "2", "third": "3"},
}
_WORD = re.compile(r"[a-z]+")
_DATED = words_of(
    "january february march april june july august september october november december monday"
    " tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter today"
    " tonight tomorrow yesterday ago last next previous bc ad"
)
_DENYING = words_of("not no never none nobody nothing neither nor without unless except")
_COMPARING = words_of(
    "more less fewer most least higher lower bigger smaller larger worse worst greater lesser older"
    " younger longer shorter faster slower earlier later before after above below than maximum"
    " minimum max min increase decrease rise fall"
)
_HAN_DATED = re.compile(
    "[今明去前后昨][年天日晚]|[上下这本]个?(?:周|星期|礼拜|月|季度|半年|世纪)|(?:星期|礼拜|周)[一二三四五六日天末]"
    "|[春夏秋冬]|公元前?|世纪|年代|\\d+[年月日号]"
)
_HAN_DENYING = re.compile("[不没無无未非勿莫别]")
_HAN_EITHER = re.compile(f"([{HAN}])[不没]\\1")
_HAN_COMPARING = re.compile(
    "比|更|[高低大小多少早晚]于|之?前|之?后|以[上下内外]|[涨跌升降增减胜败输赢买卖借还]"
)
_HAN_NUMBER = re.compile("[零〇一二三四五六七八九十百千万亿两]+")
_DIGITS: Final = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS: Final = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_CODE = re.compile(r"[a-z][a-z0-9]*(?:[+#*]+|[-._]?\d[a-z0-9._]*)|\.[a-z]\w+")
_SIGNED = re.compile(r"[\d+#*.]")
_LATIN = re.compile("[a-z][a-z0-9+#*.]*")
_SPAN = "day|night|morning|week|weekend|month|quarter|year|season|spring|summer|autumn|fall|winter"
_TIMELY = re.compile(
    r"\b(?:latest|newest|most recent|recent|recently|lately|current|currently|now|nowadays|today"
    r"|tonight|tomorrow|yesterday|up to date|these days|so far|upcoming|at present|presently"
    r"|at the moment|right now|still|as of|until now|ago"
    rf"|(?:this|next|last|past|coming|previous) (?:\w+ )?(?:{_SPAN})s?)\b"
)
_HAN_TIMELY = re.compile(
    "最新|最近|近期|近日|近来|新近|[这近]几[天日年周]|这些[天年]|目前|眼下|当前|现在|现今|如今|此刻|刚刚|刚才|即将|至今"
    "|迄今|[今明昨]|前天|后天|去年|前年|后年|当下|时下|[本这上下]一?个?(?:周|星期|礼拜|月|季度|赛季|年度)|本年|本季"
    "|[上下]半年|过去.{1,3}[天周月年]|近.{1,3}[天周月年]|还在|仍然?"
)
_NEVER_NAMES = words_of(
    "is are was were be do does did can could should would has have had what who when where why how"
    " which that this there not you your my"
)
"""With a capital, these tell a headline or shouting."""
_WRITTEN = re.compile(r"[^\W\d_][\w'’]*")


@dataclass(frozen=True, slots=True)
class Facets:
    """What must agree.

    Attributes:
        numbers: every number, in digits, sorted.
        dates: months, days, seasons, "last", 去年 and the like, sorted.
        denials: how many words deny.
        directions: words that compare or tell a direction, in order.
        codes: names with signs or digits, and Latin words inside Chinese, in order.
        timely: whether the answer depends on the day it is asked.
    """

    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    denials: int = 0
    directions: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    timely: bool = False


def facets(bare: str, han: bool) -> Facets:
    """The facets of a question in normal form, politeness left out; `han`: it is Chinese."""
    return _han_facets(bare) if han else _plain_facets(bare)


def names_in(question: str) -> frozenset[str]:
    """The words written with a capital inside a question, in lower case; none where capitals say
    nothing: at its start, in headlines and in shouting."""
    if question.islower():
        return frozenset()
    words = _WRITTEN.findall(question)[1:]
    capital = frozenset(word.lower() for word in words if word[0].isupper())
    return capital if capital.isdisjoint(_NEVER_NAMES) else frozenset()


def names_clash(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names differ in nothing but a plural ending: Adam is not Adams."""
    if one == other or not one or not other:
        return False
    plain = {one_of(name): name for name in one - other}
    return any(one_of(name) in plain for name in other - one)


def _plain_facets(bare: str) -> Facets:
    words = _WORD.findall(bare)
    numbers = _NUMBER.findall(bare)
    numbers += [_COUNTED[word] for word in words if word in _COUNTED]
    return Facets(
        numbers=tuple(sorted(numbers)),
        dates=tuple(sorted(word for word in words if word in _DATED)),
        denials=sum(word in _DENYING for word in words),
        directions=tuple(
            word
            for written in words
            if (word := written if written in _COMPARING else written[:-1]) in _COMPARING
        ),
        codes=tuple(_CODE.findall(bare)) if _SIGNED.search(bare) else (),
        timely=_TIMELY.search(bare) is not None,
    )


def _han_facets(bare: str) -> Facets:
    plain = _HAN_EITHER.sub(r"\1", bare)
    digits = _HAN_NUMBER.sub(_in_digits, plain)
    return Facets(
        numbers=tuple(sorted(_NUMBER.findall(digits))),
        dates=tuple(sorted(_HAN_DATED.findall(digits))),
        denials=len(_HAN_DENYING.findall(plain)),
        directions=tuple(_HAN_COMPARING.findall(plain)),
        codes=tuple(_LATIN.findall(plain)),
        timely=_HAN_TIMELY.search(plain) is not None or _TIMELY.search(plain) is not None,
    )


def _in_digits(found: re.Match[str]) -> str:
    """三 and 二十 in digits, 二〇二四 as well; 一 alone is mostly an article and stays."""
    word = found.group()
    if word == "一" or _POWERS.keys() >= set(word):
        return word
    if _POWERS.keys().isdisjoint(word):
        return "".join(str(_DIGITS[sign]) for sign in word)
    total = part = digit = 0
    for sign in word:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif _POWERS[sign] < 10_000:
            part += (digit or 1) * _POWERS[sign]
            digit = 0
        else:
            total += (part + digit) * _POWERS[sign]
            part = digit = 0
    return str(total + part + digit)
