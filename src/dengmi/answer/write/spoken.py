"""What a model says: as a generator that can be closed before its end, and as a whole."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, replace

from dengmi.core.charges import Charge, Purpose, Tokens
from dengmi.core.chat import ChatModel, ChatRequest, Ended, Piece, Said, Thought
from dengmi.core.errors import ModelFailed, OverLimit
from dengmi.core.gate import Gate, Grant
from dengmi.core.ports import Ledger
from dengmi.core.records import Level, Question
from dengmi.language.tokens import estimate_tokens

log = logging.getLogger(__name__)


async def spoken(model: ChatModel, request: ChatRequest) -> AsyncGenerator[Piece, None]:
    """A model's pieces; closing it ends the request at the endpoint."""
    pieces = model.chat(request)
    try:
        async for piece in pieces:
            yield piece
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()


@dataclass(slots=True)
class Ungated:
    """Stands for a slot where nothing is held back."""

    model: str
    waited: float = 0.0
    used: Tokens | None = None

    def heard(self, piece: Piece) -> None:
        """Nobody wants to know."""


class Aside:
    """Small calls beside an answer, whose failure changes nothing but what they were for.

    Args:
        model: gives the model of a name in the settings.
        ledger: reserves and settles what each call costs.
        deadline: seconds that a call may take, with its waiting for a slot.
        gate: gives the slot that each call needs; None where nothing is held back.
    """

    def __init__(
        self,
        model: Callable[[str], ChatModel],
        ledger: Ledger,
        deadline: float,
        gate: Gate | None = None,
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._deadline = deadline
        self._gate = gate

    async def ask(
        self, question: Question, level: Level, name: str, request: ChatRequest, purpose: Purpose
    ) -> tuple[str | None, Charge | None]:
        """What the model of this name says, None where it fails or is late; and what it cost, None
        where a budget or quota did not allow to ask."""
        prompt = sum(estimate_tokens(message.text) for message in request.messages)
        try:
            charge = await self._ledger.reserve(
                question,
                level,
                name,
                prompt_tokens=prompt,
                max_tokens=request.max_tokens,
                purpose=purpose,
            )
        except OverLimit:
            return None, None
        heard: list[Piece] = []
        reached = asyncio.Event()
        request = replace(request, sent=reached.set)
        ended: Ended | None = None
        told: Tokens | None = None
        try:
            async with (
                asyncio.timeout(self._deadline),
                self._slot(question, level, name, prompt, request.max_tokens) as grant,
            ):
                ended = await _hear(self._model(name), request, heard, grant)
        except (ModelFailed, TimeoutError) as error:
            told = error.used if isinstance(error, ModelFailed) else None
            log.warning("question %s: no %s: %r", question.id, purpose, error)
        finally:
            used = ended.tokens if ended else told or _about(heard, prompt, reached.is_set())
            settled = self._ledger.settle(charge, used, ended.version if ended else "")
            charge = await asyncio.shield(asyncio.ensure_future(settled))
        text = "".join(piece.text for piece in heard if isinstance(piece, Said))
        return (text if ended else None), charge

    def _slot(
        self, question: Question, level: Level, name: str, prompt: int, most: int
    ) -> AbstractAsyncContextManager[Grant]:
        """An answer waits for such a call, so its turn comes before those of other answers."""
        if self._gate is None:
            return nullcontext(Ungated(name))
        return self._gate.admit(question, level, (name,), prompt=prompt, most=most, urgent=True)


async def _hear(
    model: ChatModel, request: ChatRequest, heard: list[Piece], grant: Grant
) -> Ended | None:
    """Gather what comes of a model; what ended it."""
    async with aclosing(spoken(model, request)) as pieces:
        async for piece in pieces:
            grant.heard(piece)
            if isinstance(piece, Ended):
                return piece
            heard.append(piece)
    return None


def _about(heard: Sequence[Piece], prompt: int, sent: bool) -> Tokens:
    """About what a call used whose endpoint could not tell: thinking is paid for too, and
    the prompt from when it was sent."""
    if not (heard or sent):
        return Tokens()
    said = estimate_tokens("".join(piece.text for piece in heard if isinstance(piece, Said)))
    thought = estimate_tokens("".join(piece.text for piece in heard if isinstance(piece, Thought)))
    return Tokens(miss=prompt, output=said + thought, reasoning=thought)
