"""The values of written numbers: "1,200", "three million", 三百万, 1.2亿, 百分之五."""

from typing import Final

_ONES: Final = {
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
_TENS: Final = {
    word: n * 10
    for n, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_UNITS_NTH: Final = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
)  # fmt: skip
ORDINALS: Final = {
    **{word: n for n, word in enumerate(_UNITS_NTH, 1)},
    **{"tenth": 10, "eleventh": 11, "twelfth": 12, "hundredth": 100},
    **{f"{word}th": n for word, n in _ONES.items() if n > 12},
    **{f"{word[:-1]}ieth": n for word, n in _TENS.items()},
    **{
        f"{ten}-{unit}": tens + n
        for ten, tens in _TENS.items()
        for n, unit in enumerate(_UNITS_NTH, 1)
    },
}
"""What English ordinals in words mean."""

NTH: Final = "|".join(word.replace("-", "[- ]") for word in sorted(ORDINALS, key=len, reverse=True))
"""Body of a regular expression (lower case) for these."""

_SCALES: Final = {
    "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "bn": 10**9, "mn": 10**6, "dozen": 12, "k": 1_000, "m": 10**6,
}  # fmt: skip
_HAN_DIGITS: Final = {
    **{sign: n for n, sign in enumerate("零一二三四五六七八九")},
    **{"〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8},
}
_HAN_PLACES: Final = {"十": 10, "拾": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 10**8}

DIGITS: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
HAN: Final = "[零〇一二两三四五六七八九十百千万亿]"
_ANY = "|".join(sorted((*_ONES, *_TENS), key=len, reverse=True))
_BIG = "hundred|thousand|million|billion|trillion|dozen"
WORDS: Final = rf"\b(?:(?:{_ANY})(?:[- ](?:and )?(?:{_ANY}|{_BIG}))*|(?:an?|half an?) (?:{_BIG}))\b"
"""Bodies of regular expressions (lower case) for each way to write a number."""

NUMBER_WORDS: Final = (*_ONES, *_TENS, *_BIG.split("|"))
"""English words, one of which stands in every number written in words."""

SCALE: Final = (
    "hundred|thousand|million|billion|trillion|dozen|bn|mn|万亿|千亿|百亿|十亿|亿|千万|百万|十万"
    "|万(?!里|能|一)|千(?![克米瓦卡焦赫帕伏字])|百(?![帕分])"
)


def from_digits(digits: str, scale: str = "") -> float:
    """1,200.5 with what follows it: "million", 万."""
    value = float(digits.replace(",", "")[:300])
    if not scale:
        return value
    lower = scale.lower()
    return value * (_SCALES[lower] if lower in _SCALES else _places("一" + scale, 1.0))


def from_words(words: str) -> float:
    """three million two hundred thousand, twenty-five, a hundred, half a million."""
    total, section = 0.0, 0.0
    for word in words.lower().replace("-", " ").split():
        if word in _ONES:
            section += _ONES[word]
        elif word in _TENS:
            section += _TENS[word]
        elif word == "half":
            section = 0.5
        elif word in ("hundred", "dozen"):
            section = (section or 1) * _SCALES[word]
        elif word in _SCALES:
            total += (section or 1) * _SCALES[word]
            section = 0.0
    return total + section


def from_han(text: str) -> float | None:
    """三百万, 十二, 二〇二五, 一点五; None for what is no number, such as 千万 or 亿."""
    whole, point, part = text.partition("点")
    if not whole or whole[0] in "百千万亿":
        return None
    if all(sign in _HAN_DIGITS for sign in whole):
        value = float("".join(str(_HAN_DIGITS[sign]) for sign in whole)[:300])
    else:
        value = _places(whole, 0.0)
    if point and part and all(sign in _HAN_DIGITS for sign in part):
        value += float("0." + "".join(str(_HAN_DIGITS[sign]) for sign in part)[:300])
    return value


def _places(text: str, least: float) -> float:
    total = section = digit = 0.0
    for n, sign in enumerate(text):
        if sign in _HAN_DIGITS:
            digit = _HAN_DIGITS[sign]
        elif sign in "万亿":
            total = (total + section + digit or 1.0) * _HAN_PLACES[sign]
            section = digit = 0.0
        elif sign in _HAN_PLACES:
            section += (digit or 1.0) * _HAN_PLACES[sign]
            digit = 0.0
        elif n == 0:
            return least
    # 三万五 means 35,000, 一百二 means 120; 三万零五 means 30,005.
    if digit and len(text) > 1 and text[-2] in "百千万亿":
        digit *= _HAN_PLACES[text[-2]] / 10
    return total + section + digit
