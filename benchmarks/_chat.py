"""A language model to be measured, and a ledger that writes nothing down."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from dengmi.core.charges import Charge, Purpose, Tokens
from dengmi.core.chat import ChatModel
from dengmi.core.records import Level, Question
from dengmi.models.local import LocalModel
from dengmi.models.openai import OpenAiModel
from dengmi.settings.options import ModelSettings

NAME = "measured"
LEVEL: Level = "quick"
CONTEXT = 4_096
"""Tokens of a local model: enough for what is asked beside an answer."""

PATIENT = 600.0
"""Seconds that a call may take: quality is measured, and how long it takes is told."""


@asynccontextmanager
async def model_at(where: str, threads: int = 0) -> AsyncIterator[ChatModel]:
    """The model of a GGUF file, run in this process, or of an endpoint, as `URL#MODEL`."""
    if "://" in where:
        base, _, model = where.partition("#")
        one: LocalModel | OpenAiModel = OpenAiModel(
            NAME,
            ModelSettings(
                kind="openai", base_url=base, model=model, first=PATIENT, between=PATIENT
            ),
        )
    else:
        one = _local(where, threads)
    try:
        yield one
    finally:
        await one.close()


def _local(file: str, threads: int) -> LocalModel:
    settings = ModelSettings(
        kind="local",
        model=str(Path(file).resolve()),
        context=CONTEXT,
        slots=1,
        threads=threads,
        first=PATIENT,
        between=PATIENT,
    )
    return LocalModel(NAME, settings, Path())


def question(text: str) -> Question:
    """A question that nobody asked."""
    return Question(id="q", desk="bench", text=text)


class Unpaid:
    """A ledger without lines. It adds up what the calls took.

    Attributes:
        took: seconds of each call.
        tokens: what they used.
    """

    def __init__(self) -> None:
        self.took: list[float] = []
        self.tokens = Tokens()
        self._began = 0.0

    async def reserve(
        self, question: Question, level: Level, _: str, *, purpose: Purpose, **__: object
    ) -> Charge:
        """Begin to measure a call."""
        self._began = time.perf_counter()
        return Charge(
            id="", question_id=question.id, desk=question.desk, level=level, purpose=purpose
        )

    async def settle(self, charge: Charge, tokens: Tokens, _: str) -> Charge:
        """End it."""
        self.took.append(time.perf_counter() - self._began)
        self.tokens += tokens
        return charge
