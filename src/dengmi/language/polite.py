"""What people say around a question: greetings, politeness, "I would like to know", 麻烦问一下.

The normal form (`normal`) leaves out what never is part of a question. This goes further, and is
for comparing and searching only.
"""

import re

from dengmi.language.scripts import HAN
from dengmi.language.talk import talk_before, without_talk

# -- English

_ADV = (
    "(?:(?:please|pls|kindly|possibly|perhaps|maybe|just|really|actually|always|often|also|quickly"
    "|briefly|simply|so|very|much|genuinely|honestly|quite|ever|sometimes|only) )*"
)
_SOMEONE = "(?:you|u|anyone|anybody|someone|somebody|any of you|one of you)"
_ME = "(?: (?:me|us))"
_ASKING = "(?:what|who|whom|whose|where|when|why|how|which)"
_VERB = "(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|had)"
_LATER = rf"(?= .*\b{_ASKING}\b)"
_NEXT = rf"(?= (?:{_ASKING}|{_VERB}|i|please)\b)"
_LEARN = (
    "(?:know|(?:find out|ask(?: you)?(?! for\\b)|understand|learn|figure out|hear|be told)"
    f"{_LATER})"
)
_TELL = (
    f"{_ADV}(?:(?:tell|inform|remind|enlighten)(?:ing)?{_ME}?(?: please)?"
    f"|let(?:ting)?{_ME} know|explain(?:ing)?(?: to{_ME})?"
    f"|help(?:ing)?{_ME}?(?: out| with (?:this|that|something))?"
    f"(?: (?:to )?(?:understand|find out|know|figure out))?{_LATER}"
    f"|(?:answer|clarify|advise)(?:ing)?(?: (?:me|this|my question|a question|for me))?{_LATER})"
)
_QUICK = "(?:quick|simple|short|small)"
_OPENINGS = (
    f"(?:can|could|would|will) {_SOMEONE} {_ADV}(?:be able to |be so kind (?:as )?to "
    f"|be kind enough to |mind )?{_TELL}",
    f"(?:so |then |now )?{_ADV}(?:(?:tell|inform|remind|enlighten){_ME}|let{_ME} know"
    "|let me ask(?: you)?(?: (?:this|something))?|give me (?:an|the) answer|explain(?: to me)?"
    f"|help{_ME} (?:to )?(?:understand|find out|know|figure out))(?: please)?",
    f"(?:do|does|would) {_SOMEONE} {_ADV}(?:happen to )?(?:(?:know|remember|recall)"
    f"|have (?:any|an|a) (?:idea|clue))(?: about)?"
    f"(?:{_LATER}|(?= {_VERB}\\b))",
    f"(?:(?:anyone|anybody) (?:here )?know|(?:have )?any (?:idea|clue)s?(?: about| on)?){_LATER}",
    f"i {_ADV}(?:want|wanted|need|wish|have|would {_ADV}(?:like|love)|(?:am|was) {_ADV}"
    f"(?:trying|hoping|curious|eager|keen|dying|looking)) to {_ADV}{_LEARN}",
    f"i {_ADV}(?:am|was|have been) {_ADV}(?:curious|wondering|interested)(?: in knowing"
    f"| to know| about)?|i (?:have )?(?:always |often )+wonder(?:ed)?|i wonder{_LATER}",
    f"i (?:would|will) {_ADV}(?:appreciate it|be (?:very |so |most )?(?:grateful|thankful|glad)"
    f"|love it) if {_SOMEONE} (?:could|can|would) {_TELL}",
    f"(?:can|could|may|might) i {_ADV}(?:ask|know)(?! for\\b)(?: you)?"
    "(?: (?:something|a question|this))?",
    "(?:here is )?(?:my|the) question is|i (?:have|got) (?:a|one|another) (?:\\w+ )?question"
    f"(?: for you)?|(?:a |one |just one |just a |another )?{_QUICK} question(?: for you)?"
    f"|(?:just )?one question|{_QUICK} one|(?:real|really) quick(?:ly)?",
    "if (?:you do not mind(?: me asking)?|i may(?: ask)?|possible)|to be honest|pardon me"
    "(?: but)?|excuse me(?: but)?|for starters|first of all|(?:just )?out of curiosity"
    "|just (?:wondering|curious|asking)|by the way|btw|please|pls|kindly"
    "|i am looking for (?:information|an answer|help)(?: on| about)?",
    "(?:good (?:morning|afternoon|evening|day)|greetings|dear (?:sir|madam|all|team|friends)"
    "|everyone|everybody|guys|folks|i need (?:some |your )?(?:help|advice)|a question"
    f"|so|well|ok|okay|oh|ah|also|and|but|now|then|anyway|basically|honestly|actually){_NEXT}",
    "ok(?:ay)? so|sorry (?:to (?:bother|ask)|for (?:bothering|asking))(?: you)?(?: but)?"
    f"|sorry(?: but)?{_NEXT}|i do not (?:know|understand)(?= {_ASKING}\\b)",
)
_OPENING = re.compile(f"(?:{'|'.join(_OPENINGS)})(?: |$)")
# Less sure: these open a question where one follows soon.
_PERHAPS = re.compile(
    r"(?:so|well|ok|okay|um+|uh+|hm+|er+|oh|ah|also|and|but|now|then|anyway|basically|honestly"
    r"|question|sorry|actually|like|you (?:know|see)|answer|advise)\b ?"
    rf"(?=(?:[a-z]+ ){{0,2}}(?:{_ASKING}|{_VERB}|in|on|at|to|by|for|from|of|during|according)\b)"
)
_CLOSING = re.compile(
    r" (?:(?:many )?thanks(?: in advance| a lot| a bunch| so much| again)?|thank (?:you|u)(?: in"
    r" advance| very much| so much| again)?|(?<!they )(?<!you )(?:please|pls)"
    r"(?: and(?: thank you)?)?|pretty please"
    r"|kindly|by the way|btw|exactly|actually|if (?:you (?:know|can|do not mind)|possible"
    r"|i may ask)|do you know|(?:any|anyone have any) ideas?|cheers|(?:i )?appreciate it|tia"
    r"|pray tell|tho|or not)$"
)
_FILLERS = re.compile(
    r"\b(?:actually|basically|exactly|literally|pls|kindly|(?<!not )really"
    r"|(?<!they )(?<!you )please) "
)
# With their commas, as written: without them these words may be part of the question.
_LEAD = re.compile(
    r"\W*(?:(?:so|well|ok|okay|um+|uh+|hm+|er+|oh|ah|anyways?|basically|honestly|sorry|now|then"
    r"|alright|right|listen|look|question|hey|actually|say|like|you know|you see|kindly|please|hi"
    r"|hello|good (?:morning|afternoon|evening|day)|dear \w+|greetings|guys|everyone|folks"
    r"|there) ?)+"
    r"(?:[,:;!?…–—-]+|\.{1,})\s+",
    re.IGNORECASE,
)
_HAN_LEAD = re.compile(
    r"\W*(?:(?:请|請|麻烦|麻煩)?[你您]?(?:介绍|介紹|解释|解釋|说明|說明|讲解|講解|科普)一?下[，,：:]?"
    "(?=.*(?:什么|什麼|甚麼|怎|如何|哪|谁|誰|几|幾|多|为何|為何|何时|何時))"
    "|(?:那个|那個|那|这个|這個|嗯+|呃+|额|啊|哎|唉|诶|欸|喂|嘿|对了|對了|另外|还有|還有|然后|然後|不过|不過|所以|那么|那麼"
    "|亲|親|小编|小編|客服|老师|老師|大神|各位|大家|求助|急|在[吗嗎]|好奇|你好|您好)[，,：:！!…。~]+)"
)
_TAIL = re.compile(
    r"(?<=\w)\s*[,;.?!…–—-]+\s*(?:right|again|then|though|tho|anyway|eh|huh|no|guys|everyone|folks"
    r"|anyone|somebody|so)\s*[?!.]*\s*$",
    re.IGNORECASE,
)

# -- Chinese

# Written otherwise in Taiwan and Hong Kong, or one of two ways the same Traditional one became.
_VARIANTS = dict(
    zip(
        map(ord, "藉衞敍著馀锺谘钜讬迳缐镟麹麺侭鯰簷痺"),
        "借卫叙着余钟咨巨托径线旋曲面尽鲇檐痹",
        strict=True,
    )
)
_ASKS = "(?=.*(?:什么|怎|如何|哪|谁|几|多|为何|何时|啥|咋|吗|呢))"
_A_BIT = "(?:一下|下)?"
_WISH = "(?:特别|很|非常|挺|就|只|一直|真的|有点|还|也)*"
_WHOM = "(?:[你您]们?|大家|各位|大神|谁|哪位|有人)*"
_HAN_TELL = (
    "(?:(?:告诉|告知|解释|介绍|说明|说说|讲讲|聊聊|谈谈|回答|解答|指教|科普)(?:我|一?下)*"
    "|[说讲](?:一?下|给我))"
)
_HAN_YOU = "(?:大家|各位|[你您]们?)"
_HAN_CAN = "(?:能不能|能否|可不可以|可否|是否可以|能|可以)"
_HAN_OPENINGS = (
    "[你您]们?好[啊呀]?|大家好|各位好|老师好|嗯+|呃+|哎|唉"
    f"|(?:hi|hello|hey|嗨|嘿|哈喽)(?=[ ,{HAN}])",
    "(?:喂|那个?|这个|求助|急|客服|老师|大神|楼主|各位|大家|朋友们|同学们|在[吗么]?|有人[吗么]?|然后|不过|首先|谢谢"
    "|好奇|打扰)(?=[ ,])|(?:亲|对了|另外|小编)(?=[ ,a-z0-9])",
    f"(?:对了|那么|所以|话说|其实|到底|究竟){_ASKS}|那(?=怎么|为什么|什么时候|如何|谁)",
    "不好意思|打扰(?:一下|了)|冒昧地?问(?:一下|一句)|弱弱地?问(?:一下|一句)"
    f"|(?:求教|求问|跪求|急问|敢问|请问|想问|顺便问|好奇问)(?:一下|下|一句)?{_HAN_YOU}?",
    f"(?:我|本人)?{_WISH}(?:想要?|希望)(?:请教|咨询|了解|知道|请问|问问?|搞清楚|弄清楚|搞明白|弄明白|搞懂|明白)"
    f"(?:一下|下|个问题|一个问题|一句)?{_HAN_YOU}?{_ASKS}",
    f"(?:我?就?想要?|我要|我)?(?:请教|咨询|了解|问)(?:一下|下|个问题|一句){_HAN_YOU}?|个问题(?=,)",
    f"我?不(?:太?清楚|知道|明白|懂){_ASKS}|我?有个问题(?:想|要)?(?:请教|问)?{_A_BIT}",
    f"(?:有没有人|有人|有谁|谁|[你您])知道{_ASKS}|求(?:大神|各位)?(?:解答|告知|解)(?=[ ,])",
    f"(?:(?:请|麻烦|烦请|劳烦|劳驾|拜托)[你您]?|{_WHOM}{_HAN_CAN}|帮我|帮忙)(?:请|帮忙|帮我|给我)*"
    f"(?:简单|详细|具体)?地?{_HAN_TELL}{_ASKS}",
    f"(?:能不能|能否|可不可以|可否)请?[说讲](?![话谎笑明]){_ASKS}",
    f"(?:[你您]?告诉我|(?:介绍|解释|说明|科普)一下|{_HAN_TELL}(?<=说说|讲讲|聊聊|谈谈|一下)){_ASKS}",
    f"(?:请|麻烦|{_HAN_CAN})?[你您]?(?:帮我|帮忙|给我)(?:查|看|问)(?:一下|下|看|查|问)?",
    "麻烦[你您]?|劳烦[你您]?|劳驾|烦请|请(?![假客求柬愿辞缨示安教款罪神命战帖])",
)
_HAN_PIECE = (
    "(?:[我你您]们?|大家|各位|大佬|大神|老师|客服|小编|朋友们?|突然|一直|就|很|特别|真的|其实|有没有|有|人|谁|能不能|能否|能|可不可以"
    "|可以|可否|方便|请|麻烦|劳驾|帮忙|帮我|给我|想要?|希望|再|先|来|求|跪求|弱弱地?|冒昧地?|萌新|小白|新人)"
)
_HAN_LEADS = (
    "(?:告诉我?|告知|问问?|请问|请教|咨询|解答|解惑|科普|指点|确认|说说|讲讲|聊聊|(?<=想)知道|(?<=人)知道|(?<=谁)知道"
    "|(?<=佬)知道|(?<=们)知道|(?<=[你您])知道|(?<=想)了解|(?<=想)明白)"
)
_HAN_TALK = re.compile(
    f"{_HAN_PIECE}+{_HAN_LEADS}(?:一?下|一个问题|个问题|一句)?(?:大家|各位|老师|客服|小编|[你您]们?)*"
    f"[ ,]*(?![的话题]){_ASKS}"
)
_HAN_OPENING = re.compile(f"(?:{'|'.join(_HAN_OPENINGS)})[ ,]*")
_HAN_CLOSING = re.compile(
    "(?:[ ,]+(?:急+|麻烦[你您]?了?|拜托[你您]?了?|求助|求解|请回答|在线等|谢啦?)"
    "|[ ,]*(?:(?:谢|(?<![^ ,吗呢])感)谢[你您]?[了啦]?|多谢[你您]?[了啦]?|谢谢大家"
    "|请问|[你您]知道|来着"
    "|求解答|求告知|求回答|[吗呢啊呀嘛哦哈噢喔哟咯嘞咧]|(?<![酒网贴])吧))$"
)


def without_lead(question: str) -> str:
    """A question as written without "so, …" before and ", right?" behind it."""
    question = without_talk(question.rstrip())
    found = _LEAD.match(question) or _HAN_LEAD.match(question)
    if found and found.end() < len(question):
        question = question[found.end() :]
    found = _TAIL.search(question, max(0, len(question) - 40))
    return question[: found.start()] if found else question


def bare_en(form: str) -> str:
    """A normalised English question without what was said around it, as long as something is
    left."""
    while (found := _OPENING.match(form) or _PERHAPS.match(form)) and found.end() < len(form):
        form = form[found.end() :]
    form = form[talk_before(form) :]
    while found := _CLOSING.search(form):
        form = form[: found.start()]
    return _FILLERS.sub("", form)


def bare_zh(form: str) -> str:
    """The same of a Chinese one, its characters those of the mainland."""
    form = form.translate(_VARIANTS)
    while (found := _HAN_OPENING.match(form) or _HAN_TALK.match(form)) and found.end() < len(form):
        form = form[found.end() :]
    while (found := _HAN_CLOSING.search(form)) and found.start() > 0:
        form = form[: found.start()]
    return form
