"""A text read for judging: its content words with their places, clauses, negations and facts."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from dengmi.answer.check.facts import Facts, exact_facts, plain
from dengmi.answer.check.kin import groups_in, groups_of
from dengmi.answer.check.names import Name, names_of
from dengmi.answer.check.signs import (
    EMPTY_NEGATION,
    MAY_DENY,
    NEGATION,
    SOFT_NEGATION,
    Tone,
    sides,
)
from dengmi.answer.check.units import units
from dengmi.answer.common import commonness
from dengmi.language.detect import language_of
from dengmi.language.forms import word_terms
from dengmi.language.scripts import HAN, LETTERS, words_of
from dengmi.language.words import terms

_RUN = re.compile(
    rf"[{HAN}]+|(?!\d)[{LETTERS}]+(?:['’.+#&][{LETTERS}]+)*[+#]*|\d+(?:[.,:]\d+)*[{LETTERS}]*"
)
_CLAUSE = re.compile(
    r"[,;:|，；：、()（）—]|[.。!！?？](?!\d)|\b(?:but|while|whereas|although|though|and|which|that"
    r"|who"
    r"|rather than|instead of|unless|except)\b|而不是|而非|但是?|(?<!反)而(?![且言])|却|[则和与]"
    r"|除非"
)
_PART = re.compile(
    r"[,;|，；。]|\b(?:while|whereas|but|although|because|since)\b|而(?!且)|因为|由于"
)
_NUMERAL = re.compile("每?[周第]?[零〇一二两三四五六七八九十百千万亿点半几多]+[^百千万亿]?")
_MEASURES = frozenset(
    "本册张件个位名台辆座间家条次部场届项种层楼户股枚款篇颗棵头匹艘架套双对份批处站"
)
_COUNTED = re.compile(r"[\d零〇一二两三四五六七八九十百千万亿几每]")
_HAN_EMPTY = words_of(
    "的 了 是 在 和 与 及 或 着 吗 呢 吧 啊 也 都 就 而 被 把 对 从 到 个 这 那 之 其 为 以 于 上"
    " 下 中 里 内 年 月 日 号"
    " 时 分 我 你 他 她 它 们 过 地 得 元 将 并 且 但 还 又 很 更 最 等 该 此 由 按 据 根据 按照"
    " 可以 可 能 能够 会 要 应 应该"
    " 应当 必须 须 需 需要 有 来 去 让 给 向 往 用 则 却 所 只 仅 才 不 没 没有 未 无 非 不能 不会"
    " 不可 不得 不是 不要 别 勿 名 位"
    " 件 次 家 条 张 本 部 台 辆 座 间 种 类 项 层 楼 倍 册 股 户 场 届 枚 款 篇 颗 棵 头 匹 艘 架"
    " 套 双 对 份 批 处 站 人 块"
    " 每 各 某 其中 其余 这个 那个 这些 那些 一个 我们 你们 他们 它们 她们 自己 如果 若 因为 由于"
    " 因此 所以 但是 不过 虽然 然而"
    " 以及 并且 而且 同时 此外 另外 另 还有 也是 就是 就要 大约 约 左右 大概 近 超过 不超过 以上"
    " 以下 以内 之内 至少 最多 关于 对于"
    " 作为 通过 进行 表示 称 说 指出 认为 介绍 显示 以后 之后 以前 之前 后 前 起 至 随着 当 时候"
    " 已 已经 曾 曾经 正 正在 仍 仍然"
    " 可能 也许 或许 一般 通常 往往 主要 非常 十分 特别 比较 较 太 挺 相当 多 少 高 低 大 小 好 点"
    " 半 均 全 共 总 再 先 达 达到 约为"
    " 最高 最低 所有 全部 一律 部分 多数 大多 大部分 大多数 想 之一 话 使 令 即 便 想要 文章 资料"
    " 据悉 据了解"
)
_EMPTY = words_of(
    "may might must shall need needs every each per up about around roughly approximately some"
    " than more"
    " most less least over only just very other both either neither nor via according accord one"
    " ones two s t m d"
    " no any all out off get gets got take takes taken said say says told states stated article"
    " articles source sources text"
    " under above within much many few during until since while although though because however"
    " them him me us our my your itself themselves himself herself so too even still again already"
    " yet"
)
_LIGHT = words_of(
    "come came go goes went gone going keep keeps kept put puts let lets bring brings brought give"
    " gives gave given make"
    " makes made do does did use uses used using serve serves last lasts lasted run runs ran work"
    " works start starts"
    " turn turns hold holds held show shows see seen look find manage manages managed people"
    " person someone anyone"
    " day time way part place thing things number amount company firm film book product user users"
    " customer patient"
    " employee employees staff patients visitor visitors customers users reader readers passenger"
    " passengers tenants"
    " members participant participants residents students guests"
    " 员工 市民 学员 读者 游客 乘客 观众 居民 会员 旅客 学生 参与者 参观者 病人"
    " able enable allow possible available include includes provide provides offer offers receive"
    " receives mean means"
    " become becomes becoming happen happens begin begins need needs want wants call calls called"
    " according total"
    " currently now today overall mainly also additionally furthermore respectively known well good"
    " 公司 这项 做 拿 使用 产品 问题 情况 时候 方面 看来 满 人 在 接受 表示 感到 感觉 属于 成为 其"
    " 每逢 时间 其余 内容 目前 该片 该公司"
    " 主要 需要 可以 能 提供 包括 包含 用 开 变 变得 带 放 算 靠 受 叫 名为 称为 用户 顾客 患者"
    " 人员 人们 大家 工作 一座 一台 一项"
    " 一种 这座 这台 这种 这款 这家 该馆 该行 该校 该市 本 总共 合计 一共 分别 介绍 发现 得到 获得"
    " 拥有 具有 存在 想 想要 能够 选择"
)
_LIGHTLY = 0.35
_COUNT = words_of(
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand"
    " million billion"
    " trillion dozen first second third fourth fifth sixth seventh eighth ninth tenth half"
)
"""Left to the exact facts."""

_ENGLISH_EMPTY = _EMPTY | _COUNT

_REACH = 40
_HAN_REACH = 12
_CONTENT = 0.25


@dataclass(frozen=True, slots=True)
class Unit:
    """A content word.

    Attributes:
        term: its stem, or the Chinese word.
        start, end: where it stands.
        weight: how telling it is, above 0 to 1.
        groups: the groups of kindred words it is in.
        clause: which clause it stands in.
        han: whether it is Chinese.
    """

    term: str
    start: int
    end: int
    weight: float
    groups: frozenset[int]
    clause: int
    han: bool


@dataclass(frozen=True, slots=True)
class Cue:
    """A negation with what it turns round: its clause's rest, at most `_REACH` characters."""

    start: int
    end: int
    reach: int


class Read:
    """A text, read; what takes time is read when it is first asked for.

    Attributes:
        order, terms, pairs: its search terms, as they follow each other, and neighbours.
        lower: the text in lower case and Simplified characters, at the same length.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.order = tuple(terms(text)) if text else ()
        self.terms = frozenset(self.order)

    @cached_property
    def lower(self) -> str:
        return plain(self.text)

    @cached_property
    def tone(self) -> Tone:
        """How wide and how sure it is, and what it compares."""
        return Tone(self.lower)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(zip(self.order, self.order[1:], strict=False))

    @cached_property
    def lang(self) -> str:
        return language_of(self.text)

    @cached_property
    def facts(self) -> Facts:
        return exact_facts(self.text)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        return names_of(self.text)

    @cached_property
    def groups(self) -> frozenset[int]:
        alone = [groups_of(unit.term) for unit in self.units if unit.han]
        return groups_in(self.lower, frozenset(self.stems)).union(*alone)

    @cached_property
    def sides(self) -> tuple[tuple[str, int], ...]:
        """The sides of pairs of opposites it has words of, with their places."""
        return sides(self.lower)

    @cached_property
    def soft(self) -> tuple[tuple[str, int], ...]:
        """Words that deny without a negation ("without", "banned", 禁止), with their places."""
        return tuple((hit.group(), hit.start()) for hit in SOFT_NEGATION.finditer(self.lower))

    @cached_property
    def breaks(self) -> tuple[int, ...]:
        """Where clauses end."""
        return tuple(hit.start() for hit in _CLAUSE.finditer(self.lower))

    def clause_at(self, place: int) -> int:
        """The number of the clause a place is in."""
        return bisect_right(self.breaks, place)

    @cached_property
    def parts(self) -> tuple[int, ...]:
        """Where one thing told ends and the next begins."""
        return tuple(hit.start() for hit in _PART.finditer(self.lower))

    def part_at(self, place: int) -> int:
        """The number of the part a place is in."""
        return bisect_right(self.parts, place)

    @cached_property
    def cues(self) -> tuple[Cue, ...]:
        """The negations."""
        if MAY_DENY.search(self.lower) is None:
            return ()
        blank = EMPTY_NEGATION.sub(lambda hit: " " * len(hit.group()), self.lower)
        return tuple(self._cues(blank))

    def _cues(self, blank: str) -> Iterator[Cue]:
        for hit in NEGATION.finditer(blank):
            at = self.clause_at(hit.end() - 1)
            stop = self.breaks[at] if at < len(self.breaks) else len(blank)
            reach = _REACH if hit.group().isascii() else _HAN_REACH
            yield Cue(hit.start(), hit.end(), max(min(hit.end() + reach, stop), hit.end()))

    def clause_facts(self, clause: int) -> Facts:
        """The exact facts of one clause."""
        edges = (0, *self.breaks, len(self.lower))
        return exact_facts(self.lower[edges[clause] : edges[clause + 1]])

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The content words, in order."""
        return tuple(self._units())

    def _units(self) -> Iterator[Unit]:
        breaks = self.breaks
        for (term, weight, groups), start, end, han in _words(self.lower):
            yield Unit(term, start, end, weight, groups, bisect_right(breaks, start), han)

    @cached_property
    def spelling(self) -> frozenset[str]:
        """The signs of its Chinese content words, every three letters on end of its others."""
        found: set[str] = set()
        for unit in self.units:
            if unit.han:
                found.update(unit.term)
            else:
                word = self.lower[unit.start : unit.end]
                found.update([word[at : at + 3] for at in range(max(len(word) - 2, 1))])
        return frozenset(found)

    @cached_property
    def weight(self) -> float:
        """What its content words weigh together."""
        return sum(unit.weight for unit in self.units)

    @cached_property
    def signs(self) -> Mapping[str, int]:
        """Where the first Chinese content word with a sign begins."""
        found: dict[str, int] = {}
        for unit in self.units:
            if unit.han:
                for sign in unit.term:
                    found.setdefault(sign, unit.start)
        return found

    @cached_property
    def kin(self) -> Mapping[int, int]:
        """Where the first content word of a group of kindred words begins."""
        found: dict[int, int] = {}
        for unit in self.units:
            for group in unit.groups:
                found.setdefault(group, unit.start)
        return found

    @cached_property
    def stems(self) -> Mapping[str, tuple[int, ...]]:
        """Where each stem of spaced writing stands."""
        found: dict[str, list[int]] = {}
        for hit in _RUN.finditer(self.lower):
            if "a" <= hit.group()[0] <= "z" or not _han(hit.group()[0]):
                for stem in word_terms(hit.group()) or (hit.group(),):
                    found.setdefault(stem, []).append(hit.start())
        return {stem: tuple(places) for stem, places in found.items()}

    @cached_property
    def fours(self) -> Mapping[str, list[str]]:
        """The stems of four letters and more by their first four."""
        found: dict[str, list[str]] = {}
        for stem in self.stems:
            if len(stem) >= 4:
                found.setdefault(stem[:4], []).append(stem)
        return found

    @cached_property
    def heads(self) -> Mapping[str, tuple[int, ...]]:
        """What the stems of spaced writing begin with."""
        found: dict[str, tuple[int, ...]] = {}
        for stem, places in self.stems.items():
            if len(stem) >= 4:
                found.setdefault(head_of(stem), places)
        return found


def head_of(stem: str) -> str:
    """The beginning that kindred words share: electric, electricity."""
    return stem[: max(4, (len(stem) * 2 + 2) // 3)]


@lru_cache(maxsize=4096)
def read(text: str) -> Read:
    """A text, read; remembered, since the same sentences are judged again and again."""
    return Read(text)


def _han(sign: str) -> bool:
    return "一" <= sign <= "鿿" or "㐀" <= sign <= "䶿"


def means_little(word: str) -> bool:
    """Whether a Chinese word counts for little or nothing."""
    return word in _HAN_EMPTY or word in _LIGHT


_Content = tuple[str, float, frozenset[int]]
"""Of a content word: its term, how telling it is, its groups."""


@lru_cache(maxsize=1 << 13)
def _content(word: str, han: bool) -> _Content | None:
    """What a word in lower case says, None where it counts for nothing; `han`: it is Chinese."""
    if word in units() or word in (_HAN_EMPTY if han else _ENGLISH_EMPTY):
        return None
    term = word if han else next(iter(word_terms(word)), "")
    if not term or (_NUMERAL.fullmatch(term) if han else term.isdigit()):
        return None
    worth = (1.0 - 0.7 * commonness(term)) * (1.0 if not han or len(term) > 1 else 0.5)
    if word in _LIGHT:
        worth = min(worth, _LIGHTLY)
    return term, max(worth, _CONTENT), groups_of(term)


def _words(lower: str) -> Iterator[tuple[_Content, int, int, bool]]:
    """(what it says, start, end, Chinese) of each content word."""
    for hit in _RUN.finditer(lower):
        run, at = hit.group(), hit.start()
        if run[0].isdigit():
            continue
        if not _han(run[0]):
            if content := _content(run, False):
                yield content, at, hit.end(), False
            continue
        for piece in _cutter()(run, False):
            word, start = _uncounted(piece, at, lower)
            if content := _content(word, True):
                yield content, start, start + len(word), True
            at += len(piece)


def _uncounted(word: str, at: int, lower: str) -> tuple[str, int]:
    """A Chinese word without the measure word it was cut with: 十本书 is cut as 十 and 本书."""
    if len(word) > 1 and word[0] in _MEASURES and _COUNTED.search(lower[max(at - 1, 0) : at]):
        return word[1:], at + 1
    return word, at


@cache
def _cutter() -> Callable[[str, bool], list[str]]:
    from rjieba import cut

    return cut
