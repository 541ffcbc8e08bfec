"""Sentences about the articles: that they do not say something, or that the answer is theirs.

"The articles do not mention the price, but it is 9 euros" says something of its own all the same:
models put there what they know from elsewhere. `beyond` gives that part, to be judged like any other.
"""

import re

_SILENT = re.compile(
    r"\b(?:the|these|those|provided|given) (?:articles?|sources?|sentences?|texts?|passages?)\b"
    r".{0,30}\b(?:do(?:es)? not|don['’]t|doesn['’]t|did not|never) (?:say|mention|state|tell|answer"
    r"|specify|give|cover|explain|provide|contain|include|discuss|address)"
    r"|\b(?:is|are|was) not (?:mentioned|stated|specified|given|covered|said) in (?:the|these)\b"
    r"|(?:文章|文中|资料|原文|这些句子|来源|文章里|文章中)(?:里|中|并|都|也|均)*"
    r"(?:没有?|未|并未|没)(?:有)?(?:提到|提及|说明|说|给出|涉及|回答|介绍|指出|写明|具体|明确)",
    re.IGNORECASE,
)
_DECLINES = re.compile(
    r"\b(?:no|not enough|insufficient) (?:\w+ )?(?:information|mention|details?|answer)\b"
    r"|\b(?:can ?not|can['’]t|could not|couldn['’]t|unable to) (?:be )?"
    r"(?:answer|find|determine|tell|provide)"
    r"|\b(?:is|are|was|were)(?: not|n['’]t) (?:\w+ )?"
    r"(?:mentioned|stated|specified|provided|given|included|covered|available|known)\b"
    r"|\b(?:does|do|did)(?: not|n['’]t) (?:\w+ )?"
    r"(?:mention|state|specify|provide|contain|include|cover|say|answer)\b"
    r"|(?:没有|未|并未|无|沒有|無)(?:明确|具体|明確|具體|直接)?"
    r"(?:提到|提及|提供|说明|給出|给出|涉及|找到|相关|相關|关于|關於|足够|足夠)"
    r"|(?:无法|無法|不能)(?:直接|准确|確定)?(?:回答|确定|確定|得知|判断|判斷|提供)",
    re.IGNORECASE,
)
_ABOUT_ITSELF = re.compile(
    r"^\W*(?:all |both )?(?:this|these|the (?:above|answer|information|steps?)|above)\b[^.]{0,40}"
    r"\b(?:is|are|was|were|comes?)\b[^.]{0,20}\b(?:based on|taken from|derived from|found in|from"
    r"|according to)\b[^.]{0,40}\b(?:articles?|sources?|sentences?|passages?|texts?)\W*$"
    r"|^\W*(?:以上|这些|上述|本)(?:信息|内容|步骤|回答|答案|資訊|內容)?[^。]{0,6}"
    r"(?:来自|來自|基于|根据|根據|出自|引自)[^。]{0,12}(?:文章|来源|來源|资料|句子|原文)[^。]{0,4}[。.]?\W*$",
    re.IGNORECASE,
)

_CLAUSES = re.compile(
    r"[;；，()（）!！。]|[,:：](?!\d)|\s[-–]+\s|[—–]+"
    r"|\b(?:but|however|although|though|while|whereas)\b|但是?|不过|然而|可是",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"\d|[零一二两三四五六七八九十百千万亿]{2,}"
    r"|\b(?:is|are|was|were|it's|has|have|had|will|would|can|could|may|might|must|should|costs?"
    r"|opens?|closes?|usually|typically|generally|normally|often|likely|probably|actually)\b"
    r"|[是为有在由于共达约据需会能]|通常|一般|实际|大概|可以",
    re.IGNORECASE,
)
"""What a clause has that says something: a number or a verb."""
_SAYS_NOTHING = re.compile(
    r"^\W*(?:(?:or|and|nor|neither)\s+)?(?:whether|if|who|whom|whose|what|when|where|why|how)\b"
    r"|^\W*(?:so|thus|hence|therefore)?\W*\b(?:i|we)\b"
    r"|\b(?:unclear|unknown|not (?:clear|known|possible))\b"
    r"|\b(?:please|you (?:\w+ ){0,3}(?:check|ask|contact|consult|visit|refer|look))\b"
    r"|^\W*(?:[和及或也并]|以及)?(?:是否|谁|什么|哪|怎|多少|几)"
    r"|不清楚|未知|不详|不得而知|建议|请|咨询|联系|查询|查看|参考|询问",
    re.IGNORECASE,
)
"""A clause that goes on about what is not said, excuses itself or sends elsewhere."""
_ONLY_SAYS = re.compile(
    r"^(?:(?:but|only|just|and|they|it|does|do)\s+)*(?:(?:say|state|mention|note|tell)s?\s+)?(?:only\s+)?that\s+"
    r"|^[只仅但而并]*(?:提到|提及|说明|指出|写明|说)了?[:：]?",
    re.IGNORECASE,
)


def beyond(sentence: str) -> str:
    """What a sentence says beside that the articles do not say something; all of it where it does
    not say that, "" where it says nothing else."""
    if not is_silent(sentence):
        return sentence
    said = []
    for clause in map(str.strip, _CLAUSES.split(sentence)):
        if declines(clause) or _SAYS_NOTHING.search(clause) or not _STATES.search(clause):
            continue
        said.append(_ONLY_SAYS.sub("", clause))
    return ", ".join(said)


def is_silent(sentence: str) -> bool:
    """Whether a sentence certainly says that the articles do not say something: nothing in them
    could bear that out."""
    return _SILENT.search(sentence) is not None


def declines(sentence: str) -> bool:
    """Whether a sentence reads as if no answer were found. For answers of which nothing is borne
    out: it takes in sentences that may be facts ("the age could not be determined")."""
    return is_silent(sentence) or _DECLINES.search(sentence) is not None


def is_about_itself(sentence: str) -> bool:
    """Whether a sentence of an answer says nothing but where the answer comes from."""
    return _ABOUT_ITSELF.search(sentence) is not None
