"""Desks over MCP, asked by the official client in each of its modes over real HTTP."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from tests.channels.conftest import CLOSED, KEY
from tests.commands import Served, serving

MODES = ("legacy", "auto", "2026-07-28")
LIBRARY = "https://library.example/about?a=1&b=%282%29"
HEADERS = {
    "accept": "application/json, text/event-stream",
    "content-type": "application/json",
    "authorization": f"Bearer {KEY}",
}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.fixture(scope="module")
def workers(filled: Path) -> Iterator[Served]:
    """Two processes that answer, whichever is asked."""
    with serving(filled, "--workers", "2", **CLOSED) as running:
        yield running


@asynccontextmanager
async def client_of(address: str, mode: str, key: str = KEY) -> AsyncIterator[Client]:
    """A client with a key."""
    headers = {"authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(address, http_client=http), mode=mode) as client,
    ):
        yield client


def shape_of(result: CallToolResult) -> Any:
    """What a tool gave: one piece of text, the same as JSON in it and beside it."""
    assert not result.is_error, result
    (content,) = result.content
    assert isinstance(content, TextContent)
    shape = json.loads(content.text)
    assert shape == result.structured_content
    return shape


async def read(page: str) -> str:
    """What a page says."""
    async with httpx.AsyncClient() as http:
        shown = await http.get(page)
    assert shown.status_code == 200
    return shown.text


@pytest.mark.parametrize("mode", MODES)
async def test_search_and_fetch_have_the_shapes_of_connectors(workers: Served, mode: str) -> None:
    async with client_of(f"{workers.address}/mcp", mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"search", "fetch", "ask"}
        for name, argument in (("search", "query"), ("fetch", "id")):
            assert tools[name].input_schema["required"] == [argument]
            assert set(tools[name].input_schema["properties"]) == {argument}
            assert tools[name].annotations is not None
            assert tools[name].annotations.read_only_hint
        found = shape_of(await client.call_tool("search", {"query": "library opening hours"}))
        assert set(found) == {"results"}
        first = found["results"][0]
        assert set(first) == {"id", "title", "url"}
        assert (first["title"], first["url"]) == ("The town library", LIBRARY)
        article = shape_of(await client.call_tool("fetch", {"id": first["id"]}))
        assert set(article) == {"id", "title", "text", "url", "metadata"}
        assert (article["id"], article["url"]) == (first["id"], LIBRARY)
        assert "closes at six" in article["text"]
        assert article["metadata"]["author"] == "Ada Byron"


async def test_an_order_to_models_is_handed_to_none(workers: Served) -> None:
    """Neither as a quote of an answer nor in the whole article."""
    asked = {"question": "Are films sold for nine euros?", "level": "quote"}
    async with client_of(f"{workers.address}/mcp", "auto") as client:
        answer = shape_of(await client.call_tool("ask", asked))
        assert "nine euros" not in json.dumps(answer)
        found = shape_of(await client.call_tool("search", {"query": "films returned"}))
        film = next(each for each in found["results"] if each["title"] == "Questions of readers")
        article = shape_of(await client.call_tool("fetch", {"id": film["id"]}))
    assert "beside the northern entrance.\n[…]" in article["text"]
    assert article["metadata"]["left_out"] == "1"


@pytest.mark.parametrize("mode", MODES)
async def test_ask_cites_and_tells_its_progress(workers: Served, mode: str) -> None:
    told: list[str] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        assert progress == len(told) + 1
        told.append(message or "")

    async with client_of(f"{workers.address}/mcp", mode) as client:
        asked = {"question": "How many books may a reader borrow?"}
        result = await client.call_tool("ask", asked, progress_callback=hear)
        answer = shape_of(result)
        assert "A reader may borrow twelve books at the same time. [1]" in answer["text"]
        assert answer["level"] == "quick"
        first = answer["citations"][0]
        assert first["quote"] == "A reader may borrow twelve books at the same time."
        assert (first["n"], first["url"], first["verdict"]) == (1, LIBRARY, "supported")
        assert any("twelve books" in message for message in told)
        fetched = shape_of(await client.call_tool("fetch", {"id": first["id"]}))
        assert first["quote"] in fetched["text"]
        quoted = shape_of(
            await client.call_tool("ask", {"question": "博物馆每周几闭馆？", "level": "quote"})
        )
        assert quoted["level"] == "quote"
        assert quoted["citations"][0]["quote"] == "博物馆每周一闭馆，其他日子上午九点开放。"
        assert "博物馆每周几闭馆" in await read(quoted["page"])


async def test_desks_by_path_and_by_name(workers: Served) -> None:
    night = {"question": "When does the night shift of the library begin?", "level": "quote"}
    async with client_of(f"{workers.address}/mcp/staff", "auto") as client:
        answer = shape_of(await client.call_tool("ask", night))
        assert "eleven" in answer["text"]
        assert answer["citations"][0]["url"].startswith(workers.address)
        assert "begins at eleven" in await read(answer["citations"][0]["url"])
    async with client_of(f"{workers.address}/mcp", "auto") as client:
        assert (
            "eleven" in shape_of(await client.call_tool("ask", {**night, "desk": "staff"}))["text"]
        )
        hall = shape_of(await client.call_tool("ask", {**night, "desk": "*"}))
        assert "eleven" not in hall["text"]  # the hall leaves private desks out


@pytest.mark.parametrize("mode", MODES)
async def test_failures_are_words_that_a_model_may_read(workers: Served, mode: str) -> None:
    async with client_of(f"{workers.address}/mcp", mode) as client:
        for name, arguments, words in (
            ("fetch", {"id": "nothing-of-ours"}, "no article"),
            ("fetch", {"id": "dG93bi9ub25l"}, "no article"),
            ("search", {"query": "  "}, "empty"),
            ("ask", {"question": "why " * 1_000}, "shorten"),
            ("ask", {"question": "Why?", "desk": "nowhere"}, "no desk called “nowhere”"),
            ("ask", {"question": "Why?", "level": "best"}, "level"),
        ):
            result = await client.call_tool(name, arguments)
            assert result.is_error, (name, arguments)
            (content,) = result.content
            assert isinstance(content, TextContent)
            assert words in content.text


def test_who_may_come_in(workers: Served) -> None:
    url = f"{workers.address}/mcp"
    with httpx.Client() as client:
        for changed, status in (
            ({}, 200),
            ({"authorization": "Bearer wrong"}, 401),
            ({"authorization": ""}, 401),
            ({"origin": "https://evil.example"}, 403),
            ({"origin": workers.address}, 200),
            ({"host": "evil.example"}, 421),
            ({"accept": "application/json"}, 406),
        ):
            reply = client.post(url, json=LIST, headers={**HEADERS, **changed})
            assert reply.status_code == status, (changed, reply.text)
        assert client.get(url, headers=HEADERS).status_code == 405
        assert client.post(f"{url}/nowhere", json=LIST, headers=HEADERS).status_code == 404
        assert client.post(url, content=b"a" * (5 << 20), headers=HEADERS).status_code == 413


def test_nonsense_is_refused(workers: Served) -> None:
    for body in (b"", b"{", b"[]", b"3", b'{"jsonrpc":"2.0"}', b"\xff\xfe", b"[" * 10_000):
        for version in ({}, {"mcp-protocol-version": "2026-07-28"}):
            reply = httpx.post(
                f"{workers.address}/mcp", content=body, headers={**HEADERS, **version}
            )
            assert 400 <= reply.status_code < 500, (body[:20], reply.text)


def left(address: str) -> int:
    """How many readers of a server have left before their answer was written."""
    levels = httpx.get(f"{address}/api/v1/load", timeout=20).json()["levels"]
    return sum(int(level["left"]) for level in levels)


@pytest.mark.parametrize("version", ["", "2026-07-28"])
def test_a_program_that_hangs_up_leaves_the_model(served: Served, version: str) -> None:
    asked: dict[str, Any] = {
        "name": "ask",
        "arguments": {"question": f"For how long are books lent to readers, {version}?"},
    }
    headers = dict(HEADERS)
    if version:
        about = "io.modelcontextprotocol"
        asked["_meta"] = {
            f"{about}/protocolVersion": version,
            f"{about}/clientCapabilities": {},
            f"{about}/clientInfo": {"name": "test", "version": "1"},
        }
        more = {"mcp-protocol-version": version, "mcp-method": "tools/call", "mcp-name": "ask"}
        headers.update(more)
    url = f"{served.address}/mcp"
    assert httpx.post(url, json=LIST, headers=HEADERS, timeout=60).status_code == 200  # imported
    before = left(served.address)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, json={**LIST, "method": "tools/call", "params": asked}, headers=headers)
    for _ in range(40):
        if left(served.address) > before:
            return
        time.sleep(0.25)
    pytest.fail("the model goes on for nobody")
