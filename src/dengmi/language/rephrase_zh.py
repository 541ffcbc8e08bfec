"""Chinese ways of asking the same thing, made one: 如何, 怎样 and 咋 are 怎么; 何时 is 什么时候;
能不能, 可否 and 可以 … 吗 are 能. Characters keep their order; what asks, denies, counts or
compares stays.
"""

import re

from dengmi.language.scripts import HAN

_CHANGES = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (f"[, ]+(?=[{HAN}])|(?<=[{HAN}])[, ]+", ""),
        ("(?<![坚持跌涨降])(?:到底|究竟)(?=[是什怎谁哪有能会为多几在该要如何应])", ""),
        ("(?<=[问查讲说看])一下(?!子)|(?<=介绍|解释|说明|了解|查询)一下(?!子)", ""),
        ("您", "你"),
        ("啥|甚么|何种", "什么"),
        ("(?:为了)?什么(?:原因|缘故)|为何|为嘛|干嘛|因何|缘何", "为什么"),
        ("何时|几时|什么时[间侯]|什么时(?![候代期刻段])", "什么时候"),
        ("何地|何处|哪儿|什么地方", "哪里"),
        ("(?<=[在去到往从])哪$", "哪里"),
        ("何人|什么人|哪一位|哪位", "谁"),
        ("多长时间|多少时间|多长的时间", "多久"),
        ("(?:的)?(?:价格|售价|价钱|费用)(?:是多少|多少|是多少钱|多少钱|怎么样的?)$"
         "|(?:要|需要|得)?多少钱$", "多少钱"),
        ("怎么样|怎样|如何|咋样?|怎麽", "怎么"),
        ("什么是(?:最好的|最佳的?|好的)(?:方法|办法|方式)来?", "怎么"),
        ("有(?:什么|哪些)(?:最好的|最佳的?|好的?)?(?:方法|办法)(?:可以|能够|能|来)?(?=.)",
         "怎么"),
        ("^(.{2,}?)的?(?:最好的|最佳的?)(?:方法|办法|方式)是(?:什么|哪个)$", r"怎么\1"),
        ("什么样的", "什么"),
        ("是否", ""),
        ("可以不可以|能否|可否|可以|能够", "能"),
        ("我们?(?=应该|该|要|想要|想)?(?=(?:应该|该|要|想要|想)?怎么)|咱们?(?=怎么)", ""),
        ("(?:应该|该|要)(?=怎么)|^想要?(?=怎么)", ""),
        ("怎么(?:做?才能够?|才可以|才会|才|能够?)(?=.)", "怎么"),
        ("^(?:我们?|咱们?)(?=能|需要|会)", ""),
        ("(?<![只第哪几每同另上下有十百千万亿])一(?:个|种|款|位|名)(?![月人半多小星礼])", ""),
        ("(?<!目)的(?![确士])", ""),
    )
)  # fmt: skip
_EITHER = re.compile(f"(?!还)([{HAN}])[不没]\\1")
_OPEN = re.compile("什么|怎|如何|哪|谁|几|多|为何|何时|啥|咋")
_NUMERALS = {sign: str(n) for n, sign in enumerate("零一二三四五六七八九")} | {"两": "2", "〇": "0"}
_COUNTED = re.compile(
    "(?<![零〇一二三四五六七八九十百千万亿两半几第])"
    "([二三四五六七八九两]|十[一二三四五六七八九]?|[二三四五六七八九]十[一二三四五六七八九]?)"
    "(?=[个年月日号天周次种岁人名位部本座条家所只项届期代点倍]|世纪|小时|分钟|季度)"
)
_YEAR = re.compile("[一二][〇零一二三四五六七八九]{3}(?=年)")
_WHO = re.compile("^(.+?)是(谁|什么)$")


def rephrased_zh(bare: str) -> str:
    """The common form of a bare question."""
    text = bare
    if not _OPEN.search(text):  # 可不可以 beside 几天 asks whether; 可以 asks how many
        text = _EITHER.sub(r"\1", text)
    for pattern, words in _CHANGES:
        text = pattern.sub(words, text)
    text = _YEAR.sub(lambda found: "".join(_NUMERALS[sign] for sign in found.group()), text)
    text = _COUNTED.sub(lambda found: str(_number(found.group())), text)
    turned = _WHO.match(text)
    if turned and "是" not in turned[1]:
        text = f"{turned[2]}是{turned[1]}"
    return text or bare


def _number(word: str) -> int:
    tens, ten, ones = word.rpartition("十")
    if not ten:
        return int(_NUMERALS[word])
    return int(_NUMERALS.get(tens, "1")) * 10 + int(_NUMERALS.get(ones, "0"))
