"""What a question asks for in words that texts do not use: "how much", 多少钱 and 要钱吗 ask for a
price, 怎么去 for a way, 在哪里吃饭 for a restaurant. Such words name nothing that an article holds,
so without them a question is only about its subject, and any sentence on that would do."""

import re
from collections.abc import Mapping
from typing import NamedTuple

WEIGHT = 3.0
"""What an aspect weighs: as much as a word that half of the language's texts hold none of."""

_HAN_NUMBER = r"[\d一二三四五六七八九十百千万两半]"


class Aspect(NamedTuple):
    """What asks for it in a question, and what tells of it in a text (both in small letters and
    Simplified characters). `whole`: no word of the question stands between those that ask, so
    that none of them is looked for; in Chinese that is always so."""

    asks: re.Pattern[str]
    tells: re.Pattern[str]
    whole: bool = False


_ANYWHERE = "(?:哪里|哪儿|哪边|哪个地方|什么地方|何处|哪)"
_CAN = "(?:才?能|可以|好|方便|有地方|有的)?"


def _where(does: str, english: str, more: str = "(?!)") -> re.Pattern[str]:
    """What asks where to do something: 在哪里吃饭, 吃饭去哪里, 有吃饭的地方吗, "where to eat"."""
    return re.compile(
        rf"[在去到于]?{_ANYWHERE}{_CAN}(?:{does})(?:的地方)?|(?:{does})(?:的地方)?[在去到]?{_ANYWHERE}"
        rf"|有(?:没有)?(?:可以|能)?(?:{does})的地方|{more}"
        rf"|\bwhere (?:(?:can|could|should|do|may) (?:i|we|you|one|people|visitors|guests)|to)"
        rf" (?:{english})\b"
    )


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
    "\x00food": Aspect(
        _where(
            "吃(?:午饭|晚饭|早饭|点?东西|饭|(?=$|[？?，,。比好]))|[用就]餐|[午晚]餐",
            "(?:eat|dine|(?:have|get|buy) (?:(?:some|a|something to) )?(?:lunch|dinner|breakfast"
            "|meal|food|bite|eat|snack))",
        ),
        re.compile(
            r"餐[厅馆吧饮]|[用就供快]餐|[早午晚中]餐|食堂|饭[店馆堂庄]|斋|[早午晚吃]饭|小吃|面馆|咖啡"
            r"|\b(?:restaurants?|caf[eé]s?|canteens?|cafeterias?|bistros?|lunch(?:es)?|dinners?"
            r"|breakfasts?|snacks?|meals?|food|dining|tea ?rooms?)\b"
        ),
        whole=True,
    ),
    "\x00bed": Aspect(
        _where(
            "住宿|过夜|投宿|住一?[晚夜]|住(?=$|[？?，,。比])",
            "(?:stay(?: overnight| the night)?|sleep|spend the night"
            "|find (?:a |an )?(?:hotel|accommodation))",
            f"(?:^|[，,上该能以后去近边])住{_ANYWHERE}",
        ),
        re.compile(
            r"酒店|宾馆|旅[馆店社舍]|民宿|客栈|客房|住宿|招待所|露营|[留夜借]宿"
            r"|\b(?:hotels?|hostels?|guest ?houses?|inns?|accommodations?|lodg(?:e|es|ing|ings)"
            r"|campsites?|camping|overnight)\b"
        ),
        whole=True,
    ),
    "\x00parking": Aspect(
        _where(
            "[停泊]车",
            "(?:park(?: (?:my|our|the|a) car)?|leave (?:my|our|the|a) car)",
            f"车(?:要|该|应该|可以|能)?停[在到]?{_ANYWHERE}",
        ),
        re.compile(
            r"停车|车位|车库|泊车|停[在到放]"
            r"|\b(?:park(?:ing|ed)?|car parks?|garages?"
            r"|cars? (?:(?:are|is|may be|can be|must be) )?left)\b"
        ),
        whole=True,
    ),
    "\x00tickets": Aspect(
        _where(
            "[买购订取]门?票",
            "(?:buy|get|book|purchase) (?:(?:my|our|the|a|some) )?(?:entry |entrance |admission )?"
            "tickets?",
            f"票[在去到]?{_ANYWHERE}{_CAN}[买购订取]",
        ),
        re.compile(
            r"售票|[购买订取]门?票|票[房务]|预[约订]|票.{0,12}(?:窗口|公众号|小程序|官网|网上|现场)"
            r"|\b(?:ticket (?:office|counter|desk|window|machine)s?|box office"
            r"|tickets?\b.{0,60}\b(?:bought|available|booked|online|website|at the)"
            r"|sold (?:at|on|in|by)|(?:sells?|buy) tickets?|book(?:ed|ing)?)\b"
        ),
        whole=True,
    ),
}


_MAY_ASK = re.compile(
    "how |where |price|fee|free|charge|钱|元|价|贵|费|票|怎|坐|哪|收多少|如何|地方|何处"
)
"""One of these stands in every question that asks for any of them. Most ask for none."""


def aspects_of(question: str) -> dict[str, tuple[int, int]]:
    """The aspects that a question (small letters, Simplified) asks for, and where it does."""
    if _MAY_ASK.search(question) is None:
        return {}
    found = {name: one.asks.search(question) for name, one in ASPECTS.items()}
    return {name: hit.span() for name, hit in found.items() if hit is not None}
