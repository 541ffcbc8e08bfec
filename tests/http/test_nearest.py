"""Where no sentence is sure enough to be quoted, the nearest articles are there to read while a
model writes, wherever the answer is read."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.commands import SCRIPTED
from tests.http.conftest import client_of, scripted
from tests.http.test_answers import events

QUESTION = "Are cats welcome at the teahouse on a Friday?"
SCRIPT = """
[[answer]]
match = "everything"
text = "Dogs must stay on a lead. [1.1]"
"""
EVENTS = {"accept": "text/event-stream"}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with scripted(tmp_path, SCRIPTED, SCRIPT) as opened, client_of(opened) as one:
        yield one


async def found(client: httpx.AsyncClient, path: str, **asked: Any) -> dict[str, Any]:
    """What is told first."""
    reply = await client.post(path, headers=EVENTS, **asked)
    name, _, first = events(reply.text)[0]
    assert name == "found"
    return first


async def test_in_the_api(client: httpx.AsyncClient) -> None:
    first = await found(client, "/api/v1/answers", json={"question": QUESTION, "level": "quick"})
    assert first["quotes"] == []
    assert [head["title"] for head in first["nearest"]] == ["The lantern walk"]


async def test_where_a_sentence_is_sure_it_is_quoted(client: httpx.AsyncClient) -> None:
    asked = {"question": "When does the lantern walk close?", "level": "quick"}
    first = await found(client, "/api/v1/answers", json=asked)
    assert first["quotes"]
    assert first["nearest"] == []


async def test_on_the_page(client: httpx.AsyncClient) -> None:
    first = await found(client, "/", data={"q": QUESTION, "level": "quick"})
    assert "nearest articles" in first["html"]
    assert "The lantern walk" in first["html"]
    assert 'href="/articles/' in first["html"]


async def test_in_the_widget(client: httpx.AsyncClient) -> None:
    first = await found(client, "/widget/walks/answers", json={"question": QUESTION})
    assert first["quotes"] == []
    assert [head["title"] for head in first["nearest"]] == ["The lantern walk"]
