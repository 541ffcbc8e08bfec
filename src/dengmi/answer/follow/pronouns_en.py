"""What "it", "they", "there" or "the second one" means in an English question."""

import itertools
import re
from collections.abc import Sequence

from dengmi.answer.follow.topic import fitting, listed, named, topics
from dengmi.answer.follow.turns import Standalone, Turn, bare
from dengmi.language.classes_en import AUXILIARY, GENERIC, PREPOSITIONS, TIME
from dengmi.language.phrases_en import Phrase, Token, phrases, tokens
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
_ORDINAL = re.compile(
    r"\b(?:the )(?P<which>first|second|third|fourth|fifth|last|former|latter|two|other)"
    r"(?: (?:one|two|option|item|method|way|choice|plan|type|kind|place|thing|of (?:them|these|those)))?"
    r"(?=\s*(?:[?.,!]|$)|\s+(?:is|are|was|were|do|does|did|can|could|should|will|would|has|have|work"
    r"|works|cost|costs|mean|means|located|called|about|in|at|on|and|different|differ|compare)\b)",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "former": 0, "latter": 1}
_OR = re.compile(
    r"(?:between |compare |both |either |, )?((?:the |a |an |my )?[\w'’. -]{1,40}?) (?:and|or|vs\.?|versus|to|with) "
    r"((?:the |a |an |my )?[\w'’. -]{1,40}?)(?=\s*(?:[?.,!]|$))",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"\b(?P<det>(?:an?|the|which|this|that|these|those|any|another)?) ?(?P<adj>(?:\w+ )?)(?P<one>ones?)\b",
    re.IGNORECASE,
)
_MOVING = words_of("get go travel drive walk come fly move cycle return sail ride live-to")


def pronouns(text: str, turns: Sequence[Turn]) -> Standalone | None:
    """The question with its pronouns resolved; None where it has none that points back."""
    ordinal = _ORDINAL.search(text)
    if ordinal and not _own_choice(text, ordinal):
        return _numbered(text, ordinal, turns)
    words = tokens(text)
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
    fits = [one for one in phrases(before) if not one.of or one.name]
    if low in ("he", "him", "his", "she", "her", "hers", "he's", "she's"):
        return not any(one.name or one.head in _WHO for one in fits)
    if low.startswith(("they", "the")):
        return not any(one.many or one.head in _WHO for one in fits) and " and " not in before
    # "it" in a later clause, behind a thing of its own
    return not any(not one.many and (one.name or not one.lead) for one in fits)


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
    made = text[: word.start] + _cased(new, word.start) + text[word.end :]
    return Standalone(made, True, sure)


def _meant(text: str, low: str, turns: Sequence[Turn]) -> tuple[str, bool]:
    """What a pronoun means, and whether that is sure."""
    person = low in ("he", "him", "his", "she", "her", "hers")
    name = named(turns[-1])
    if name and (
        person or (low in ("it", "its") and not turns[-1].question.lower().startswith("who"))
    ):
        return name, True
    known = {one_of(word.low) for word in tokens(text)}
    found = [one for one in topics(turns) if not one.of and one.head not in known]
    best = fitting(found, low)
    if best is None and low in ("it", "its", "they", "them", "their"):
        best = fitting([one for one in topics(turns) if one.head not in known], low)
    if best is None:
        return "", False
    return best.text, True


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
        return _replaced(text, word.start, word.end, word.low, turns)
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
        return Standalone(text[: run.start] + _cased(same.text, run.start) + text[run.end :], True)
    best = next((one for one in found if not one.of), None)
    if best is None:
        return None
    if noun in GENERIC and len(run.text.split()) == 2:
        name = named(turns[-1])
        put = name or best.text
        return Standalone(text[: run.start] + _cased(put, run.start) + text[run.end :], True)
    said = re.sub(r"^\w+", "the", run.text)
    said = said if run.start else said[0].upper() + said[1:]
    return Standalone(f"{text[: run.start]}{said} of {best.text}{text[run.end :]}", True)


def _replaced(text: str, start: int, end: int, low: str, turns: Sequence[Turn]) -> Standalone:
    meant, sure = _meant(text, low, turns)
    if not meant:
        return _unsure(text, turns)
    return Standalone(text[:start] + _cased(meant, start) + text[end:], True, sure)


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
    meant, _ = _meant(text, "it", turns)
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
    best = next((one for one in topics(turns) if one.head not in known), None)
    if best is None:
        return None
    alone = (
        before not in ("the", "a", "an", "this", "that")
        and words[at].low == "one"
        and (words[at - 2].low not in ("a", "an", "the") or before in ("become", "becoming"))
    )
    noun = best.text if alone and not best.many else best.bare
    if not alone and words[at].low == "one" and best.many:
        noun = _single(noun)
    return Standalone(text[: words[at].start] + noun + text[words[at].end :], True)


def _single(noun: str) -> str:
    first, _, last = noun.rpartition(" ")
    one = re.sub(r"(?<=[^su])s$", "", re.sub(r"ies$", "y", last))
    return f"{first} {one}".strip()


def _own_choice(text: str, found: re.Match[str]) -> bool:
    """Whether the question itself says of what: "is it the first or the last of the series"."""
    return (
        found["which"].lower() in ("other", "first", "last")
        and " one" not in found.group()
        and (len(phrases(text)) > 1)
    )


def _numbered(text: str, found: re.Match[str], turns: Sequence[Turn]) -> Standalone | None:
    """ "the second one": what stands there in the list or the choice before."""
    which = found["which"].lower()
    items = listed(turns[-1]) or choice(turns)
    if which == "other":
        return None
    if which == "two":
        if len(items) != 2:
            return _unsure(text, turns)
        put = f"{items[0]} and {items[1]}"
    else:
        place = len(items) - 1 if which == "last" else _PLACES[which]
        if not 0 <= place < len(items):
            if " one" in found.group():
                at = next(n for n, w in enumerate(tokens(text)) if w.low == "one")
                made = _one(text, tokens(text), at, turns)
                if made:
                    return made
            return _unsure(text, turns)
        put = items[place]
    return Standalone(
        text[: found.start()] + _cased(put, found.start()) + text[found.end() :], True
    )


def choice(turns: Sequence[Turn]) -> list[str]:
    """The two things a conversation weighs against each other: "A or B?", or A in one question and
    B in the same one after it."""
    last = turns[-1].question
    parts = phrases(last)
    for one, other in itertools.pairwise(parts):
        between = last[one.end : other.start].strip().lower()
        if between in ("and", "or", "vs", "vs.", "versus", "to", "with", "from") and (
            between in ("and", "or", "vs", "vs.", "versus")
            or re.search(r"\b(?:compare|differ|different|better|prefer)", last, re.IGNORECASE)
        ):
            return [one.text, other.text]
    if len(turns) > 1:
        new, old = subjects_of(turns[-1]), subjects_of(turns[-2])
        if (
            new
            and old
            and new.text.lower() != old.text.lower()
            and (_skeleton(last, new) == _skeleton(turns[-2].question, old))
        ):
            return [old.text, new.text]
    return []


def subjects_of(turn: Turn) -> Phrase | None:
    """What a question is most about."""
    found = topics([turn])
    return found[0] if found else None


def _skeleton(question: str, one: Phrase) -> str:
    return bare(question[: one.start] + "_" + question[one.end :]).lower()


def _owned(meant: str) -> str:
    if meant.endswith(("'s", "’s", "s'")):
        return meant
    return f"{meant}'" if meant.endswith("s") and meant[-2:] not in ("ss", "us") else f"{meant}'s"


def _cased(meant: str, at: int) -> str:
    """With a capital at the start of the question; without one inside where it is an article."""
    if at == 0:
        return meant[:1].upper() + meant[1:]
    return meant


def _unsure(text: str, turns: Sequence[Turn]) -> Standalone:
    """It leans, and nothing says on what: the last question goes along."""
    return Standalone(f"{bare(text)} ({bare(turns[-1].question)})?", True, False)
