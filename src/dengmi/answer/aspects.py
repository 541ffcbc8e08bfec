"""What a question asks for in words that texts do not use: "how much", 多少钱 and 要钱吗 ask for a
price, 怎么去 for a way. Such words name nothing that an article holds, so without them a question
is only about its subject, and any sentence on that would do."""

import re
from collections.abc import Mapping
from typing import NamedTuple

WEIGHT = 3.0
"""What an aspect weighs: as much as a word that half of the language's texts hold none of."""

_HAN_NUMBER = r"[\d一二三四五六七八九十百千万两半]"


class Aspect(NamedTuple):
    """What asks for it in a question, and what tells of it in a text (both in small letters and
    Simplified characters)."""

    asks: re.Pattern[str]
    tells: re.Pattern[str]


ASPECTS: Mapping[str, Aspect] = {
    "\x00price": Aspect(
        re.compile(
            r"多少钱|几块钱|几元|什么价|票价|价钱|要不要钱|[要收]钱[吗么]|贵不贵|贵吗|收不收费|收费吗|收多少"
            r"|免费吗|免不免费|要不要买票|\bhow much (?:is|are|was|were|does|do|did|will|would)\b"
            r"(?!.{0,60} (?:of|weigh|hold|contain|produce)\b)|\bhow expensive\b"
            r"|\bwhat .{0,40}\b(?:price|fee)s?\b"
            r"|\b(?:is|are) .{0,40}\bfree\b|\bcharged? for\b"
        ),
        re.compile(
            rf"{_HAN_NUMBER}[多余]?(?:元|块|圆|美元|欧元|英镑|日元)|免费|半价|免票|[¥￥$€£]\s?\d"
            r"|价格|票价|收费|\b\d[\d.,]*\s?(?:dollars?|euros?|pounds?|yuan|rmb|usd|cents?)\b"
            r"|\b(?:free|fees?|prices?|costs?|charges?)\b"
        ),
    ),
    "\x00way": Aspect(
        re.compile(
            r"怎[么样](?:去|走|过去|到|坐车|前往)|如何(?:去|前往|到达|走)|坐(?:什么|几路|哪路)车"
            r"|\bhow (?:(?:do|can|should|would|does) (?:i|we|you|one|people|visitors)|to)"
            r" (?:get|go|travel) (?:to|there)\b"
        ),
        re.compile(
            rf"公交|地铁|巴士|班车|轻轨|高铁|换乘|下车|乘坐|坐{_HAN_NUMBER}+路|步行|驾车|开车|自驾"
            r"|轮渡|渡船|\b(?:bus|buses|metro|subway|train|trams?|ferry|ferries|taxi|drive|on foot"
            r"|walk|shuttle|railway|motorway|airport|stations?)\b"
        ),
    ),
}


def aspects_of(question: str) -> dict[str, tuple[int, int]]:
    """The aspects that a question (small letters, Simplified) asks for, and where it does."""
    found = {name: one.asks.search(question) for name, one in ASPECTS.items()}
    return {name: hit.span() for name, hit in found.items() if hit is not None}
