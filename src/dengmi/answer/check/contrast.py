"""Claims that give to one what the sentences give to another: a price to those who pay nothing, to
everybody what only some may do, to most what is said of an eighth."""

import re

from dengmi.answer.check.align import KIN, Aligned
from dengmi.answer.check.amounts import Amount
from dengmi.answer.check.reading import Read

_FREE = re.compile(
    r"\bfree\b(?! (?:of|from|to) (?!charge))|\bpays? nothing\b|\bno (?:charge|fee|cost)s?\b"
    r"|免费|免收|免交|免征|不收|不用[交付]|无需[交付]|不要钱"
)
_PAID = re.compile("pay|paid|cost|charg|fee|price|account|收|交|费|付|价")
_OTHERS = re.compile(
    r"\b(?:other(?:s|wise)?|else|unless|rest|after that|beyond|then|except|without)\b"
    r"|其他|其余|否则|此外|以外|之外|之后|超过|超出|不足|不满|没有"
)
_SEGMENT = re.compile("[,;:，；：。、]")
_ONLY = re.compile(r"\bonly\b|\balone\b|\bsolely\b|只有|仅限?|只能|只[可对向]|才能")
_ALSO = re.compile(
    r"\b(?:also|as well|too|even)\b|[也亦](?=能|可|会|有|是|要|需|享|看|得)|同样|甚至"
)
_DENIED = re.compile(r"\b(?:not?|never|nothing|only|cannot)\b|n['’]t\b|不|没|未|无|只|仅|除")
_MOSTLY = re.compile(
    r"\b(?:most of|the majority|more than half|over half|the bulk|the lion['’]s share)\b"
    r"|大部分|大多数|多数|一半以上|半数以上|过半"
)
_EXCEPT = re.compile(
    r"\b(?:except|apart from|excluding|other than)\b(?: (?:for|in|on|at))?(?P<what>[^,.;]*)"
    r"|除了?(?P<han>[^，。；]{1,16}?)(?:之?外|以外)"
)
_MAY = re.compile(r"\b(?:may|can|allowed|permitted|possible)\b|可以?|能|允许|准许")
_BAN = re.compile(
    r"\b(?:forbidden|banned|prohibited|not (?:allowed|permitted))\b|禁止|严禁|不准|不得"
)
_NEEDED = re.compile(r"必须|须|需要?|先|\b(?:must|needs?|ha(?:s|ve) to|requires?d?|first)\b")
_TELLING = 0.5
_ELSEWHERE = 1.0
"""What the words weigh from which a claim tells another part of a sentence too."""
_LEAST = 0.5
"""What the words must weigh together that a claim shares with the part about those who pay
nothing."""


def contrasted(aligned: Aligned) -> int:
    """How many of these a claim does."""
    every = list(enumerate(aligned.sources))
    return (
        _charged(aligned)
        + any(_opened(aligned.claim, source) for _, source in every)
        + any(
            _excepted(aligned, n, source) or _forbidden(aligned, n, source) for n, source in every
        )
        + any(_named_alone(aligned, n, source) for n, source in every)
        + _most(aligned)
    )


def _segment(text: str, at: int) -> tuple[int, int]:
    """The stretch between marks that a place is in."""
    start, end = 0, len(text)
    for mark in _SEGMENT.finditer(text):
        if mark.end() <= at:
            start = mark.end()
        elif mark.start() > at:
            end = mark.start()
            break
    return start, end


def _charged(aligned: Aligned) -> bool:
    """Whether a price is told of those who pay nothing in a sentence that has this price for
    others."""
    claim = aligned.claim
    prices = [each for each in claim.facts.amounts if each.measure.startswith("money")]
    if len(prices) != 1:
        return False
    told = claim.lower[slice(*_segment(claim.lower, prices[0].start))]
    if _OTHERS.search(told) or _FREE.search(told):
        return False
    return any(
        _rather_free(aligned, n, source, prices[0]) for n, source in enumerate(aligned.sources)
    )


def _rather_free(aligned: Aligned, n: int, source: Read, price: Amount) -> bool:
    free = _FREE.search(source.lower)
    there = next((a for a in source.facts.amounts if abs(a.base - price.base) < 0.001), None)
    if free is None or there is None:
        return False
    start, end = _segment(source.lower, free.start())
    if start <= there.start < end:
        return False
    claim = aligned.claim
    low, high = _segment(claim.lower, price.start)
    weight = 0.0
    for unit, match, known in zip(claim.units, aligned.matches, aligned.context, strict=True):
        if not low <= unit.start < high or known or match.source != n or match.quality < KIN:
            continue
        if source.lower.count(unit.term) == 1 and not _PAID.match(unit.term):
            inside = start <= match.place < end and not free.start() <= match.place < free.end()
            weight += unit.weight if inside else -unit.weight
    for each in claim.facts.amounts:
        if low <= each.start < high and each is not price:
            held = [a for a in source.facts.amounts if a.base == each.base]
            weight += sum(1.0 if start <= a.start < end else -1.0 for a in held[:1])
    return weight >= _LEAST


def _opened(claim: Read, source: Read) -> bool:
    """Whether a claim gives to others too what a sentence keeps for some alone."""
    return bool(
        _ONLY.search(source.lower)
        and _ALSO.search(claim.lower)
        and not _ALSO.search(source.lower)
        and not _DENIED.search(claim.lower)
    )


def _excepted(aligned: Aligned, n: int, source: Read) -> bool:
    """Whether a claim says of an exception what a sentence says of everything else."""
    claim = aligned.claim
    hits = list(_EXCEPT.finditer(source.lower))
    if not hits or _DENIED.search(claim.lower) or _EXCEPT.search(claim.lower) or claim.soft:
        return False
    return any(
        _shared(aligned, n, source, hit.span("what" if hit["what"] else "han")) >= 0.6
        for hit in hits
    )


def _shared(aligned: Aligned, n: int, source: Read, span: tuple[int, int]) -> float:
    """The share of the words and numbers of a stretch of a sentence that a claim has from there."""
    start, end = span
    of = sum(unit.weight for unit in source.units if start <= unit.start < end)
    places = {
        match.place for match in aligned.matches if match.source == n and match.quality >= KIN
    }
    has = sum(
        unit.weight for unit in source.units if start <= unit.start < end and unit.start in places
    )
    mine = {amount.base for amount in aligned.claim.facts.amounts}
    for amount in source.facts.amounts:
        if start <= amount.start < end:
            of += 1.0
            has += amount.base in mine
    return has / of if of else 0.0


def _forbidden(aligned: Aligned, n: int, source: Read) -> bool:
    """Whether a claim allows what a part of a sentence forbids, and denies nothing."""
    claim = aligned.claim
    if not _MAY.search(claim.lower) or _DENIED.search(claim.lower) or claim.soft:
        return False
    for hit in _BAN.finditer(source.lower):
        start, end = _segment(source.lower, hit.start())
        if any(
            match.source == n and match.quality >= KIN and start <= match.place < end
            and source.lower.count(unit.term) == 1 and not known and unit.weight >= _TELLING
            for unit, match, known in zip(
                claim.units, aligned.matches, aligned.context, strict=True
            )
        ):  # fmt: skip
            return True
    return False


def _named_alone(aligned: Aligned, n: int, source: Read) -> bool:
    """Whether a claim affirms something of what a short part of a sentence only denies something
    of: "it runs on Windows" beside "Windows is no longer supported"."""
    claim = aligned.claim
    if not source.cues or claim.cues or claim.soft:
        return False
    if _EXCEPT.search(claim.lower) or _NEEDED.search(claim.lower):
        return False
    for cue in source.cues:
        part = source.part_at(cue.start)
        before = [
            unit for unit in source.units
            if source.part_at(unit.start) == part and unit.end <= cue.start
        ]  # fmt: skip
        behind = [
            unit for unit in source.units
            if source.part_at(unit.start) == part and unit.start >= cue.end
        ]  # fmt: skip
        if not 1 <= len(before) <= 2 or len(behind) > 2:
            continue
        places = {m.place for m in aligned.matches if m.source == n and m.quality >= 1.0}
        elsewhere = sum(
            unit.weight
            for unit, match in zip(claim.units, aligned.matches, strict=True)
            if match.source == n and match.quality >= KIN and source.part_at(match.place) != part
        )
        if elsewhere >= _ELSEWHERE:
            continue
        if (
            all(unit.start in places and source.lower.count(unit.term) == 1 for unit in before)
            and sum(unit.weight for unit in before) >= _TELLING
        ):
            return True
    return False


def _most(aligned: Aligned) -> bool:
    """Whether a claim tells of most where the sentences only name shares below a half."""
    if not _MOSTLY.search(aligned.claim.lower):
        return False
    if any(_MOSTLY.search(source.lower) for source in aligned.sources):
        return False
    shares = [
        each.value
        for source in aligned.sources
        for each in source.facts.amounts
        if each.measure == "share"
    ]
    return bool(shares) and max(shares) < 50 and not aligned.claim.facts.amounts
