"""How much of a claim the words of its sentences hold, and in what order."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations

from dengmi.answer.check.align import EXACT, KIN, LOOSE, Aligned, copied, substituted
from dengmi.answer.check.reading import Read
from dengmi.answer.common import commonness

_MOST_LOST = 8.0
_MOST_MET = 40


def held(aligned: Aligned) -> tuple[float, ...]:
    """How much of the claim the sentences hold."""
    claim, sources = aligned.claim, aligned.sources
    units = claim.units
    total = claim.weight or 1.0
    exact = kin = loosely = around = 0.0
    clauses: dict[int, list[float]] = {}
    alone = [0.0] * len(sources)
    for unit, match, seen in zip(units, aligned.matches, aligned.context, strict=True):
        exact += unit.weight * (match.quality >= EXACT)
        loosely += unit.weight * (match.quality == LOOSE and not seen)
        kin += unit.weight * match.quality * (LOOSE != match.quality < EXACT)
        around += unit.weight * (seen and match.quality < KIN)
        row = clauses.setdefault(unit.clause, [0.0, 0.0])
        quality = 0.0 if match.quality == LOOSE else match.quality
        row[0] += unit.weight * (max(quality, 0.9) if seen else quality)
        row[1] += unit.weight
        if match.source >= 0:
            alone[match.source] += unit.weight * quality
    strange = sum(unit.weight for unit in aligned.lost)
    lost = strange + loosely
    worst = min((has / of for has, of in clauses.values() if of >= 1.0), default=exact / total)
    weights, all_terms = weighed(claim)
    met = {term for source in sources for term in claim.terms & source.terms}
    telling = sum([weights[term] for term in met])
    return (
        exact / total,
        kin / total,
        around / total,
        min(lost, _MOST_LOST),
        lost / total,
        min(strange, _MOST_LOST),
        strange / total,
        min(substituted(aligned), _MOST_LOST),
        copied(aligned),
        worst,
        max(alone, default=0.0) / total,
        _reverse(aligned),
        telling / (all_terms or 1.0),
        len(met) / (len(claim.terms) or 1),
        float(min(len(met), _MOST_MET)),
        float(min(len(units), 40)),
        float(min(len(sources), 6)),
        min(sum(len(source.order) for source in sources) / 10, 20.0),
    )


def spelled(aligned: Aligned) -> tuple[float, ...]:
    """How much of the claim is spelled as in the sentences, whatever its words are cut to; what
    its longest stretch of lost words weighs, whether its first and last are lost; how often it
    denies more than they do."""
    claim, units = aligned.claim, aligned.claim.units
    there = frozenset().union(*(source.spelling for source in aligned.sources))
    mine = claim.spelling
    met = [aligned.found(n) or aligned.context[n] for n in range(len(units))]
    longest = run = 0.0
    for unit, known in zip(units, met, strict=True):
        run = 0.0 if known else run + unit.weight
        longest = max(longest, run)
    denials = len(claim.cues) - sum(len(source.cues) for source in aligned.sources)
    return (
        len(mine & there) / (len(mine) or 1),
        min(longest, _MOST_LOST),
        float(bool(met) and not met[0]),
        float(bool(met) and not met[-1]),
        float(max(-2, min(denials, 2))),
    )


def ordered(aligned: Aligned) -> tuple[float, ...]:
    """Whether the words of the claim follow each other as in the sentence that has most of them (1:
    all, 0: none), where its first and last stand there (0 to 1, -1 if nowhere), how many names and
    clauses it has."""
    claim = aligned.claim
    by_source: dict[int, list[int]] = {}
    for match in aligned.matches:
        if match.quality >= KIN and match.place >= 0:
            by_source.setdefault(match.source, []).append(match.place)
    names = float(min(len(set(claim.names)), 5))
    clauses = float(min(len(claim.breaks) + 1, 8))
    if not by_source:
        return 0.5, -1.0, -1.0, names, clauses
    source, met = max(by_source.items(), key=lambda item: len(item[1]))
    met = met[:40]
    pairs = [one < other for one, other in combinations(met, 2) if one != other]
    length = len(aligned.sources[source].lower) or 1
    order = sum(pairs) / len(pairs) if pairs else 0.5
    return order, met[0] / length, met[-1] / length, names, clauses


def weight(term: str) -> float:
    """How telling a search term is, whatever the desk: 0.2 for the commonest to 1."""
    return 1.0 - 0.8 * commonness(term)


@lru_cache(maxsize=128)
def weighed(text: Read) -> tuple[Mapping[str, float], float]:
    """How telling each search term of a text is, and their sum."""
    weights = {term: weight(term) for term in text.terms}
    return weights, sum(weights.values())


def _reverse(aligned: Aligned) -> float:
    """The share of a sentence's own words that the claim has: of the one it has most of."""
    best = 0.0
    for n, source in enumerate(aligned.sources):
        places = {match.place for match in aligned.matches if match.source == n}
        met = sum([unit.weight for unit in source.units if unit.start in places])
        best = max(best, met / (source.weight or 1.0))
    return best
