"""A proxy on this computer that gives no sign of itself is found out by its readers' browsers."""

import asyncio
import logging

import httpx
import pytest

from dengmi.server import front
from dengmi.server.parts import Parts
from dengmi.settings.fronted import fronted, note_fronted, place
from dengmi.settings.options import Settings
from tests.http.conftest import client_of

SOURCES = "/api/v1/desks/walks/sources"
SITE = "https://ask.example.org"
READER = {"sec-fetch-site": "same-origin", "referer": f"{SITE}/"}


async def _may(client: httpx.AsyncClient) -> bool:
    """Whether a request from this computer counts as the operator's: nothing of it is done."""
    reply = await client.delete(f"{SOURCES}/s_nobody")
    assert reply.status_code in (403, 404)
    return reply.status_code == 404


@pytest.fixture
async def noted(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Is set when a name stands in the home: it is written beside the requests."""
    event, loop = asyncio.Event(), asyncio.get_running_loop()

    def note(settings: Settings, name: str) -> None:
        note_fronted(settings, name)
        loop.call_soon_threadsafe(event.set)

    monkeypatch.setattr(front, "note_fronted", note)
    return event


@pytest.mark.parametrize(
    "headers",
    [READER, {"sec-fetch-site": "same-origin", "origin": SITE}],
    ids=["page", "form"],
)
async def test_readers_give_it_away(
    parts: Parts, caplog: pytest.LogCaptureFixture, noted: asyncio.Event, headers: dict[str, str]
) -> None:
    async with client_of(parts) as client:
        assert await _may(client)
        with caplog.at_level(logging.WARNING):
            assert (await client.get("/", headers=headers)).status_code == 200
        assert "ask.example.org" in caplog.text
        assert not await _may(client)
        async with asyncio.timeout(20):
            await noted.wait()
    assert await asyncio.to_thread(fronted, parts.settings) == "ask.example.org"
    async with client_of(parts) as client:  # a restart
        assert not await _may(client)
    await asyncio.to_thread(place(parts.settings).unlink)
    async with client_of(parts) as client:
        assert await _may(client)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "referer": "http://127.0.0.1:8321/"},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "referer": "https://evil.example/"},
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"referer": "https://evil.example/"},
        {"sec-fetch-site": "same-origin", "referer": "http://["},
    ],
    ids=["own", "no referer", "null", "typed", "link", "script", "old browser", "broken"],
)
async def test_what_proves_nothing_changes_nothing(
    parts: Parts, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    await client.get("/", headers=headers)
    assert await _may(client)
    assert await asyncio.to_thread(fronted, parts.settings) == ""


async def test_another_name_of_this_computer_is_its_own(
    parts: Parts, client: httpx.AsyncClient
) -> None:
    """Through a tunnel the browser and the server agree on the name, whatever it is."""
    headers = {"sec-fetch-site": "same-origin", "referer": "http://localhost:9999/"}
    await client.get("/", headers={**headers, "host": "localhost:9999"})
    assert await _may(client)
