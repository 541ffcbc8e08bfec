"""Words whose exchange turns a sentence round: negations, opposites, how many and how sure."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import NamedTuple

NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|nowhere|without|cannot|no longer|no one)\b"
    r"|n['’]t\b"
    r"|并未|尚未|未曾|从未|未能|没有|没能|不再|不能|不会|不是|不得|不可以|不可|不应该|不应|不需要"
    r"|不必|不宜|不要|不准|不允许"
    r"|用不着|无法|无需|无须|不|没|未|无|勿|莫|别(?![的人墅名致])|拒不",
)
"""What negates (lower case). `EMPTY_NEGATION` takes out words that only look like it."""

MAY_DENY = re.compile("no|never|neither|without|n't|n’t|不|没|未|无|勿|莫|别")
"""What a text has at the least that negates: found much sooner, since it is nothing but signs."""

EMPTY_NEGATION = re.compile(
    r"\b(?:at no (?:extra |additional )?(?:cost|charge)\b|no (?:extra|additional) \w+"
    r"|no other\b|no one else\b|nothing else\b"
    r"|not only\b|no doubt\b|not least\b|no (?:less|fewer|more|later|earlier) than\b|not"
    r" (?:more|less|fewer) than\b"
    r"|nothing but\b|no matter\b|no\.(?= ?\d)|(?:may|must|can|should|shall|does|do"
    r"|did)(?:not| not|n['’]t) exceed\b|not exceed(?:ing)?\b)"
    r"|不另外?收|不用另外|别无|没学过"
    r"|差不多|不错|没电|不仅|不但|不只|不断|不同|不过(?!期)|不久|不少于|不少|不论|不管|不禁|不料|不如|不止|不得不"
    r"|不低于|不高于|不多于|不大于|不小于|不超过"
    r"|不(?:得|能|应|可|要|该|应该)(?:超过|高于|低于|少于|多于|大于)"
    r"|不足(?=[\d一二三四五六七八九十百半])|不到(?=[\d一二三四五六七八九十百半])|不满(?=\d)|未满"
    r"|无论|无数|无疑|无比|非常|未来|除非|非洲|无锡"
    r"|无人机|无线|无限|无机|无息|无偿|不等式|不锈钢|没收|是否|能否|可否|不良|不已|不易|不一"
    r"|不及格|不合格|不适(?!用|合|宜)|不舒服|不间断|不停(?![止运业课电水])|不便|不慎|不小心|不规则"
    r"|没过(?!期)|不可避免|不可或缺|不定期|不动产|未婚|未成年|特别|分别|级别|性别|区别|类别|个别|差别|辨别|告别"
    r"|识别|别墅|未必|要不|不由得|不由自主|不妨|不免|不光|不单|没收|不服|不幸|无薪",
)
SOFT_NEGATION = re.compile(
    r"\b(?:drop(?:s|ped)?|remov\w+|stop(?:s|ped)?|ended|ends|lack\w*|except\w*|avoid\w*|prevent\w*"
    r"|refus\w+|reject\w*"
    r"|den(?:y|ie[sd])|fail\w*|miss(?:es|ed|ing)?|forb[ia]d\w*|ban(?:s|ned)?|prohibit\w*|unable"
    r"|unnecess\w+|instead|rather"
    r"|limited|limit|unless|hardly|barely|rarely|impossib\w+|against|abstain\w*|closed|shut"
    r"|exclu\w+|lapse\w*|expire\w*"
    r"|exempt\w*|oppos\w+|contrary|invalid|inactive|incomplet\w+|loss|lost|absen\w+|away|cancel\w*"
    r"|zero|restrict\w*"
    r"|only|(?<!a )few|(?<!a )little|poor\w*|hard|difficult\w*|unpaid|unsafe|offline|split|divided"
    r"|forg[eo]t\w*|los(?:e|es|ing)|stable|constant|steady|sidelined|(?:is|are|was|were|be) out|un(?!til|der|i|tie)\w{4,}"
    r"|others?|else|elsewhere|free|withh\w+|dr(?:y|ied)|irregular\w*|uneven\w*|separate\w*|earliest|largest|biggest|highest|longest|smallest"
    r"|than (?:at )?any|spare[ds]?|alone|resume[ds]?|unchanged"
    r"|unclear|unlikely|disallow\w*|otherwise|or else|\w{3,}less|free (?:of|from)|out of|beyond)\b"
    r"|忘|避(?=[光雨风水热暑])|休战|缺阵|缺席|(?<![解删清消去拆开免排扣])除了|禁止|严禁|拒绝|取消|停止|停运|停|避免|防止|缺|免|非|只|(?<![解删清消去拆开免排扣])除|仅|限|而非|反对|否决|失败|错过|失"
    r"|难|例外|关闭|闭|最多|控制|另|才"
    r"|免费|最早|谢绝|婉拒|保留|保存|干了|干涸|少了|更短|不足|独自|单独|抱怨|改成|其他|其余|别的|最大|最高|最长|其他任何|凭"
    r"|稳定|逾期|离线|断网|相同|一样|正常|照常|否则|不足|拿不到",
)
"""What denies without a negation, or keeps one from being needed; it excuses a negation that is
lost or new."""

_MOST_OF = re.compile(
    r"\b(?:(?<!at )(?<!the )most|some|(?<!as )(?<!how )many|several|part|partly|half|few|majority|(?:only|just) one|often|usually|sometimes|generally"
    r"|mostly|largely|nearly all|almost all|all but"
    r"|(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+) of (?:the|its|their|these|those|them|which|whom))\b"
    r"|(?:只|仅)有?一|大多|多数|大部分|部分|有些|一些|许多|不少|通常|往往|一般|有时|几乎|少数|个别|主要|一半|半数|其中[有的]?[\d一二两三四五六七八九十]|[个人名位只件]中的"
)
_ALL_OF = re.compile(
    r"\b(?:all|every|everyone|everybody|each|always|entirely|wholly|whole|solely|any|both)\b(?!"
    r" (?:day|year|night|week|month|hour))"
    r"|双方|所有|全部|全都|均(?![价衡])|一律|任何|总是|始终|全体|个个|都(?![市会])|完全|每[个位名]"
)
_HEDGES = re.compile(
    r"\b(?:may|might|could|possibly|perhaps|probably|likely|planned|plans?|proposed|proposal"
    r"|proposes|considering|considers|expected|expects|reportedly"
    r"|allegedly|suggests?|would|should|hopes?|wants?|aims?|intends?|estimated|forecast|possible"
    r"|potentially)\b"
    r"|可能|或许|也许|大概|预计|计划|拟|有望|据称|据说|或将|考虑|估计|希望|打算|争取|建议|疑似"
    r"|预期|准备|将|要|会"
)


class Tone:
    """What a text (lower case, Simplified) has words of; looked for when it is first asked for."""

    def __init__(self, lower: str) -> None:
        self._lower = lower

    @cached_property
    def all(self) -> bool:
        """Of everything or everyone."""
        return _ALL_OF.search(self._lower) is not None

    @cached_property
    def some(self) -> bool:
        """Of a part of them."""
        return _MOST_OF.search(self._lower) is not None

    @cached_property
    def hedged(self) -> bool:
        """Of what is only possible or planned."""
        return _HEDGES.search(self._lower) is not None

    @cached_property
    def ranked(self) -> bool:
        """Of a second or third place."""
        return _RANKED.search(self._lower) is not None

    @cached_property
    def top(self) -> bool:
        """Of a first place."""
        return _TOP.search(self._lower) is not None

    @cached_property
    def top_alone(self) -> bool:
        """Of a first place that is not part of a second or third."""
        if not self.ranked:
            return self.top
        return self.top and _TOP.search(_RANKED.sub(" ", self._lower)) is not None

    @cached_property
    def even(self) -> bool:
        """Of being as much as."""
        return _EVEN.search(self._lower) is not None

    @cached_property
    def uneven(self) -> bool:
        """Of being more or less than."""
        return _UNEVEN.search(self._lower) is not None


def too_wide(claim: Tone, sources: Sequence[Tone]) -> bool:
    """Whether a claim says it of all where the sources say it of some, or the other way round."""
    if claim.all == claim.some:
        return False
    all_there = any(source.all for source in sources)
    some_there = any(source.some for source in sources)
    return (some_there and not all_there) if claim.all else (all_there and not some_there)


def too_sure(claim: Tone, sources: Sequence[Tone]) -> bool:
    """Whether a claim says as certain what the sources only think possible or planned."""
    return not claim.hedged and any(source.hedged for source in sources)


_RANKED = re.compile(
    r"\b(?:second|third|fourth|fifth|2nd|3rd|4th|5th)[- ](?:most|least|\w{3,}est)\b"
    r"|第[二三四五六七八九十](?=[高大长快多重深宽古老强好])"
)
_TOP = re.compile(r"\b(?:most|\w{3,}est)\b|最(?=[高大长快多重深宽古老强好])")


def first_of_all(claim: Tone, source: Tone) -> bool:
    """Whether a claim says of the first what the sentence says of the second or third."""
    return source.ranked and not claim.ranked and claim.top and not source.top_alone


class _Table(NamedTuple):
    """Which side of which pair a word is on: "3l", "3r"."""

    latin: Mapping[str, Sequence[str]]
    han: Mapping[str, Sequence[str]]
    han_word: re.Pattern[str]


@cache
def _table() -> _Table:
    latin: dict[str, list[str]] = {}
    han: dict[str, list[str]] = {}
    text = files(__package__).joinpath("opposites.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for n, line in enumerate(lines):
        for side, listed in zip("lr", line.split(" / "), strict=True):
            for word in listed.split():
                (latin if word.isascii() else han).setdefault(word, []).append(f"{n}{side}")
    return _Table(latin, han, re.compile("|".join(sorted(han, key=len, reverse=True))))


_LATIN_WORD = re.compile(r"[a-z](?:[a-z.-]*[a-z])?")
_ENDINGS = 3
"""Letters that may follow the beginning of a word: increas-ing."""


_THAN_HAN = re.compile(
    "(?:(?<!相)比|较)[^，。；、]{0,12}?(?P<more>多|高|贵|快|早|长|大|重|好|强|深|宽|远|厚)(?!度)"
    "|(?:(?<!相)比|较)[^，。；、]{0,12}?(?P<less>少|低|便宜|慢|晚|迟|短|小|轻|差|弱|浅|窄|近|矮|薄)"
)
_NO_SIDE = re.compile(
    r"\b(?:close (?:to|by)\b|at the (?:latest|earliest)\b|comes? first\b|open to\b|behind(?=[.,;]|$)"
    r"|long(?:er)? (?:as|than)\b)|以先到者为准|最多见|(?<![\d年月日周天时点号半])以前"
)
_UP_DOWN = re.compile(
    r"\b(?:(?P<up>up)|down) (?=(?:(?:by|from|nearly|almost|about|around|sharply|slightly|over|more"
    r" than) )?(?:[$€£¥]?\d|an? (?:third|quarter|fifth|tenth)|half))"
)
_MORE, _LESS = (
    "多高贵快早长大重好强深宽远厚",
    ("少", "低", "便宜", "慢", "晚", "短", "小", "轻", "差", "弱", "浅", "窄", "近", "薄"),
)
_LESS_OF = {**dict(zip(_LESS, _MORE, strict=True)), "迟": "早", "矮": "高"}
_EVEN = re.compile(
    r"\b(?:the same(?! (?:time|day|way|year|week|month|place|person|name|reason))|as (?:much|many|high|old|long) as|equal(?:s|ly)?|unchanged|no change)\b"
    r"|(?<!不)相同|(?<!不)一样|持平|不变|相等|同价"
)
_UNEVEN = re.compile(
    r"\b(?:more|less|fewer|higher|lower|greater|smaller|longer|shorter|cheaper|dearer) (?:\w+"
    r" ){0,2}?than\b"
    r"|比[^，。；]{1,10}?(?:多|少|高|低|贵|便宜|快|慢|早|晚|长|短|大|小|重|轻|好|差)"
    r"|(?<!不)[高低多少]于|不同"
)


def sides(lower: str) -> tuple[tuple[str, int], ...]:
    """Which sides of which pairs of opposites a text (Simplified, lower case) has words of, and
    where."""
    lower = _NO_SIDE.sub(lambda hit: " " * len(hit.group()), lower)
    found = [] if lower.isascii() else _han_sides(lower)
    for hit in _UP_DOWN.finditer(lower):
        found.append(("0l" if hit["up"] else "0r", hit.start()))
    for hit in _LATIN_WORD.finditer(lower):
        if own := _sides_of(hit.group()):
            found += [(side, hit.start()) for side in own]
    return tuple(found)


def _han_sides(lower: str) -> list[tuple[str, int]]:
    """The same of the Chinese words of a text."""
    table = _table()
    found: list[tuple[str, int]] = []
    for hit in table.han_word.finditer(lower):
        found += [(side, hit.start()) for side in table.han[hit.group()]]
    for hit in _THAN_HAN.finditer(lower):
        more, less = hit["more"], hit["less"]
        found.append(
            (f"比{more}l", hit.start("more"))
            if more
            else (f"比{_LESS_OF[less]}r", hit.start("less"))
        )
    return found


@lru_cache(maxsize=1 << 14)
def _sides_of(word: str) -> tuple[str, ...]:
    """The sides that an English word is on."""
    latin = _table().latin
    exact = latin.get(word + "=", ())
    for end in range(len(word), max(len(word) - _ENDINGS - 1, 2), -1):
        if some := latin.get(word[:end]):
            return (*exact, *some)
    return tuple(exact)


def uneven(claim: Tone, source: Tone) -> bool:
    """Whether a claim says more or less where the sentence says the same, or the reverse."""
    return (claim.uneven and not claim.even and source.even) or (
        claim.even and source.uneven and not source.even
    )


THAN = re.compile(
    r"\b(?:than|beats?|defeated|versus)\b|(?<!\d)比|超过|击败|战胜|高于|低于|多于|少于|优于"
)
