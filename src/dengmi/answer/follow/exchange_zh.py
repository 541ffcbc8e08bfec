"""上海呢？, 2024年呢？, 那价格呢？: the last Chinese question with one part exchanged."""

import re
from collections.abc import Sequence

from dengmi.answer.follow.turns import Standalone, Turn, bare
from dengmi.language.detect import language_of
from dengmi.language.phrases_zh import ATTRIBUTES, About, Word, words_zh

_ABOUT = re.compile(
    "^(?:那么?|还有|另外|然后|以及|和|再说|至于|如果是|要是|换成|对于)?[，,\\s]*(?P<new>[^，,。；;]{1,20}?)"
    "(?:呢|又?怎么样呢?|又?如何呢?|也一样吗|也是吗|也是这样吗)[？?。!！\\s]*$"
)
_FRAGMENT = re.compile("^(?:那么?|还有|以及|和)(?P<new>[^，,。；;？?]{1,12})[？?]*$")
_YEAR = re.compile("(?<!\\d)(?:1[5-9]|20)\\d\\d(?!\\d)年?")
_TIMES = tuple(
    re.compile(words)
    for words in (
        "今天|明天|后天|大后天|昨天|前天|今晚|明晚|昨晚",
        "今年|去年|明年|前年|后年",
        "(?:这|上|下)个?(?:月|周|星期|季度|学期|赛季|世纪)|本月|本周",
        "(?:周|星期|礼拜)[一二三四五六日天末]|周末|工作日|节假日|平时|假期",
        "\\d{1,2}月份?|[一二三四五六七八九十]{1,2}月份?",
        "春天|夏天|秋天|冬天|春季|夏季|秋季|冬季|[阴雨晴雪]天",
        "早上|上午|中午|下午|晚上|凌晨|夜间|白天",
        "第[一二三四]季度|[上下]半年",
        "(?:春|端午|中秋|国庆|清明|劳动|元宵|重阳|圣诞|儿童|妇女|教师)节|元旦|五一|十一",
    )
)
_ASKING = re.compile("什么|为何|怎|哪|谁|多少|几|是否")
_POINTING = re.compile("[它他她这那其]")
_HAVING = re.compile("有(?P<what>[^什哪多几没不]{1,10}?)(?:吗|么)$")


def exchanged(text: str, turns: Sequence[Turn], about: About) -> Standalone | None:
    """The completed question where this is one of these, else None."""
    new = _new(text)
    if not new or (about.best and about.best in new):
        return None
    words = words_zh(new)
    asked = bare(turns[-1].question)
    if language_of(asked) != "zh":
        attribute = new in ATTRIBUTES and bool(about.best)
        made = f"{about.best}的{new}呢？" if attribute else f"{asked}：{new}呢？"
        return Standalone(made, True, attribute)
    made = _of_time(new, asked) or _led(words, asked)
    if made:
        return Standalone(f"{made}？", True)
    return _of_things(new, words, asked, about)


def _new(text: str) -> str:
    """What is asked about now; "" where this is no such question."""
    found = _ABOUT.match(text) or _FRAGMENT.match(text)
    if found is None:
        return ""
    new = re.sub("^(?:那么?|如果|要是|在(?=\\S{2}))", "", found["new"]).strip()
    pointing = _POINTING.match(new) and not any(kind.match(new) for kind in _TIMES)
    if not new or pointing or _ASKING.search(new):
        return ""
    ends = text[found.end("new") :]
    if ends.startswith("呢"):
        return new
    # 就业前景怎么样 is one; 金融专业的就业前景怎么样 stands alone.
    words = words_zh(new)
    little = ends.startswith("也") or words[-1].text in ATTRIBUTES
    return new if little and len(words) <= 3 and "的" not in new else ""


def _of_time(new: str, asked: str) -> str:
    """A year for a year, a day for a day."""
    year = _YEAR.search(new)
    if year:
        old = _YEAR.search(asked)
        if old:
            put = year.group()
            if old.group().endswith("年") and not put.endswith("年"):
                put += "年"
            return _put(asked, old.start(), old.end(), put)
    for kind in _TIMES:
        fresh, known = kind.search(new), kind.search(asked)
        if fresh and known and len(fresh.group()) * 2 > len(new):
            return _put(asked, known.start(), known.end(), fresh.group())
    for kind in (_YEAR, *_TIMES):
        fresh = kind.search(new)
        if fresh and len(fresh.group()) * 2 > len(new):
            for other in _TIMES:  # another kind of time stands there
                known = other.search(asked)
                if known:
                    return _put(asked, known.start(), known.end(), fresh.group())
            known = _YEAR.search(asked)
            if known:
                return _put(asked, known.start(), known.end(), fresh.group())
            return f"{fresh.group()}{asked}"
    return ""


def _led(words: Sequence[Word], asked: str) -> str:
    """寄到海南呢: behind the same words another thing."""
    lead = ""
    for n, word in enumerate(words[:-1]):
        if not word.kind.startswith(("v", "p")):
            break
        lead = "".join(each.text for each in words[: n + 1])
    if not lead or lead not in asked:
        return ""
    new = "".join(word.text for word in words)[len(lead) :]
    start = asked.index(lead) + len(lead)
    old = [word for word in words_zh(asked) if word.start >= start]
    end = start
    for word in old:
        if not word.noun:
            break
        end = word.end
    return _put(asked, start, end, new) if end > start else ""


def _of_things(new: str, words: Sequence[Word], asked: str, about: About) -> Standalone:
    """A thing for a thing."""
    attribute = new in ATTRIBUTES or words[-1].text in ATTRIBUTES
    place = _attribute_place(new, asked, about) if attribute else _place(new, words, asked, about)
    if place:
        return Standalone(f"{_put(asked, *place, new)}？", True)
    if attribute and about.best:
        joint = "的" if about.thing else "，"
        return Standalone(f"{about.best}{joint}{new}呢？", True)
    return Standalone(f"{asked}，{new}呢？", True, False)


def _attribute_place(new: str, asked: str, about: About) -> tuple[int, int] | None:
    """Where an attribute of the same thing stands: X的价格是多少."""
    if not about.thing:
        return None
    of = re.match(
        f"{re.escape(about.thing)}的(?P<old>[^的]{{2,8}}?)(?=是|有|怎么样|如何|多少|为|$)", asked
    )
    return of.span("old") if of and of["old"] not in new else None


def _place(new: str, words: Sequence[Word], asked: str, about: About) -> tuple[int, int] | None:
    """Where the thing stands that the new one takes the place of: a place for a place, one that
    ends alike, what is had, or else what the question is about."""
    if len(words) == 1 and words[0].kind in ("ns", "nr"):
        same = [word for word in words_zh(asked) if word.kind == words[0].kind]
        if same:
            return same[-1].start, same[-1].end
    twin = next((run for run in _runs(asked) if _alike(asked[run[0] : run[1]], new)), None)
    if twin:
        return twin
    having = _HAVING.search(asked)
    if having and having["what"] not in ATTRIBUTES and having.start() > 1:
        return having.span("what")
    old = about.thing or about.core
    at = asked.find(old) if old and new not in asked else -1
    return (at + _tail(old, new), at + len(old)) if at >= 0 else None


def _runs(asked: str) -> list[tuple[int, int]]:
    """Where nouns stand, the parts of a phrase divided at 的."""
    found: list[tuple[int, int]] = []
    words = words_zh(asked)
    for word, after in zip(words, [*words[1:], None], strict=True):
        part = word.kind in ("m", "a", "b") and after is not None and after.noun
        if not (word.noun or part) or word.text in ATTRIBUTES:
            continue
        if found and found[-1][1] == word.start:
            found[-1] = (found[-1][0], word.end)
        else:
            found.append((word.start, word.end))
    return found


def _alike(old: str, new: str) -> bool:
    """Whether two names end alike: 成人票, 儿童票."""
    return (
        len(new) > 1
        and len(old) > 1
        and old[-1] == new[-1]
        and old != new
        and len(old) <= len(new) + 3
    )


def _tail(old: str, new: str) -> int:
    """Where the last part of a phrase begins that the new one takes the place of; 0: the whole."""
    at = old.rfind("的")
    return at + 1 if at > 0 and len(old) - at - 1 <= len(new) + 1 else 0


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]
