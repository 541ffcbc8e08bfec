"""The parts of a message that only talk: "Hello! Could you help me?", "有懂的吗".

A stretch between punctuation that has nothing but words of conversation is no part of the question
beside it, and neither are such words right before one: "might you know what …".
"""

import re
import unicodedata
from collections.abc import Sequence

from dengmi.language.han import has_han, simplified
from dengmi.language.scripts import words_of

_CORE = words_of(
    "know knowing tell say ask asking asked answer explain help wish wonder wondering"
    " wondered sure idea ideas clue clues please pls kindly thanks thank thx cheers hello hi"
    " hey yo greetings sir madam friend friends guys everyone everybody folks so well ok okay"
    " alright um umm uh hmm hm oh ah er anyway actually basically honestly really quick"
    " question questions curious confirm remind sorry excuse pardon bother bothering mind"
    " grateful glad appreciate appreciated understand learn btw tia pray fyi newbie morning"
    " afternoon evening forgot forget remember possible check"
)
"""Words of conversation; a part that only talks has at least one of them."""
_TALK = _CORE | words_of(
    "i you u me my your us we it this that a an the one some any is be am are was been do"
    " does did can could would will may might have has had got get say want wanted need like"
    " love trying hoping looking dying chance all there just silly stupid dumb simple small"
    " short let out find about to for of if but and good day dear keep always often ever"
    " meaning happen maybe perhaps possibly much very many advance lot again here give guess"
    " information info interested in now real im id ive not"
)
_NOT = words_of("sure know mind understand remember")
_ASKING = words_of("what who whom whose where when why how which")
_ENDS = words_of(
    "know me us is was wonder wondering wondered ask asking explain sure idea ideas clue"
    " remember forgot forget remind about understand out please you say tell curious confirm"
    " guess but answer help guys everyone"
)
_OF_ONESELF = re.compile(
    r"(?:do|does|did|should|must|am|is|are|was|were|have|has|will|would) (?:i|we|this|that)\b"
    r"|(?:i|you|we) (?:know|tell|ask|say|did|do(?! not)|was(?! wondering)|were)\b(?! me)"
)
"""What asks or says something about oneself."""
_PART = re.compile(r"[^,;:!?.…~，；：！？。（）()—–\n]+[,;:!?.…~，；：！？。（）()—–\n]*")
_MARKS = " ,;:!?.…~，；：！？。（）()—–-\n"
_PLAIN = re.compile("[a-z]+")
_OTHER = re.compile(r"[^a-z\s,'’.-]")
_HAN_TALK = re.compile(
    "(?:hi|hello|hey|[我你您]|们|大家|各位|大佬|大神|老师|客服|小编|楼主|朋友|同学|亲|萌新|小白|新人"
    "|请|问|想|求|帮|忙|麻烦|劳驾|拜托|谢|感|多|非常|十分|辛苦|了|啦|啊|呀|吗|么|呢|吧|哦|噢|哈|诶|欸"
    "|咧|的|好|早上|上午|中午|下午|晚上|有|没|人|懂|知道|一个|个|问题|提问|一下|下|告诉|告知|解答|解惑"
    "|回答|回复|科普|指点|指教|求助|急|在|线|等|打扰|冒昧|不好意思|抱歉|那|这|嗯|呃|哎|唉|嗨|嘿|喂|谁|能"
    "|可以|否|话说|对|另外|其实|顺便|先|再|来|给|一|弱弱|地|突然|好奇|解|助)+"
)
_HAN_ASKS = re.compile("什么|怎|如何|哪|几|多少|多[长久大高远]|为何|何时|啥|咋")
_LONGEST = 60


def without_talk(question: str) -> str:
    """A question as written without the parts before and behind it that only talk."""
    parts = _PART.findall(question)
    if len(parts) < 2:
        return question
    first, last = 0, len(parts)
    while first < last - 1 and _only_talks(parts[first]):
        first += 1
    while last > first + 1 and _only_talks(parts[last - 1]):
        last -= 1
    if last - first == len(parts):
        return question
    return "".join(parts[first:last]).strip(" ,;:-—–(（，；：")


def talk_before(form: str) -> int:
    """How many characters of a normalised English question only lead up to it."""
    words = form.split(" ")[:14]
    if words[0] in _ASKING or words[0] not in _TALK:
        return 0
    end = next((n for n, word in enumerate(words) if word not in _TALK), len(words))
    if end == len(words) or words[end] not in _ASKING or words[end - 1] not in _ENDS:
        return 0
    lead = " ".join(words[:end])
    talks = not _CORE.isdisjoint(words[:end]) and _all_talk(words[:end])
    return len(lead) + 1 if talks and not _OF_ONESELF.match(lead) else 0


def _only_talks(part: str) -> bool:
    if len(part) > _LONGEST:
        return False
    plain = unicodedata.normalize("NFKC", part.strip(_MARKS)).casefold()
    if has_han(plain):
        plain = simplified(plain)
        return _HAN_TALK.fullmatch(plain) is not None and _HAN_ASKS.search(plain) is None
    words = _PLAIN.findall(plain.replace("’", "").replace("'", ""))
    return not _CORE.isdisjoint(words) and _all_talk(words) and not _OTHER.search(plain)


def _all_talk(words: Sequence[str]) -> bool:
    return _TALK.issuperset(words) and ("not" not in words or not _NOT.isdisjoint(words))
