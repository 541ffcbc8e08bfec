"""Reads the numbers of source sentences out of what a model writes.

The form asked for is [3.2]. Models write others too: [3.2, 3.4], [3.2-3.4], [3.2], [4.1], 【3.2】,
[^3.2], **[3.2]**, [来源3.2], [Source: 3.2], (see [3.2]), （来源：3.2）, "Source: [3.2]" behind a
sentence or on a line of its own, "According to [3.2], …", 根据[3.2]，…, (3.2), and [3] for a whole
passage. Where a number could be something else, as in (3.2), it is read only if it names a sentence
that was shown and is no figure of the articles.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Ref = tuple[int, int]
"""(passage, sentence), from 1; sentence 0 means the whole passage."""

Means = Callable[[Ref], bool]
"""Whether a number that could be something else is the number of a sentence."""

LONGEST_RANGE = 6

_NUMBER = r"\d{1,4}(?:[.．:·]\d{1,4})?"
_EXACT = r"\d{1,4}[.．]\d{1,4}"
_TO = r"\s*(?:[-–—~～至到]|\bto\b)\s*"
_AND = r"\s*(?:[,，、;；/&]|\band\b|和|及|与|與)\s*"
_KIND = (
    r"(?:(?:sources?|sentences?|refs?|references?|citations?|see|cf|来源|來源|出处|出處|句子|句|参考|參考"
    r"|参见|引用|依据|见|見)[.:：\s]*)?"
)
_SPAN = rf"{_KIND}\^?{_NUMBER}(?:{_TO}{_NUMBER})?"
_LIST = rf"{_SPAN}(?:{_AND}{_SPAN})*"
_GROUP = rf"[\[【［]\s*{_LIST}\s*[\]】］]"
_GROUPS = rf"{_GROUP}(?:(?:{_AND}|[ \t]*){_GROUP})*"
_EXACTS = rf"{_EXACT}(?:(?:{_AND}|{_TO}){_EXACT})*"
_LABEL = (
    r"(?:\*\*|__)?(?:sources?|references?|citations?|来源|來源|出处|出處|参考|參考|引用|依据)"
    r"[:：](?:\*\*|__)?[ \t]*"
)
_SEE = r"(?:see|cf\.?|见|参见|見)\s*"
_STATED = r"\b(?:according to|as (?:stated|mentioned|noted|described) in)\s+(?:the\s+)?"
_STATED_ZH = r"(?:根据|依据|按照|根據|依據)"
_BEHIND = r"(?:^|(?<=[.。！？!?;；\]]))"
"""Where a label may stand: at the beginning of a line, or behind a sentence."""

_SAYS_ZH = r"(?:所述|所示|的?(?:内容|內容|信息))?"
_MAY_BEGIN = r"(?:(?=[ \t*_(（\[【［a根依按])|(?<=[.。！？!?;；\]])|^)"
"""Where numbers, or words that lead to them, may begin: asked before each way in turn is tried."""

_MARK = re.compile(
    rf"{_MAY_BEGIN}(?:"
    r"(?:(?<![ \t])[ \t]+)?(?:"  # blanks are tried once a run: many would take their square
    rf"[(（]\s*(?:{_LABEL}|{_SEE})?{_GROUPS}\s*[)）]"
    rf"|[(（]\s*(?:{_LABEL}|{_SEE}){_LIST}\s*[)）]"
    rf"|[(（]\s*(?P<bare>{_EXACTS})\s*[)）]"
    rf"|\*\*(?:{_LABEL})?{_GROUPS}\*\*"
    rf"|{_STATED}(?:sentences?\s+|sources?\s+)?{_GROUPS}[,:]?[ \t]*"
    rf"|{_STATED_ZH}(?:句子|来源|來源|文章)?[ \t]*{_GROUPS}{_SAYS_ZH}[，,：:]?[ \t]*"
    rf"|{_GROUPS}"
    rf")|{_BEHIND}[ \t]*{_LABEL}{_GROUPS}[.。]?"
    rf"|{_BEHIND}[ \t]*{_LABEL}(?P<ends>{_EXACTS})[.。]?[ \t]*$)",
    re.IGNORECASE,
)
_ONE = re.compile(rf"({_NUMBER})(?:{_TO}({_NUMBER}))?", re.IGNORECASE)
_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
"""Code within a line."""
_CODE_BEGUN = 80
"""Characters behind a backtick that may still become code."""
_ANY = re.compile(r"[\[【［(（:：]")
_TAIL = 240
"""Characters at the end in which numbers may have begun."""

_MORE = r"(?:[,，、;；/&]|\ba(?:nd?)?|和|及|与|與|[)）*])?[ \t]*"
_LABEL_BEGUN = r"(?:[a-z]{1,10}|[来來出参參引依](?:[源处處考用据])?)"
_OPEN = re.compile(
    rf"{_MAY_BEGIN}(?:[ \t]*(?:\*\*)?(?:[(（]\s*)?{_GROUPS}\s*{_MORE}$"
    r"|[ \t]*(?:\*\*[ \t]*)?[\[【［][^\]】］\n]{0,80}$"
    r"|[ \t]*[(（][^)）\n]{0,80}$"
    rf"|[ \t]*[(（]\s*{_EXACTS}\s*[)）]$"
    rf"|{_BEHIND}[ \t]*{_LABEL}[^\n]{{0,80}}$"
    rf"|(?<=[。！？\]])[ \t]*[*_]{{0,2}}{_LABEL_BEGUN}?(?:[:：]\*{{0,2}})?$"
    rf"|[ \t]*{_STATED}[^\n]{{0,40}}$"
    rf"|(?:根|依|按|{_STATED_ZH}[^\n]{{0,12}})$"
    r"|[ \t]+$)",
    re.IGNORECASE,
)
_LINE_BEGUN = re.compile(rf"[ \t]*(?:[(（]\s*)?[*_]{{0,2}}{_LABEL_BEGUN}?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """Numbers in a raw text: `start` to `end` there, at `place` in the text without them."""

    start: int
    end: int
    place: int
    refs: tuple[Ref, ...]


Marks = tuple[Mark, ...]


def any_number(_: Ref) -> bool:
    """Every number is one of a sentence."""
    return True


def without_marks(raw: str, means: Means) -> tuple[str, Marks]:
    """A text of one line without its numbers, and which stood where."""
    if _ANY.search(raw) is None:
        return raw, ()
    plain: list[str] = []
    marks: list[Mark] = []
    codes = [found.span() for found in _CODE.finditer(raw)] if "`" in raw else []
    at = length = 0
    for found in _MARK.finditer(raw):
        unsure = found["bare"] or found["ends"]
        refs = tuple(_refs(unsure or found.group()))
        if unsure and not all(map(means, refs)):
            continue
        inside = any(begin < found.start() and found.end() < end for begin, end in codes)
        if inside and not all(s and means((p, s)) for p, s in refs):
            continue  # code has brackets of its own
        plain.append(raw[at : found.start()])
        length += found.start() - at
        marks.append(Mark(found.start(), found.end(), length, refs))
        at = found.end()
    plain.append(raw[at:])
    return "".join(plain), tuple(marks)


def settled(raw: str) -> str:
    """What of an unfinished line holds no numbers that more text could complete or change."""
    begin = max(0, len(raw) - _TAIL)
    found = _OPEN.search(raw, begin)
    known = raw[: found.start()] if found else raw
    if "`" in known:
        rest = _CODE.sub(lambda code: " " * len(code.group()), known)
        tick = rest.find("`")
        if tick >= 0 and len(raw) - tick <= _CODE_BEGUN:
            return raw[:tick]
    return known


def alone(line: str, means: Means, *, whole: bool) -> bool | None:
    """Whether a line holds nothing but numbers; None where that cannot be told yet."""
    plain, marks = without_marks(line, means)
    if whole:
        return bool(marks) and not plain.strip()
    known, _ = without_marks(settled(line), means)
    return None if not known.strip() or _LINE_BEGUN.match(line) else False


def raw_place(marks: Marks, place: int) -> int:
    """Where in the raw text a place of the plain text is; behind the numbers that stand there."""
    return place + sum(mark.end - mark.start for mark in marks if mark.place <= place)


def _refs(inside: str) -> Iterator[Ref]:
    for found in _ONE.finditer(inside):
        first, last = _ref(found[1]), _ref(found[2]) if found[2] else None
        if last is not None and first[0] == last[0] and 0 < first[1] < last[1]:
            for n in range(first[1], min(last[1], first[1] + LONGEST_RANGE - 1) + 1):
                yield first[0], n
        else:
            yield first
            if last is not None:
                yield last


def _ref(number: str) -> Ref:
    passage, _, sentence = re.sub("[．:·]", ".", number).partition(".")
    return int(passage), int(sentence or 0)
