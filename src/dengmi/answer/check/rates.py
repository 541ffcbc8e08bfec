"""What a text counts by: "per day", 每月, annually, a kilo."""

import re

_RATE = re.compile(
    r"\b(?:per|an?|each|every) (?P<en>second|minute|hour|day|night|week|month|year|kilogram|kilo|kg"
    r"|tonne|ton|litre|liter|gram|person|head|share|page|item|piece|copy|quarter|decade|visit"
    r"|trip)\b"
    r"|(?P<ly>daily|weekly|monthly|yearly|annual(?:ly)?|hourly|nightly)\b|/ ?(?P<slash>s|min|h|hr"
    r"|day|week|month|year|kg|天|月|年|小时|人|周|公斤|日)(?![a-z])"
    r"|每(?:逢|一|个|隔)?(?P<han>秒|分钟|小时|天|日|晚|夜|周|星期|礼拜|月|年|公斤|千克|斤|吨|升|克"
    r"|人|位|名|股|页|册|本|次|季度|平方米|亩|张|件)"
    r"|(?P<ri>日|周|月|年)(?:均|租|费|薪|息|利率|产量?(?=[\d约达])|销量|票)"
)
_SAME_RATE = {
    "daily": "day", "night": "day", "nightly": "day", "weekly": "week", "monthly": "month",
    "yearly": "year", "annual": "year", "annually": "year", "hourly": "hour",
    "kilo": "kg", "kilogram": "kg", "公斤": "kg", "千克": "kg", "ton": "t", "tonne": "t", "吨": "t",
    "liter": "l", "litre": "l", "升": "l", "gram": "g", "克": "g", "head": "person", "人": "person",
    "位": "person", "名": "person", "秒": "second", "分钟": "minute", "小时": "hour", "天": "day",
    "日": "day", "晚": "day", "夜": "day", "周": "week", "星期": "week", "礼拜": "week",
    "月": "month", "年": "year", "季度": "quarter",
    "股": "share", "页": "page", "册": "copy", "本": "copy",
    "s": "second", "min": "minute", "h": "hour", "hr": "hour",
}  # fmt: skip


def rates_in(lower: str) -> frozenset[str]:
    """The rates of a text in lower case, each in one form: "day", "kg"."""
    found = set()
    for hit in _RATE.finditer(lower):
        word = next(filter(None, hit.groups()))
        found.add(_SAME_RATE.get(word, word))
    return frozenset(found)
