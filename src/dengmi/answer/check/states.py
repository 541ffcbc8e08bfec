"""What a claim says of a state: open or closed, free, allowed, safe, on sale; done already.

In "the tea garden is still open" only one word is not the title's, and where no sentence says it, the
shares of words that the judge goes by still look well. So a state that a short claim tells of needs
a sentence that tells of it, and of the same thing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from dengmi.answer.check.align import EXACT, Aligned
from dengmi.answer.check.reading import Read
from dengmi.answer.reading import LEANS

_IS = r"\b(?:is|are|was|were|be|been|being|remains?|stays?|keeps?|gets?)\b(?: \w+){0,2}? "


class State(NamedTuple):
    """A kind of state.

    Attributes:
        told: what tells of it in a sentence; `label`: in a lead-in or the head of a column.
        says: what a sentence has at the least that tells of it, or of its contrary, in whatever
            words.
    """

    told: re.Pattern[str]
    label: re.Pattern[str]
    says: re.Pattern[str]


def _state(told: str, label: str, says: str) -> State:
    return State(re.compile(told), re.compile(label), re.compile(says))


STATES = (
    _state(
        rf"{_IS}open\b|\b(?:re)?opens\b|\b(?:has|have|had)(?: \w+)? (?:re)?opened\b"
        r"|(?<!公)开放|营业|开门|开馆|开园",
        r"\bopen\b(?! (?:air|source|day))|开放(?!时间|日期)|营业(?!时间|日期)|开门(?!时间)",
        r"open|hours?\b|visit|admi(?:t|ssion)|welcom|access|enter|entr(?:y|ance)|clos|shut|daily"
        r"|every day|weekday|until|from \w+ to|开[放门馆园业张]|重开|营业|参观|游览|接待|迎客|入[园馆场内]"
        r"|闭[馆园]|关闭|停业|歇业|全年|每[天日]|启用|通车|投用",
    ),
    _state(
        rf"{_IS}(?:closed|shut)\b|\bcloses\b|\b(?:has|have|had)(?: \w+)? (?:closed|shut)\b"
        r"|关闭|闭[馆园]|停业|歇业|关门|关停",
        r"\b(?:closed|shut)\b|关闭|闭[馆园](?!时间)|停业|歇业",
        r"clos|shut|open|suspend|until|except|no longer|stop|ceas|end(?:s|ed)\b|hours|renovat|repair"
        r"|关[闭门停掉]|闭|停[业止办用]|歇|封|开[放门馆园业]|营业|维修|修缮|改造|休[息馆]|不[再开]",
    ),
    _state(
        r"\bfree\b(?! (?:from|time|trade|market|space|range|will|kick|speech|to (?!enter|visit|use)))"
        r"|\bno charge\b|\bwithout (?:charge|paying)\b|\bpays? nothing\b|免费|免票|不收费|不要钱|免收",
        r"\bfree\b(?! (?:from|time|space))|\bno charge\b|免费|免票|不收费|不要钱",
        r"free|\b(?:no|not|without|never|n['’]t)\b.{0,20}(?:charg|fee|cost|pay|price|ticket)|nothing"
        r"|complimentary|gratis|includ|waive|cover|donat|\bgift|\bgiven?\b|免|不收|不要|不花|不用|不需"
        r"|无需|赠|送|无偿|承担|公益|包",
    ),
    _state(
        rf"{_IS}(?:allowed|permitted|welcome|forbidden|banned|prohibited)\b|\bmay not\b|\bmust not\b"
        r"|允许|准许|准予|禁止|严禁|不得|不准|不许",
        r"\b(?:allowed|permitted|forbidden|banned|prohibited|welcome)\b|允许|准许|禁止|严禁|不得|不准"
        r"|不许|可以?(?:带|携带|进入)",
        r"\bma[yk]|\bcan|\bcould|allow|permi|forbid|\bban|prohib|welcom|\blet\b|\bnot?\b|n['’]t\b|never"
        r"|only|must|without|except|accept|admit|bring|leave|keep|stay|可|能|允|准|许|禁|不|严|仅|只|勿"
        r"|须|请|带|欢迎|谢绝",
    ),
    _state(
        r"\b(?:un)?safe(?:ly)?\b|\bharmless\b|\bdangerous\b|\bpoisonous\b|\btoxic\b|\bharmful\b"
        r"|安全(?!员|局|部|帽|带|门|出口)|无害|危险|有毒|有害",
        r"\b(?:un)?safe\b|\bdangerous\b|\bpoisonous\b|安全(?!员|局|部|帽|带|门|出口)|危险|有毒",
        r"safe|harm|secur|danger|risk|protect|injur|hurt|poison|toxic|hazard|threat|dead|kill|fatal|ill\b"
        r"|sick|burn|never|caution|careful|安全|害|危|险|毒|保护|伤|致|死|烫|慎|不[能可要宜得]",
    ),
    _state(
        rf"{_IS}(?:in stock|on sale|sold out|fully booked|out of (?:stock|print))\b"
        r"|有货|现货|在售|有售|售罄|售完|缺货|断货|约满|订满",
        r"\b(?:in stock|on sale|sold out|fully booked|out of stock)\b|有货|现货|在售|售罄|缺货",
        r"stock|\bsale|\bsell|sold|book|availab|\bleft\b|order|out of|full|offer|buy|bought|price|shop"
        r"|货|售|卖|买|购|罄|缺|断|满|余|剩|供应|订|约|票",
    ),
    _state(
        rf"{_IS}(?:cancell?ed|called off|suspended|discontinued|abolished)\b"
        r"|取消|停办|停刊|停运|停用|停产|废止",
        r"\b(?:cancell?ed|called off|suspended|discontinued)\b|取消|停办|停运|停用|停产",
        r"cancel|call(?:s|ed)? off|suspend|discontinu|abolish|scrap|\bdrop|no longer|\bnot\b|n['’]t\b"
        r"|withdr|abandon|\bend|postpon|stop|ceas|clos|until|last|never|remov|replac|shut"
        r"|取消|停|废|撤|改|不再|终|止|结束|暂|关[闭停掉]|没有|未|最后|拆",
    ),
    _state(
        rf"{_IS}(?:not )?included\b|包含在|已?含在|不包括|不包含|不含",
        r"\b(?:not )?included\b|\bexcluded\b|包含|包括|不含|已含",
        r"includ|exclud|cover|extra|\bcosts?\b|\bpay|free|part of|comes? with|charge|not\b|price"
        r"|separate|含|包|另|免|赠|送|自理|自费|不|额外|费|带",
    ),
)
_TELLS = re.compile(
    "open|clos|shut|free|charge|pay|allow|permit|welcome|forbid|ban|prohibit|may not|must not|safe"
    "|harm|danger|poison|toxic|stock|sale|sold|book|cancel|called off|suspend|discontinu|abolish|clud"
)
"""What an English text has at the least that tells of a state, found much sooner than which."""

_TIMED = (0, 1)
"""States whose hours and days are looked at apart."""

_LETS_IN = re.compile(
    r"\b(?:allowed|permitted|welcome|admitted)\b|允许|准许|欢迎|可以?(?:带|携带|进|入)|能[带进]"
)
_KEEPS_OUT = re.compile(
    r"\b(?:stays?|remains?|waits?|left|leaves?|kept|keeps?)\b(?: \w+){0,3}? (?:outside|out(?! of)"
    r"|at (?:home|the (?:gate|door|entrance)))\b|(?:留|拴|待|等)在.{0,6}外|在.{0,4}外(?:等|候)"
    r"|谢绝|止步|拒绝入|不得入"
)
"""What says in other words that somebody is not let in."""

_ALREADY = re.compile(r"\balready\b|已经?(?!知|有人知)|早已|业已")
_PLANNED = re.compile(
    r"\bwill\b|\bplan(?:s|ned|ning)?\b|\bexpect(?:s|ed)?\b|\bdue to\b|\bintend|\bhopes? to\b|\bnext\b"
    r"|\bnot yet\b|\byet to\b|\baims? to\b|\bpropos|\bwould\b"
    r"|将|计划|预计|拟|尚未|还没|打算|明年|准备|力争|争取|希望|有望|待"
)
_MAY_BE = re.compile(
    r"\bto be\b|\bcould\b|\bmay\b|\b(?:is|are) to\b|\bwon['’]t\b|\bnot\b|n['’]t\b|[会要未没可]|不"
)
_DONE = re.compile(r"\balready\b|\b(?:has|have|had|was|were)\b|已|了|完成|过|曾")

_STILL = re.compile(
    r"\bstill\b|\bto this day\b|仍|依然|依旧|至今|(?:现在|目前)还|还(?=在|有|能|可|会|开|营)"
)
_ENDED = re.compile(
    r"\bno longer\b|\bceased\b|\bstopped\b|\bdiscontinued\b|\babolished\b|\bscrapped\b|\bused to\b"
    r"|\buntil (?:\w+ )?(?:1\d|20)\d\d\b|停[止用办刊业运产]|不再|曾|废止|用到|\d年(?:[以之]前|为止)"
)
_GOES_ON = re.compile(
    r"still|remain|continu|\bnow\b|today|\bsince\b|仍|依|还|保留|继续|至今|沿用|现|恢复"
)

_PEOPLE = tuple(
    re.compile(each)
    for each in (
        r"\bresidents?\b|\blocals?\b|居民|住户|村民|市民",
        r"\bmembers?\b|会员",
        r"\bstudents?\b|\bpupils?\b|\bchild(?:ren)?\b|\bkids?\b|\bminors?\b|学生|儿童|孩子|小孩|未成年",
        r"\badults?\b|\bgrown-ups?\b|成年?人(?<!未成年人)|大人",
        r"\bseniors?\b|\bpensioners?\b|\belderly\b|\bretired\b|老人|老年|长者|退休",
        r"\btourists?\b|外地游客",
        r"\bteachers?\b|教师|老师",
        r"\bvolunteers?\b|志愿者|义工",
        r"\bsoldiers?\b|\bveterans?\b|军人|士兵",
        r"\bdisabled\b|\bdisabilit|残疾|残障",
        r"\bemployees?\b|\bstaff\b|员工|职工|工作人员",
        r"\bdogs?\b|[狗犬]",
        r"\bcats?\b|猫",
    )
)
"""Whom a price or a permission may be for; of some only what each other's sentence says."""

_EVERYBODY = re.compile(
    r"\b(?:all|any(?:one|body)?|every(?:one|body)?|nobody|no one|others?|else|rest|public|visitors?)\b"
    r"|所有|任何|人人|大家|每个|均|都|一律|其他|其余|游客|公众|全"
)

_SHORT = 4
"""Content words up to which a claim need not be a whole sentence: "Members: free of charge"."""

_REST = 2.0
"""Weight of what a claim says beside a state and what the article is about, up to which it is short."""

_LIGHT = 0.35

_SITE = re.compile(
    r"\b(?:site|place|venue|premises|grounds|facility|whole|all|every\w*|it|they|we)\b"
    r"|景区|园区|馆区|本[馆园店]|全[园馆]|[我它]们?|这里|该"
)
"""Words for what the article is about, whatever that is."""


def unsaid(aligned: Aligned, around: Sequence[Read]) -> bool:
    """Whether a claim tells of a state that none of its sentences tells of, or only of others: of
    residents where it names members. `around`: what leads in to the sentences (the lead-in of a
    list, the head of a table)."""
    claim, sources = aligned.claim, aligned.sources
    if not sources:
        return False
    if _only_planned(claim, sources):
        return True
    if _priced(aligned) or _kept_out(aligned):
        return True
    for state, start, end in _told(claim):
        if state in _TIMED and exact(claim):
            continue
        if _beside(aligned, start, end) > _REST:
            continue
        if not says(state, sources) and not says(state, around):
            return True
        if _for_others(claim, [each for each in sources if says(state, (each,))] or sources):
            return True
    return False


def let_in(aligned: Aligned) -> bool:
    """Whether a claim is no more than a label that lets something in (狗：允许), and a sentence lets
    just that in, in whatever words: so few words look like none to who counts them."""
    claim = aligned.claim
    if len(claim.units) > 2 or not _lets_in(claim) or exact(claim):
        return False
    for n, source in enumerate(aligned.sources):
        if not _lets_in(source) or _KEEPS_OUT.search(source.lower):
            continue
        named = [
            match.source == n and match.quality >= EXACT
            for unit, match in zip(claim.units, aligned.matches, strict=True)
            if not _LETS_IN.search(unit.term)
        ]
        if named and all(named):
            return True
    return False


def _lets_in(text: Read) -> bool:
    """Whether a text lets somebody in, and denies and limits nothing."""
    return _LETS_IN.search(text.lower) is not None and not (text.cues or text.soft)


def _kept_out(aligned: Aligned) -> bool:
    """Whether a claim lets in whom the sentences keep out."""
    claim, sources = aligned.claim, aligned.sources
    if not _lets_in(claim) or _beside(aligned, 0, 0) > _REST:
        return False
    out = any(_KEEPS_OUT.search(each.lower) for each in sources)
    return out and not any(_lets_in(each) for each in sources)


def of_another(aligned: Aligned) -> bool:
    """Whether a short claim tells of a state that its sentences tell of other things alone, or of
    another time: "the garden is open" beside "the tea house is open", in an article on the garden."""
    claim = aligned.claim
    if _over(claim, aligned.sources):
        return True
    if exact(claim):
        return False
    for state, start, end in _told(claim):
        if _beside(aligned, start, end) > _REST:
            continue
        if _to_come(claim, aligned.sources):
            return True
        found = [
            _same(aligned, n, hit.start(), start)
            for n, each in enumerate(aligned.sources)
            for pattern in (STATES[state].told, STATES[state].label)
            if (hit := pattern.search(each.lower))
        ]
        if found and not any(found) and _subject(claim, start):
            return True
    return False


def _same(aligned: Aligned, n: int, there: int, here: int) -> bool:
    """Whether what a state is told of at a place of sentence n may be what the claim tells it of."""
    source, head = aligned.sources[n], _subject(aligned.claim, here)[-1:]
    of = _subject(source, there)
    if not (of and head) or LEANS.match(source.text) or _SITE.search(source.lower, 0, there):
        return True
    groups = aligned.claim.units[head[0]].groups
    return aligned.matches[head[0]].source == n or any(
        source.units[at].groups & groups for at in of
    )


def _subject(text: Read, place: int) -> list[int]:
    """Which content words stand before a place in its clause."""
    clause = text.clause_at(place)
    return [
        n
        for n, unit in enumerate(text.units)
        if unit.clause == clause and unit.end <= place and unit.weight > _LIGHT
    ]


def exact(text: Read) -> bool:
    """Whether a text tells of exact facts, which are looked at apart."""
    facts = text.facts
    return bool(facts.amounts or facts.days or facts.clocks or facts.week)


def labels(text: Read) -> tuple[int, ...]:
    """The states that a lead-in or the head of a column tells of."""
    return tuple(n for n, each in enumerate(STATES) if each.label.search(text.lower))


def says(state: int, texts: Sequence[Read]) -> bool:
    """Whether a text tells of a state at all, or of its contrary."""
    return any(STATES[state].says.search(each.lower) for each in texts)


def _only_planned(claim: Read, sources: Sequence[Read]) -> bool:
    """Whether a claim tells as done already what the sentences tell as planned only."""
    return _ALREADY.search(claim.lower) is not None and _to_come(claim, sources)


def _to_come(claim: Read, sources: Sequence[Read]) -> bool:
    """Whether the sentences tell as planned only what a claim does not."""
    if _PLANNED.search(claim.lower) or _MAY_BE.search(claim.lower):
        return False
    planned = any(_PLANNED.search(each.lower) for each in sources)
    return planned and not any(_DONE.search(each.lower) for each in sources)


def _over(claim: Read, sources: Sequence[Read]) -> bool:
    """Whether a claim tells that something is still so of which the sentences tell that it is over."""
    if not _STILL.search(claim.lower):
        return False
    ended = any(_ENDED.search(each.lower) for each in sources)
    return ended and not any(_GOES_ON.search(each.lower) for each in sources)


def _for_others(claim: Read, saying: Sequence[Read]) -> bool:
    """Whether a claim is about people of whom no sentence that says it says so, while each of these
    names others."""
    mine = _people(claim)
    if not mine:
        return False
    return all(
        (there := _people(each)) and mine - there and not _EVERYBODY.search(each.lower)
        for each in saying
    )


def _priced(aligned: Aligned) -> bool:
    """Whether a claim is short and tells of some people a price that others pay."""
    claim, sources = aligned.claim, aligned.sources
    prices = {one.base for one in claim.facts.amounts if one.measure.startswith("money")}
    if not prices or _beside(aligned, 0, 0) > _REST:
        return False
    saying = [each for each in sources if prices & {one.base for one in each.facts.amounts}]
    return bool(saying) and _for_others(claim, saying)


def _people(text: Read) -> frozenset[int]:
    return frozenset(n for n, each in enumerate(_PEOPLE) if each.search(text.lower))


@lru_cache(maxsize=128)
def _told(text: Read) -> tuple[tuple[int, int, int], ...]:
    """The states that a text tells of, and where. Remembered: it is asked twice of each claim."""
    found: list[tuple[int, int, int]] = []
    if text.lower.isascii() and _TELLS.search(text.lower) is None:
        return ()
    short = len(text.units) <= _SHORT
    for n, state in enumerate(STATES):
        hit = state.told.search(text.lower) or (short and state.label.search(text.lower))
        if hit:
            found.append((n, hit.start(), hit.end()))
    return tuple(found)


def _beside(aligned: Aligned, start: int, end: int) -> float:
    """What the words weigh that a claim has beside a state and those of its article's title and
    headings."""
    return sum(
        unit.weight
        for unit, known in zip(aligned.claim.units, aligned.context, strict=True)
        if not known and not start <= unit.start < end
    )
