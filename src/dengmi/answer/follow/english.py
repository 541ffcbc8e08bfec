"""Completes an English question from its conversation."""

import re
from collections.abc import Sequence

from dengmi.answer.follow.exchange_en import about
from dengmi.answer.follow.missing_en import missing
from dengmi.answer.follow.pronouns_en import pronouns
from dengmi.answer.follow.topic import topics
from dengmi.answer.follow.turns import Standalone, Turn, bare
from dengmi.language.phrases_en import tokens

_CHAT = re.compile(
    r"^(?:(?:yes|yeah|yep|no|nope|ok(?:ay)?|i see|oh|ah|um+|hmm+|uh|wow|woah|cool|great|nice|awesome"
    r"|interesting|amazing|thanks?(?: you)?|right|sure|well|so|but|and|then|alright|sorry"
    r"|that(?:'s| is) (?:interesting|great|good|cool|nice|helpful))[\s,.!;:-]+)+(?=\S)",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"^(?:hi|hello|hey|thanks?|thank you|thx|good (?:morning|evening|afternoon)|bye|goodbye|ok(?:ay)?"
    r"|cool|great|nice|awesome|yes|no|sure|please|test)(?: (?:so much|a lot|very much|there|again))?"
    r"[\s!.]*$",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^(?:(?:can|could) you )?(?:please )?(?:tell me (?:a bit |a little )?more|more(?: details?)?|go on"
    r"|continue|elaborate|say more|explain(?: more| further)?|give me (?:more|some) details?"
    r"|in more detail)(?: please)?[\s?!.]*$",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(?P<ask>why not|why|how come|how so|how|since when|until when|when|where exactly|where"
    r"|how much|how many|for how long|how long|how often|how far|by whom|with whom|who|which one"
    r"|which ones|which|what else|anything else|who else|where else|for example|such as what"
    r"|what for|at what price|is it|really|are you sure|is that (?:so|true|all)|why is (?:that|this|it)"
    r"|how is that(?: possible)?)(?: (?:exactly|then|so))?[\s?!.]*$",
    re.IGNORECASE,
)
_EITHER = re.compile(
    r"^(?P<aux>is|are|was|were|do|does|did|can|could|should|will|would|has|have|may|must)\s+(?!not\b)",
    re.IGNORECASE,
)
_ADVERBIAL = re.compile(
    r"^(?:when|where|why|how|at what time|what time)\s+(?=(?:is|are|was|were|do|does|did|can|could"
    r"|should|will|would|has|have)\b)",
    re.IGNORECASE,
)
_INVERTING = ("why", "how", "when", "where", "since when", "until when", "why not")
_NOTHING = ("really", "are you sure", "is it", "is that so", "is that true", "is that all")


def completed_en(text: str, turns: Sequence[Turn]) -> Standalone | None:
    """The completed question, or None where it stands alone."""
    if _TALK.match(text):
        return None
    last = turns[-1]
    said = _CHAT.sub("", text)
    if _MORE.match(said):
        found = topics(turns)
        return Standalone(f"Tell me more: {last.question}", True) if found else None
    short = _BARE.match(said)
    if short:
        return _asked_again(short["ask"].lower(), last)
    if len(tokens(text)) > 60:
        return None
    return about(said, turns) or pronouns(text, turns) or missing(text, turns)


def _asked_again(ask: str, last: Turn) -> Standalone:
    """The last question with another question word: "Why?"."""
    again = bare(last.question)
    if ask in _NOTHING:
        return Standalone(last.question, True, False)
    ask = {"how come": "why", "how so": "how", "where exactly": "where"}.get(ask, ask)
    if ask.startswith(("why is", "how is")):
        ask = ask[:3]
    if ask in _INVERTING:
        either = _EITHER.match(again)
        if either:
            ask = ask.removesuffix(" not")
            return Standalone(f"{_capital(ask)} {again[0].lower()}{again[1:]}?", True)
        other = _ADVERBIAL.match(again)
        if other and ask != other.group().strip().lower():
            return Standalone(f"{_capital(ask)} {again[other.end() :]}?", True)
    return Standalone(f"{again}, and {ask}?", True)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
