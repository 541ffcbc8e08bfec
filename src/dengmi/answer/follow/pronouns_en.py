"""What "it", "they", "there" or "the second one" means in an English question."""

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from dengmi.answer.follow.choice_en import choice, numbered, ordinal_in, single
from dengmi.answer.follow.topic import fitting, named, topics
from dengmi.answer.follow.turns import Standalone, Turn, bare
from dengmi.language.classes_en import AUXILIARY, GENERIC, NUMBERED, PREPOSITIONS, TIME
from dengmi.language.phrases_en import Phrase, Token, last_sentence, phrases, tokens
from dengmi.language.plurals import one_of
from dengmi.language.scripts import words_of

_PERSONAL = words_of(
    "it they them he him she its their his her theirs hers it's they're he's she's"
)
_OWNING = words_of("its their his theirs hers")
_POINTING = words_of("this that these those such")
_IDLE_IT = re.compile(
    r"\bit(?:'s|’s)? (?:(?:be|is|was|also|really|still|ever|normally|usually|actually) )*"
    r"(?:(?:too|so|more|very) )?(?:possible|impossible|necessary|true|safe|legal|illegal|ok|okay"
    r"|better|best|good|bad|important|easy|hard|difficult|common|normal|likely|worth|allowed|raining"
    r"|snowing|cold|hot|late|time|healthy|dangerous|cheaper|harder|easier|useful) (?:to|that|for \w+ to"
    r"|if|when|\w+ing)\b"
    r"|\bit (?:takes?|took|costs?|mean|means|seems?|makes? sense|rains?|snows?|matters?|happens?"
    r"|help|helps|hurt)\b(?= (?:to|that|for|if|when|a|an|someone|me|like)\b)"
    r"|\bit take (?:\w+ ){0,4}?to\b|\bit cost (?:\w+ ){0,4}?to\b|\bwhat time is it\b|\bit is\b(?= that\b)"
    r"|\bis it that\b",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"\b(?:common|compare|differ|different|difference|differences|similar|same|both|other)\b",
    re.IGNORECASE,
)
_PLACING = words_of("in at to from near around")
_MOVING = words_of("get go travel drive walk come fly move cycle return sail ride live-to")


def pronouns(text: str, turns: Sequence[Turn]) -> Standalone | None:
    """The question with its pronouns resolved; None where it has none that points back."""
    start = last_sentence(text)
    if not start:
        return _in_sentence(text, turns)
    if phrases(text[:start]):
        return None  # what was said just before the question may be meant
    made = _in_sentence(text[start:], turns)
    return made and replace(made, text=text[:start] + made.text)


def _in_sentence(text: str, turns: Sequence[Turn]) -> Standalone | None:
    words = tokens(text)
    ordinal = ordinal_in(text)
    if ordinal:
        item = numbered(ordinal, turns)
        if item:
            return _put(text, ordinal.start(), ordinal.end(), item)
        at = next((n for n, word in enumerate(words) if word.low == "one"), 0)
        return (_one(text, words, at, turns) if at else None) or _unsure(text, turns)
    for at, word in enumerate(words):
        if word.low in _PERSONAL:
            if _points_back(text, words, at):
                return _resolved(text, words, at, turns)
        elif word.low in _POINTING:
            made = _pointing(text, words, at, turns)
            if made:
                return made
        elif word.low == "there" and _is_place(words, at):
            return _there(text, words, at, turns)
        elif word.low in ("one", "ones") and at and _stands_for_noun(words, at):
            return _one(text, words, at, turns)
    return None


def _points_back(text: str, words: Sequence[Token], at: int) -> bool:
    """Whether a pronoun means something said before this question."""
    word = words[at]
    low = word.low
    if low in ("it", "it's"):
        idle = _IDLE_IT.search(text)
        if idle and idle.start() - 1 <= word.start <= idle.end():
            return False
    before = text[: word.start]
    # The subject of a clause is not its object: "Why did the British continue it?"
    if low not in _OWNING and low != "her" and not _CLAUSE.search(before):
        return True
    fits = [one for one in phrases(before) if not one.of or one.name]
    fits = [one for one in fits if not _COUNTING.search(text[: one.start].rstrip())]
    if low in ("he", "him", "his", "she", "her", "hers", "he's", "she's"):
        return not any(one.name or one.head in _WHO for one in fits)
    if low.startswith("the"):
        return not any(one.many or one.head in _WHO for one in fits) and " and " not in before
    # "it" in a later clause, behind a thing of its own
    return not any(not one.many and (one.name or not one.lead) for one in fits)


_CLAUSE = re.compile(
    r"[,;:]|\b(?:and|but|or|so|if|when|because|while|although|before|after|that|who|which|to|how|why"
    r"|than|as|without|until|since)\b(?!$)(?=.*\S)",
    re.IGNORECASE,
)
"""What may part the clause of a pronoun from that of what it means."""
_COUNTING = re.compile(r"\bhow (?:many|much)$", re.IGNORECASE)
_WHO = words_of(
    "author founder inventor writer president king queen someone person man woman child people team"
    " company band group family actor singer player employee user customer student everyone anyone"
)


def _resolved(text: str, words: Sequence[Token], at: int, turns: Sequence[Turn]) -> Standalone:
    word = words[at]
    low, _, tail = word.low.partition("'")
    after = words[at + 1].low if at + 1 < len(words) else ""
    own = low in _OWNING or (low == "her" and after[:1].isalpha() and after not in PREPOSITIONS
                             and after not in AUXILIARY)  # fmt: skip
    meant, sure = _meant(text, low, turns)
    if not meant:
        return _unsure(text, turns)
    new = _owned(meant) if own else meant
    if tail:
        new += {"s": " is", "re": " are"}.get(tail, f" {tail}")
    return _put(text, word.start, word.end, new, sure)


def _meant(text: str, low: str, turns: Sequence[Turn]) -> tuple[str, bool]:
    """What a pronoun means, and whether that is sure."""
    person = low in ("he", "him", "his", "she", "her", "hers")
    name = named(turns[-1])
    if name and (
        person or (low in ("it", "its") and not turns[-1].question.lower().startswith("who"))
    ):
        return name, True
    if low in ("they", "them", "their") and _BOTH.search(text):
        both = choice(turns)
        if both:
            return f"{both[0]} and {both[1]}", True
    known = {one_of(word.low) for word in tokens(text)}
    found = [one for one in topics(turns) if not _said(one, known)]
    ranked = fitting([one for one in found if not one.of], low) or fitting(found, low)
    return (ranked[0].text, len(ranked) == 1) if ranked else ("", False)


def _said(one: Phrase, known: Set[str]) -> bool:
    """Whether a question says a phrase itself."""
    return {one_of(word) for word in one.bare.lower().split()} <= known


def _pointing(
    text: str, words: Sequence[Token], at: int, turns: Sequence[Turn]
) -> Standalone | None:
    """ "this method", "those", "that"."""
    word = words[at]
    after = words[at + 1].low if at + 1 < len(words) else ""
    ends = not after or not after[0].isalnum()
    if after in ("one", "ones"):
        return _replaced(text, word.start, words[at + 1].end, word.low, turns)
    if word.low == "that" and at and not ends and words[at - 1].low not in AUXILIARY:
        if words[at - 1].low not in PREPOSITIONS or after in ("i", "you", "we", "they", "it"):
            return None  # that … is, that he …
    if after in TIME or after in (
        "time",
        "day",
        "days",
        "century",
        "much",
        "many",
        "long",
        "far",
        "way",
    ):
        return None
    if ends or after in AUXILIARY or after in PREPOSITIONS or after in _AFTER_THIS:
        if word.low == "such" or (at and not _points_back(text, words, at)):
            return None
        made = _replaced(text, word.start, word.end, word.low, turns)
        # "Who decided that?" means all of it, and only a part is put in.
        return replace(made, sure=False) if ends and at else made
    return _with_noun(text, words, at, turns)


_AFTER_THIS = words_of(
    "mean happen work cost affect help compare differ apply change come last make take look sound"
    " and or really actually also usually still ever just even different important common possible"
    " bad good true safe dangerous legal called used done made caused related allowed"
)


def _with_noun(
    text: str, words: Sequence[Token], at: int, turns: Sequence[Turn]
) -> Standalone | None:
    """ "this method": the method that was spoken of."""
    word = words[at]
    run = next((one for one in phrases(text) if one.start == word.start), None)
    if run is None or run.name or phrases(text[: word.start]):
        return None
    noun = run.head
    found = topics(turns)
    same = next(
        (one for one in found if noun in {one_of(w) for w in one.bare.lower().split()}), None
    )
    if same:
        return _put(text, run.start, run.end, same.text)
    best = next((one for one in found if not one.of), None)
    if best is None:
        return None
    if noun in GENERIC and len(run.text.split()) == 2:
        name = named(turns[-1])
        put = name or best.text
        return _put(text, run.start, run.end, put)
    said = re.sub(r"^\w+", "the", run.text)
    said = said if run.start else said[0].upper() + said[1:]
    return Standalone(f"{text[: run.start]}{said} of {best.text}{text[run.end :]}", True)


def _replaced(text: str, start: int, end: int, low: str, turns: Sequence[Turn]) -> Standalone:
    meant, sure = _meant(text, low, turns)
    if not meant:
        return _unsure(text, turns)
    return _put(text, start, end, meant, sure)


def _is_place(words: Sequence[Token], at: int) -> bool:
    """Whether "there" is a place said before, and no "there is"."""
    after = words[at + 1].low if at + 1 < len(words) else ""
    before = words[at - 1].low if at else ""
    if after in AUXILIARY or before in AUXILIARY:
        return False
    return at > 0 and not (after[:1].isalpha() and after not in PREPOSITIONS and after not in TIME)


def _there(text: str, words: Sequence[Token], at: int, turns: Sequence[Turn]) -> Standalone:
    word = words[at]
    before = {one.low for one in words[:at]}
    places = [one for one in topics(turns) if one.name and one.lead in _PLACING]
    meant = places[0].text if places else _meant(text, "it", turns)[0]
    if not meant:
        return _unsure(text, turns)
    lead = "" if words[at - 1].low in PREPOSITIONS else "to " if before & _MOVING else "in "
    return Standalone(f"{text[: word.start]}{lead}{meant}{text[word.end :]}", True)


def _stands_for_noun(words: Sequence[Token], at: int) -> bool:
    before = words[at - 1].low
    after = words[at + 1].low if at + 1 < len(words) else ""
    if words[at].low == "one" and before in ("which", "become", "becoming", "get", "buy", "have",
                                             "make", "need", "choose", "use", "find"):  # fmt: skip
        return after != "of" and not (after.isalpha() and before != "which")
    if before in ("the", "a", "which") or words[at - 2].low in ("a", "an", "the", "which"):
        return (
            after not in ("of", "who", "that") and before not in AUXILIARY and before[0].isalnum()
        )
    return words[at].low == "ones" and after != "of"


def _one(text: str, words: Sequence[Token], at: int, turns: Sequence[Turn]) -> Standalone | None:
    """ "a new one", "which one", "the first one": the noun is put in its place."""
    known = {one_of(word.low) for word in words}
    before = words[at - 1].low
    if before == "which":
        return None  # the missing alternatives are added elsewhere
    if any(not one.name and one.start < words[at].start for one in phrases(text[: words[at].start])
           if len(one.bare.split()) > 1 or not re.search(rf"\b{re.escape(before)}$", one.text)):  # fmt: skip
        return None
    found = sorted(topics(turns), key=lambda one: one.name)
    best = next((one for one in found if one.head not in known), None)
    if best is None or (best.name and before in NUMBERED):
        return None
    alone = (
        before not in ("the", "a", "an", "this", "that")
        and words[at].low == "one"
        and (words[at - 2].low not in ("a", "an", "the") or before in ("become", "becoming"))
    )
    noun = best.text if alone and not best.many else best.bare
    if not alone and words[at].low == "one" and best.many:
        noun = single(noun)
    return Standalone(text[: words[at].start] + noun + text[words[at].end :], True)


def _put(text: str, start: int, end: int, new: str, sure: bool = True) -> Standalone:
    """The question with a part exchanged; with a capital where it begins with it."""
    new = new if start else new[:1].upper() + new[1:]
    return Standalone(text[:start] + new + text[end:], True, sure)


def _owned(meant: str) -> str:
    if meant.endswith(("'s", "’s", "s'")):
        return meant
    return f"{meant}'" if meant.endswith("s") and meant[-2:] not in ("ss", "us") else f"{meant}'s"


def _unsure(text: str, turns: Sequence[Turn]) -> Standalone:
    """It leans, and nothing says on what: the last question goes along."""
    return Standalone(f"{bare(text)} ({bare(turns[-1].question)})?", True, False)
