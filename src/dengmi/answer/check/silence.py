"""Sentences about the articles: that they do not say something, or that the answer is theirs."""

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
