"""Questions that may follow an answer, made from what stands around it: headings that ask, and
sections of the same articles."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from dengmi.core.records import Evidence, Hit
from dengmi.language.classes_en import verbs
from dengmi.language.detect import language_of
from dengmi.language.phrases_en import phrases
from dengmi.language.phrases_zh import words_zh
from dengmi.language.scripts import words_of
from dengmi.language.words import terms

MOST = 6
RELATED = 0.5
"""Share of the best hit's score from which another article is about the same: what stands in the
rest would be a question about something else altogether."""
_LONGEST = 60
_ASKS_EN = re.compile(
    r"^(?:(?:what|who|how|why|when|where|(?:which|what|how many|how much)\s+\w+)\s+(?:is|are|was"
    r"|were|do|does|did|can|could|should|will|would|has|have|to)\b"
    r"|(?:can|does|do|is|are|should|will)\s)",
    re.IGNORECASE,
)
_TOLD_EN = re.compile(r"(what|who|where) (.+) (is|are)", re.IGNORECASE)
"""A heading that tells what it is about in the order of a statement: "What Dengmi is"."""
_NO_NAME = re.compile(r"(?:it|this|that|these|those|he|she|they|you|we)", re.IGNORECASE)
_ASKS_ZH = re.compile("[？?]$|^(?:怎么|怎样|如何|为什么|什么|哪|谁|何时|能否|是否)|吗$|多少|什么")
_NO_ORDER = re.compile(r"^\w+(?:ed|ing|s) |^\w+ (?:of|and|or|for|is|are|in)$")
"""Words at the start of a heading that are no order to do something."""
_POINTS_EN = re.compile(
    r"\b(?:it|its|they|them|this|that|these|those|yours?|others)\b", re.IGNORECASE
)
_POINTS_ZH = re.compile("[它他她这那]|其[他它余]")
_ORDERS_ZH = words_of(
    "安装 卸载 添加 删除 移除 备份 恢复 迁移 选择 更新 升级 创建 建立 新建"
    " 使用 运行 启动 停止 设置 配置 修改 查看 导入 导出 下载 上传 申请 办理"
    " 注册 登录 连接 限制 固定 打开 关闭 测试 检查 保护 编写 发布 分享 取消"
    " 预订 预约 购买 支付 提交 提问 查询 打印 保存 清理 安排 准备 制作 报名"
    " 缴纳 领取"
)
"""Verbs at the start of a Chinese heading that tell to do something."""
_LABELLED = re.compile(r"(?:Q|Question|问|問)\s*\d*\s*[:：.]\s*(\S.*[?？])")
"""A question of a page of questions and answers: "Q: How long does shipping take?"."""
_PAGE = re.compile(
    r"\b(?:faqs?|handbook|guide|manual|notes|newsletter|report|overview|introduction|summary)$"
    "|(?:须知|办法|说明|指南|手册|通知|公告|简介|介绍|问答|问题|总结|报告|概述|一览)$",
    re.IGNORECASE,
)
"""What a text is called rather than what it tells of: nobody asks what the notes are."""
_DONE = re.compile(r"[\d#*_`|<>\[\]{}]")
_PROPERTY_EN = re.compile(
    r"(?:[a-z][a-z'-]* ){0,3}(?:(address|deadline|dress code|price|fee|cost|deposit)"
    r"|prices|fees|costs|rates|charges|hours|times|dates|rules|terms|conditions|requirements"
    r"|deadlines|ingredients|discounts|facilities|services)"
)
"""A heading that names what a thing has rather than a thing: nobody asks what prices are, but what
the prices are."""
_PROPERTY_ZH = re.compile(
    "(?:(时间|日期|时刻)|(地点|地址|位置)|(价格|票价|费用|收费|押金|租金|金额|人数|数量|电话)"
    "|(规则|规定|要求|条件|材料|手续|优惠|服务|设施|项目|事项))$"
)
_ASKED_ZH = ("{}是什么时候？", "{}在哪里？", "{}是多少？", "{}有哪些？")
"""How one asks for each kind of property, in the order of the groups."""
_DOES_ZH = re.compile(r"[借还办买购订退停交缴领换取寄]\w")
"""A verb of one character and what it does it to, which dictionaries list as one noun: 借书."""


class Following(NamedTuple):
    """A question that may follow, and the article (its number in the store) it is about."""

    question: str
    article: int


def candidates(question: str, answer: str, evidence: Evidence, lang: str) -> tuple[Following, ...]:
    """Questions that the evidence may answer, the most promising first; none says again what was
    asked or answered.

    Args:
        question: the stand-alone question that was answered.
        answer: what was answered.
        evidence: what the question found.
        lang: the asker's language.
    """
    headings = list(_headings(evidence))
    if not headings:
        return ()
    asked = frozenset(terms(question))
    known = asked | frozenset(terms(answer))
    found: dict[Following, float] = {}
    for hit, heading in headings:
        if language_of(heading) not in ("", lang[:2]) or len(heading) > _LONGEST:
            continue
        new = frozenset(terms(heading))
        if not new or new <= asked or len(new & asked) > 0.7 * len(new | asked):
            continue
        made = as_question(heading, lang, title=hit.head.title)
        if made and made not in (each.question for each in found):
            found[Following(made, hit.head.pk)] = hit.rank + len(new & known) / len(new)
    return tuple(sorted(found, key=found.__getitem__))[:MOST]


def _headings(evidence: Evidence) -> Iterator[tuple[Hit, str]]:
    """Headings of the evidence that is about the same, and the questions of its lists of questions
    and answers, each with its hit."""
    for hit in evidence.hits:
        best = evidence.hits[0]
        if hit.score < RELATED * best.score and hit.head.pk != best.head.pk:
            continue
        for heading in reversed(hit.passage.headings):
            words = " ".join(heading.split()).strip(" .:：。")
            if words:
                yield hit, words
        for sentence in hit.passage.sentences:
            if found := _LABELLED.fullmatch(hit.passage.text, sentence.start, sentence.end):
                yield hit, found[1]


def as_question(heading: str, lang: str, title: str = "") -> str:
    """A heading as a question that a person would ask; "" where it gives none.

    Args:
        heading: the heading.
        lang: the language of both.
        title: the title of its article. "What is …?" with the name of a page would be answered by
            no sentence of it.
    """
    made = _as_question(heading, lang)
    page = heading in title or (title and title in heading)
    return "" if page and made.startswith(("What is ", "What are ", "什么是")) else made


def _as_question(heading: str, lang: str) -> str:
    if lang.startswith("zh"):
        return f"{heading.rstrip('？?')}？" if _ASKS_ZH.search(heading) else _made_zh(heading)
    if told := _TOLD_EN.fullmatch(heading):
        asks, name, verb = told.groups()
        return "" if _NO_NAME.fullmatch(name) else f"{asks} {verb} {name}?"
    asks = heading.endswith("?") and not _POINTS_EN.search(heading)
    return f"{heading.rstrip('?')}?" if asks or _ASKS_EN.match(heading) else _made_en(heading)


def _made_en(heading: str) -> str:
    """What to do gives "How do I …?", a thing "What is …?"."""
    words = heading.split()
    if _DONE.search(heading) or len(words) > 7 or _POINTS_EN.search(heading):
        return ""
    said = heading if heading[1:2].isupper() else heading[:1].lower() + heading[1:]
    if found := _PROPERTY_EN.fullmatch(said):
        return f"What {'is' if found[1] else 'are'} the {said}?"
    first = words[0].lower()
    if first in verbs() and not _NO_ORDER.search(" ".join(words[:2]).lower()):
        return f"How do I {said}?" if len(words) > 1 else ""
    parts = phrases(said)
    if _PAGE.search(said) or len(parts) != 1 or parts[0].text != said or said.endswith("ing"):
        return ""
    one = parts[0]
    if one.many:
        return f"What are {said}?"
    led = re.match(r"(?:the|an?|my|your) ", said) or one.name
    return f"What is {said}?" if led else f"What is the {said}?"


def _made_zh(heading: str) -> str:
    """What to do gives 怎么…, a thing 什么是…, a case …怎么办."""
    if _DONE.search(heading) or _POINTS_ZH.search(heading):
        return ""
    if heading.endswith(("时", "的时候")):
        return f"{heading}怎么办？"
    if found := _PROPERTY_ZH.search(heading):
        return _ASKED_ZH[(found.lastindex or 1) - 1].format(heading)
    if _DOES_ZH.fullmatch(heading):
        return f"怎么{heading}？"
    words = words_zh(heading)
    gap = " " if heading[0].isascii() else ""
    if len(words) > 1 and words[0].text in _ORDERS_ZH:
        return f"怎么{heading}？"
    thing = (
        words[0].kind != "b"
        and not _PAGE.search(heading)
        and all(word.noun or word.kind.startswith("v") or word.text == " " for word in words)
    )
    return f"什么是{gap}{heading}？" if thing and words[-1].noun else ""
