"""Completes a Chinese question from its conversation."""

import re
from collections.abc import Sequence

from dengmi.answer.follow.exchange_zh import exchanged
from dengmi.answer.follow.pronouns_zh import choice_zh, pronouns_zh
from dengmi.answer.follow.topic import topics
from dengmi.answer.follow.turns import Standalone, Turn, bare
from dengmi.language.detect import language_of
from dengmi.language.phrases_zh import ATTRIBUTES, About, Word, about_zh, asks_zh, words_zh
from dengmi.language.scripts import words_of

_TALK = re.compile(
    "^(?:你好|您好|谢谢你?|多谢|感谢|好的?|嗯+|哦|再见|拜拜|可以|行|对|不是|是的?|知道了|明白了?|在吗)[啊呀吗哦了]*[\\s。！!？?~～]*$"
)
_CHAT = re.compile(
    "^(?:(?:好的?|嗯+|哦|啊|是的|对|明白了?|知道了|谢谢|原来如此|那么?|那|但是?|可是|所以|然后)[，,。!！\\s]+)+(?=.)"
)
_BARE = re.compile(
    "^(?:那么?|但是?|可是|所以|请问)?(?P<ask>为什么|为何|为啥|怎么回事|什么原因|怎么做|怎么办|怎么弄|怎么操作|怎么说|怎么|如何|什么时候|何时|哪一?年"
    "|多少钱|多久|多长时间|多远|多大|多高|多长|多重|多少|几点|几次|在哪里?|在哪儿|哪里|哪儿|谁|是谁|哪个|哪些|有哪些|还有吗|还有呢|还有哪些"
    "|还有什么|还有别的吗|然后呢|其他的呢|别的呢|举个例子|比如呢?|例如呢?|真的吗|是吗|确定吗|贵吗|难吗|好吗|安全吗|免费吗|要钱吗)"
    "[呢吗呀啊]?[？?。!！]*$"
)
_MORE = re.compile(
    "^(?:请|能不能|可以|能)?(?:再|更)?(?:详细|具体|多|展开|深入)?(?:地|一点|点|些)?(?:说说|讲讲|说一?下|讲一?下|介绍一?下|解释一?下|说明一?下|说|讲|介绍|解释|一点|一些|的呢|呢)"
    "(?:看|吧|吗|呗)?[？?。!！]*$|^继续[说讲]?[吧呗]?[。!！]*$|^再来点[。!！]*$"
)
_OF_THING = words_of(
    "多少钱 多大 多高 多长 多重 多远 在哪 在哪里 在哪儿 哪里 哪儿 贵吗 难吗 安全吗 免费吗 要钱吗 是谁 好吗"
)
_NOTHING = words_of("真的吗 是吗 确定吗")
_EITHER = re.compile("(?:吗|么)$|是否|能不能|可不可以|有没有|是不是|会不会|能否")
_WHICH = re.compile(
    "^(?:那么?)?(?:哪一?个|哪种|哪款|哪家|谁|哪一?种|二者|两者|它们)(?:[^，,更最]{0,6}?)(?:比较|相对|更|最|会更|要更)|^(?:有什么|有何)(?:区别|不同|差别|差异)[？?]*$"
)
_OPENS = re.compile(
    "^(?:那么?|请问|这样|现在)?(?:(?:一般|大概|大约|通常|到底|究竟|具体|主要|目前|还|也|都|又|最多|最少|至少|每天|每次|每年|每月)*)"
    "(?:有|是|在|要|会|能|可以|可否|能否|需要|需|支持|包括|属于|适合|收|怎么|怎样|如何|为什么|为何|什么|哪|谁|多|几|何时|由谁|用什么|从哪|去哪|给谁|对|贵|难|好|安全|免费)"
)
_WHOLE = words_of(
    "减肥 赚钱 投资 理财 请假 离婚 结婚 学习 跑步 睡觉 戒烟 戒酒 游泳 做饭 发财 怀孕 备孕 健身 减压 炒股 创业 辞职 失眠 长高 美白 祛痘 脱发 防晒"
    " 养生 存钱 省钱 搬家 买房 租房 买车 学车 开车 考研 留学 移民 旅游 打车 洗衣 洗澡 刷牙 恋爱 分手 吵架 面试 就业 择业 化妆 摄影 写作 阅读"
    " 编程 唱歌 跳舞 画画 钓鱼 下棋 骑车 道歉 拒绝 表白 感冒 咳嗽 发烧 打嗝 头痛 头疼 牙疼 胃痛 中暑 过敏 下雨 下雪 地震 打雷"
)
"""Doings that need nothing beside them: a question for one of them is whole."""
_LITTLE = words_of("钱 时候 人 种 类 月 年 天 号 次 个 岁 米 小时 分钟")
_OTHER = words_of("你 您 你们 我 我们 咱们 大家 人们 天气 现在几点")


def completed_zh(text: str, turns: Sequence[Turn]) -> Standalone | None:
    """The completed question, or None where it stands alone."""
    if _TALK.match(text):
        return None
    said = _CHAT.sub("", text)
    last = turns[-1]
    about = what_zh(turns)
    if _MORE.match(said) and len(said) <= 12:
        return Standalone(f"{bare(last.question)}，{bare(said)}？", True)
    short = _BARE.match(said)
    if short:
        return _asked_again(short["ask"], last, about)
    if len(text) > 120:
        return None
    if _WHICH.match(said):
        between = choice_zh(turns)
        if between:
            asked = re.sub("^(?:那么?)|^(?:二者|两者|它们)", "", said)
            return Standalone(f"{between[0]}和{between[1]}{asked}", True)
    return exchanged(said, turns, about) or pronouns_zh(text, turns, about) or _missing(said, about)


def what_zh(turns: Sequence[Turn]) -> About:
    """What a conversation is about now: the last question that says."""
    for turn in reversed(turns[-3:]):
        if language_of(turn.question) == "zh":
            about = about_zh(turn.question)
        else:
            found = topics([turn])
            about = About(found[0].text, core=found[0].text) if found else About()
        if about.best:
            return about
    return About()


def _asked_again(ask: str, last: Turn, about: About) -> Standalone:
    """The last question with another question word: 为什么？"""
    again = bare(last.question)
    if ask in _NOTHING:
        return Standalone(last.question, True, False)
    if ask in _OF_THING and about.best:
        return Standalone(f"{about.best}{ask}？", True)
    if _EITHER.search(again) and language_of(again) == "zh":
        plain = re.sub("(?:吗|么)$", "", again)
        if ask in ("为什么", "为何", "为啥") and plain != again:
            return Standalone(f"为什么{plain}？", True)
    return Standalone(f"{again}，{ask}？", True)


def _missing(text: str, about: About) -> Standalone | None:
    """A question without what it is about: 有什么缺点？"""
    plain = bare(text)
    if not about.best or not asks_zh(text) or len(plain) > 16 or re.search("[，。；：,;:]", plain):
        return None
    words = words_zh(plain)
    own = [word for word in words if word.noun and not _is_attribute(word)]
    own += [word for word in words[:1] if word.kind == "vn" and word.text not in ATTRIBUTES]
    if own or any(
        word.text in _OTHER or word.kind.startswith(("nr", "ns", "nt", "nz")) for word in words
    ):
        return None
    if any(whole in plain for whole in _WHOLE) or any(
        word.text in plain for word in words_zh(about.best) if len(word.text) > 1
    ):
        return None
    first = words[0]
    if len(words) > 1 and first.kind == "v" and words[1].text in ("是", "在", "有"):
        return None  # 补考是什么时候
    attribute = first.noun
    if (
        not attribute
        and not _OPENS.match(plain)
        and not (first.kind.startswith(("v", "a")) and len(plain) <= 10)
    ):
        return None
    plain = re.sub("^那么?", "", plain)
    if attribute:
        joint = (
            "的" if about.thing and not re.fullmatch(f"{first.text}(?:吗|么|不)?", plain) else ""
        )
    elif plain.startswith("谁") and plain.endswith("的"):
        joint = "是"
    else:
        joint = ""
    topic = about.best
    if (
        first.kind.startswith("v")
        and about.doing
        and not about.thing
        and first.text not in ("要", "需要", "会", "能", "可以", "有", "是")
    ):
        topic = about.core or about.doing
    gap = " " if topic[-1:].isascii() and joint == "" and plain[:1].isascii() else ""
    return Standalone(f"{topic}{gap}{joint}{plain}？", True)


def _is_attribute(word: Word) -> bool:
    """Whether a noun is no thing of its own."""
    return word.text in ATTRIBUTES or word.kind == "vn" or word.text in _LITTLE
