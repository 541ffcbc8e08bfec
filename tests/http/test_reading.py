"""Searching, articles, desks, the description, health and metrics."""

import asyncio
import sqlite3
from typing import Any

import httpx
import msgspec
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from dengmi.server.application import create_app
from dengmi.server.context import make_context
from dengmi.server.follow import Follower
from dengmi.server.parts import Parts
from dengmi.server.rest.health import Health
from dengmi.server.rest.models import ArticleResponse, DesksResponse, SearchResponse
from dengmi.server.rest.openapi import PREFIX, description
from dengmi.store.sqlite_threads import SqliteThread
from dengmi.store.steps import Step


async def test_hits_mark_the_matched_words(client: httpx.AsyncClient) -> None:
    reply = await client.post("/api/v1/search", json={"query": "parking places", "limit": 3})
    found = msgspec.convert(reply.json(), SearchResponse)
    assert [hit.rank for hit in found.hits] == list(range(1, len(found.hits) + 1))
    words = {
        sentence.text[start:end].lower()
        for hit in found.hits
        for sentence in hit.sentences
        for start, end in sentence.match
    }
    assert {"parking", "places"} <= words


async def test_an_article_with_its_sentences(client: httpx.AsyncClient) -> None:
    hits = (await client.post("/api/v1/search", json={"query": "torch"})).json()["hits"]
    reply = await client.get(f"/api/v1/articles/{hits[0]['article_id']}")
    article = msgspec.convert(reply.json(), ArticleResponse)
    assert article.author == "Lin Mei"
    assert "torch" in article.body
    kinds = {sentence.kind for passage in article.passages for sentence in passage.sentences}
    assert {"prose", "item", "row"} <= kinds


async def test_ids_of_any_form_can_be_asked_for(client: httpx.AsyncClient) -> None:
    reply = await client.get("/api/v1/articles/x%2F%3Cb%3E%26%22%27")
    assert reply.status_code == 200
    assert reply.json()["article_id"] == "x/<b>&\"'"


async def test_desks(client: httpx.AsyncClient) -> None:
    found = msgspec.convert((await client.get("/api/v1/desks")).json(), DesksResponse)
    assert sorted(desk.name for desk in found.desks) == ["empty", "walks"]


async def test_the_description_matches_the_routes(parts: Parts, client: httpx.AsyncClient) -> None:
    app = create_app(parts)
    assert isinstance(app, Starlette)
    routed = {
        (route.path.replace(":path}", "}"), method)
        for route in app.routes
        if isinstance(route, Route) and route.path.startswith(PREFIX)
        for method in (route.methods or ()) - {"HEAD"}
        if not route.path.endswith("openapi.json")
    }
    told = (await client.get("/api/v1/openapi.json")).json()
    described = {
        (path, method.upper()) for path, methods in told["paths"].items() for method in methods
    }
    assert described == routed
    assert told == msgspec.json.decode(msgspec.json.encode(description()))


async def test_health(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json()["status"] == "ok"


async def test_ready_once_the_index_has_caught_up(parts: Parts) -> None:
    context = make_context(parts)
    app = Starlette(routes=[Route("/readyz", Health(context).readyz)])
    follower: Follower = context.follower
    assert follower.index_seq == -1
    await follower.look()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        ready = (await client.get("/readyz")).json()
    assert ready["status"] == "ready"
    assert ready["index_change"] == ready["store_change"] > 0


async def test_not_ready_while_the_disk_is_full(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as a try fails, with the reason; a write that succeeds ends it."""
    asked = {"question": "When does the walk close?"}
    written = SqliteThread._perform
    tries: list[str] = []

    def full(thread: SqliteThread, connection: sqlite3.Connection, step: Step) -> list[Any]:
        if connection.in_transaction and not thread._readonly:
            tries.append(step.query)
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return written(thread, connection, step)

    while (await client.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - the index catches up
        await asyncio.sleep(0.01)
    with monkeypatch.context() as patch:
        patch.setattr(SqliteThread, "_perform", full)
        assert (await client.post("/api/v1/answers", json=asked)).status_code == 503
        for _ in range(3):
            refused = await client.get("/readyz")
            assert (refused.status_code, refused.json()["code"]) == (503, "store_full")
        assert tries.count("cursor_put") == 1  # three looks within a second are one try
    assert (await client.post("/api/v1/answers", json=asked)).status_code == 200
    assert (await client.get("/readyz")).status_code == 200


async def test_metrics_count_requests_and_answers(client: httpx.AsyncClient) -> None:
    await client.post("/api/v1/answers", json={"question": "When does the walk close?"})
    await client.get("/secret-words-of-an-asker")
    reply = await client.get("/metrics")
    text = reply.text
    assert 'dengmi_answers_total{grounded="true",level="quote"} 1.0' in text
    assert 'route="/api/v1/answers",status="200"} 1.0' in text
    assert "dengmi_request_seconds_bucket" in text
    assert "dengmi_index_lag" in text
    assert "secret-words" not in text


async def test_the_follower_brings_changes_into_the_index(parts: Parts) -> None:
    follower = Follower(parts.store, parts.search)
    task = asyncio.create_task(follower.follow())
    source = (await parts.store.sources("walks"))[0]
    await parts.store.remove_source(source.id)
    newest = await parts.store.last_change()
    async with asyncio.timeout(10):
        while follower.index_seq < newest:  # noqa: ASYNC110 - the follower tells nobody
            await asyncio.sleep(0.05)
    task.cancel()


async def test_search_in_one_source_and_in_some_days(client: httpx.AsyncClient) -> None:
    async def found(**more: str) -> set[str]:
        body = {"query": "lantern walk 老茶厂 walrus", **more}
        reply = await client.post("/api/v1/search", json=body)
        assert reply.status_code == 200, reply.text
        return {hit["title"] for hit in reply.json()["hits"]}

    rows = (await client.get("/api/v1/desks/walks/sources")).json()["sources"]
    folder = next(row["id"] for row in rows if row["kind"] == "folder")
    assert await found(source=folder) == {"The lantern walk", "老茶厂逛园指南"}
    assert await found(source="s_nowhere") == set()
    assert await found(since="2026-02") == {"The lantern walk"}
    assert await found(until="2026-01-18") == {"老茶厂逛园指南"}
    assert await found(since="2025", until="2026") == {"The lantern walk", "老茶厂逛园指南"}


@pytest.mark.parametrize("day", ["yesterday", "2026-13", "2026-1-1", "", 2026])
async def test_a_day_that_is_none_is_named(client: httpx.AsyncClient, day: object) -> None:
    reply = await client.post("/api/v1/search", json={"query": "walk", "since": day})
    assert reply.status_code == 422
    assert [one["field"] for one in reply.json()["fields"]] == ["since"]
    assert "2025-03" in reply.json()["fields"][0]["detail"]
