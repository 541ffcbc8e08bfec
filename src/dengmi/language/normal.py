"""The normal form of a question: what is left when case, width, script, punctuation, politeness
and filler make no difference. Two questions of one normal form are the same question.

It rather keeps too much than too little: numbers, negations, operators and names such as C, C++,
C#, .NET and A* stay distinct.
"""

import re
import unicodedata

from dengmi.language.han import has_han, simplified
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
# Looking first whether there is one at all makes it five times as fast.
_MARKS = re.compile(
    r"(?=[.,;!?:()\[\]{}'~])(?:"
    rf"(?<![^\W_])\.(?![^\W\d_])|(?<=[^\W_])\.(?![^\W_])|\.\.+|(?<![{HAN}]),|,(?![{HAN}])"
    r"|[;!?]+|:(?!\d)|(?<!\d):|(?<=[^\W_])\((?=[^\W_])|(?<=[^\W_])\)"
    r"|(?<!\S)[(\[{](?=[^\W_])|(?<=[^\W_])[\]}]|(?<!\w)'|'(?!\w)|~+(?=\s|$))"
)
_PAUSE = re.compile(rf"(?<=[{HAN}])[ ,.;:!?]++(?=[{HAN}])")
_LONE_DASH = re.compile(r"(?:(?<=\s)|^)-+(?=\s|$)")
_HAN_GAP = re.compile(rf"(?<=[{HAN}]) (?=[^{HAN}\W])|(?<=[^{HAN}\W]) (?=[{HAN}])")

_OPENING = re.compile(
    r"(?:please|pls|(?:hi|hello|hey)(?: there| all| everyone| everybody)?|excuse me|tell me"
    r"|let me know|explain to me"
    r"|(?:can|could|would|will) (?:you|u|anyone|someone|anybody|somebody) (?:please |pls |kindly )?"
    r"(?:tell me|explain(?: to me)?|help me (?:understand|find out))"
    r"|(?:do|does) (?:you|anyone|anybody) know(?= (?:what|who|whom|whose|where|when|why|how|which))"
    r"|i (?:want|would like|wanted|need) to (?:know|ask)|i am wondering|i was wondering"
    r"|i wonder(?= (?:what|who|whom|whose|where|when|why|how|which)))\b(?: |$)"
)
_HAN_OPENING = re.compile(
    "(?:[您你]好(?=[ ,请我啊])啊?|请问一下|请问|请教一下|请教|麻烦问一下|麻烦|劳驾"
    "|我想问一下|我想问问|我想问"
    "|想问一下|想问|我想知道|想知道|我想了解一下|我想了解|想请问一下|想请问|我想请问|问一下|问下"
    "|谁知道(?=什么|怎么|为什么|如何|哪)"
    "|能不能告诉我|能否告诉我|能告诉我|可以告诉我|可不可以告诉我|请告诉我|告诉我|帮我查一下|帮我查"
    "|请帮我查|请(?=介绍|解释|说明|列出|问|简述|告诉|给出|说|讲|谈))[ ,]*"
)
_CLOSING = re.compile(
    "[ ,]*(?:(?<![^ ,])(?:(?<!they )(?<!you )please|pls"
    "|thanks a lot|thanks|thank you very much|thank you|thx)"
    "|吗|呢|啊|呀|嘛|(?<![酒网贴])吧|哦|哈|(?<![什怎多那这要])么"
    "|谢谢[您你]?|多谢|(?<![^ ,吗呢])感谢)$"
)
_REACH = 24
_A_BIT = re.compile(
    "(?<=介绍|解释|说明|了解|查询|说说|讲讲|描述)(?:一下(?!子))+|(?<=[问查讲说看])(?:一下(?!子))+"
)
_PIECE = 512


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
    if text.isascii():  # what the rest comes to for these, in a tenth of the time
        plain = " ".join(text.lower().replace("`", "'").replace('"', "").split())
    else:
        folded = "".join(_folded(text[at : at + _PIECE]) for at in range(0, len(text), _PIECE))
        plain = " ".join(simplified(folded).translate(_QUOTES).split())
    if "'" in plain or "cannot" in plain:
        for pattern, words in _CONTRACTIONS:
            plain = pattern.sub(words, plain)
    if "," in plain:
        plain = _THOUSANDS.sub(lambda found: found.group().replace(",", ""), plain)
    han = has_han(plain)
    bare = _MARKS.sub(" ", _PAUSE.sub(_pause, plain) if han else plain)
    if "-" in bare:
        bare = _LONE_DASH.sub(" ", bare)
    bare = " ".join(bare.split())
    if han:
        bare = _HAN_GAP.sub("", bare)
    return _without_filler(bare, han) if bare else "".join(text.split())


def _folded(piece: str) -> str:
    """Compatibility forms and case away. In pieces, because a long run of combining marks takes
    quadratic time."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", piece).casefold())


def _pause(found: re.Match[str]) -> str:
    """Marks between two Chinese characters as one comma; mere space as nothing."""
    return "," if found.group().strip() else ""


def _without_filler(text: str, han: bool) -> str:
    """The text without politeness at both ends, as long as something is left."""
    start, end = 0, len(text)
    while found := _OPENING.match(text, start, end) or (
        _HAN_OPENING.match(text, start, end) if han else None
    ):
        if found.end() >= end:
            break
        start = found.end()
    while found := _CLOSING.search(text, max(start, end - _REACH), end):
        if found.start() <= start:
            break
        end = found.start()
    kept = text[start:end]
    bare = (_A_BIT.sub("", kept) if han else kept).strip()
    return bare or text
