"""The names in a text: capitalised words, what stands in quotation marks, and people, places and
organisations in Chinese."""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from dengmi.answer.check.facts import plain
from dengmi.answer.check.kin import groups_of
from dengmi.answer.check.units import units
from dengmi.answer.common import commonness
from dengmi.language.forms import STOP_WORDS, word_terms
from dengmi.language.scripts import HAN, words_of


class Name(NamedTuple):
    """A name as it is looked up (lower case; English words as stems), where it stands, whether it
    is surely one, and whether it names a person."""

    term: str
    start: int
    sure: bool
    person: bool = False


_NOT = words_of(
    "january february march april may june july august september october november december jan feb"
    " mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday"
    " sunday"
    " mondays tuesdays wednesdays thursdays fridays saturdays sundays i a.m p.m am pm mr mrs ms dr"
    " everyone everybody nobody anyone anybody someone somebody everything nothing something none"
    " ii iii iv vi vii viii ix xi xii app"
    " the a an this that these those it its he his she her they their we our you your"
)
_WORD = re.compile(r"[A-Za-zÀ-ɏ][\w]*(?:['’&.-]\w+)*")
_OPENING = frozenset('.!?:;。！？：；"“”‘「『(（*•-')
_QUOTED = re.compile('[《“「『"]([^《》“”「」『』"]{1,40})[》”」』"]')
_TONGUE = re.compile("(西班牙|葡萄牙|意大利|阿拉伯|英|日|法|德|俄|韩|汉|粤|泰)[文语]")
"""Languages; 英文 and 英语 are one."""

_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[-.&+#][A-Za-z0-9_]+)*[+#]*")
_TITLED = re.compile(rf"[{HAN}]")
_TAGS = {"nr": True, "ns": False, "nt": False, "nz": False, "nrt": True, "nrfg": True}
_HAN_NOT = words_of(
    "新建 中国 我国 全国 国内 国外 海外 世界 全球 地球 城市 中文 英文 汉语 英语 老年 青年 太阳"
    " 阳光 周岁 安卓 高血压 马上 明确 安全 和平 成年人 平均 宝宝 阿姨 老师 小朋友 公众号 高温"
    " 白天 凌晨 金额 温度 高度 小时 石油 大学 公司 公园 车站 机场 医院 项目 工程 博物馆 图书馆"
    " 电站 湿地 南半球 北半球 东西 地面 海面 东部 西部 南部 北部"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤裴阮窦柯祝尤樊霍虞岑裘施骆温庄鲍俞殷费凌翟倪白"
)
_GIVEN_AFTER = re.compile(
    f"(?:市长|省长|县长|校长|院长|局长|部长|主席|总统|总理|董事长|总裁|经理|主任|教授|教师|老师"
    f"|导演|演员|作家|记者|医生|书记|队长|教练|知府|博士"
    f"|先生|女士|设计师|工程师|科学家|歌手|球员|馆长|所长|专家|律师|警官|将军"
    f"|皇帝)([{_SURNAMES}][\u4e00-\u9fff]{{1,2}}?)"
    r"(?=[，。、；：:在将曾是为也和与被由于表称说指认要不还主获从担任之的]|$|[^\u4e00-\u9fff])"
)


@lru_cache(maxsize=4096)
def names_of(text: str) -> tuple[Name, ...]:
    """The names of a text, in order."""
    if not _TITLED.search(text):
        return tuple(_latin(text))
    return tuple(sorted(set(_han(text)), key=lambda name: (name.start, name.term)))


def _latin(text: str) -> Iterator[Name]:
    before_name = False
    for hit in _WORD.finditer(text):
        word = hit.group()
        bare = re.sub(r"['’]s$", "", word) if not word.isalnum() else word
        rest = bare[1:]
        inner = not rest.islower() and any(map(str.isupper, rest))
        if not (bare[0].isupper() or inner) or _no_name(bare, text, hit.start()):
            before_name = False
            continue
        inner = inner or any(map(str.isdigit, rest))
        opens = _opens(text[: hit.start()])
        following = text[hit.end() : hit.end() + 2]
        next_capital = len(following) == 2 and following[0] == " " and following[1].isupper()
        sure = inner or before_name or not opens
        if opens and not inner:
            stems = word_terms(bare)
            common = not stems or commonness(stems[0]) > 0
            if common or not next_capital:
                before_name = not common
                if not common:
                    yield from _parts(bare, hit.start(), False)
                continue
            sure = False
        before_name = True
        yield from _parts(bare, hit.start(), sure)


def _no_name(word: str, text: str, at: int) -> bool:
    """Whether a word is none in spite of its capital."""
    lower = word.lower()
    return (
        lower in _NOT
        or (lower in units() and text[:at].rstrip()[-1:].isdigit())
        or (lower in STOP_WORDS and not word.isupper())
    )


def _opens(before: str) -> bool:
    """Whether a sentence, or something like one, begins behind these words."""
    bare = before.rstrip()
    return not bare or bare[-1] in _OPENING or "\n" in before[len(bare) :]


def _parts(word: str, at: int, sure: bool) -> Iterator[Name]:
    for part in re.split(r"[-’'&]", word) if not re.search(r"\d", word) else [word]:
        if len(part) > 1:
            stems = word_terms(part) or (part.lower(),)
            yield Name(stems[0], at, sure)


def _han(text: str) -> Iterator[Name]:
    lower = plain(text)
    for hit in _QUOTED.finditer(text[: len(lower)]):
        yield Name(lower[hit.start(1) : hit.end(1)], hit.start(1), True)
    for hit in _LATIN.finditer(text[: len(lower)]):
        word = hit.group()
        if len(word) > 1 and word.lower() not in _NOT and not re.fullmatch(r"[a-z]{1,2}", word):
            yield Name(word.lower(), hit.start(), any(c.isupper() for c in word))
    for hit in _TONGUE.finditer(lower):
        yield Name(hit.group(), hit.start(), True)
    for hit in _GIVEN_AFTER.finditer(lower):
        yield Name(hit.group(1), hit.start(1), True, True)
    at = 0
    for word, tag in _tagger()(lower, True):
        person = _TAGS.get(tag)
        if person is not None and len(word) > 1 and _TITLED.match(word) and word not in _HAN_NOT:
            if person and (word[0] not in _SURNAMES or groups_of(word)):  # 叶子 is no Mr Ye
                at += len(word)
                continue
            bare = word.rstrip("于在和与的从为由等介") if person and len(word) > 2 else word
            if not person and word[-1] in "内里外上下中前后旁边":
                at += len(word)
                continue
            known = commonness(word) == 0 or tag in ("ns", "nt")
            if known and (not person or len(bare) > 1):
                yield Name(bare, at, person or tag != "nz", person)
        at += len(word)


def names_something(text: str) -> bool:
    """Whether Chinese signs are one word, and one for a thing, place, time or quality rather than
    a deed."""
    tags = [tag for _, tag in _tagger()(text, True)]
    return len(tags) == 1 and tags[0][0] in "nastfbijlx"


@cache
def _tagger() -> Callable[[str, bool], list[tuple[str, str]]]:
    from rjieba import tag

    return tag
