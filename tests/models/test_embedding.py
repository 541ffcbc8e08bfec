"""Embeddings and reranking over real HTTP: endpoints good and bad, and llama.cpp itself."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dengmi.core.errors import BadSettings, ModelFailed
from dengmi.models import endpoint
from dengmi.models.embedding import ModelEmbedder
from dengmi.models.reranking import ModelReranker
from dengmi.models.semantic import open_embedder, open_reranker, reopen_embedder
from dengmi.settings.semantic import EmbeddingSettings, RerankingSettings
from tests.fakes.deepseek import Serving

Answer = Callable[[dict[str, Any]], Response | None]


class Server:
    """Gives a vector of the length of the text and its first letter; or what it is told to."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.answer: Answer = lambda body: None
        self.delay = 0.0

    async def embeddings(self, request: Request) -> Response:
        body = await self._heard(request)
        if said := self.answer(body):
            return said
        vectors = [[float(len(text)), float(ord(text[0])), 1.0] for text in body["input"]]
        data = [{"index": n, "embedding": vector} for n, vector in enumerate(vectors)]
        return JSONResponse({"data": data[::-1], "usage": {"prompt_tokens": 7, "total_tokens": 7}})

    async def rerank(self, request: Request) -> Response:
        body = await self._heard(request)
        if said := self.answer(body):
            return said
        if "texts" in body:
            scored = [{"index": n, "score": len(t) / 10} for n, t in enumerate(body["texts"])]
            return JSONResponse(sorted(scored, key=lambda one: -one["score"]))
        scored = [
            {"index": n, "relevance_score": len(t) / 10, "document": {"text": t}}
            for n, t in enumerate(body["documents"])
        ]
        results = sorted(scored, key=lambda one: -float(one["relevance_score"]))  # type: ignore[arg-type]
        return JSONResponse({"id": "x", "results": results[: body["top_n"]]})

    async def _heard(self, request: Request) -> dict[str, Any]:
        body: dict[str, Any] = await request.json()
        self.bodies.append(body)
        self.keys.append(request.headers.get("authorization", ""))
        await asyncio.sleep(self.delay)
        return body


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def address(server: Server) -> Iterator[str]:
    routes = [
        Route("/v1/embeddings", server.embeddings, methods=["POST"]),
        Route("/v1/rerank", server.rerank, methods=["POST"]),
        Route("/rerank", server.rerank, methods=["POST"]),
    ]
    with Serving(Starlette(routes=routes)) as serving:
        yield f"{serving.address}/v1"


@asynccontextmanager
async def _embedder(address: str, **fields: object) -> AsyncIterator[ModelEmbedder]:
    made: dict[str, object] = {
        "kind": "openai",
        "base_url": address,
        "model": "m",
        "deadline": 20.0,
    }
    opened = open_embedder(EmbeddingSettings(**(made | fields)), Path())
    assert opened is not None
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def _reranker(address: str, **fields: object) -> AsyncIterator[ModelReranker]:
    made: dict[str, object] = {
        "kind": "openai",
        "base_url": address,
        "model": "m",
        "deadline": 20.0,
    }
    opened = open_reranker(RerankingSettings(**(made | fields)), Path())
    assert opened is not None
    try:
        yield opened
    finally:
        await opened.close()


async def test_vectors_come_in_the_order_of_the_texts(address: str, server: Server) -> None:
    texts = ["aaaaaa", "b", "ccc", "dd", "eeeee"]
    async with _embedder(address, batch=2, api_key="secret") as embedder:
        vectors = await embedder.embed(texts)
    assert [vector[0] for vector in vectors] == [6, 1, 3, 2, 5]
    assert [len(body["input"]) for body in server.bodies] == [2, 2, 1]
    assert set(server.keys) == {"Bearer secret"}
    assert set(server.bodies[0]) == {"model", "input"}


async def test_questions_and_passages_have_their_own_prefix(address: str, server: Server) -> None:
    async with _embedder(address, model="intfloat/multilingual-e5-small") as embedder:
        await embedder.embed(["a lantern"])
        await embedder.asked("which lantern?")
    assert [body["input"] for body in server.bodies] == [
        ["passage: a lantern"],
        ["query: which lantern?"],
    ]
    async with _embedder(address, model="multilingual-e5-small", query_prefix="") as embedder:
        await embedder.asked("which lantern?")
    assert server.bodies[-1]["input"] == ["which lantern?"]


async def test_a_question_is_asked_once(address: str, server: Server) -> None:
    server.delay = 0.05
    async with _embedder(address) as embedder:
        found = await asyncio.gather(*(embedder.asked("why?") for _ in range(20)))
        assert await embedder.asked("why?") == found[0] == [4, ord("w"), 1]
    assert len(server.bodies) == 1


async def test_dimensions_are_asked_for_and_checked(address: str, server: Server) -> None:
    async with _embedder(address, dimensions=3) as embedder:
        assert len((await embedder.embed(["a"]))[0]) == 3
    assert server.bodies[0]["dimensions"] == 3
    async with _embedder(address, dimensions=4) as embedder:
        with pytest.raises(ModelFailed) as caught:
            await embedder.embed(["a"])
    assert "3 numbers instead of 4" in str(caught.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"data": []}, "0 vectors for 2 texts"),
        ({"data": [{"index": 0, "embedding": [1.0]}]}, "1 vectors for 2 texts"),
        ({"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]},
         "2 numbers"),
        ({"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]}, "0 numbers"),
        ({"error": "?"}, "data"),
        ([1], "object"),
    ],
)  # fmt: skip
async def test_answers_that_are_none(address: str, server: Server, body: object, said: str) -> None:
    server.answer = lambda _: JSONResponse(body)
    async with _embedder(address) as embedder:
        with pytest.raises(ModelFailed) as caught:
            await embedder.embed(["a", "b"])
    assert said in str(caught.value)


async def test_a_busy_or_broken_endpoint_is_asked_again(
    address: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "_FIRST_PAUSE", 0.01)
    refusals = [JSONResponse({}, 429, {"retry-after": "0.05"}), JSONResponse({}, 503)]
    server.answer = lambda _: refusals.pop(0) if refusals else None
    began = time.monotonic()
    async with _embedder(address) as embedder:
        assert len(await embedder.embed(["a"])) == 1
    assert len(server.bodies) == 3
    assert time.monotonic() - began >= 0.06


async def test_a_key_that_is_refused_is_not_tried_again(address: str, server: Server) -> None:
    server.answer = lambda _: JSONResponse({"error": "bad key sk-verysecret"}, 401)
    async with _embedder(address, api_key="sk-verysecret") as embedder:
        with pytest.raises(ModelFailed) as caught:
            await embedder.embed(["a"])
    assert caught.value.trouble == "key"
    assert "verysecret" not in str(caught.value)
    assert len(server.bodies) == 1


async def test_only_the_text_that_is_refused_has_no_vector(address: str, server: Server) -> None:
    def refuse(body: dict[str, Any]) -> Response | None:
        long = any(len(text) > 300 for text in body["input"])
        bad = any("bad" in text for text in body["input"])
        return JSONResponse({"error": "input is too long"}, 400) if long or bad else None

    server.answer = refuse
    async with _embedder(address) as embedder:
        vectors = await embedder.embed(["good", "bad", "l" * 1000])
        assert [len(vector) for vector in vectors] == [3, 0, 3]
        assert vectors[2][0] == 250, "of a long text, the beginning"
        server.answer = lambda _: JSONResponse({"error": "no such model"}, 404)
        with pytest.raises(ModelFailed):
            await embedder.embed(["good", "fine"])


async def test_texts_that_take_too_long_together_go_in_halves(
    address: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dengmi.models.embedding._PATIENCE", 1.0)

    async def slowly(request: Request) -> Response:
        body = await request.json()
        server.delay = 5.0 if len(body["input"]) > 2 else 0.0
        return await quick(request)

    quick, server.embeddings = server.embeddings, slowly  # type: ignore[method-assign]
    with Serving(Starlette(routes=[Route("/e/embeddings", slowly, methods=["POST"])])) as serving:
        async with _embedder(f"{serving.address}/e") as embedder:
            vectors = await embedder.embed(["a", "bb", "ccc", "dddd"])
    assert [vector[0] for vector in vectors] == [1, 2, 3, 4]


async def test_a_slow_endpoint_is_not_waited_for_and_rests(
    address: str, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.delay = 2.0
    async with _embedder(address, deadline=0.1) as embedder:
        for n in range(3):
            began = time.monotonic()
            assert await embedder.asked(f"question {n}") is None
            assert time.monotonic() - began < 1.5
        with caplog.at_level(logging.WARNING):
            assert await embedder.asked("one more") is None
        assert len(server.bodies) == 3, "it is left alone by now"
        for _ in range(100):
            if late := await embedder.asked("question 0"):
                break
            await asyncio.sleep(0.05)
        assert late, "it came late, for the next asker"
    assert len(server.bodies) == 3


async def test_a_dead_endpoint_gives_nothing_at_once() -> None:
    async with _embedder("http://127.0.0.1:9/v1") as embedder:
        began = time.monotonic()
        assert await embedder.asked("why?") is None
        assert time.monotonic() - began < 5.0


async def test_both_forms_of_reranking(address: str, server: Server) -> None:
    texts = ["aa", "aaaa", "a"]
    async with _reranker(address) as reranker:
        assert await reranker.rerank("why?", texts) == [0.2, 0.4, 0.1]
        assert await reranker.rerank("why?", texts) == [0.2, 0.4, 0.1]
    assert server.bodies == [{"model": "m", "query": "why?", "documents": texts, "top_n": 3}]
    async with _reranker(address.removesuffix("/v1"), kind="tei") as reranker:
        assert await reranker.rerank("why?", texts) == [0.2, 0.4, 0.1]
    assert server.bodies[-1] == {"query": "why?", "texts": texts, "truncate": True}


@pytest.mark.parametrize(
    "body",
    [
        {"results": []},
        {"results": [{"index": 0, "relevance_score": 1.0}]},
        {"results": [{"index": 0, "relevance_score": 1.0}, {"index": 7, "relevance_score": 1.0}]},
        {"results": [{"index": 0}, {"index": 1}]},
        [],
        "?",
    ],
)
async def test_reranking_that_is_none_changes_nothing(
    address: str, server: Server, body: object
) -> None:
    server.answer = lambda _: JSONResponse(body)
    async with _reranker(address) as reranker:
        assert await reranker.rerank("why?", ["a", "b"]) is None


async def test_texts_too_long_to_rerank_are_cut(address: str, server: Server) -> None:
    def refuse(body: dict[str, Any]) -> Response | None:
        long = any(len(text) > 600 for text in body["documents"])
        return JSONResponse({"error": "input is too large to process"}, 500) if long else None

    server.answer = refuse
    async with _reranker(address) as reranker:
        assert await reranker.rerank("why?", ["a" * 1000, "b"]) == [50.0, 0.1]
        assert await reranker.rerank("how?", ["a" * 1000, "b"]) == [50.0, 0.1]
    assert len(server.bodies) == 3, "the second time they are short at once"


async def test_an_earlier_recipe_opens_without_giving_the_key_away(
    address: str, server: Server
) -> None:
    async with _embedder(address, model="e5-base", query_prefix=None, dimensions=3) as embedder:
        recipe = embedder.recipe
        name = embedder.name
    now = EmbeddingSettings(
        kind="openai", base_url="http://127.0.0.1:9/v1", api_key="new", deadline=5.0
    )
    again = reopen_embedder(recipe, now, Path())
    assert again is not None
    assert again.name == name
    assert await again.asked("why?") is not None
    assert server.bodies[-1]["input"] == ["query: why?"]
    assert server.keys == [""]
    await again.close()
    assert reopen_embedder({"kind": "nonsense"}, now, Path()) is None


@pytest.mark.parametrize(("kind", "key"), [("openai", "base_url"), ("fastembed", "model")])
def test_settings_that_are_needed(kind: Any, key: str) -> None:
    with pytest.raises(BadSettings) as caught:
        open_embedder(EmbeddingSettings(kind=kind), Path())
    assert caught.value.params["key"] == f"embedding.{key}"
    with pytest.raises(BadSettings) as caught:
        open_reranker(RerankingSettings(kind=kind), Path())
    assert caught.value.params["key"] == f"reranking.{key}"


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Any]:
    xllamacpp = pytest.importorskip("xllamacpp", reason="llama.cpp (xllamacpp) is not installed")
    pytest.importorskip("gguf", reason="gguf is not installed")
    from tests.fakes.gguf_bert import make

    def start(reranks: bool) -> Any:
        params = xllamacpp.CommonParams()
        name = f"bert-{reranks}.gguf"
        params.model.path = str(make(tmp_path_factory.mktemp("bert") / name, reranks=reranks))
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.api_keys = ["key"]
        params.embedding = True
        params.n_ctx = 256
        params.n_batch = params.n_ubatch = 128
        params.n_parallel = 2
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        params.ui = params.warmup = False
        params.verbosity = 0
        if reranks:
            params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_RANK
        return xllamacpp.Server(params)

    return start


def _near(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_llama_cpp_embeds(llama: Callable[[bool], Any]) -> None:
    server = await asyncio.to_thread(llama, False)
    base = f"{server.listening_address}/v1"
    async with _embedder(base, api_key="key") as embedder:
        texts = ["a red lantern", "an old riddle", "lantern " * 100]
        vectors = await embedder.embed(texts)
        assert [len(vector) for vector in vectors] == [32, 32, 32], "too long is cut"
        asked = await embedder.asked("a red lantern")
        assert asked is not None
        assert _near(asked, vectors[0]) > 0.99 > _near(asked, vectors[1])
    async with _embedder(base, api_key="wrong") as embedder:
        with pytest.raises(ModelFailed) as caught:
            await embedder.embed(["a"])
        assert caught.value.trouble == "key"


async def test_llama_cpp_reranks_in_both_forms(llama: Callable[[bool], Any]) -> None:
    server = await asyncio.to_thread(llama, True)
    base = server.listening_address
    texts = ["a red lantern", "an old riddle", "lantern " * 100]
    async with (
        _reranker(f"{base}/v1", api_key="key") as one,
        _reranker(base, api_key="key", kind="tei") as other,
    ):
        scores = await one.rerank("where is the lantern?", texts)
        assert scores is not None
        assert len(set(scores)) == 3
        assert await other.rerank("where is the lantern?", texts) == pytest.approx(scores)
