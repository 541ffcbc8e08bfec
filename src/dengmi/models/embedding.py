"""Embeddings: what every kind of embedder shares, and those behind `/v1/embeddings` (OpenAI,
Ollama, vLLM, llama.cpp server, TEI and others)."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from dengmi.core.errors import ModelFailed
from dengmi.models.endpoint import Endpoint
from dengmi.models.in_time import InTime
from dengmi.models.prefixes import Prefixes

Vector = Sequence[float]

_TRIES = 6
_PATIENCE = 120.0
_ASKED_PATIENCE = 15.0
"""Most seconds for a question's vector. Nobody waits that long, but the next who asks has it."""
_SHORTEST = 100
"""Characters below which a text that the model refuses is not cut any more."""


class Encoder(Protocol):
    """Turns texts into vectors, whatever they are for."""

    async def encode(self, texts: Sequence[str], *, hurry: bool) -> Sequence[Vector]:
        """A vector for each text; `hurry`: somebody waits, so nothing is tried again.

        Raises:
            ModelFailed: there are none; with the trouble "request" where a text is refused.
        """
        ...

    async def open(self) -> None:
        """Load what is here. Raises nothing."""
        ...

    async def close(self) -> None: ...


class ModelEmbedder:
    """Implements `core.ports.Embedder` with an encoder.

    Args:
        name: see there; so is recipe.
        encoder: makes the vectors.
        prefixes: words before questions and passages.
        worths: by language, "" for all others (see `core.ports.Embedder.worth`).
        deadline: most seconds that a question waits.
        batch: texts given to the encoder at a time.
    """

    def __init__(
        self,
        name: str,
        recipe: Mapping[str, str],
        encoder: Encoder,
        *,
        prefixes: Prefixes,
        worths: Mapping[str, float],
        deadline: float,
        batch: int,
    ) -> None:
        self.name = name
        self.recipe = recipe
        self._encoder = encoder
        self._prefixes = prefixes
        self._worths = worths
        self._batch = batch
        self._asked = InTime(name, self.vector, deadline)

    def worth(self, language: str) -> float:
        """See `core.ports.Embedder`."""
        return self._worths.get(language, self._worths.get("", 0.0))

    async def asked(self, question: str) -> Vector | None:
        """See `core.ports.Embedder`."""
        return await self._asked(question)

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """See `core.ports.Embedder`. Texts of about one length go together, since a batch takes
        as long as its longest text."""
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        found: list[Vector] = [()] * len(texts)
        for at in range(0, len(order), self._batch):
            part = order[at : at + self._batch]
            made = await self._made([self._prefixes.passage + texts[n] for n in part])
            for n, vector in zip(part, made, strict=True):
                found[n] = vector
        return found

    async def open(self) -> None:
        """See `core.ports.Embedder`."""
        await self._encoder.open()

    async def close(self) -> None:
        """Let go of the model."""
        await self._asked.close()
        await self._encoder.close()

    async def vector(self, text: str, *, passage: bool = False) -> Vector:
        """The vector of a question, or of a passage, in one try. Raises ModelFailed."""
        prefix = self._prefixes.passage if passage else self._prefixes.question
        (vector,) = await self._encoder.encode([prefix + text], hurry=True)
        return vector

    async def _made(self, texts: Sequence[str]) -> Sequence[Vector]:
        """The vectors. Texts that are refused or take too long together are tried in halves, one
        that is refused alone with its beginning; one that is refused all the same has no vector,
        unless the model refuses everything."""
        try:
            return await self._encoder.encode(texts, hurry=False)
        except ModelFailed as error:
            if error.trouble != "request" and not (error.trouble == "slow" and len(texts) > 1):
                raise
        if len(texts) > 1:
            half = len(texts) // 2
            return [*await self._made(texts[:half]), *await self._made(texts[half:])]
        if len(texts[0]) > _SHORTEST:
            return await self._made([texts[0][: len(texts[0]) // 2]])
        await self._encoder.encode(["Dengmi"], hurry=False)
        return [()]


class _Item(msgspec.Struct):
    embedding: list[float]
    index: int = 0


class _Usage(msgspec.Struct):
    total_tokens: int = 0
    prompt_tokens: int = 0


class _Answer(msgspec.Struct):
    data: list[_Item]
    usage: _Usage | None = None


class EndpointEncoder:
    """Asks `/v1/embeddings`.

    Attributes:
        tokens: how many the endpoint has counted so far.
    """

    def __init__(self, endpoint: Endpoint, model: str, dimensions: int = 0) -> None:
        self._endpoint = endpoint
        self._model = model
        self._dimensions = dimensions
        self.tokens = 0

    async def encode(self, texts: Sequence[str], *, hurry: bool) -> Sequence[Vector]:
        """See `Encoder`."""
        body: dict[str, object] = {"model": self._model, "input": list(texts)}
        if self._dimensions:
            body["dimensions"] = self._dimensions
        whole = await self._endpoint.ask(
            "/embeddings",
            body,
            patience=_ASKED_PATIENCE if hurry else _PATIENCE,
            tries=1 if hurry else _TRIES,
        )
        if hurry:
            return self._read(whole, 1)
        return await asyncio.to_thread(self._read, whole, len(texts))

    async def open(self) -> None:
        """Nothing has to be loaded for a request."""

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()

    def _read(self, whole: bytes, count: int) -> Sequence[Vector]:
        try:
            answer = msgspec.json.decode(whole, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._odd(str(error)) from None
        if answer.usage is not None:
            self.tokens += answer.usage.total_tokens or answer.usage.prompt_tokens
        items = sorted(answer.data, key=lambda item: item.index)
        if [item.index for item in items] != list(range(count)):
            if len(items) != count or any(item.index for item in items):
                raise self._odd(f"{len(items)} vectors for {count} texts")
            items = answer.data  # a server that does not number them keeps the order
        vectors = [item.embedding for item in items]
        wanted = self._dimensions or len(vectors[0])
        for vector in vectors:
            if len(vector) != wanted or not vector:
                raise self._odd(f"a vector of {len(vector)} numbers instead of {wanted}")
            if not math.isfinite(sum(vector)):
                raise self._odd("a vector with numbers that are none")
        return vectors

    def _odd(self, reason: str) -> ModelFailed:
        return ModelFailed("down", self._endpoint.name, reason=reason[:200])
