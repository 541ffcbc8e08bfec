"""What was said before, as the ladder knows it. A chat program sends the whole conversation each
time, so its turns come from the request; those answered here are found again in the store, with
the sentences they rested on."""

from collections.abc import Sequence

from dengmi.channels.openai.messages import Said
from dengmi.core.ids import stable_id
from dengmi.core.records import Answer, Exchange, Question
from dengmi.language.detect import language_of

CHANNEL = "openai"


def place(turns: Sequence[Said], question: str) -> str:
    """The name of a place in a conversation: the same words before it and the same question have
    the same name, whoever sends them. It stands in the `conversation` of a question."""
    said = [words for turn in turns for words in (turn.question, _letters(turn.answer))]
    return stable_id("chat", *said, question)


def answered_so(exchanges: Sequence[Exchange], said: Said) -> Exchange | None:
    """The stored exchange in which exactly this was answered, the newest one."""
    wanted = _letters(said.answer)
    for exchange in reversed(exchanges):
        if exchange.answer is not None and _letters(exchange.answer.text) == wanted:
            return exchange
    return None


def as_sent(said: Said, desk: str) -> Exchange:
    """An exchange of which only the words are known."""
    lang = language_of(said.question) or "en"
    question = Question(id="", desk=desk, text=said.question, channel=CHANNEL, lang=lang)
    if not said.answer:
        return Exchange(question=question, answer=None)
    answer = Answer(
        id="",
        question_id="",
        desk=desk,
        question=said.question,
        level="quick",
        wanted="auto",
        text=said.answer,
        grounded=True,
        confidence=0.0,
        lang=lang,
    )
    return Exchange(question=question, answer=answer)


def _letters(text: str) -> str:
    """A text without what rendering changes."""
    return "".join(filter(str.isalnum, text))
