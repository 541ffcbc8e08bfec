"""A stand-in for an endpoint with `/v1/embeddings` and `/v1/rerank`, over real HTTP.

A text's vector counts its words, after words of one meaning became one word: so a lamp is near a
lantern, in both languages. Reranking counts the words that a text shares with the question.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterator, Sequence

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.deepseek import Serving

ALIKE = {
    "lamp": "lantern", "puzzle": "riddle", "cellar": "garage", "charge": "cost",
    "几点": "九点", "点灯": "亮起", "borrowed": "borrow", "volumes": "books",
}  # fmt: skip
DIMENSIONS = 256
_WORDS = re.compile(r"[a-z]+|[\u4e00-\u9fff]{2}")


class FakeMeanings:
    """Counts what it embedded, waits before each answer, refuses on demand."""

    def __init__(self, dimensions: int = DIMENSIONS) -> None:
        self.dimensions = dimensions
        self.texts: list[str] = []
        self.models: list[str] = []
        self.reranked = 0
        self.delay = 0.0
        self.status = 200

    def app(self) -> Starlette:
        """The application to serve."""
        return Starlette(
            routes=[
                Route("/v1/embeddings", self.embeddings, methods=["POST"]),
                Route("/v1/rerank", self.rerank, methods=["POST"]),
            ]
        )

    async def embeddings(self, request: Request) -> Response:
        body = await request.json()
        await asyncio.sleep(self.delay)
        if self.status != 200:
            return JSONResponse({"error": {"message": "no"}}, self.status)
        self.texts += body["input"]
        self.models += [body["model"]] * len(body["input"])
        data = [
            {"object": "embedding", "index": n, "embedding": self.vector(text)}
            for n, text in enumerate(body["input"])
        ]
        usage = {"prompt_tokens": len(data), "total_tokens": len(data)}
        return JSONResponse({"object": "list", "model": "fake", "data": data, "usage": usage})

    async def rerank(self, request: Request) -> Response:
        body = await request.json()
        await asyncio.sleep(self.delay)
        if self.status != 200:
            return JSONResponse({"error": {"message": "no"}}, self.status)
        self.reranked += 1
        asked = set(words(body["query"]))
        scored = [
            {"index": n, "relevance_score": len(asked & set(words(text))) / (1 + len(asked))}
            for n, text in enumerate(body["documents"])
        ]
        scored.sort(key=lambda one: -one["relevance_score"])
        return JSONResponse({"results": scored[: body["top_n"]]})

    def vector(self, text: str) -> Sequence[float]:
        """The counts of a text's words, by their hash."""
        counts = [0.001] * self.dimensions
        for word in words(text):
            digest = hashlib.sha256(word.encode()).digest()
            counts[int.from_bytes(digest[:2]) % self.dimensions] += 1.0
        return counts


def words(text: str) -> Sequence[str]:
    """A text's words, each as the one it means the same as."""
    return [ALIKE.get(word, word) for word in _WORDS.findall(text.lower())]


@pytest.fixture
def fake() -> FakeMeanings:
    """An endpoint for one test."""
    return FakeMeanings()


@pytest.fixture
def address(fake: FakeMeanings) -> Iterator[str]:
    """Where it is served."""
    with Serving(fake.app()) as serving:
        yield f"{serving.address}/v1"
