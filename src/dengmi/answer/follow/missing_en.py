"""English questions that leave out of what: "What are the disadvantages?", "Which is cheaper?"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from dengmi.answer.follow.choice_en import choice, single
from dengmi.answer.follow.topic import topics
from dengmi.answer.follow.turns import Standalone, Turn, bare
from dengmi.language.classes_en import PREPOSITIONS
from dengmi.language.phrases_en import Phrase, last_sentence, phrases, tokens
from dengmi.language.plurals import one_of

_WHICH = re.compile(
    r"^(?:so |and |then )?(?:which|what|who)(?: ones?)?(?: of (?:them|these|those|the two))?"
    r" (?:is|are|was|were|has|have|costs?|do|does|would|should|can|lasts?|takes?|works?|uses?)\b"
    r".*?\b(?:\w{3,}er|more|less|better|worse|recommend|choose|prefer)\b",
    re.IGNORECASE,
)
_DIFFER = re.compile(
    r"^(?:so |and )?(?:what(?:'s|’s| is| are) the (?:main |key )?(difference|differences)"
    r"|how (?:do|are) (?:they|the two|both) (?:differ|different|compare))[\s?!.]*$",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"^(?:so |and )?(?:what|which|who|where)(?:'s|’s| is| are| was| were) the"
    r" (?:\w{2,}est|most \w+|least \w+|best|worst)(?=[\s?!.]*$| (?:ever|of all|known|in|on|to|for)\b)",
    re.IGNORECASE,
)


_KIND = re.compile(r"^(?:what|which|how many) \w+ (?:is|are|was|were|has|have)\b", re.IGNORECASE)


def missing(text: str, turns: Sequence[Turn]) -> Standalone | None:
    """The question with what it left out; None where nothing is missing."""
    if _WHICH.match(text) or _DIFFER.match(text):
        made = _chosen(text, turns)
        if made:
            return made
    found = topics(turns)
    start = last_sentence(text)
    if not found or phrases(text[:start]):
        return None
    made = _of_most(text[start:], found) or _of_what(text[start:], found)
    return made and replace(made, text=text[:start] + made.text)


def _of_most(text: str, found: Sequence[Phrase]) -> Standalone | None:
    """ "the biggest" → "the biggest shark"."""
    most = _MOST.match(text)
    best = next((one for one in found if not one.of and not one.name), None)
    if most is None or best is None:
        return None
    if {one.head for one in phrases(text[most.end() :])} & {one.head for one in found}:
        return None
    many = re.search(r"\b(?:are|were)\b", most.group()) is not None
    noun = best.bare if many or not best.many else single(best.bare)
    return Standalone(f"{text[: most.end()]} {noun}{text[most.end() :]}", True)


def _chosen(text: str, turns: Sequence[Turn]) -> Standalone | None:
    between = choice(turns)
    own = [one for one in phrases(text) if not one.lead and not one.of]
    if len(between) != 2 or (own and not re.match(r"which ones?\b", text, re.IGNORECASE)):
        return None
    if all(one.lower() in text.lower() for one in between):
        return None
    if _DIFFER.match(text):
        what = f"between {between[0]} and {between[1]}"
        return Standalone(f"What is the difference {what}?", True)
    return Standalone(f"{bare(text)}, {between[0]} or {between[1]}?", True)


def _of_what(text: str, found: Sequence[Phrase]) -> Standalone | None:
    """ "the disadvantages" → "the disadvantages of a heat pump"."""
    parts = list(phrases(text))
    if len(parts) == 2 and parts[1].of and text[parts[0].end : parts[1].start].strip() == "and":
        parts = [replace(parts[1], start=parts[0].start)]  # the pros and cons
    if not parts or not parts[0].of or (len(parts) > 1 and not _KIND.match(text)):
        return None
    if any(each.bare.lower() in text.lower() for each in found[:4] if not each.of):
        return None
    one = parts[0]
    words = tokens(text)
    if any(text[word.start].isupper() for word in words[1:] if word.low != "i"):
        return None
    after = [word for word in words if word.start >= one.end]
    if after and (
        after[0].low in PREPOSITIONS or after[0].low in ("to", "that", "who", "and", "or")
    ):
        return None
    if re.search(r"\b(?:my|your|our|his|her|i|we|you)\b", text, re.IGNORECASE):
        return None
    best = next((each for each in found if not each.of and each.head != one_of(one.head)), None)
    if best is None:
        return None
    return Standalone(f"{text[: one.end]} of {best.text}{text[one.end :]}", True)
