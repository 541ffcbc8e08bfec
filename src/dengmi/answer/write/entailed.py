"""A second look by a model for natural language inference: it tells whether the cited sentences
entail one of the answer, or contradict it."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dengmi.answer.check.judge import Source
from dengmi.answer.reading import LEANS
from dengmi.core.entailment import Entailment, Odds, Pair
from dengmi.core.records import Verdict
from dengmi.language.detect import language_of

if TYPE_CHECKING:
    from dengmi.answer.write.second import Doubt

_MARKS = re.compile(r"\*\*|__|`|^\s*(?:[-*+]|\d+[.)、])\s+|^\s*>\s*")
"""Signs of Markdown, which such models have not seen."""


async def entailed(nli: Entailment, doubts: Sequence["Doubt"]) -> tuple[Verdict | None, ...]:
    """What the model makes of each sentence; None where it is not sure, and where it is not asked:
    about facts that disagree, names among them, which such models are known to overlook."""
    asked = [n for n, doubt in enumerate(doubts) if may_ask(doubt, nli)]
    found: list[Verdict | None] = [None] * len(doubts)
    if asked:
        pairs = [pair_of(doubts[n].claim, doubts[n].sources) for n in asked]
        odds = await nli.odds(pairs)
        for n, each in zip(asked, odds or (), strict=odds is not None):
            found[n] = verdict_of(each, doubts[n].verdict, nli)
    return tuple(found)


def pair_of(claim: str, sources: Sequence[Source]) -> Pair:
    """The cited sentences, each title once before its sentences, and the claim. As for the built-in
    judge, the sentence before is there only where a cited one leans on it, and what leads in."""
    parts: dict[str, None] = {}
    for source in sources:
        if source.title:
            parts[f"{source.title.strip().rstrip('.。')}{_stop(source.title)}"] = None
        if source.before and LEANS.match(source.text):
            parts[source.before.strip()] = None
        if source.lead:
            parts[source.lead.strip()] = None
        parts[source.text.strip()] = None
    return " ".join(parts), " ".join(_MARKS.sub("", claim).split())


def verdict_of(odds: Odds | None, verdict: Verdict, nli: Entailment) -> Verdict | None:
    """What odds say of a claim; None where the verdict stands. A doubtful one is turned where they
    reach the threshold, one that seems borne out where a contradiction reaches `refuting`; where
    the model decides, a claim is supported that reaches the threshold, and no other."""
    if odds is None:
        return None
    if odds.entails >= nli.threshold and (nli.decides or verdict != "supported"):
        return "supported"
    if nli.decides:
        return "unsupported"
    refuting = nli.refuting if verdict == "supported" else nli.threshold
    return "unsupported" if odds.contradicts >= refuting else None


def may_ask(doubt: "Doubt", nli: Entailment) -> bool:
    """Whether a sentence is put to the model: in a language that it knows, and about nothing that
    stands whatever it says."""
    reasons = set(doubt.reasons)
    open_ = "number" not in reasons if nli.decides else reasons <= {"words", "state"}
    return open_ and (not nli.languages or language_of(doubt.claim) in nli.languages)


def _stop(text: str) -> str:
    return "。" if language_of(text) == "zh" else "."
