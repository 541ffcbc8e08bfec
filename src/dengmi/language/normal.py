"""The normal form of a question: what is left when case, width, script, punctuation, politeness
and filler make no difference. Two questions of one normal form are the same question.

It rather keeps too much than too little: numbers, negations, operators and names such as C, C++,
C#, .NET and A* stay distinct.
"""

import re
import unicodedata

from dengmi.language.han import simplified
from dengmi.language.scripts import HAN

_MOST_ROUNDS = 8

_QUOTES = str.maketrans(
    {
        **dict.fromkeys("‘’ʼ`´", "'"),
        **dict.fromkeys('“”„«»《》〈〉「」『』【】〔〕〖〗"', ""),
        **dict.fromkeys("‐‑‒–−", "-"),
        **dict.fromkeys("，、；。！？", ","),
        **dict.fromkeys("…—\u00ad\u200b\u200c\u200d\u2060\ufeff", " "),
    }
)
_CONTRACTIONS = (
    (re.compile(r"\b(ca)n't\b|\bcannot\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"\bshan't\b"), "shall not"),
    (re.compile(r"\b(\w+)n't\b"), r"\1 not"),
    (re.compile(r"\b(what|who|where|when|how|why|it|that|there|here|he|she)'s\b"), r"\1 is"),
    (re.compile(r"\blet's\b"), "let us"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"\b(\w+)'re\b"), r"\1 are"),
    (re.compile(r"\b(\w+)'ve\b"), r"\1 have"),
    (re.compile(r"\b(\w+)'ll\b"), r"\1 will"),
)
_THOUSANDS = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")
# Marks that separate: between letters or digits they may be part of a name or number.
_MARKS = re.compile(
    r"(?<![^\W_])\.(?![^\W\d_])|(?<=[^\W_])\.(?![^\W_])|\.{2,}|[,;!?]+|:(?!\d)|(?<!\d):"
    r"|(?<=[^\W_])\((?=[^\W_])|(?<=[^\W_])\)|(?<!\S)[(\[{](?=[^\W_])|(?<=[^\W_])[\]}]"
    r"|(?<!\w)'|'(?!\w)|~+(?=\s|$)"
)
_LONE_DASH = re.compile(r"(?:(?<=\s)|^)-+(?=\s|$)")
_HAN_GAP = re.compile(rf"(?<=[{HAN}]) (?=[^{HAN}\W])|(?<=[^{HAN}\W]) (?=[{HAN}])")

_OPENING = re.compile(
    r"(?:please|pls|hi|hello|hey|excuse me|tell me|let me know|explain to me"
    r"|(?:can|could|would|will) (?:you|u|anyone|someone|anybody|somebody) (?:please |pls |kindly )?"
    r"(?:tell me|explain(?: to me)?|help me (?:understand|find out))"
    r"|(?:do|does) (?:you|anyone|anybody) know(?= (?:what|who|whom|whose|where|when|why|how|which))"
    r"|i (?:want|would like|wanted|need) to (?:know|ask)|i am wondering|i was wondering"
    r"|i wonder(?= (?:what|who|whom|whose|where|when|why|how|which)))\b(?: |$)"
)
_CLOSING = re.compile(
    r"(?:^| )(?:please|pls|thanks|thank you|thx|thanks a lot|thank you very much)$"
)
_HAN_OPENING = re.compile(
    "(?:[您你]好(?=[ ,请我啊])啊?|请问一下|请问|请教一下|请教|麻烦问一下|麻烦|劳驾"
    "|我想问一下|我想问问|我想问"
    "|想问一下|想问|我想知道|想知道|我想了解一下|我想了解|想请问一下|想请问|我想请问|问一下|问下"
    "|谁知道(?=什么|怎么|为什么|如何|哪)"
    "|能不能告诉我|能否告诉我|能告诉我|可以告诉我|可不可以告诉我|请告诉我|告诉我|帮我查一下|帮我查"
    "|请帮我查|请(?=介绍|解释|说明|列出|问|简述|告诉|给出|说|讲|谈))[ ,]*"
)
_HAN_CLOSING = re.compile(
    "[ ,]*(?:吗|呢|啊|呀|嘛|吧|哦|哈|(?<![什怎多那这要])么|谢谢您?你?|多谢|感谢)$"
)
_A_BIT = re.compile(
    "(?<=介绍|解释|说明|了解|查询|说说|讲讲|描述)一下(?!子)|(?<=[问查讲说看])一下(?!子)"
)


def normal_form(question: str) -> str:
    """The normal form of a question, "" only for a question without a visible character.

    Applying it again changes nothing. What would vanish altogether ("please?") stays.
    """
    form = question
    for _ in range(_MOST_ROUNDS):
        again = _round(form)
        if again == form:
            break
        form = again
    return form


def _round(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    plain = " ".join(simplified(folded).translate(_QUOTES).split())
    for pattern, words in _CONTRACTIONS:
        plain = pattern.sub(words, plain)
    plain = _THOUSANDS.sub(lambda found: found.group().replace(",", ""), plain)
    bare = _LONE_DASH.sub(" ", _MARKS.sub(" ", plain))
    bare = _HAN_GAP.sub("", " ".join(bare.split()))
    return _without_filler(bare) if bare else "".join(text.split())


def _without_filler(text: str) -> str:
    for pattern in (_OPENING, _HAN_OPENING):
        found = pattern.match(text)
        if found and text[found.end() :].strip():
            text = text[found.end() :]
    for pattern in (_CLOSING, _HAN_CLOSING):
        found = pattern.search(text)
        if found and text[: found.start()].strip():
            text = text[: found.start()]
    return _A_BIT.sub("", text).strip() or text
