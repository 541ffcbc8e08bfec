"""Messages that ask nothing: greetings, thanks, farewells, and "ok", in English and Chinese.

A message counts only where all of it does: "你好" is one, "你好，请问展览几点开门" a question.
"""

import re
import unicodedata
from typing import Literal

Greeting = Literal["hello", "thanks", "bye", "ok"]

_LONGEST = 60
"""Characters; whoever says more wants something."""

_EN = r"(?![a-z0-9])"
_THANKS = (
    rf"(?:(?:many )?thanks?(?: ?(?:you|u))?|thx|ty|tysm|tks|cheers|(?:much )?appreciated){_EN}"
    r"|[谢謝]{1,2}|[感多][谢謝]|辛苦[您你]?了?|3q"
)
_BYE = (
    rf"(?:(?:bye|good ?bye|see (?:you|ya)|cya|good ?night|take care)(?: (?:later|soon|then))?){_EN}"
    r"|再[见見]|拜拜|掰掰|晚安|回[见見]"
)
_HELLO = (
    rf"(?:hi|hiya|hello|helo|hey|hallo|howdy|yo|greetings|test|testing|help"
    rf"|good (?:morning|afternoon|evening|day)){_EN}"
    r"|(?:[您你妳]|大家|各位|老[师師])们?好|早上好|早安|上午好|中午好|下午好|晚上好|早好?"
    r"|哈[喽囉啰罗]|嗨[喽囉]?|喂|有人在?[吗嗎么不]|在不在|在[吗嗎么不]?|测试|測試"
)
_OK = (
    rf"(?:ok(?:ay)?|okey|got it|i see|great|perfect|cool|alright|understood"
    rf"|no problem|good to know|(?:that|this|it)(?: (?:is|was)|'s|’s)? (?:(?:very|really|so) )?"
    rf"(?:helped|helps|helpful|useful|perfect|all i (?:need(?:ed)?|wanted)(?: to know)?)){_EN}"
    r"|懂了|清楚了|[帮幫](?:到我?|大忙|上忙)了|很?有[帮幫]助|很有用|太好了|解[决決]了"
    r"|好[的吧]?|知道了|明白了?|了解了?|收到|嗯+|哦+|噢+|行|没事了?|沒事了?|不用了"
)
_BESIDE = (
    rf"(?:there|all|everyone|everybody|again|team|bot|sir|madam|dear|friends?|guys|folks|you"
    rf"|a lot|a bunch|so much|very much|very|to|and|then|in advance"
    rf"|for (?:the|your|all the|all your) (?:help|answers?|info|information)){_EN}"
    r"|[你您妳]们?|大家|各位|客服|小[编編]|老[师師]|[亲親]|非常|十分|太|真|啊|呀|呢|哈|了|啦"
)
# Atomic groups: what is not all greeting is given up in one pass.
_WHOLE = re.compile(rf"(?:(?>{_THANKS}|{_BYE}|{_HELLO}|{_OK}|{_BESIDE})|[\W_])+")
_KINDS: tuple[tuple[Greeting, re.Pattern[str]], ...] = (
    ("thanks", re.compile(rf"(?<![a-z0-9])(?:{_THANKS})")),
    ("bye", re.compile(rf"(?<![a-z0-9])(?:{_BYE})")),
    ("hello", re.compile(rf"(?<![a-z0-9])(?:{_HELLO})")),
    ("ok", re.compile(rf"(?<![a-z0-9])(?:{_OK})")),
)


def greeting_of(words: str) -> Greeting | None:
    """What a message says that asks nothing; None where it may ask something. Signs and pictures
    alone are a hello."""
    if len(words) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", words).casefold()
    if not _WHOLE.fullmatch(plain):
        return None
    for kind, said in _KINDS:
        if said.search(plain):
            return kind
    return None if re.search(r"[^\W_]", plain) else "hello"
