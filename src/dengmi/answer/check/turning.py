"""What turns a claim round beside its sentences: negation, opposites, exchanged parties, all for
some."""

from collections.abc import Sequence

from dengmi.answer.check import signs
from dengmi.answer.check.agree import Wrong
from dengmi.answer.check.align import Aligned, crossed
from dengmi.answer.check.contrast import contrasted
from dengmi.answer.check.denial import denied_wrongly, opposite
from dengmi.answer.check.edits import edited
from dengmi.answer.check.polarity import mispaired, reversed_parts
from dengmi.answer.check.reading import Read
from dengmi.answer.check.rivals import rivals
from dengmi.answer.check.roles import compared, swapped


def turning(aligned: Aligned, facts: Wrong, context: Sequence[Read]) -> tuple[float, ...]:
    """What turns a claim round: negation, opposites, exchanged parties, all for some."""
    claim, sources = aligned.claim, aligned.sources
    turned = opposite(aligned)
    denied = denied_wrongly(aligned, bool(turned))
    if denied == 0 and turned and _parity(claim, sources):
        turned = 0
    there = [source.tone for source in sources]
    exchanged = swapped(aligned)
    if exchanged and turned and any(compared(claim, source) for source in sources):
        exchanged, turned = False, 0  # "A is dearer than B" for "B is cheaper than A"
    single = _single(facts)
    return (
        float(denied),
        float(turned + contrasted(aligned)),
        float(exchanged),
        float(crossed(aligned, single)),
        float(edited(claim, sources)),
        float(signs.too_wide(claim.tone, there)),
        float(reversed_parts(aligned)),
        mispaired(aligned, single),
        float(rivals(claim, sources, context)),
        float(signs.too_sure(claim.tone, there)),
    )


def _single(facts: Wrong) -> list[tuple[int, int, int]]:
    """The numbers of the claim that stand once in the sentences, with sentence and place."""
    by_start: dict[int, list[tuple[int, int]]] = {}
    for amount, (n, other) in facts.held:
        if amount.value != 1.0:
            by_start.setdefault(amount.start, []).append((n, other.start))
    return [(start, *found[0]) for start, found in by_start.items() if len(found) == 1]


def _parity(claim: Read, sources: Sequence[Read]) -> bool:
    """Whether one of the two denies and the other does not: "not closed" beside "open"."""
    return any(_denials(claim) % 2 != _denials(source) % 2 for source in sources)


def _denials(text: Read) -> int:
    """How often a text denies in clauses with a word that has an opposite, but for words such as
    无害 that have one themselves."""
    within = [place for _, place in text.sides]
    clauses = {text.clause_at(place) for place in within}
    return sum(
        text.clause_at(cue.start) in clauses and not any(at <= cue.start < at + 2 for at in within)
        for cue in text.cues
    )
