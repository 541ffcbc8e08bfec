"""Reranking: what every kind of reranker shares, and those behind `/v1/rerank`.

Two forms are spoken. Jina's, which Cohere, vLLM, SGLang, llama.cpp and LiteLLM share: `documents`
in, `results` with `relevance_score` out. That of Hugging Face's TEI: `texts` in, a bare list with
`score` out. Both give the texts by `index`, the best first.
"""

import math
from collections.abc import Sequence
from typing import Protocol

import msgspec

from dengmi.core.errors import ModelFailed
from dengmi.models.endpoint import Endpoint
from dengmi.models.in_time import InTime

_PATIENCE = 15.0
"""Most seconds for scores. Nobody waits that long, but the next who asks has them."""
_SHORTEST = 100
"""Characters of a text below which it is not cut any more."""


class Scorer(Protocol):
    """Scores texts, whatever it takes."""

    async def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """A score for each text. Raises ModelFailed."""
        ...

    async def open(self) -> None:
        """Load what is here. Raises nothing."""
        ...

    async def close(self) -> None: ...


_Asked = tuple[str, tuple[str, ...]]


class ModelReranker:
    """Implements `core.ports.Reranker`.

    Args:
        name: what messages call it.
        scorer: asks the model.
        most: texts worth scoring.
        deadline: most seconds that a search waits.
        chars: how much of each text the model is shown; halved when it says that is too much.
    """

    def __init__(
        self,
        name: str,
        scorer: Scorer,
        *,
        most: int,
        deadline: float,
        chars: int = 2_000,
    ) -> None:
        self.name = name
        self.most = most
        self._scorer = scorer
        self._chars = chars
        self._in_time: InTime[_Asked, Sequence[float]] = InTime(name, self._ask, deadline, kept=128)

    async def rerank(self, question: str, texts: Sequence[str]) -> Sequence[float] | None:
        """See `core.ports.Reranker`."""
        return await self._in_time((question, tuple(texts)))

    async def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """The scores, however long it takes. Raises ModelFailed."""
        while True:
            try:
                return await self._scorer.score(question, [text[: self._chars] for text in texts])
            except ModelFailed as error:
                longest = max(map(len, texts), default=0)
                if error.trouble != "request" or min(self._chars, longest) <= _SHORTEST:
                    raise
            self._chars = min(self._chars, longest) // 2

    async def open(self) -> None:
        """See `core.ports.Reranker`."""
        await self._scorer.open()

    async def close(self) -> None:
        """Let go of the model."""
        await self._in_time.close()
        await self._scorer.close()

    async def _ask(self, asked: _Asked) -> Sequence[float]:
        return await self.scores(*asked)


class _Result(msgspec.Struct):
    index: int
    relevance_score: float | None = None
    score: float | None = None


class _Answer(msgspec.Struct):
    results: list[_Result] | None = None
    data: list[_Result] | None = None


class EndpointReranker:
    """Asks an endpoint. `tei`: speak TEI's form, whose path is `/rerank` without a version."""

    def __init__(self, endpoint: Endpoint, model: str, *, tei: bool = False) -> None:
        self._endpoint = endpoint
        self._model = model
        self._tei = tei

    async def score(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """A score for each text. Raises ModelFailed."""
        body: dict[str, object] = {"query": question}
        if self._tei:
            body |= {"texts": list(texts), "truncate": True}
        else:
            body |= {"model": self._model, "documents": list(texts), "top_n": len(texts)}
        whole = await self._endpoint.ask("/rerank", body, patience=_PATIENCE)
        return self._read(whole, len(texts))

    async def open(self) -> None:
        """Nothing has to be loaded for a request."""

    async def close(self) -> None:
        """Close the connections."""
        await self._endpoint.close()

    def _read(self, whole: bytes, count: int) -> Sequence[float]:
        """Scores in the order of the texts, whichever form they came in."""
        try:
            found = msgspec.json.decode(whole, type=_Answer | list[_Result])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._odd(str(error)) from None
        results = found if isinstance(found, list) else found.results or found.data or []
        scores: dict[int, float] = {}
        for one in results:
            value = one.relevance_score if one.relevance_score is not None else one.score
            if value is None or not math.isfinite(value):
                raise self._odd("a score that is no number")
            scores[one.index] = value
        if scores.keys() != set(range(count)):
            raise self._odd(f"scores for {len(scores)} of {count} texts")
        return [scores[n] for n in range(count)]

    def _odd(self, reason: str) -> ModelFailed:
        return ModelFailed("down", self._endpoint.name, reason=reason[:200])
