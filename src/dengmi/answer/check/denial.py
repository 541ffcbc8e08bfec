"""Does a claim deny what its sentences say, or say what they deny?"""

import re
from collections.abc import Sequence
from itertools import pairwise

from dengmi.answer.check.align import KIN, LOOSE, Aligned, Match
from dengmi.answer.check.reading import Cue, Read, Unit
from dengmi.answer.check.signs import first_of_all, uneven

_UN = ("un", "in", "im", "dis", "non")
_OTHERWISE = re.compile(r"\botherwise\b|\bor else\b|否则|不然")
_CONDITION = re.compile(
    r"未经[^。；]{0,16}(?:不得|不能|不可|不应|不要|不准|禁止)|\b(?:cannot|not|never|no one)\b[^.;]{0,60}\bwithout\b"
    r"|\bwithout\b[^.;]{0,60}\b(?:cannot|not|never)\b"
)
_NEEDS = re.compile(
    r"必须|需要?|应当?|要|先|\b(?:must|needs?|ha(?:s|ve) to|requires?d?|only (?:with|after|if)|first"
    r"|should|necessary)\b"
)
"""Nothing without consent: consent is needed."""

_SLIGHT = 0.36
_TARGETS = 2
"""Words right behind a negation that it is about."""

_LEAST = 0.6
"""Weight of shared words from which a clause of a sentence is the one that a clause is about."""


def denied_wrongly(aligned: Aligned, opposites: bool) -> int:
    """How many negations of the claim or its sentences stand in one of them alone, though the word
    they are about stands in both."""
    cues = bool(aligned.claim.cues) or any(source.cues for source in aligned.sources)
    if opposites or not cues or _evenly(aligned):
        return 0
    wrong = 0
    own = [cue for cue in aligned.claim.cues if not _verbatim(aligned.claim, cue, aligned.sources)]
    unanswered = _unanswered(aligned) if own else 0
    for cue in own:
        if _new(aligned, cue):
            if unanswered and _otherwise_put(aligned, cue):
                unanswered -= 1
            else:
                wrong += 1
    relevant = [
        cue
        for n, source in enumerate(aligned.sources)
        if source.cues
        if not (_CONDITION.search(source.lower) and _NEEDS.search(aligned.claim.lower))
        for cue in source.cues
        if _OTHERWISE.search(aligned.claim.lower)
        or not _OTHERWISE.search(source.lower, 0, cue.start)
        if _kept(aligned, n, source, cue) and not _verbatim(source, cue, [aligned.claim])
    ]
    if not relevant:
        return min(wrong, 3)
    soft = _only_here(aligned.claim, aligned.sources)
    if any(_NEEDLESS.search(source.lower) for source in aligned.sources):
        soft = [place for place in soft if not _ONLY.match(aligned.claim.lower, place)]
    excused = len(own) + len(soft)
    return min(wrong + (len(relevant) > excused), 3)


def _verbatim(text: Read, cue: Cue, others: Sequence[Read]) -> bool:
    """Whether the clause of a negation is one of other texts, word for word. Which of the words it
    is about is not told by the words alone where the rest of a sentence has them too: "cancelled
    three days ahead all is refunded, cancelled on the day nothing is"."""
    words = _clauses(text)[text.clause_at(cue.start)]
    return len(words) >= _CLAUSE and any(words in _clauses(other) for other in others)


def _clauses(text: Read) -> list[str]:
    edges = (0, *text.breaks, len(text.lower))
    return [text.lower[start:end].strip(_MARKS) for start, end in pairwise(edges)]


_MARKS = " \n\t,.;:!?，。；：！？、"
_CLAUSE = 5
"""Characters of a clause that says something."""

_NEEDLESS = re.compile(
    r"\bno \w+ (?:is|are) (?:needed|required|necessary)\b|\bnot (?:needed|required|necessary)\b"
    r"|无[需须]|不需要?|不必|不用"
)
"""What only those with experience may do is denied by "no experience is needed"."""

_ONLY = re.compile(r"only\b|只|仅|限")
_LIMITS = re.compile(r"\b(?:only|except|apart from|other than)\b|只有|除了?[^，。；]{1,16}?外")
"""What a claim may tell as a denial: "only managers see it" for "nobody else sees it"."""

_STRONG = re.compile(
    r"clos|shut|关闭|封闭|forg|忘|禁|严禁|拒|取消|无法|逾期|停|out of|beyond|without|ban|forbid|prohibit|\w+less$"
)


def _unanswered(aligned: Aligned) -> int:
    """How many denials of the sentences the claim has in other words, if it has them at all."""
    found = 0
    for n, source in enumerate(aligned.sources):
        found += sum(not _kept(aligned, n, source, cue) for cue in source.cues)
        if not _LIMITS.search(aligned.claim.lower):
            found += _LIMITS.search(source.lower) is not None
        known = {word[:5] for word, _ in aligned.claim.soft}
        found += sum(
            _STRONG.match(word) is not None and word[:5] not in known for word, _ in source.soft
        )
    return found


def _otherwise_put(aligned: Aligned, cue: Cue) -> bool:
    """Whether the sentences do not have all the words that a negation is about."""
    return any(aligned.matches[n].quality < KIN for n in _targets(aligned.claim.units, cue))


def _evenly(aligned: Aligned) -> bool:
    """Whether the claim denies as often as the sentences do: then it is taken to deny the same in
    other words."""
    mine = len(aligned.claim.cues)
    if not mine:
        return False
    there = [
        sum(_kept(aligned, n, source, cue) for cue in source.cues)
        for n, source in enumerate(aligned.sources)
    ]
    return mine == sum(there) or mine in there


def _only_here(text: Read, others: Sequence[Read]) -> list[int]:
    """Where words stand that deny and that the others do not have."""
    known = {word[:5] for other in others for word, _ in other.soft}
    return [place for word, place in text.soft if word[:5] not in known]


def _new(aligned: Aligned, cue: Cue) -> bool:
    """Whether the claim denies what the sentences say."""
    claim = aligned.claim
    met = False
    for n in _targets(claim.units, cue):
        match = aligned.matches[n]
        if match.quality < KIN or match.source < 0:
            continue
        met = True
        if _denied_there(aligned, claim.units[n], match, cue):
            return False
    if met:
        return True
    return not any(source.cues or _only_here(source, [claim]) for source in aligned.sources)


def _denied_there(aligned: Aligned, unit: Unit, match: Match, cue: Cue) -> bool:
    """Whether its sentence denies a word too that a negation of the claim is about, in whatever
    way."""
    claim, source = aligned.claim, aligned.sources[match.source]
    if match.place < 0:
        return bool(source.cues or source.soft)
    un = source.lower.startswith(_UN, match.place) and not claim.lower.startswith(_UN, unit.start)
    clause = source.clause_at(match.place)
    soft = any(
        _about(aligned, match.source, source.clause_at(place), clause)
        for place in _only_here(source, [claim])
    )
    others = {_behind(claim, other) for other in claim.cues if other is not cue}
    covered = any(
        _covers(aligned, match, source, clause, each)
        for each in source.cues
        if _behind(source, each) not in others
    )
    return un or soft or covered or _turned(aligned, unit)


def _about(aligned: Aligned, n: int, clause: int, met: int) -> bool:
    """Whether a clause of sentence n is the one in which a word was met, or the claim has another
    word of it: "coffee helps at first, but should be avoided before sleep"."""
    source = aligned.sources[n]
    return clause == met or any(
        match.source == n
        and match.quality >= KIN
        and unit.weight > _SLIGHT
        and match.place >= 0
        and source.clause_at(match.place) == clause
        for unit, match in zip(aligned.claim.units, aligned.matches, strict=True)
    )


def _behind(text: Read, cue: Cue) -> str:
    """The negation with the word behind it: "without a yard"."""
    word = next((unit.term for unit in text.units if unit.start >= cue.end), "")
    return f"{text.lower[cue.start : cue.end]} {word}"


def _covers(aligned: Aligned, match: Match, source: Read, clause: int, cue: Cue) -> bool:
    """Whether a negation of a sentence stands for one that the claim has with this word: it stands
    before the word, or behind it with words that the claim does not use."""
    near = source.clause_at(cue.start) == clause
    if cue.start <= match.place:
        return near or match.place - cue.end <= 12
    return near and not _kept(aligned, match.source, source, cue)


def _turned(aligned: Aligned, unit: Unit) -> bool:
    """Whether a sentence has the opposite of a word: "not open" beside "closed"."""
    there = {side for source in aligned.sources for side, _ in source.sides}
    return any(
        unit.start <= place < unit.end and _other(side) in there
        for side, place in aligned.claim.sides
    )


def _other(side: str) -> str:
    return side[:-1] + ("r" if side[-1] == "l" else "l")


def _kept(aligned: Aligned, n: int, source: Read, cue: Cue) -> bool:
    """Whether the claim speaks of what a sentence denies."""
    wanted = [source.units[at] for at in _targets(source.units, cue)]
    behind = [unit for unit in wanted if unit.start >= cue.end and unit.weight > _SLIGHT]
    if len(behind) > 1 and not _met(aligned, n, behind[0]):
        return False  # "do not eat the leaves" is not about leaves
    return any(
        match.source == n
        and match.quality >= KIN
        and any(target.start <= match.place < target.end for target in wanted)
        for match in aligned.matches
    )


def _met(aligned: Aligned, n: int, unit: Unit) -> bool:
    """Whether the claim has a word of sentence n, or one akin to it."""
    if unit.han and any(unit.term in mine.term for mine in aligned.claim.units):
        return True  # 派 beside 派发
    groups = {group for mine in aligned.claim.units for group in mine.groups}
    return bool(unit.groups & groups) or any(
        match.source == n and match.quality >= LOOSE and unit.start <= match.place < unit.end
        for match in aligned.matches
    )


def _targets(units: Sequence[Unit], cue: Cue) -> list[int]:
    behind = [n for n, unit in enumerate(units) if cue.end <= unit.start < cue.reach]
    # 不支持防水 and 无需预约: the word may also hold the negation itself.
    inside = [n for n, unit in enumerate(units) if unit.start <= cue.start < unit.end]
    return (inside + behind)[:_TARGETS]


def opposite(aligned: Aligned) -> int:
    """How many words of the claim have their opposite, and not themselves, in the clause of a
    sentence that is about the same."""
    claim, sources = aligned.claim, aligned.sources
    mine = {side for side, _ in claim.sides}
    there = {side for source in sources for side, _ in source.sides} if mine else set()
    found = set()
    for side, place in claim.sides:
        other = _other(side)
        if other in mine or other not in there:
            continue
        if side[:-1] in _CONVERSE and any(_other_way(claim, source) for source in sources):
            continue
        if _kin_in_clause(aligned, place, other):
            continue
        if side not in there or _in_clause(aligned, claim.clause_at(place), side, other):
            found.add(side)
    if any(
        uneven(claim.tone, source.tone) or first_of_all(claim.tone, source.tone)
        for source in sources
    ):
        found.add("=")
    return len(found)


_CONVERSE = frozenset(("1", "2", "4", "7", "15", "23"))
"""Pairs of opposites that say the same of two who have changed places: more and less, ahead and
behind, won and lost, bought and sold; by their number in `opposites.txt`."""


def _other_way(claim: Read, source: Read) -> bool:
    """Whether two names that both have stand the other way round: "A, ahead of B"; "B, behind A"."""
    here = {name.term: name.start for name in reversed(claim.names)}
    there = {name.term: name.start for name in reversed(source.names)}
    both = sorted(here.keys() & there.keys(), key=here.__getitem__)
    mine = [place for side, place in claim.sides if side[:-1] in _CONVERSE]
    theirs = [place for side, place in source.sides if side[:-1] in _CONVERSE]
    if both and mine and theirs:
        before = {here[name] < mine[0] for name in both}
        if len(before) == 1 and {there[name] < theirs[0] for name in both} == {not before.pop()}:
            return True  # "Thornley lost"; "Vale beat Thornley"
    return len(both) > 1 and there[both[0]] > there[both[-1]]


def _in_clause(aligned: Aligned, clause: int, side: str, other: str) -> bool:
    """Whether the clause that a clause of the claim is about has the other side alone."""
    about = clause_about(aligned, clause)
    if about is None:
        return False
    source = aligned.sources[about[0]]
    has = {s for s, place in source.sides if source.clause_at(place) == about[1]}
    return other in has and side not in has


def _kin_in_clause(aligned: Aligned, place: int, other: str) -> bool:
    """Whether the clause of a sentence that is about the same has a word kindred to the one at a
    place of the claim, and not its opposite: "arrives" beside "leaves Sofia and reaches Varna"."""
    claim = aligned.claim
    about = clause_about(aligned, claim.clause_at(place))
    if about is None:
        return False
    source = aligned.sources[about[0]]
    for unit, match in zip(claim.units, aligned.matches, strict=True):
        if unit.start <= place < unit.end and match.source == about[0] and match.place >= 0:
            there = {s for s, at in source.sides if source.clause_at(at) == about[1]}
            return source.clause_at(match.place) == about[1] and other not in there
    return False


def clause_about(aligned: Aligned, clause: int) -> tuple[int, int] | None:
    """(sentence, clause of it) that a clause of the claim shares most with, if any is clear."""
    worth: dict[tuple[int, int], float] = {}
    claim = aligned.claim
    for n, (unit, match) in enumerate(zip(claim.units, aligned.matches, strict=True)):
        if unit.clause != clause or match.quality < KIN or match.place < 0:
            continue
        if aligned.context[n]:  # what the whole article is about
            continue
        source = aligned.sources[match.source]
        if source.lower.count(unit.term) <= 1:
            at = (match.source, source.clause_at(match.place))
            worth[at] = worth.get(at, 0.0) + unit.weight
    ranked = sorted(worth.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < _LEAST:
        return None
    if len(ranked) > 1 and ranked[1][1] > 0.5 * ranked[0][1]:
        return None
    return ranked[0][0]


def other_day(aligned: Aligned) -> int:
    """How many clauses of the claim name another weekday or hour than the clause of the sentence
    that is about the same."""
    claim = aligned.claim
    if not claim.facts.week:
        return 0
    wrong = 0
    for clause in {unit.clause for unit in claim.units}:
        facts = claim.clause_facts(clause)
        if not (facts.week or facts.clocks):
            continue
        if any(claim.clause_at(cue.start) == clause for cue in claim.cues):
            continue
        about = clause_about(aligned, clause)
        if about is None:
            continue
        theirs = aligned.sources[about[0]].clause_facts(about[1])
        wrong += bool(facts.week and theirs.week and not facts.week & theirs.week)
    return wrong
