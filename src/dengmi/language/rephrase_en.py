"""English ways of asking the same thing, made one: "what is the best way to", "how can you" and
"how do I" are "how to". Words keep their order; what asks, denies, counts or compares stays.
"""

import re

from dengmi.language.plurals import one_of
from dengmi.language.scripts import words_of

_AUX = "do|does|did|is|are|was|were|can|could|should|would|will|has|have|had"
_DENIED = re.compile(rf"\b({_AUX}) not (i|you|we|they|he|she|it|there|people|one)\b")
_PERSON = "i|you|we|one|someone|somebody|anyone|anybody|a person"
_BEST_WAY = re.compile(
    r"(?:(?:what|which) (?:is|are|would be)(?: some(?: of)?)?(?: the| an?)?"
    r"(?: (?:very |single |absolute )?(?:best|good|great))?|(?:the |some )?best)(?: possible)?"
    r" ways?(?: for (?:me|you|us|one|someone|anyone))? (?:to|(?:that )?(?:i|you|we|one) can) "
    rf"|how (?:do|does|can|could|should|would|may|might|must) (?P<who>{_PERSON}) (?:best )?"
    r"(?!not\b)"
    rf"|how (?P<who2>{_PERSON}) (?:can|could|should|may) (?!not\b)"
)
_HOW_TO = re.compile(r"how (?:best )?to (?:best )?")
_WHICH = re.compile(r"^which (?:one )?(?=(?:is|are|was|were) )")
_DO = re.compile(
    r"^((?:how|what|when|where|why|who)(?: (?:many|much|long|often|far|old))?) do(?:es)? "
)
_MODAL = re.compile(
    rf"\b(can|could|should|may|must) ({_PERSON}) |\b(do) ({_PERSON}) (?=(?:need|have) to\b)"
)
_PRICE = re.compile(r"^how much (.+?) costs?$")
_MEAN = re.compile(r"^what (?!be |is |are |was )(.+) means?$")
_MEANT = re.compile(r"^what (?:(?:is|are) meant|(?:you|we|i|one) mean) by ")
_LEARN = re.compile(r"\blearn how to\b")
_COST = re.compile(r"\b(?:price|cost)s? (?=of\b)")
_EMBEDDED = re.compile(r"(what|who|where|when|how|why) ((?!is |are |was |were )[^ ]+(?: [^ ]+)*?)"
                       r" (is|are|was|were)$")  # fmt: skip
_BETWEEN = re.compile(r"\b(differences?|distinctions?) between (.+) and (.+)$")
# "Some fallacies" wants examples, "a fallacy" an explanation; "some causes of it" is its causes.
_SOME = re.compile(
    r"^((?:what|which|who) (?:is|are|was|were)) some (?:of (?=the|your|my|our)|(?=.*\bof\b|best\b))"
)
_TOGETHER = re.compile(r"\b(?:friends|partners|lovers|together|married|each other|one another)\b")
_FIRST = words_of("i me my mine myself we our ours ourselves")
_SECOND = words_of("you your yours yourself")
_ONE = {"me": "one", "we": "one", "i": "one", "you": "one", "my": "the", "our": "the",
        "your": "the", "one's": "the", "myself": "oneself", "ourselves": "oneself",
        "yourself": "oneself", "mine": "ones", "ours": "ones", "yours": "ones"}  # fmt: skip
_WORDS = {
    **{"is": "be", "are": "be", "am": "be", "were": "was", "does": "do", "has": "have"},
    **{"an": "a", "&": "and", "percent": "%", "vs": "versus", "1st": "first", "2nd": "second"},
    **{"3rd": "third", "zero": "0", "two": "2", "three": "3", "four": "4", "five": "5"},
    **{"six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11"},
    **{"twelve": "12", "tv": "television", "info": "information", "favourite": "favorite"},
    **{"colour": "color", "behaviour": "behavior", "centre": "center", "theatre": "theater"},
}
_A_NAME_BEFORE = words_of(
    "vitamin hepatitis plan type grade class group section series level influenza option team"
    " point category schedule exhibit appendix model unit block line part"
)
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_PERCENT = re.compile(r"(?<=\d) ?(?:%|per ?cent\b)")


def rephrased_en(bare: str) -> str:
    """The common form of a bare question."""
    text = _DENIED.sub(r"\1 \2 not", _HYPHEN.sub(" ", bare))
    text = _EMBEDDED.sub(r"\1 \3 \2", text)
    text = _asked_how(_WHICH.sub("what ", text))
    text = _DO.sub(r"\1 ", text)
    text = _PRICE.sub(r"what is cost of \1", text)
    text = _MEANT.sub("what is meaning of ", text)
    text = _MEAN.sub(r"what is meaning of \1", text)
    text = _LEARN.sub("learn to", text)
    text = _COST.sub("cost ", _SOME.sub(r"\1 ", text))
    text = _PERCENT.sub(" %", text)
    words = _canonical(text.split())
    return _BETWEEN.sub(_sorted_pair, " ".join(words)) if "between" in words else " ".join(words)


def _asked_how(text: str) -> str:
    """ "How to" for every way to ask for a way; the person asked about only if there are two."""
    how = _HOW_TO.match(text)
    if how:
        return _impersonal("how to " + text[how.end() :])
    found = _BEST_WAY.match(text)
    if found:
        rest = text[found.end() :]
        who = found["who"] or found["who2"] or ""
        single = _persons(f"{who} {rest}") < 2 and not (who == "we" and _TOGETHER.search(rest))
        return _impersonal(f"how to {rest}") if single else f"how {who} {rest}"
    if _MODAL.search(text) and _persons(text) < 2:
        return _impersonal(_MODAL.sub(_one, text))
    return text


def _one(found: re.Match[str]) -> str:
    return f"{found[1] or found[3]} one "


def _persons(text: str) -> int:
    """Whether a text speaks of me and of you."""
    words = set(text.split())
    return (not words.isdisjoint(_FIRST)) + (not words.isdisjoint(_SECOND))


def _impersonal(text: str) -> str:
    if _persons(text) != 1:
        return text
    return " ".join([_ONE.get(word, word) for word in text.split()])


def _canonical(words: list[str]) -> list[str]:
    kept: list[str] = []
    before = ""
    for n, written in enumerate(words):
        word = _WORDS.get(written, written)
        article = word == "the" or (
            word == "a"
            and before not in _A_NAME_BEFORE
            and n + 1 < len(words)
            and words[n + 1] not in ("few", "little")
        )
        before = written
        if not article:
            kept.append(_bare(word))
    return kept or words


def _bare(word: str) -> str:
    if word.endswith("'s"):
        word = word[:-2]
    return one_of(word)


def _sorted_pair(found: re.Match[str]) -> str:
    first, second = sorted((found[2], found[3]))
    return f"{found[1]} between {first} and {second}"
