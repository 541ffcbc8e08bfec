"""What is said of a number right before or behind it: at least, at the most, about."""

import re
from typing import Literal

Bound = Literal["", "least", "most"]
"""Whether a number is said to be the least or the most."""

_LEAST = re.compile(
    r"(?:at least|(?:never|not|nothing|none) within|no closer than|no (?:less|fewer) than|not (?:less|fewer) than|minimum of|more than|over|above"
    r"|exceed(?:s|ed|ing)?|older than|longer than|higher than|greater than|min(?:imum)?\.?"
    r"|至少|最少|不少于|不低于|不得低于|不得少于|不小于|超过|超|高于|多于|大于|逾|年满|(?<![不未])满"
    r"|起码)[^\w\n]{0,2}"
    r"(?:the |a |an |about |约|为|有|需|要|达|达到|是)?$"
)
_MOST = re.compile(
    r"(?:at (?:the )?most|(?:no|not|never) (?:more|longer|later|older|higher) than|up to|under"
    r"|below"
    r"|less than|fewer than"
    r"|within|maximum of|limited to|younger than|shorter than|lower than|as many as|as much as"
    r"|(?:not|never|n't|cannot) (?:exceed|be (?:more|older|higher|longer) than)(?: \w+)?"
    r"|at most|max(?:imum)?\.?|至多|最多|不超过|不得超过|不能超过|不应超过"
    r"|不可超过|不要超过|不高于|不能高于|不得高于"
    r"|不多于|不大于|不到|不足|不满|(?<![不得能应])(?:低于|少于|小于)|未满|上限|限|控制在)[^\w\n]{0,2}"
    r"(?:the |a |an |about |约|为|有|是|每天|每年)?$"
)
_DURING = re.compile(r"\b(?:over|within|in) (?:the |a |an )?$")
_AHEAD = re.compile(r" (?:before|ahead|in advance|prior|beforehand)\b|[之以]?前")
_LEAST_AFTER = re.compile(
    r" ?(?:\w+ ){0,2}?(?:or (?:more|newer|later|older|above|higher|longer|greater)|and (?:above"
    r"|over|newer|later|up)\b"
    r"|at (?:the )?least\b)"
    r"|\+|[个名位人家周岁元]*?(?:及?以上|或以上|或更多|及更高|起(?![火伏床步点草诉来]))"
)
_MOST_AFTER = re.compile(
    r" ?(?:\w+ ){0,2}?(?:or (?:less|fewer|earlier|younger|below|shorter|lower)\b|at (?:the"
    r" )?most\b|and (?:under|below)\b)"
    r"|[个名位人家周岁元]*?(?:及?以下|以内|之内|或以下|内(?![容部心外蒙存地科衣]))"
)
_ABOUT = re.compile(
    r"(?:about|around|approximately|approx\.?|roughly|nearly|almost|some|close to|more than|over"
    r"|circa"
    r"|~|约|大约|大概|近|将近|接近|左右|上下|逾|超过|几乎|差不多|超)[^\w\n]?(?:the |为|有|达)?$"
)
_ABOUT_AFTER = re.compile(r" ?(?:or so\b|左右|上下)|[多余]")


def bound_of(before: str, after: str, measure: str) -> Bound:
    """Whether the words around a number make it the least or the most.

    Args:
        before, after: what stands before and behind it.
        measure: what it measures.
    """
    if measure == "time" and (_AHEAD.match(after) or _DURING.search(before)):
        return ""  # two hours before, at least and at the most, and over three years may be one
    if _MOST.search(before) or _MOST_AFTER.match(after):
        return "most"
    return "least" if _LEAST.search(before) or _LEAST_AFTER.match(after) else ""


def is_about(before: str, after: str) -> bool:
    """Whether the words around a number make it one of about that size."""
    return bool(_ABOUT.search(before) or _ABOUT_AFTER.match(after))
