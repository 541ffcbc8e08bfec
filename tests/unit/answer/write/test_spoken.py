"""Small calls beside an answer cost what they took, however they end."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from dengmi.answer.write.spoken import Aside
from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatRequest, Message, Piece, Said, Thought
from dengmi.core.clock import SystemClock
from dengmi.core.errors import ModelFailed
from dengmi.core.records import Question
from dengmi.language.tokens import estimate_tokens
from dengmi.ledger.ledger import Ledger
from tests.unit.answer.write.test_writer import Lines

QUESTION = Question(id="q", desk="d", text="And then?")
REQUEST = ChatRequest(messages=(Message("user", "Complete this."),), max_tokens=50)


class _Fails:
    """Gives some pieces, then fails, or says nothing more."""

    name = "m"

    def __init__(self, *pieces: Piece, error: ModelFailed | None = None) -> None:
        self._pieces = pieces
        self._error = error

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        for piece in self._pieces:
            yield piece
        if self._error is not None:
            raise self._error
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing."""


def _counted() -> ModelFailed:
    error = ModelFailed("empty", "m")
    error.used = Tokens(hit=3, miss=4, output=50, reasoning=50)
    return error


@pytest.mark.parametrize(
    ("model", "used"),
    [
        (_Fails(), Tokens()),
        (_Fails(Thought("让我想想这个问题。" * 5)), None),
        (_Fails(Thought("让我想想这个问题。" * 5), error=ModelFailed("cut", "m")), None),
        (_Fails(Thought("…"), error=_counted()), Tokens(hit=3, miss=4, output=50, reasoning=50)),
        (_Fails(Said("A few words of it"), error=ModelFailed("cut", "m")), None),
    ],
    ids=["nothing", "thinks too long", "thinks and breaks off", "is counted", "breaks off"],
)
async def test_a_small_call_that_fails_costs_what_it_took(
    model: _Fails, used: Tokens | None
) -> None:
    lines = Lines()
    ledger = Ledger(lines, SystemClock(), {})  # type: ignore[arg-type]
    aside = Aside(lambda _: model, ledger, 0.05)
    said, charge = await aside.ask(QUESTION, "quick", "m", REQUEST, "rewrite")
    assert said is None
    assert charge is not None
    assert charge.state == "settled"
    if used is None:
        (piece,) = model._pieces
        assert isinstance(piece, Said | Thought)
        tokens = estimate_tokens(piece.text)
        thought = tokens if isinstance(piece, Thought) else 0
        used = Tokens(miss=estimate_tokens("Complete this."), output=tokens, reasoning=thought)
    assert charge.tokens == used
