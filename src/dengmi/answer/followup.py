"""Completes a question from its conversation, by rules: what a pronoun means, what an ellipsis
leaves out. A question that stands alone is left exactly as it is: a wrong change is worse than a
missed one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dengmi.language.detect import language_of
from dengmi.language.scripts import HAN, words_of

LONGEST = 400
"""Characters of a completed question at the most."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question (in its stand-alone form) and its answer; `titles` are those of the
    articles it cites."""

    question: str
    answer: str = ""
    titles: tuple[str, ...] = ()
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that needs no conversation. `sure` is false where the rules saw that it leans on
    the conversation but could not complete it; `text` is then the best they can do."""

    text: str
    changed: bool = False
    sure: bool = True


_EN_PRONOUN = re.compile(
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there"
    r"|the (?:former|latter|same|first|second|third|last) one|one|ones|both)\b",
    re.IGNORECASE,
)
_ZH_PRONOUN = re.compile(
    "(它们?|他们?|她们?|这些|那些|这个|那个|这里|那里|这种|那种|这儿|那儿|该[文书项地]?|其(?![他它中实余次])|此(?![外时次后前]))"
)
_EN_AND = re.compile(
    r"^(?:and|but|so|ok(?:ay)?|then|also|or)?[\s,]*(?:(?:what|how) about|what if|and|also)"
    r"\s+(.+?)[\s?!.]*$",
    re.IGNORECASE,
)
_ZH_AND = re.compile(
    "^(?:那么?|那|还有|另外|然后|以及|和|再)?[，,\\s]*(.{1,24}?)(?:呢|怎么样|如何)[？?。!！]*$"
)
_EN_BARE = re.compile(
    r"^(?:and |but |so |then )?(why|why not|how|how so|how much|how many|how long|how far|how often"
    r"|when|where|who|which one|which|since when|until when|by whom|what else|anything else"
    r"|tell me more|more|go on|for example|really|is it|are you sure)[\s?!.]*$",
    re.IGNORECASE,
)
_ZH_BARE = re.compile(
    "^(?:那|那么|但|可是|所以)?(为什么|为何|怎么(?:做|办|弄|用)?|如何|多少钱?|多久|多远|多大|什么时候|何时|哪里|在哪里?"
    "|谁|哪个|还有吗|还有呢|然后呢|详细(?:说说|一点|些)?|再说说|具体呢|举个例子|真的吗|几个|几点)[呢吗呀啊]?[？?。!！]*$"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)(?:年)?")
_NAME = re.compile(r"(?<![\w])(?:[A-Z][\w'-]*)(?:\s+(?:of\s+|the\s+)?[A-Z][\w'-]*)*")
_QUESTION_WORD = words_of(
    "What Who When Where Why How Which Is Are Was Were Do Does Did Can Could Should Will Would May"
    " Has Have Had In On At The A An And But So I"
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|should|will|would|has|have|had|may|might|cost|work"
    r"|need|mean|happen|support|use|get|make|take|open|close)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:please\s+)?(?:tell me (?:about|more about)\s+"
    r"|(?:what|who)(?:'s|\s+(?:is|are|was|were))\s+"
    r"|(?:where|when|why|how)\s+(?:is|are|was|were|do|does|did|can|should)\s+(?:i\s+|you\s+|we\s+)?"
    r"|(?:does|do|did|is|are|was|were|can|will)\s+|how (?:much|many|long|far|old|big|tall|deep)"
    r"\s+(?:is|are|was|were|does|do|did)\s+)"
    r"(?P<what>(?:the\s+|a\s+|an\s+)?[^?,.]+?)[?.!\s]*$",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:cost|work|open|close|mean|need|support|start|begin|end|have|get|made|located|called"
    r"|founded|invented|born|die|live|take|happen)\b.*$",
    re.IGNORECASE,
)
_ZH_SUBJECT = re.compile(
    rf"^(?:请问|介绍一下|什么是|谁是|怎样|如何|怎么)?(?P<what>[{HAN}A-Za-z0-9·《》“”\-\s]{{2,20}}?)"
    "(?:的(?:.{1,12})?(?:是|有|为|在)|是|在|有|需要|支持|可以|能|会|要|为什么|怎么|如何|什么时候|何时|多少|几点|叫|位于|"
    "属于|包括|的)"
)


def standalone(question: str, turns: Sequence[Turn]) -> Standalone:
    """The question as it would be asked without the conversation.

    Args:
        question: as asked.
        turns: what was said before, oldest first.
    """
    text = " ".join(question.split())
    if not turns or not text:
        return Standalone(question)
    last = turns[-1]
    zh = language_of(text) == "zh" or (not language_of(text) and last.lang == "zh")
    found = _completed_zh(text, last) if zh else _completed_en(text, last)
    if found is None:
        return Standalone(question)
    if len(found) > LONGEST or found == text:
        return Standalone(question, False, False)
    return Standalone(found, True)


def _completed_en(text: str, last: Turn) -> str | None:  # noqa: PLR0911 - one for each rule
    about = _EN_AND.match(text)
    if about and len(about[1].split()) <= 6 and not _VERB.search(about[1]):
        return _exchanged(about[1], last) or f"{_bare(last.question)} {about[1]}?"
    if _EN_BARE.match(text):
        return f"{_bare(text)}: {last.question}"
    pronoun = _EN_PRONOUN.search(text)
    if pronoun is None:
        return None
    word = pronoun[1].lower()
    if word in ("that", "there", "this", "one", "these", "those") and not _refers(text, pronoun):
        return None
    before = text[: pronoun.start()]
    if _NAME.search(" ".join(w for w in before.split()[1:])):
        return None  # the question itself names who "he" is
    subject = _subject(last)
    if not subject:
        return f"{text} ({_bare(last.question)})"
    own = (
        "'s"
        if word in ("its", "their", "his", "theirs", "hers")
        or (word == "her" and re.match(r"\s+\w", text[pronoun.end() :]))
        else ""
    )
    return f"{before}{subject}{own}{text[pronoun.end() :]}"


def _refers(text: str, pronoun: re.Match[str]) -> bool:
    """Whether "that", "there" or "one" points at something said before."""
    after = text[pronoun.end() :].lstrip().lower()
    before = text[: pronoun.start()].rstrip().lower()
    word = pronoun[1].lower()
    if word == "there":
        return after in ("", "?", ".") or bool(re.match(r"[?.!]*$", after))
    if word == "one":
        return before.endswith(("which", "this", "that", "another"))
    return (
        after == ""
        or after[0] in "?.!,'"
        or re.match(
            r"(?:is|are|was|were|do|does|did|mean|cost|work|happen|one|for|in|on|at|and|or)\b",
            after,
        )
        is not None
    )


def _completed_zh(text: str, last: Turn) -> str | None:
    bare = _ZH_BARE.match(text)
    if bare:
        return f"{_bare(last.question)}，{_bare(text)}？"
    about = _ZH_AND.match(text)
    if about and not _ZH_SUBJECT.match(about[1]) and "什么" not in about[1]:
        topic = re.sub("^(?:那么?|那|如果|要是)", "", about[1])
        return _exchanged(topic, last) or f"{_topic_zh(last)}的{topic}？"
    pronoun = _ZH_PRONOUN.search(text)
    if pronoun is None:
        return None
    subject = _subject(last)
    if not subject:
        return f"{_bare(last.question)}，{text}"
    word = pronoun[1]
    own = subject + ("的" if word == "其" else "")
    if word in (
        "这里",
        "那里",
        "这儿",
        "那儿",
        "它",
        "他",
        "她",
        "它们",
        "他们",
        "她们",
        "其",
        "这个",
        "那个",
        "这些",
        "那些",
    ):
        return f"{text[: pronoun.start()]}{own}{text[pronoun.end() :]}"
    return f"{subject}，{text}"


def _exchanged(new: str, last: Turn) -> str | None:
    """The last question with the one part exchanged that the new one is a parallel of: a year for
    a year, a name for a name."""
    year, old = _YEAR.search(new), _YEAR.search(last.question)
    if year and old:
        swapped = year.group()
        if old.group().endswith("年") and not swapped.endswith("年"):
            swapped += "年"
        return last.question[: old.start()] + swapped + last.question[old.end() :]
    if year and language_of(last.question) != "zh":
        bare = new if new.lower().startswith(("in ", "by ", "for ", "since ")) else f"in {new}"
        return f"{_bare(last.question)} {bare}?"
    if year:
        return f"{new.rstrip('？? ')}{last.question}"
    names = [
        found for found in _NAME.finditer(last.question) if found.group() not in _QUESTION_WORD
    ]
    bare = re.sub(r"^(?:in|for|with|at|on|from)\s+", "", new, flags=re.IGNORECASE)
    if names and _NAME.match(bare):
        found = names[-1]
        return last.question[: found.start()] + bare + last.question[found.end() :]
    return None


def _subject(last: Turn) -> str:
    """What the last question was about."""
    if language_of(last.question) == "zh":
        found = _ZH_SUBJECT.match(last.question)
        return found["what"].strip() if found else ""
    names = [
        found.group()
        for found in _NAME.finditer(last.question)
        if found.group() not in _QUESTION_WORD
    ]
    names = [re.sub(rf"^(?:{'|'.join(_QUESTION_WORD)})\s+", "", name) for name in names]
    if names:
        return max(names, key=len)
    found = _SUBJECT.match(last.question)
    return _TAIL.sub("", found["what"]).strip() if found else ""


def _topic_zh(last: Turn) -> str:
    return _subject(last) or _bare(last.question)


def _bare(question: str) -> str:
    return question.strip().rstrip("？?。.!！ ")
