""" "What about Berlin?", "And in 2024?": the last English question with one part exchanged."""

import re
from collections.abc import Sequence

from dengmi.answer.follow.pronouns_en import pronouns
from dengmi.answer.follow.topic import topics
from dengmi.answer.follow.turns import Standalone, Turn, bare
from dengmi.language.classes_en import ASKING, AUXILIARY, PREPOSITIONS, RELATIONAL, TIME, verbs
from dengmi.language.detect import language_of
from dengmi.language.phrases_en import Phrase, phrases, subjects, tokens
from dengmi.language.plurals import one_of

_ABOUT = re.compile(
    r"^(?:and |but |so |then |ok(?:ay)?,? |also )*(?:(?P<what>what about|how about|what of)\b|(?:and|or|also)\b)"
    r"\s*(?P<new>.+?)[\s?!.]*$",
    re.IGNORECASE,
)
_LONGEST = 9
_YEAR = re.compile(r"(?<![\w.-])(?:1[5-9]|20)\d\d(?!\w)")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_KINDS = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        "|".join(_MONTHS),
        "|".join((*_DAYS, *(f"{day}s" for day in _DAYS), "weekdays?", "(?:the )?weekends?")),
        "today|tomorrow|yesterday|tonight|this week|next week|last week",
        "(?:this|last|next) (?:year|month|quarter|season)",
        "spring|summer|autumn|winter",
        "morning|afternoon|evening|night",
        "[A-Za-z]+(?:day|mas)",
    )
)
_NO_NAME = RELATIONAL | {"opening", "closing"}
_SWAPS_TIME = ("in", "on", "at", "for", "by", "during", "since")


def about(text: str, turns: Sequence[Turn]) -> Standalone | None:
    """The completed question where this is one of these, else None."""
    found = _ABOUT.match(text)
    new = found["new"] if found else _fragment(text)
    if not new or len(new.split()) > _LONGEST:
        return None
    if _led(new)[0] or one_of(tokens(new)[0].low if tokens(new) else "") in _NO_NAME:
        new = new[0].lower() + new[1:]
    if _says_topic(new, turns):
        return None
    full = pronouns(new, turns)
    if full is not None:
        plain = re.sub("^The ", "the ", full.text.rstrip("? "))
        asked = f"What about {plain}?"
        return Standalone(asked, True, full.sure)
    words = [token.low for token in tokens(new)]
    if not found or not found["what"]:  # "And is it free?" is a question of its own
        if words[0] in ASKING or words[0] in AUXILIARY or _has_verb(words):
            return None
    elif words[0] in ("i", "you", "we", "if", "when"):
        return Standalone(f"{bare(turns[-1].question)} {new}?", True, False)
    return _exchanged(new, turns)


def _fragment(text: str) -> str:
    """A question that is a phrase and no more: "At weekends?", "Opening hours?"; else ""."""
    words = [token.low for token in tokens(text)]
    if len(words) > 6 or not words or words[0] in ASKING or words[0] in AUXILIARY:
        return ""
    plain = re.sub(r"[\s?!.]+$", "", text)
    if not text.rstrip().endswith("?") and one_of(words[-1]) not in RELATIONAL:
        return ""
    if _has_verb(words) or re.search(r"[,.;!?]", plain):
        return ""
    return plain


def _has_verb(words: Sequence[str]) -> bool:
    return any(
        word in AUXILIARY or (word in verbs() and not word.endswith("ing"))
        for word in words
        if one_of(word) not in RELATIONAL
    )


def _exchanged(new: str, turns: Sequence[Turn]) -> Standalone:
    last = turns[-1]
    asked = last.question
    if language_of(asked) == "zh":
        return Standalone(f"{bare(asked)}: {new}?", True, False)
    swapped = _of_time(new, asked)
    if swapped:
        return Standalone(swapped, True)
    lead, rest = _led(new)
    parts = phrases(asked)
    if lead:
        old = next((one for one in reversed(parts) if one.lead == lead and not one.of), None)
        if old:
            return Standalone(_put(asked, old.start, old.end, rest), True)
        return Standalone(f"{bare(asked)} {lead} {rest}?", True)
    return _of_things(rest, asked, parts, turns)


def _of_things(new: str, asked: str, parts: Sequence[Phrase], turns: Sequence[Turn]) -> Standalone:
    """A thing for a thing."""
    own = next(iter(phrases(new)), None)
    head = own.head if own else one_of(new.rsplit(maxsplit=1)[-1].lower())
    twin = next((one for one in reversed(parts) if one.head == head), None)
    if twin:
        return Standalone(_put(asked, twin.start, twin.end, new), True)
    if head in RELATIONAL or (head.startswith(("dis", "pro")) and head[3:] in RELATIONAL):
        same = next((one for one in parts if one.of and not one.name), None)
        if same and any(one.lead for one in parts if one.start > same.end):
            put = new if new.lower().startswith(("the ", "a ")) else f"the {new}"
            return Standalone(_put(asked, same.start, same.end, put), True)
        topic = _topic(new, turns)
        if topic:
            put = new if new.lower().startswith(("the ", "a ", "its ")) else f"the {new}"
            return Standalone(f"What about {put} of {topic.text}?", True)
    names = _names(parts)
    if new[0].isupper() or re.match(r"(?:the|an?) [A-Z]", new):
        if names:
            whole = re.match(r"(?:the|an?) ", new)
            start, end = names[-1][1] if whole else names[-1][0]
            return Standalone(_put(asked, start, end, new), True)
    ranked = subjects(asked)
    if (
        ranked
        and not ranked[0].name
        and ranked[0].weight >= 1.6
        and (len(parts) == 1 or own is None or own.many == ranked[0].many)
    ):
        return Standalone(_put(asked, ranked[0].start, ranked[0].end, new), True)
    topic = _topic(new, turns)
    if topic:
        return Standalone(f"What about {new} for {topic.text}?", True)
    return Standalone(f"{bare(asked)}, and what about {new}?", True, False)


def _says_topic(new: str, turns: Sequence[Turn]) -> bool:
    """Whether it says itself of what: "What about the price of green tea?"."""
    said = f" {new.lower()} "
    if not re.search(r" (?:of|for) |['’]s? ", said):
        return False
    return any(f" {one.bare.lower()}" in said for one in topics(turns)[:3])


def _topic(new: str, turns: Sequence[Turn]) -> Phrase | None:
    """What the conversation is about, other than the new thing."""
    known = {one_of(word) for word in new.lower().split()}
    return next((one for one in topics(turns) if one.head not in known and not one.of), None)


def _names(parts: Sequence[Phrase]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where names stand: their words with a capital, and the phrase they are in."""
    found = []
    for one in parts:
        if one.name:
            pattern = r"[A-Z][\w'’-]*(?: (?:of (?:the )?)?[A-Z0-9][\w'’-]*)*"
            hit = next(reversed(list(re.finditer(pattern, one.text))), None)
            if hit:
                found.append(
                    ((one.start + hit.start(), one.start + hit.end()), (one.start, one.end))
                )
    return found


def _of_time(new: str, asked: str) -> str:
    """A year for a year, a day for a day; put behind where there is none."""
    year, old = _YEAR.search(new), None
    if year:
        old = _YEAR.search(asked)
        if old:
            return _put(asked, old.start(), old.end(), year.group())
    for kind in _KINDS:
        fresh, known = kind.search(new), kind.search(asked)
        if fresh and known and len(fresh.group()) > len(new) // 2:
            start = known.start()
            lead = re.search(r"\b(?:in|on|at|by|for|during)\s+(?:the\s+)?$", asked[:start])
            if lead and _led(new)[0] in _SWAPS_TIME:
                return _put(asked, lead.start(), known.end(), new)
            return _put(asked, start, known.end(), fresh.group())
    if year and len(new.split()) <= 3:
        when = "" if _led(new)[0] else "in "
        return f"{bare(asked)} {when}{new}?"
    if all(token.low in TIME or token.low in PREPOSITIONS or token.low in ("this", "last", "next", "the")
           for token in tokens(new)):  # fmt: skip
        return f"{bare(asked)} {new}?"
    return ""


def _led(new: str) -> tuple[str, str]:
    """The preposition it begins with, and the rest."""
    first, _, rest = new.partition(" ")
    return (first.lower(), rest) if first.lower() in PREPOSITIONS and rest else ("", new)


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]
