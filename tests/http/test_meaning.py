"""A running server makes vectors in the background, and outlives its embedding endpoint."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from dengmi.server import vectors
from dengmi.server.parts import Parts
from dengmi.wire import open_parts
from tests.fakes.meanings import FakeMeanings, address, fake
from tests.http.conftest import client_of, fill, settings_of, write_articles

__all__ = ["address", "fake"]  # fixtures

pytest.importorskip("usearch", reason="the extra `vectors` is not installed")

QUESTION = "puzzle lamp"
"""The article says riddles and lanterns; the endpoint knows that a lamp is a lantern."""


@asynccontextmanager
async def serving(
    tmp_path: Path, address: str, **more: str
) -> AsyncIterator[tuple[httpx.AsyncClient, Parts]]:
    variables = {
        "DENGMI_EMBEDDING_KIND": "openai",
        "DENGMI_EMBEDDING_BASE_URL": address,
        "DENGMI_EMBEDDING_MODEL": "fake",
        "DENGMI_EMBEDDING_DEADLINE": "5",
        **more,
    }
    async with open_parts(settings_of(tmp_path / "home", **variables)) as parts:
        await fill(parts, write_articles(tmp_path / "articles"))
        async with client_of(parts) as client:
            yield client, parts


async def found(client: httpx.AsyncClient, question: str) -> list[str]:
    answer = await client.post("/api/v1/search", json={"query": question, "desk": "walks"})
    assert answer.status_code == 200
    hits: list[dict[str, Any]] = answer.json()["hits"]
    return [hit["text"] for hit in hits]


async def complete(parts: Parts) -> None:
    assert parts.vectors is not None
    async with asyncio.timeout(60):
        while not (await parts.vectors.standing()).complete:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_vectors_come_while_the_server_runs(
    tmp_path: Path, address: str, fake: FakeMeanings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "EVERY", 0.05)
    async with serving(tmp_path, address) as (client, parts):
        await complete(parts)
        assert "lantern" in (await found(client, QUESTION))[0]
        fake.status = 503
        assert "lantern" in (await found(client, "lantern walk opens"))[0], "words answer"
        (tmp_path / "articles" / "new.md").write_text("# New\n\nThe paper boat is red.\n")
        fake.status = 200
        (source, *_) = await parts.store.sources("walks")
        await parts.corpus.sync(source)
        assert "boat" in (await found(client, "paper boat"))[0], "before it has a vector"
        await complete(parts)


async def test_a_dead_endpoint_is_told_in_the_log_and_slows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(vectors, "EVERY", 0.05)
    monkeypatch.setattr("dengmi.models.embedding._TRIES", 1)
    with caplog.at_level(logging.WARNING, "dengmi"):
        async with serving(tmp_path, "http://127.0.0.1:9/v1") as (client, _):
            for _ in range(100):
                if "vectors wait" in caplog.text:
                    break
                await asyncio.sleep(0.05)
            began = time.monotonic()
            assert await found(client, "lantern walk opens")
            assert time.monotonic() - began < 6.0
    assert "vectors wait" in caplog.text


async def test_an_endpoint_that_dies_slows_searches_once_or_twice(
    tmp_path: Path, address: str, fake: FakeMeanings
) -> None:
    async with serving(tmp_path, address, DENGMI_EMBEDDING_DEADLINE="0.3") as (client, parts):
        await complete(parts)
        fake.delay = 20.0
        times = []
        for n in range(8):
            began = time.monotonic()
            assert await found(client, f"lantern walk opens {n}")
            times.append(time.monotonic() - began)
        assert sum(took > 0.29 for took in times) <= 4, times
        assert max(times) < 3.0


async def test_the_first_few_are_reranked(tmp_path: Path, address: str, fake: FakeMeanings) -> None:
    more = {
        "DENGMI_EMBEDDING_KIND": "",
        "DENGMI_RERANKING_KIND": "openai",
        "DENGMI_RERANKING_BASE_URL": address,
        "DENGMI_RERANKING_DEADLINE": "5",
    }
    async with serving(tmp_path, address, **more) as (client, parts):
        assert parts.vectors is None
        words = await found(client, "parking places bridge")
        assert fake.reranked == 1
        assert sorted(words) == sorted(await found(client, "parking places bridge"))
        assert fake.reranked == 1, "asked again, it is remembered"
        fake.status = 500
        assert await found(client, "where is the parking?")
        await found(client, "latest parking")
        assert fake.reranked == 1
