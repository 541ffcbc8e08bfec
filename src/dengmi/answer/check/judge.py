"""Judges whether sentences of the articles bear out what an answer says."""

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dengmi.answer.check.facts import exact_facts
from dengmi.answer.check.features import NAMES, Laid
from dengmi.answer.check.lay import lay
from dengmi.answer.check.reading import read
from dengmi.answer.check.silence import beyond
from dengmi.answer.check.support import covering
from dengmi.answer.reading import LEANS
from dengmi.answer.trees import Trees, from_data, quick
from dengmi.core.records import Head, Passage, Verdict

__all__ = [
    "COPIED",
    "Judgement",
    "Source",
    "best_support",
    "exact_facts",
    "judge",
    "source_of",
    "states_fact",
    "warm",
]

SUPPORTED = 0.5
PARTIAL = 0.25
"""How true a claim has to look to count as supported, or as supported in part. How well that
does on planted sentences: docs/decisions/0044-learning-from-many.md."""

STRANGE = 0.1
"""The score below which no claim is supported, however true its verdict's trees find it: next to none
of what it says stands in the sentences. What is borne out in part has to reach PARTIAL in both."""

COPIED = 1.0
"""The score of a claim that is one of the sentences word for word; no other reaches it."""

LEAN = 4.0
LEAN_MET, ENOUGH_MET = 2.5, 8
"""What the score owes to the share of the claim's words that stand in the sentences, and to how
many those are; trees add the rest. Trees alone put nearly all claims with the wrong article on a
few steps, some of them above true ones."""

_HARD = frozenset(("number", "date", "unit", "negation", "comparison"))
"""A claim that disagrees in one of these is not supported, however many words it shares."""


@dataclass(frozen=True, slots=True)
class Source:
    """A cited sentence, with what helps to understand it but bears nothing out by itself.

    Attributes:
        text: the sentence.
        title, headings: of its article and section.
        before: the sentence before it.
        lead: what leads in to the list it is an item of.
    """

    text: str
    title: str = ""
    headings: tuple[str, ...] = ()
    before: str = ""
    lead: str = ""


def source_of(head: Head, passage: Passage, n: int) -> Source:
    """Sentence n (from 1) of a passage with what helps to understand it: title, headings, the
    sentence before, what leads in to its list."""
    before = passage.quote(n - 1) if n > 1 else ""
    return Source(passage.quote(n), head.title, passage.headings, before, _lead_of(passage, n))


def _lead_of(passage: Passage, n: int) -> str:
    """What leads in to the list that sentence n is an item of."""
    if passage.sentences[n - 1].kind != "item":
        return ""
    first = passage.first_of_run(n)
    before = passage.quote(first - 1) if first > 1 else ""
    return before if before.rstrip().endswith((":", "：")) else ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with how sure it is.

    Attributes:
        score: how likely it is that the sentences bear the claim out, 0 to 1.
        reasons: what speaks against it: number, date, unit, name, negation, comparison, state, words.
    """

    verdict: Verdict
    score: float
    reasons: tuple[str, ...] = ()


def judge(claim: str, sources: Sequence[Source]) -> Judgement:
    """Whether these sentences, taken together, bear a claim out. One copied word for word is borne
    out by itself."""
    copied = claim.strip()
    if any(copied == source.text.strip() for source in sources):
        return Judgement("supported", COPIED)
    seen = laid(claim, sources)
    score, looks = _score(seen), _looks(seen)
    if seen.said and not seen.wrong:
        return Judgement("supported", max(score, SUPPORTED))
    reasons = refused(seen, looks) or (("words",) if score < STRANGE else ())
    if not reasons:
        return Judgement("supported", score)
    if seen.unsaid or _HARD.intersection(reasons) or min(looks, score) < PARTIAL:
        return Judgement("unsupported", score, reasons)
    return Judgement("partial", score, reasons)


def refused(seen: Laid, looks: float, least: float = SUPPORTED) -> tuple[str, ...]:
    """What keeps a claim from being supported: the facts that disagree, or its words. `least`: how
    true it has to look."""
    if seen.wrong:
        return tuple(dict.fromkeys((*seen.wrong, *seen.doubtful)))
    if seen.unsaid or seen.elsewhere:
        return (*seen.doubtful, "state")
    if seen.turned or seen.exchanged or looks < least:
        return seen.doubtful or ("words",)
    return ()


def best_support(
    claim: str, sentences: Sequence[Source], most: int = 2
) -> tuple[tuple[int, float], ...]:
    """Which sentences bear a claim out best: (place, share of the claim's weight it adds)."""
    return tuple(covering(read(claim), [read(each.text) for each in sentences], most))


def laid(claim: str, sources: Sequence[Source]) -> Laid:
    """The claim beside its sentences, as numbers."""
    context = dict.fromkeys(part for each in sources for part in _around(each) if part)
    leads = dict.fromkeys(each.lead for each in sources if each.lead)
    there = [read(each.text) for each in sources]
    return lay(read(claim), there, list(map(read, context)), list(map(read, leads)))


def _around(source: Source) -> tuple[str, ...]:
    """What a sentence may leave out: its title and headings, what leads in to it, and the sentence
    before it where it begins with "it", 他 and the like."""
    leans = LEANS.match(source.text)
    return (source.title, *source.headings, source.lead, source.before if leans else "")


def warm() -> None:
    """Read the files that judging needs; blocks."""
    en = Source("The tower is 38 metres high and not open on Mondays.", title="Tower")
    judge("The Tower does not open on Monday and is 38 m tall.", [en])
    judge("塔高38米，周一不开放。", [Source("这座塔高三十八米，每周一闭馆。", title="钟楼")])


def _score(seen: Laid) -> float:
    """How likely it is that the sentences say what the claim says, by all its words."""
    return _share(lean(seen) + _adder("score")(seen.numbers))


def _looks(seen: Laid) -> float:
    """How likely it is that a claim whose facts agree is told anew and not made up: here it
    tells against a claim to be a copy but for one word."""
    return _share(_adder("verdict")(seen.numbers))


def lean(seen: Laid) -> float:
    """What the score owes to the plain share of words."""
    met = min(seen.number("met"), ENOUGH_MET) / ENOUGH_MET
    return LEAN * seen.number("terms") + LEAN_MET * met


def _share(value: float) -> float:
    return 1 / (1 + math.exp(-value))


@cache
def _trees(name: str) -> Trees:
    """Made by `benchmarks/train_judge.py`."""
    data = json.loads(files(__package__).joinpath("judge.json").read_text("utf-8"))
    trees = from_data({"names": data["names"], "trees": data[name]})
    assert trees.names == NAMES
    return trees


@cache
def _adder(name: str) -> Callable[[Sequence[float]], float]:
    return quick(_trees(name))


_LEAD_IN = re.compile(r"[:：]\s*(?:\*\*)?$")
_QUESTION = re.compile(r"[?？]\s*$")
_HEADING = re.compile(r"^\s*#{1,6}\s|^\s*\*\*[^*]{1,60}\*\*\s*$")
_TALK = re.compile(
    r"^(?:(?:hi|hello|sure|of course|certainly|yes|no|thanks?|thank you|in summary|in short"
    r"|i hope (?:this|that) helps|let me know .*|feel free .*|for (?:more|further) .* (?:see|ask).*"
    r"|here (?:is|are) .*|based on .{0,40}(?:articles?|sources?|sentences?)|you can ask .*"
    r"|(?:please )?note|sources?|answer)[\s,.!]*)$"
    r"|^(?:你好|您好|好的|当然|是的|不是|谢谢|希望.{0,12}帮助|如有.{0,20}(?:问题|疑问).*"
    r"|综上(?:所述)?|总之|总的来说"
    r"|根据(?:以上|上述|这些|所给|提供的)?(?:文章|资料|内容|原文)|以下是.{0,20}"
    r"|来源|答案|注意)[，,。.！!：: ]*$",
    re.IGNORECASE,
)


def states_fact(sentence: str) -> bool:
    """Whether a sentence says something that articles could bear out: not a greeting, a lead-in, a
    heading, a question, an offer, or the word that the articles do not say."""
    words = beyond(sentence).strip()
    if not re.search(r"\w", words):
        return False
    if re.search(r"\d", words):
        return True
    return not (
        _QUESTION.search(words)
        or _HEADING.search(words)
        or _TALK.search(words)
        or (_LEAD_IN.search(words) and len(words) < 120)
    )
