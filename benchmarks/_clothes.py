"""The same question in other clothes: what people change without asking for anything else.

Each kind is a function from a question to the same question written otherwise, or to the question
itself where it does not apply. Which of several ways is taken follows from the question alone.
"""

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache

Change = Callable[[str], str]


def _pick(ways: Sequence[str], question: str) -> str:
    return ways[zlib.crc32(question.encode()) % len(ways)]


def _ways(text: str) -> tuple[str, ...]:
    """Ways to say it, "{}" standing for the question."""
    return tuple(text.split(" | "))


def _bare(question: str) -> str:
    return question.strip().rstrip("?？。.!！ ")


_OPENS = re.compile(
    r"(?:what|who|whom|whose|where|when|why|how|which|in|on|at|is|are|was|were|do|does|did|can)\b",
    re.IGNORECASE,
)


def _lower_first(question: str) -> str:
    return question[0].lower() + question[1:] if _OPENS.match(question) else question


# -- every language


def cased(question: str) -> str:
    """Upper or lower case."""
    return _pick((question.lower(), question.upper()), question)


def marked(question: str) -> str:
    """Other punctuation and spacing."""
    bare = _bare(question)
    return _pick(
        (bare, f"{bare} ?", f"{bare}???", f" {bare} ?!", f"“{bare}？”", f"{bare}."), question
    )


def wide(question: str) -> str:
    """Full-width letters, digits and signs."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in question)


# -- English

_SHORT = (
    (r"\b(what|who|where|when|how|why) is\b", r"\1's"),
    (r"\b(did|does|do|is|are|was|were) not\b", r"\1n't"),
    (r"\bcan not\b|\bcannot\b", "can't"),
    (r"\bI am\b", "I'm"),
    (r"\b(they|we|you) are\b", r"\1're"),
)
_LONG = (
    (r"\b(what|who|where|when|how|why)['’]s\b", r"\1 is"),
    (r"\b(did|does|do|is|are|was|were)n['’]t\b", r"\1 not"),
    (r"\bcan['’]t\b", "cannot"),
    (r"\bI['’]m\b", "I am"),
)


def contracted(question: str) -> str:
    """Contractions made or undone, now and then without the apostrophe."""
    for pairs in (_SHORT, _LONG):
        changed = question
        for pattern, words in pairs:
            changed = re.sub(pattern, words, changed, flags=re.IGNORECASE)
        if changed != question:
            lost = zlib.crc32(question.encode()) % 3 == 0 and pairs is _SHORT
            return changed.replace("'", "") if lost else changed
    return question


_NOUN = re.compile(
    r"\b(the|an?) ([a-z]{4,}[^\W\ds])(?= (?:of|in|to|for|on|at|from|that|is|was|did"
    r"|does|by|with|and)\b|\?)"
)


def plural(question: str) -> str:
    """One noun made many."""

    def many(found: re.Match[str]) -> str:
        word = found[2]
        if word.endswith(("ch", "sh", "x", "z")):
            word += "es"
        elif word.endswith("y") and word[-2] not in "aeiou":
            word = word[:-1] + "ies"
        else:
            word += "s"
        return f"the {word}" if found[1] == "the" else word

    return _NOUN.sub(many, question, count=1)


_POLITE = _ways(
    "Please tell me: {}? | Could you please tell me {}? | Hi, {}? | "
    "Hello there, {}? Thanks! | Can you tell me {}? | I'd like to know {}. | "
    "Excuse me, {}? | Do you know {}? | {}, please? | {}? Thank you very much! | "
    "I was wondering, {}? | Would you mind telling me {}? | Can anyone explain {}? | "
    "I want to know {} | Good morning! {}? | Sorry to bother you, {}? | "
    "Does anyone know {}? | {}? Thanks in advance. | May I ask {}? | Kindly tell me {}. | "
    "Could someone help me out: {}? | Would you be able to tell me {}? | "
    "Hey, quick one - {}? | I'd appreciate it if you could tell me {}. | "
    "If you don't mind, {}? | Please, {}? | My question is: {}? | I've always wondered {}. | "
    "{}? Appreciate it. | {} — thank you! | {}, if you know? | Could you let me know {}? | "
    "Can you please explain {}? | Do you have any idea {}? | I am trying to find out {} | "
    "Would you kindly tell me {}? | Hello! Could you help me? {}? | hi, can u tell me {} | "
    "Could you tell me please {}? | Can I ask you something? {}? | Pardon me, but {}? | "
    "Just out of curiosity, {}? | May I know {}? | Tell me {} | So tell me, {}? | "
    "Real quick: {}? | Hey guys, {}? | Anyone know {}? | Could you possibly tell me {}? | "
    "I wonder {} | I need to know {} | Please let me know {}. | {} please and thank you | "
    "{}? Cheers! | {}? Thx | {} thanks!! | To be honest, {}? | You know, {}? | "
    "Let me ask you: {}? | One question: {}? | Could I please ask {}? | Please answer: {}? | "
    "Please advise {}. | I'm wondering {}? | I would be grateful if you could tell me {}. | "
    "Does anybody happen to know {}? | Well then, {}? | Okay, {}? | Er, {}? | Like, {}? | "
    "You see, {}? | {}, pray tell? | For starters, {}? | Honestly, {}? | Good day. {}? | "
    "Can you help me understand {}? | I am interested in knowing {} | "
    "I'm looking for information: {}? | Give me an answer: {}? | Explain to me {} | "
    "I'd love to know {}! | I really want to know {} | Kindly explain {} | "
    "Hello friend, {}? | Can you give me the answer: {}? | "
    "Would it be possible to tell me {}? | I'm not sure {} | Any chance you know {}? | "
    "Help! {}? | Got a question for you: {}? | This might be a silly question, but {}? | "
    "Could you remind me {}? | I forgot, {}? | I keep wondering {}. | Quick one: {}? | "
    "Yo, {}? | Sir, {}? | Please could you say {}? | {}? Please help. | "
    "{}? I'd be grateful. | {}? Let me know! | {} (just curious)? | {}... thanks! | "
    "Ok, {}? | Alright, {}? | Hmm, {}? | Just to confirm, {}? | {}? TIA | "
    "I need an answer to this: {}? | Can I please know {}? | Do you guys know {}? | "
    "I have been meaning to ask: {}? | Might you know {}? | What I want to know is {} | "
    "Can anybody tell me {}? | Please explain {}. | Could you explain {} please? | "
    "Good evening, {}?"
)


def polite(question: str) -> str:
    """Words of politeness around it."""
    return _pick(_POLITE, question).format(_lower_first(_bare(question)))


_FILLED = _ways(
    "So, {}? | Well, {}? | Um, {}? | OK so {}? | {} exactly? | {}, actually? | "
    "By the way, {}? | Quick question: {}? | Just wondering, {}? | I'm curious, {}? | "
    "Hmm... {}? | Basically, {}? | I have a question. {}? | Any idea {}? | Anyway, {}? | "
    "{}, do you know? | {}, right? | {} tho? | {} again?"
)


def filled(question: str) -> str:
    """Filler words."""
    return _pick(_FILLED, question).format(_lower_first(_bare(question)))


_HOW = re.compile(
    r"^(?:How (?:do|can|could|should) (?:I|you|we|one)|How to) (?=\w)(?!not\b)", re.IGNORECASE
)
_WAYS = (
    "What is the best way to ",
    "How do I ",
    "How can I ",
    "How do you ",
    "how to ",
    "How can you ",
    "What's the best way to ",
    "What are the best ways to ",
    "How should I ",
    "How can one ",
    "What is a good way to ",
    "Best way to ",
)


def best_way(question: str) -> str:
    """Another way to ask how."""
    return _HOW.sub(_pick(_WAYS, question), question)


# -- Chinese


@cache
def _converter(name: str) -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC(name).convert
    return convert


def traditional(question: str) -> str:
    """Traditional characters as in general, in Taiwan or in Hong Kong."""
    return _converter(_pick(("s2t", "s2tw", "s2hk"), question))(question)


def han_marked(question: str) -> str:
    """Other punctuation and spacing."""
    bare = _bare(question)
    spaced = re.sub(r"(?<=[一-鿿])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[一-鿿])", " ", bare)
    return _pick(
        (bare, f"{bare}?", f"{bare}？？", f"{bare}。", f"{spaced}？", f"“{bare}？”"), question
    )


_HAN_POLITE = _ways(
    "请问{}？ | 请问一下，{}？ | 你好，{}？ | 您好，请问{}？谢谢！ | 麻烦问一下{} | "
    "我想知道{}。 | 能告诉我{}吗？ | 请告诉我{} | 想请教一下，{}？ | {}？谢谢 | "
    "不好意思，{}？ | 请教一下{} | 可以告诉我{}吗 | 有谁知道{}？ | 我想了解一下{} | "
    "打扰一下，{}？ | 大家好，请问{}？ | 能不能说一下{}？ | {}？谢谢您！ | 帮忙查一下{} | "
    "小编，{}？ | 问一下大家{} | 我有个问题，{}？ | 劳驾，{}？ | 想咨询{} | 可否告知{} | "
    "烦请告知{} | 求大神解答，{}？ | 求问{} | 谁能告诉我{} | 您能告诉我{}吗？ | "
    "帮我查一下{} | 请您回答{} | 有人知道{}吗？ | {}，谢谢啦 | {}，拜托了 | 想了解{} | "
    "请解释一下{} | 请简单说说{} | 帮我看看{} | 麻烦您告诉我{} | 麻烦告诉我{}，谢谢 | "
    "我想问一下，{} | 我想请问{} | 请帮我解答{} | {}呢，谢谢 | 请问您知道{}吗 | "
    "你知道{}吗？ | 能否告诉我{} | 能不能告诉我{} | 可不可以告诉我{} | 能帮我查一下{}吗 | "
    "可以帮我看一下{}吗 | 请指教，{}？ | 有个问题想请教，{} | 嘿，{}？ | 哈喽，{}？ | "
    "Hi，{}？ | 在吗？{}？ | 您好！我想咨询一下{}。 | 我特别想知道{} | 很想知道{} | "
    "好奇问一下，{} | 顺便问一下{} | 对了{} | 请教个问题，{} | 老师，{}？ | 各位，{}？ | "
    "朋友们，{}？ | 急，{} | {}，急！ | {}，在线等 | {}，求解 | {}求告知 | 说说{} | 讲讲{} | "
    "告诉我{} | 介绍一下{} | 我不知道{} | 我想搞清楚{} | 想弄明白{} | 敢问{} | "
    "你好呀，{}？ | 您好啊，{}？ | 问大家一个问题，{}？ | 想问问大家{} | 麻烦大家告诉我{} | "
    "请大家告诉我{} | 有懂的吗，{}？ | 求科普，{} | 求指点，{}？ | 小白提问：{}？ | "
    "萌新求问{} | 有没有大佬知道{} | 各位大佬，{}？ | 请问各位{} | 请问老师，{}？ | "
    "请问客服{} | 帮我解答一下{} | 帮忙解答一下{} | 可以请问一下{}吗 | 可以问一下{}吗 | "
    "方便告诉我{}吗 | 能说说{}吗 | 有人能告诉我{}吗 | 突然想知道{} | 我一直想知道{} | "
    "忘了{} | 想确认一下{} | 再问一下{} | 嗨，{}？ | {}？谢谢解答 | {}？感谢感谢 | "
    "{}？求解！ | {}？辛苦了 | {}，急急急 | {}哈 | {}咧"
)


def han_polite(question: str) -> str:
    """Words of politeness around it."""
    return _pick(_HAN_POLITE, question).format(_bare(question))


_HAN_FILLED = _ways(
    "{}呢？ | {}啊 | {}呀？ | 嗯，{}？ | 那个，{}？ | 话说{}？ | 其实我想问，{} | {}来着？ | "
    "对了，{}？ | 我就想问问{} | {}哦？ | 哎，{}？ | {}呀 | 那么{}？ | 所以{}？ | 那{}？ | "
    "好奇{} | 到底{}？ | 究竟{}？ | {}的呢 | {}嘞"
)


def han_filled(question: str) -> str:
    """Filler words."""
    return _pick(_HAN_FILLED, question).format(_bare(question))


_HAN_WAYS = (
    ("什么时候", ("何时", "啥时候", "什么时间")),
    ("何时", ("什么时候",)),
    ("为什么", ("为何", "为啥")),
    ("为何", ("为什么",)),
    ("如何", ("怎么", "怎样")),
    ("怎样", ("如何",)),
    ("怎么", ("如何", "怎样")),
    ("哪里", ("什么地方", "哪儿")),
    ("什么地方", ("哪里",)),
    ("多长时间", ("多久",)),
    ("多久", ("多长时间",)),
    ("是谁", ("是哪位",)),
    ("谁", ("什么人",)),
    ("什么", ("啥",)),
    ("多少钱", ("什么价格",)),
)


def han_otherwise(question: str) -> str:
    """Another word that asks the same."""
    for word, ways in _HAN_WAYS:
        if word in question:
            return question.replace(word, _pick(ways, question), 1)
    return question


ENGLISH: Mapping[str, Change] = {
    "case": cased,
    "punctuation": marked,
    "full-width": wide,
    "contractions": contracted,
    "plurals": plural,
    "politeness": polite,
    "fillers": filled,
    "best way to": best_way,
}
CHINESE: Mapping[str, Change] = {
    "punctuation": han_marked,
    "full-width": wide,
    "Traditional": traditional,
    "politeness": han_polite,
    "fillers": han_filled,
    "如何 = 怎么 …": han_otherwise,
}
