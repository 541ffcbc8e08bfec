"""Messages that only greet, and questions that begin with a greeting."""

import pytest

from dengmi.language.greeting import greeting_of

SAID = {
    "hello": "你好|你好！|您好呀|大家好|hi|Hi there!|hello everyone|good morning|Good evening, all"
    "|在吗？|在嗎|早|客服在吗|喂|help|hi，你好|👋|？？？",
    "thanks": "谢谢|谢谢您！|謝謝你|非常感谢|好的，谢谢|知道了谢谢|辛苦了|thanks"
    "|Thank you so much for your help!|thx"
    "|got it, thanks|hi, thanks a lot|Thanks, that helped!|thank you, that was very helpful"
    "|谢谢，帮到我了|太好了，谢谢你！",
    "bye": "再见|拜拜啦|晚安|bye|See you later|good night",
    "ok": "ok|OK!|好的|嗯嗯|明白了|Got it.|收到|That’s all I needed.|懂了|很有帮助",
}
ASKED = (
    "你好，请问展览几点开门|hi, when does it open?|Hello Kitty|Thanksgiving|history|早上几点开门"
    "|晚上好玩吗|在哪里|好吃吗|在线吗|行吗|可以吗|help with parking|good morning, is it open today?"
    "|再见列宁|感谢信怎么写|行李寄存|好的餐厅"
    "|that helped whom?|Is that all?|有帮助吗|解决了哪些问题|太好了什么时候开"
    "|1|早餐|在吗有票吗|大家|you|Evening?|Nice|thanks, and the tickets?|谢谢，几点关门"
)


@pytest.mark.parametrize("kind", SAID)
def test_what_greets(kind: str) -> None:
    assert {words: greeting_of(words) for words in SAID[kind].split("|")} == dict.fromkeys(
        SAID[kind].split("|"), kind
    )


def test_what_asks() -> None:
    assert [words for words in ASKED.split("|") if greeting_of(words)] == []


def test_long_messages_are_given_up_at_once() -> None:
    """Words that read in many ways are not tried in all of them."""
    assert greeting_of("早好" * 29 + "x") is None
    assert greeting_of("谢谢" * 10_000) is None
