"""One form for one and many: book and books, box and boxes, movie and movies.

For comparing words only: what comes out is not always a word ("cache" and "caches" give "cach").
Stems would go too far here: they make one of universe and university.
"""

from functools import lru_cache

from dengmi.language.scripts import words_of

_IRREGULAR = {
    **{"men": "man", "women": "woman", "children": "child", "people": "person", "mice": "mouse"},
    **{"feet": "foot", "teeth": "tooth", "geese": "goose", "wolves": "wolf", "knives": "knife"},
    **{"wives": "wife", "halves": "half", "shelves": "shelf", "thieves": "thief"},
    **{"criteria": "criterion", "phenomena": "phenomenon"},
}
# They end in s and are something else without it.
_KEPT = words_of(
    "news always perhaps series species means goods arms customs https mars windows pandas"
    " securities besides sometimes afterwards towards"
)
_VOWELS = frozenset("aeiouy")
_HISSING = ("s", "x", "z", "ch", "sh", "o")


@lru_cache(maxsize=1 << 14)
def one_of(word: str) -> str:
    """The common form of a lower-case word and its plural.

    Short words, abbreviations (aws, https) and words in -ss, -us, -is stay as they are.
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not (word.isascii() and word.isalpha()) or word in _KEPT:
        return word
    if _VOWELS.isdisjoint(word):
        return word
    if word.endswith(("ies", "ie")) and len(word) > 5 - (word[-1] == "e"):
        return word[: word.rindex("ie")] + "y"
    if word[-1] == "s" and word[-2] not in "sui":
        word = word[:-1]
    bare = word.removesuffix("e")
    return bare if len(bare) > 3 and bare.endswith(_HISSING) else word
