"""What 它, 他, 这个, 那里 or 第二个 means in a Chinese question."""

import re
from collections.abc import Sequence

from dengmi.answer.follow.topic import listed, named, topics
from dengmi.answer.follow.turns import Standalone, Turn, bare
from dengmi.language.detect import language_of
from dengmi.language.phrases_zh import ATTRIBUTES, GENERIC, About, about_zh, words_zh
from dengmi.language.scripts import HAN, words_of

_PRONOUN = re.compile(
    "(?P<person>他们|她们|(?<![其吉排])他(?!人|乡)|她)"
    "|(?P<thing>(?<!其)它们?)"
    "|(?P<own>(?<![尤极与何莫])其(?![他它中实余次间一二三]))"
    "|(?P<place>这里|那里|这儿|那儿|当地)"
    "|(?P<that>(?<![从如因彼])此(?![外时次后前刻类])|这样|那样|这么做|这种情况)"
    "|(?P<noun>(?:这|那|该|上述)(?:[本部款种个项座家位首篇座条场名所间次份只类些]|些|一[种个])?)"
)
_TIME = re.compile("^(?:年|月|周|星期|礼拜|季度|学期|时候|天|段时间|次|么|边|时|几|阵|会儿|是)")
_TITLE = re.compile("《[^《》]{1,30}》")
_ORDINAL = re.compile(
    f"第(?P<n>[一二三四五六七八九十]|\\d)(?:个|种|条|项|款|家|本|座|所|类|位|点|步)(?P<noun>[{HAN}]{{0,2}}?)(?=[是在有的怎为多什哪能可要会吗呢？?]|$)"
    "|(?P<which>前者|后者|两者|二者|这两个?|最后一个)"
)
_DIGITS = {sign: n for n, sign in enumerate("一二三四五六七八九十", 1)} | {
    str(n): n for n in range(1, 10)
}
_AND = re.compile(
    f"(?P<one>[{HAN}A-Za-z0-9·《》]{{1,14}}?)(?:和|与|跟|还是|或者?|、|vs)(?P<other>[{HAN}A-Za-z0-9·《》]{{1,14}}?)"
    "(?=有什么|有何|的?区别|的?不同|的?差别|哪|谁|相比|比较|之间|是|有|都|能|怎|$|？|\\?)"
)
_PERSONS = words_of(
    "人 作家 科学家 教授 老师 医生 演员 导演 诗人 总统 主席 皇帝 院长 校长 创始人 作者 老板 先生 女士 同学 孩子 员工"
)


def pronouns_zh(text: str, turns: Sequence[Turn], about: About) -> Standalone | None:
    """The question with its pronouns resolved; None where it has none that points back."""
    ordinal = _ORDINAL.search(text)
    if ordinal:
        made = _numbered(text, ordinal, turns)
        if made is not None:
            return made
    for found in _PRONOUN.finditer(text):
        made = _resolved(text, found, turns, about)
        if made is not None:
            return made
    return None


def _resolved(
    text: str, found: re.Match[str], turns: Sequence[Turn], about: About
) -> Standalone | None:
    before, after = text[: found.start()], text[found.end() :]
    if found["noun"]:
        return _with_noun(before, found, after, turns, about)
    if _named_before(before, person=bool(found["person"])):
        return None
    person = _person(turns) if found["person"] else ""
    meant = person or _name_told(turns, found) or about.best
    if not meant:
        return Standalone(f"{bare(turns[-1].question)}，{text}", True, False)
    if found["place"] == "当地" or found["that"]:
        if found["that"]:
            return Standalone(f"{about.doing or about.thing}，{text}", True, False)
    own = found["own"] and not after.startswith("的")
    if (found["person"] or found["thing"]) and _takes_of(after):
        own = True
    return Standalone(before + meant + ("的" if own else "") + after, True)


def _takes_of(after: str) -> bool:
    """它寿命多长: the attribute follows without 的."""
    words = words_zh(after[:8])
    return bool(words) and words[0].text in ATTRIBUTES


def _named_before(before: str, *, person: bool) -> bool:
    """Whether the question itself has named what the pronoun means."""
    for word in words_zh(before):
        if person and (word.kind == "nr" or word.text in _PERSONS):
            return True
        if not person and word.noun and word.text not in ATTRIBUTES and word.text not in ("请问",):
            return True
    return False


def _person(turns: Sequence[Turn]) -> str:
    """The person last spoken of: named by an answer, or in a question."""
    last = turns[-1]
    if language_of(last.question) != "zh":
        return named(last)
    if "谁" in last.question and (told := told_name(last)):
        return told
    about = about_zh(last.question)
    names = [word.text for word in words_zh(last.question) if word.kind.startswith("nr")]
    if about.thing and names and names[0] not in about.thing:
        return names[0]
    return ""


def told_name(turn: Turn) -> str:
    """The name that an answer gives to 谁."""
    first = re.split("[。！？\n]", re.sub("\\[[\\d.]+\\]", "", turn.answer))[0][:80]
    text = (
        re.sub("^.*?(?:是由|是|由|为|叫)(?=.{2,4}(?:$|[，,（(]|在|于|设计|创))", "", first) or first
    )
    words = words_zh(text)
    for n, word in enumerate(words):
        if word.kind.startswith("nr") and word.text not in turn.question:
            end = n + 1
            name = word.text
            while (
                end < len(words)
                and len(name) < 3
                and len(words[end].text) == 1
                and words[end].kind in ("u", "uz", "ng", "g", "zg", "nr", "nrt")
            ):
                name += words[end].text
                end += 1
            return name
    last = re.search("(?:是|由|叫)(?P<name>[\u4e00-\u9fff]{2,4}?)(?=$|[，,（(]|在|于)", first)
    return last["name"] if last and last["name"] not in turn.question else ""


def _name_told(turns: Sequence[Turn], found: re.Match[str]) -> str:
    if language_of(turns[-1].question) == "zh" or found["place"]:
        return ""
    return "" if turns[-1].question.lower().startswith("who") else named(turns[-1])


def _with_noun(
    before: str, found: re.Match[str], after: str, turns: Sequence[Turn], about: About
) -> Standalone | None:
    """这本书, 这个目标, 这个: what was spoken of."""
    if _TIME.match(after) and not (found.group() in ("这", "那") and after.startswith("是")):
        return None
    if _named_before(before, person=False):
        return None
    words = words_zh(after)
    first = words[0] if words else None
    noun = first.text if first and first.noun else ""
    if not about.best:
        return None
    title = _TITLE.search(turns[-1].answer)
    if noun in ("书", "小说", "电影", "剧", "电视剧", "文章", "歌", "诗", "作品", "歌曲") and title:
        return Standalone(before + title.group() + after[len(noun) :], True)
    if not noun:
        if found.group() == "该" or (found.group() in ("这", "那") and not after.startswith("是")):
            return None
        return Standalone(before + about.best + after, True)
    if noun in GENERIC or about.best.endswith(noun):
        return Standalone(before + about.best + after[len(noun) :], True)
    if found.group() in ("该", "上述") or len(found.group()) > 1:
        return Standalone(f"{before}{about.best}的{after}", True)
    return None


def choice_zh(turns: Sequence[Turn]) -> list[str]:
    """The two things a conversation weighs against each other."""
    last = bare(turns[-1].question)
    found = _AND.search(last)
    if found:
        one = re.sub("^(?:请问|买|选择?|用|去|比较)", "", found["one"])
        return [one, found["other"]]
    if len(turns) > 1:
        both = [_what(turn) for turn in turns[-2:]]
        old, new = both
        if old and new and old != new:
            skeletons = [
                bare(turn.question).replace(what, "_")
                for turn, what in zip(turns[-2:], both, strict=True)
            ]
            if skeletons[0] == skeletons[1]:
                return both
    return []


def _what(turn: Turn) -> str:
    if language_of(turn.question) == "zh":
        return about_zh(turn.question).best
    found = topics([turn])
    return found[0].text if found else ""


def _numbered(text: str, found: re.Match[str], turns: Sequence[Turn]) -> Standalone | None:
    """第二个, 后者: what stands there in the list or the choice before."""
    items = listed(turns[-1]) or choice_zh(turns)
    which = found["which"]
    if which in ("两者", "二者", "这两", "这两个"):
        if len(items) != 2:
            return None if which.startswith("这") else _unsure(text, turns)
        put = f"{items[0]}和{items[1]}"
    else:
        if found["n"]:
            if words_zh(text[: found.start()]) and _named_before(
                text[: found.start()], person=False
            ):
                return None
            place = _DIGITS[found["n"]] - 1
        else:
            place = {"前者": 0, "后者": 1}.get(which, len(items) - 1)
        if not 0 <= place < len(items):
            return _unsure(text, turns)
        put = items[place]
    return Standalone(text[: found.start()] + put + text[found.end() :], True)


def _unsure(text: str, turns: Sequence[Turn]) -> Standalone:
    return Standalone(f"{bare(turns[-1].question)}，{text}", True, False)
