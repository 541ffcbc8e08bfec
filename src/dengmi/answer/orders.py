"""Sentences of articles that give orders to a language model. They are not shown to one: small
models obey them, and what they then say stands in the article, so that no check can tell. Nor are
they quoted: they answer nobody, and what reads the quotes may be another model.

Told by closed patterns, which know the usual words alone. A sentence that tells a person what to
skip ("ignore the above if you have paid") is none.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from dengmi.core.records import Passage
from dengmi.language.sentences import sentences

_SIGNS = ("ignore", "disregard", "forget", "override", "bypass", "instructions", "prompt")
_SIGNS_ZH = (
    *("忽略", "忽视", "忽視", "无视", "無視", "忘记", "忘記", "忘掉", "不要理会", "抛开"),
    *("指令", "提示词", "提示詞", "系统提示", "系統提示"),
)
"""One of these stands in every order (in small letters): that costs next to nothing to find out,
and hardly any text has one."""

_OTHER = {"ſ": "s", "ı": "i", "i\u0307": "i"}
_OTHER_LETTERS = re.compile("ſ|ı|i\u0307")
"""Letters that a pattern takes for others though they are no capitals of them: small ones."""

_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b(?:\s+\w+){0,3}?\s+"
    r"(?:previous|prior|above|earlier|preceding|foregoing|other|your|system|all)\s+(?:\w+\s+){0,2}?"
    r"(?:instructions?|rules?|prompts?|guidelines|directions|directives|commands?)\b"
    r"|\b(?:ignore|disregard|forget)\s+(?:everything|all|anything)\s+(?:that\s+)?"
    r"(?:above|before|you\b|was\s+said|written\s+(?:above|before))"
    r"|\b(?:do\s+not|don['’]t|never|no\s+longer|stop)\s+(?:follow|obey)(?:ing)?\s+(?:\w+\s+){0,2}?"
    r"(?:previous|prior|earlier|preceding|your|system)\s+(?:\w+\s+)?(?:instructions|prompts?)\b"
    r"|\b(?:reveal|print|output|repeat|show|tell\s+(?:me|us|the\s+\w+))\s+(?:\w+\s+){0,2}?"
    r"(?:your|the)\s+(?:hidden\s+|secret\s+)?system\s+prompt\b"
    r"|(?:忽略|无视|忘记|忘掉|不要理会|抛开|忽視|無視|忘記)[^。！？]{0,6}?"
    r"(?:以上|上述|之前|前面|上面|先前|此前|所有|一切|全部|你的|系统|系統)[^。！？]{0,8}?"
    r"(?:指令|指示|提示词|提示詞|规则|規則|设定|設定|命令)"
    r"|(?:忽略|无视|忘记|忘掉|忽視|無視|忘記)[^。！？]{0,4}?"
    r"(?:以上|上述|之前|前面|上面|先前|此前|所有|一切|全部)[^。！？]{0,6}?(?:内容|內容|文字|信息)"
    r"[，,、；;：:并並且然后後]{0,3}[^。！？]{0,4}?"
    r"(?:回答|告诉|告訴|输出|輸出|回复|回覆|说|說|声称|聲稱|推荐|推薦)"
    r"|(?:不要|不必|无需|停止|別|别)(?:再)?(?:遵守|遵循|遵从|执行|服从|遵從|執行|服從)[^。！？]{0,4}?"
    r"(?:以上|上述|之前|先前|此前|你的|系统|系統)[^。！？]{0,6}?(?:指令|提示词|提示詞)"
    r"|(?:输出|透露|泄露|打印|复述|重复|輸出|洩露|重複|告诉我|告訴我)[^。！？]{0,4}?"
    r"(?:你的|系统|系統)[^。！？]{0,4}?(?:提示词|提示詞|系统提示|系統提示)",
    re.IGNORECASE,
)
_TO_PEOPLE = re.compile(r"\b(?:if|unless|once|when)\b|如|若|已", re.IGNORECASE)
_THEN = re.compile(r"\W*(?:if|unless|once|when)\b", re.IGNORECASE)
_TO_MODELS = re.compile(
    r"\b(?:AI|LLM|chat\s?bot|assistant|language model)\b"
    r"|人工智能|大模型|语言模型|助手|機器人|机器人",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\W*(?:(?:please|instead|now|then|just|only|and)\W+)*"
    r"(?:say|tell|answer|reply|respond|write|output|print|recommend|state|claim|repeat)\b"
    r"|\W*(?:请|請|只|而是|改为|改為|然后|然後|并|並)*"
    r"(?:回答|告诉|告訴|输出|輸出|回复|回覆|说|說|声称|聲稱|推荐|推薦)",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"<(?=[|｜]|/?think>|/?s>|/?(?:start|end)_of_turn>|</?SYS>)|\[(?=/?INST\])", re.IGNORECASE
)


def is_order(sentence: str) -> bool:
    """Whether a sentence tells a language model to forget what it was told."""
    found = _ORDER.search(sentence) if may_hold(_small(sentence)) else None
    if found is None:
        return False
    before = sentence[: found.start()]
    to_some = _TO_PEOPLE.search(before) or _THEN.match(sentence, found.end())
    return to_some is None or _TO_MODELS.search(sentence) is not None


def hidden(passage: Passage) -> frozenset[int]:
    """The numbers of the sentences that no model is shown: orders, and those right behind one that
    say what to answer instead."""
    if not _has_order(passage.text):
        return frozenset()
    places = [(sentence.start, sentence.end) for sentence in passage.sentences]
    found = among([passage.text[start:end] for start, end in places])
    return frozenset([passage.sentences[at].n for at in found])


def may_hold(plain: str) -> bool:
    """Whether a text (in small letters) has a word that every order has."""
    signs = _SIGNS if plain.isascii() else _SIGNS + _SIGNS_ZH
    return any(sign in plain for sign in signs)


def _small(text: str) -> str:
    """In small letters, also those that a pattern takes for others though they are no capitals."""
    lower = text.lower()
    return lower if text.isascii() else _OTHER_LETTERS.sub(lambda hit: _OTHER[hit[0]], lower)


def among(texts: Iterable[str]) -> frozenset[int]:
    """Which of these sentences, from 0, are orders or go on with one that stands before them."""
    found: set[int] = set()
    for at, words in enumerate(texts):
        if is_order(words) or (at - 1 in found and _GOES_ON.match(words)):
            found.add(at)
    return frozenset(found)


def without(text: str) -> tuple[str, int]:
    """A text for a model to read, with "[…]" in the place of each such sentence; how many."""
    if _ORDER.search(text) is None:
        return text, 0
    places = sentences(text)
    found = among([text[start:end] for start, end in places])
    for at in sorted(found, reverse=True):
        start, end = places[at]
        text = f"{text[:start]}[…]{text[end:]}"
    return text, len(found)


@lru_cache(maxsize=4_096)
def _has_order(text: str) -> bool:
    """Of a passage: those of the day are looked at again and again."""
    return may_hold(_small(text)) and _ORDER.search(text) is not None


def harmless(text: str) -> str:
    """A text in which no sign is left that a chat template takes for the end of a message or for
    the beginning of one by somebody else. Some servers read such signs wherever they stand."""
    return _CONTROL.sub(lambda found: f"{found[0]} ", text)
