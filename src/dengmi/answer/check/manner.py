"""How a claim tells it beside its sentences, by the small words that other rules leave out: only,
because, before, must, still … What these mean in a given claim is left to the trees."""

import re
from collections.abc import Sequence
from functools import lru_cache

from dengmi.answer.check.reading import Read

_CLASSES = (
    ("only", r"only|just|solely|alone|merely|exclusively", r"只|仅|唯一|单独"),
    ("cause", r"because|since|due|owing|thanks|therefore|so that|in order|reason|cause[sd]?",
     r"因为|由于|因此|所以|为了|导致|原因|是因|以便|使得"),
    ("before", r"before|until|till|prior|earlier|early|ahead|by the time", r"[之以]前|直到|[提早]|才"),
    ("after", r"after|afterwards|once|later|following|then|since", r"[之以]?后|随即|接着|再|晚"),
    ("more", r"more|most|higher|larger|longer|greater|over|above|exceed\w*|increas\w*|gr[eo]w\w*|rose|risen|up",
     r"更|超|多|高于|增|涨|升|以上"),
    ("less", r"less|fewer|least|lower|smaller|shorter|under|below|fell|fall\w*|drop\w*|declin\w*|down",
     r"更少|不到|不足|少|低|减|降|跌|以下|以内"),
    ("must", r"must|ha[sd] to|have to|needs?|required?|requires|should|obliged|compulsory",
     r"必须|应|须|需|得|强制"),
    ("may", r"may|can|could|allowed|able|free to|permitted|optional", r"可以|能|可|允许|准"),
    ("ever", r"always|never|every|each|any|all|no|none|nobody|entirely|completely|whole",
     r"总|从[不未没]|一直|任何|所有|全|都|每|完全|凡"),
    ("some", r"some|many|several|part|partly|often|usually|mostly|few|most|half|sometimes|almost|nearly",
     r"有些|一些|部分|多数|大多|有的|往往|通常|半|几乎|少数|常"),
    ("same", r"same|equal\w*|both|also|too|as well|alike|together", r"也|同|一样|相同|一起|均"),
    ("still", r"still|already|yet|no longer|any more|anymore|again|currently|now", r"仍|还|已|不再|目前|现在|又"),
    ("plan", r"will|would|plan\w*|expect\w*|intend\w*|going to|hope\w*|next", r"将|会|计划|预计|打算|拟|明年"),
    ("maybe", r"might|perhaps|probably|likely|may|suggest\w*|appear\w*|seem\w*|could|estimat\w*",
     r"可能|也许|或许|大概|据说|似乎|估计|疑"),
    ("but", r"but|although|though|however|despite|unless|except|without|instead|rather",
     r"但|虽|尽管|除非|除|却|而是|没有|反"),
    ("no", r"no|not|never|none|cannot|\w+n['’]t|neither|nor|without", r"不|没|未|无|非|别|勿"),
    ("done", r"by|from|got|received?|receives|given|told|been", r"被|由|受|让|给|获|遭|向|对"),
    ("than", r"than|compared|as \w+ as|twice|double\w*|half", r"比|倍|超过|高于|低于|不如"),
    ("self", r"himself|herself|themselves|itself|own|he|she|they|his|her|their", r"自己|本人|亲自|他|她"),
    ("first", r"first|last|latest|earliest|oldest|newest|original\w*|\w{3,}est", r"第一|首|最"),
)  # fmt: skip
"""(name, English words, Chinese signs) of each class."""

NAMES = tuple(f"more_{name}" for name, _, _ in _CLASSES)
_HEADS = tuple(
    re.compile("|".join(re.split(r" |\['", each)[0] for each in en.split("|")))
    for _, en, _ in _CLASSES
)
"""What the first word of each English phrase of a class looks like."""

_ANY_HEAD = re.compile("|".join(head.pattern for head in _HEADS))
_WORD = re.compile(r"\w+")
_ENGLISH = tuple(re.compile(rf"\b(?:{en})\b") for _, en, _ in _CLASSES)
_PATTERNS = tuple(re.compile(rf"\b(?:{en})\b|{han}") for _, en, han in _CLASSES)


def manner(claim: Read, sources: Sequence[Read]) -> tuple[float, ...]:
    """For each class how many more words of it the claim has than its sentences: -1, 0 or 1, or 0.5
    where both have some and the claim more."""
    mine = _counts(claim.lower)
    theirs = [sum(counts) for counts in zip(*(_counts(s.lower) for s in sources), strict=True)]
    theirs = theirs or [0] * len(mine)
    return tuple([_beside(one, other) for one, other in zip(mine, theirs, strict=True)])


@lru_cache(maxsize=2048)
def _counts(lower: str) -> tuple[int, ...]:
    if not lower.isascii():
        return tuple([len(pattern.findall(lower)) for pattern in _PATTERNS])
    begun = set().union(*map(_classes_begun, _WORD.findall(lower)))
    return tuple([len(each.findall(lower)) if n in begun else 0 for n, each in enumerate(_ENGLISH)])


@lru_cache(maxsize=1 << 13)
def _classes_begun(word: str) -> tuple[int, ...]:
    """The classes that have an English phrase which may begin with a word."""
    if _ANY_HEAD.fullmatch(word) is None:
        return ()
    return tuple([n for n, head in enumerate(_HEADS) if head.fullmatch(word)])


def _beside(mine: int, theirs: int) -> float:
    if not mine or not theirs:
        return float((mine > 0) - (theirs > 0))
    return 0.5 if mine > theirs else 0.25
