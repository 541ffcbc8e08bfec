"""When what comes of an answer wakes somebody, and when nothing is read for a moment."""

import json
import time
from collections.abc import Callable
from typing import Any

from dengmi.core.chat import ChatRequest, Message, Said
from dengmi.models.hearing import REST, Hearing
from dengmi.models.stream import AnswerStream


class _Reply:
    """A reply that is handed its bytes, and notes what is asked of it."""

    def __init__(self) -> None:
        self.rests: list[float] = []
        self.waits = 0

    def listen(self, take: Callable[[bytes], object], worth: Callable[[], bool]) -> None:
        self._take, self._worth = take, worth

    def wait_until(self, until: float) -> None:
        self.waits += 1

    def rest(self, seconds: float) -> None:
        self.rests.append(seconds)

    def comes(self, *tokens: str) -> bool:
        """Tokens in one reading; whether somebody is woken."""
        self._take(b"".join(map(_event, tokens)))
        return self._worth()


def _event(token: str) -> bytes:
    choice = {"index": 0, "delta": {"content": token}}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


def _hearing() -> tuple[Any, Hearing]:
    """Text waits until there is a full stop in it."""
    reply: Any = _Reply()
    messages = (Message("user", "When?"),)
    request = ChatRequest(messages=messages, max_tokens=9, holds=lambda text: "." not in text)
    stream = AnswerStream("flash", request)
    return reply, Hearing(reply, stream, request, sent=time.monotonic(), first=20, between=20)


async def test_until_its_first_sentence_is_there_an_answer_is_read_as_it_comes() -> None:
    reply, hearing = _hearing()
    assert reply.comes("In")
    assert list(hearing.pieces()) == [Said("In")]
    assert not reply.comes(" the")
    assert not reply.comes(" year")
    assert reply.comes(" 1999.")
    assert list(hearing.pieces()) == [Said(" the year 1999.")]
    assert reply.rests == []  # the end of an answer of one sentence is not kept waiting


async def test_behind_it_nothing_is_read_for_a_moment_after_each_reading() -> None:
    reply, hearing = _hearing()
    reply.comes("One.")  # the first sentence in one token, as some endpoints send it
    assert list(hearing.pieces()) == [Said("One.")]
    assert not reply.comes(" Two")
    assert reply.comes(" is", " next.")
    assert list(hearing.pieces()) == [Said(" Two is next.")]
    assert not reply.comes(" Three")
    assert reply.rests == [REST] * 3


async def test_the_wait_for_the_next_token_begins_anew_once_a_reading() -> None:
    reply, _ = _hearing()
    begun = reply.waits
    reply.comes("One", " two", " three")
    assert reply.waits == begun + 1
    reply._take(b": keep-alive\n\n")
    assert reply.waits == begun + 1
