"""What a Chinese question is about, by dictionary words and their classes: the thing that comes
first, what it is asked of, or the doing that it asks for."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from dengmi.language.scripts import words_of

ATTRIBUTES = words_of(
    "价格 价钱 费用 收费 票价 门票 成本 售价 房价 工资 薪资 薪水 待遇 收入 利率 利息 税率 运费 押金 优惠 折扣 优点 缺点 好处 坏处 优势 劣势"
    " 优缺点 利弊 危害 风险 副作用 作用 功能 用途 功效 效果 影响 后果 意义 目的 目标 原因 原理 症状 病因 疗法 特点 特征 特色 特性 种类 类型 类别"
    " 型号 版本 形式 分类 条件 要求 资格 标准 规定 规则 政策 流程 步骤 手续 程序 方法 方式 办法 途径 技巧 材料 资料 原料 成分 配料 证件 期限"
    " 时间 日期 地点 位置 地址 路线 距离 范围 面积 人口 高度 长度 宽度 深度 重量 大小 尺寸 体积 容量 速度 寿命 年龄 温度 浓度 数量 比例 颜色"
    " 名字 名称 名额 全名 定义 含义 意思 概念 内容 主题 情节 结局 主角 作者 导演 创始人 发明者 发明人 设计师 负责人 院长 校长 会长 主席 总统"
    " 首都 省会 老板 法人 历史 起源 来历 由来 背景 发展 现状 未来 前景 趋势 结果 结论 例子 案例 区别 不同 差别 差异 关系 联系 组成 结构 部分"
    " 电话 电话号码 邮箱 网址 官网 联系方式 客服 质量 性能 性价比 续航 电池 屏幕 像素 内存 配置 参数 规格 口感 味道 营养 热量 保质期 保修期"
    " 有效期 开放时间 营业时间 开门时间 上班时间 起步价 学费 分数线 录取分数线 就业 师资 评价 口碑 口味 市值 营收 利润 股价 产量 销量 排名"
    " 现任 前任 最高 最低 最大 最小 最新 主要 第一 人数 规模 级别 等级 次数 频率 上限 下限 限制 注意事项 早餐 停车场 停车位 车位 交通 天数"
)
"""Nouns that say little until it is told of what."""

GENERIC = words_of(
    "书 电影 小说 剧 电视剧 文章 歌 歌曲 作品 城市 地方 国家 公司 学校 大学 医院 景点 公园 酒店 产品 软件 手机 设备 机器 药 疾病 病 技术 方法"
    " 项目 制度 政策 计划 活动 节日 比赛 人 人物 作家 科学家 目标 概念 问题 事情 事 东西 现象 动物 植物 菜 食物 材料 功能 服务 平台 系统 工具"
    " 规定 标准 法律 协议 方案 词 成语 故事 组织 机构 团队 课程 专业 职业 游戏 套餐 卡 车 品牌 店 活儿 情况 办法 措施 战争 运动 理论 朝代"
)
"""Nouns that may stand for nearly anything with 这 before them."""

_NOUNS = ("n", "j", "eng", "i", "b", "f", "s", "vn", "an", "l")
_ASKING = re.compile(
    "什么|怎么|怎样|如何|为什么|为何|哪|谁|多少|多久|多[大长高远深重快厚宽]|几|吗$|呢$|是否|能否|可否|有没有|是不是|能不能|可不可以|会不会|何时"
)
_ASKED = re.compile("[几哪谁]|什么|多[少久大长高远深重]")
_MODAL = "能会可"
_DONE = words_of("学 卖 吃 做 教 管 写 讲 演 喝 用")
_ENDS_DOING = words_of("需要 要 会 有 是 能 可以")
_PREDICATE = re.compile("[能会要可需有怎如几]|为什么|多[少久大长高远]|支持|什么时候")
_LEAD = re.compile(
    "^(?:请问一?下?|我?想问一?下?|我?想知道|你?知道|请?介绍一?下|请?说明一?下|请?解释一?下|讲讲|说说|谈谈|关于|什么叫做?|什么是|啥是|谁是"
    "|(?:怎么|如何|怎样)(?:理解|看待|评价)|那么?|所以|但是?|而且|另外|还有|对了)[，,：:]?"
)
_CAN = re.compile(
    "^(?:我|我们|你们?)?(?:可以|能不能|可不可以|能否|是否可以|能|可否|应该|应不应该|要不要|需要|必须|怎么样?|怎样|如何|哪里可以|哪里能|在哪里?|在哪儿"
    "|去哪里?|什么时候(?:可以|能)?|为什么(?:要|会|不能|不可以)?|为何)"
)
_TRAIL = re.compile(
    "(?:是什么意思|什么意思|是什么|是谁|是啥|有哪些|有什么|怎么样|怎么办|好吗|可以吗|行吗|吗|呢|了|啊|呀|[？?。！!，,\\s])+$"
)
_STOPS = words_of(
    "是 有 在 为 叫 被 把 会 能 要 可以 应该 需要 必须 支持 属于 位于 包括 包含 适用 用 来自 让 给 从 对 离 比 跟 由 于 向 到 多"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A dictionary word with its class and where it stands."""

    text: str
    kind: str
    start: int

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    @property
    def noun(self) -> bool:
        """Whether it may be part of the name of a thing."""
        return self.kind.startswith(_NOUNS) and self.text not in _STOPS


@dataclass(frozen=True, slots=True)
class About:
    """What a question is about.

    `thing` is what it asks of, `doing` what is to be done where it asks for that (申请护照), `core`
    the noun inside `doing`; each may be "".
    """

    thing: str = ""
    doing: str = ""
    core: str = ""

    @property
    def best(self) -> str:
        """The thing, or else the doing."""
        return self.thing or self.doing


@cache
def _tagger() -> Callable[[str], list[tuple[str, str]]]:
    from rjieba import tag

    return tag


def words_zh(text: str) -> list[Word]:
    """The dictionary words of a text with their classes."""
    found: list[Word] = []
    at = 0
    for word, kind in _tagger()(text):
        if word == "时候" and found and found[-1].text in ("什么", "啥"):
            found[-1] = Word(found[-1].text + word, "r", found[-1].start)
        elif kind.startswith("n") and len(word) == 2 and word[0] in _MODAL:
            # 能领 and the like, unknown to the dictionary
            found += [Word(word[0], "v", at), Word(word[1], "v", at + 1)]
        else:
            found.append(Word(word, "r" if _ASKED.search(word) else kind, at))
        at += len(word)
    return found


def asks_zh(text: str) -> bool:
    """Whether a text asks something."""
    return bool(_ASKING.search(text.rstrip("？?。！! ")))


def topic_zh(question: str) -> str:
    """What a question is about, or ""."""
    return about_zh(question).best


def about_zh(question: str) -> About:
    """What a question asks of."""
    text = _lead_off(question)
    if not text:
        return About()
    can = _CAN.match(text)
    if can and can.end() < len(text):
        return _doing(text[can.end() :])
    words = words_zh(text)
    at = 0
    while at < len(words) and (words[at].kind == "t" or words[at].text in ("，", ",", " ")):
        at += 1
    end = _thing_end(words, at)
    if end > at:
        thing = _without_attribute(words[at:end])
        if thing:
            return About(thing, core=thing)
    if at < len(words) and words[at].text == "谁":
        return About(_nouns_after(words, at + 1))
    if at < len(words) and words[at].text in ("哪些", "哪个", "哪", "什么", "哪种", "哪里", "哪位"):
        return About(_nouns_after(words, at + 2))
    return _doing("".join(word.text for word in words[at:]))


def _lead_off(question: str) -> str:
    text = " ".join(question.split())
    while (found := _LEAD.match(text)) and found.end() < len(text):
        text = text[found.end() :]
    return _TRAIL.sub("", text)


def _thing_end(words: Sequence[Word], at: int) -> int:
    """Where the noun phrase that begins here ends."""
    end = at
    for n in range(at, len(words)):
        word = words[n]
        asked_of = n > at and n + 1 < len(words) and words[n + 1].kind == "r"
        if asked_of and (word.kind in ("vn", "l") or word.text in _DONE):
            break  # 研究 in 王教授研究什么 is no noun
        inside = n > at and word.text not in _STOPS
        inside = inside and word.kind in ("m", "q", "t", "g", "ng", "zg", "k")
        if word.noun or word.text in ("》", "”") or (inside and word.kind not in ("m", "t")):
            end = n + 1
        elif not inside and not _joins(word, n - at):
            if end == n > at and _names(words, n):
                end = n + 1
            break
    return end


def _joins(word: Word, place: int) -> bool:
    """Whether a word may stand inside a noun phrase, at this place from its beginning."""
    if word.text in ("《", "“", "·", " ", "-") or word.kind in ("a", "ag"):
        return True
    if place == 0:
        return word.text in ("这", "那", "本", "我国", "我们", "本市", "该")
    return word.text in ("的", "和", "与", "及", "之", "、") or (
        place == 1 and word.kind in ("q", "m")
    )


def _names(words: Sequence[Word], n: int) -> bool:
    """Whether a verb is the last part of a name: 电动车充电 in 电动车充电要注意什么."""
    word = words[n]
    return (
        word.kind.startswith("v")
        and len(word.text) > 1
        and word.text not in _STOPS
        and n + 1 < len(words)
        and _PREDICATE.match(words[n + 1].text) is not None
    )


def _without_attribute(words: Sequence[Word]) -> str:
    """The phrase without the attribute at its end: 会员卡的价格 is about 会员卡."""
    text = "".join(word.text for word in words).strip()
    last = text.rfind("的")
    ahead = [word for word in words if word.start - words[0].start < last]
    if last > 0 and len(text) - last <= 9 and any(word.noun for word in ahead):
        return text[:last].strip("的、 ")
    end = len(words)
    if end > 1 and words[end - 1].text in ATTRIBUTES and "的" not in text:
        end -= 1
    kept = "".join(word.text for word in words[:end]).strip("的、 ")
    return "" if kept in ATTRIBUTES and len(words) == end == 1 and kept in _EMPTY else kept


_EMPTY = words_of("时间 地点 主要 最大 最小 最高 最低 最新 第一 原因")


def _nouns_after(words: Sequence[Word], at: int) -> str:
    """The noun phrase behind a verb."""
    while at < len(words) and not words[at].noun:
        at += 1
    end = _thing_end(words, at)
    return "".join(word.text for word in words[at:end]).strip("的、 ")


def _doing(text: str) -> About:
    """A doing: a verb with what it is done to."""
    words = words_zh(text)
    end, core = 0, ""
    for n, word in enumerate(words):
        if word.kind in ("r", "y", "x", "w") or (n and word.text in _ENDS_DOING):
            break
        end = n + 1
        if word.noun:
            core = f"{core}{word.text}" if n and words[n - 1].noun else word.text
    doing = "".join(word.text for word in words[:end]).strip("了的 ")
    if len(doing) < 2:
        return About()
    return About("", doing, core)
