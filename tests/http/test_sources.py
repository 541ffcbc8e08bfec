"""Sources over HTTP, and who may change them."""

import asyncio
from pathlib import Path

import httpx
import pytest

from dengmi.corpus.locks import only_one
from dengmi.server.parts import Parts
from dengmi.wire import open_parts
from tests.http.conftest import client_of, settings_of

BASE = "/api/v1/desks/walks/sources"


async def settled(client: httpx.AsyncClient, source_id: str) -> dict[str, object]:
    """The source when its sync has ended."""
    async with asyncio.timeout(20):
        while True:
            rows = (await client.get(BASE)).json()["sources"]
            row = next(one for one in rows if one["id"] == source_id)
            if not row["syncing"]:
                return dict(row)
            await asyncio.sleep(0.05)


async def test_a_source_from_adding_to_removing(client: httpx.AsyncClient, tmp_path: Path) -> None:
    page = tmp_path / "new" / "moon.md"
    page.parent.mkdir()
    page.write_text("# The moon cake\n\nThe moon cake costs nine coins at the gate.\n", "utf-8")
    reply = await client.post(BASE, json={"address": str(page)})
    assert reply.status_code == 202, reply.text
    source = await settled(client, reply.json()["id"])
    assert source["articles"] == 1
    assert source["report"]["added"] == 1  # type: ignore[index]
    question = {"question": "What does the moon cake cost?"}
    answer = (await client.post("/api/v1/answers", json=question)).json()
    assert "nine coins" in answer["text"]

    page.write_text("# The moon cake\n\nThe moon cake costs ten coins at the gate.\n", "utf-8")
    reply = await client.post(f"{BASE}/{source['id']}/sync")
    assert reply.status_code == 202
    await settled(client, str(source["id"]))
    answer = (await client.post("/api/v1/answers", json=question)).json()
    assert "ten coins" in answer["text"]

    reply = await client.delete(f"{BASE}/{source['id']}")
    assert reply.json() == {"articles": 1}
    answer = (await client.post("/api/v1/answers", json=question)).json()
    assert "coins" not in answer["text"]
    assert (await client.delete(f"{BASE}/{source['id']}")).status_code == 404


async def test_what_cannot_be_read_is_refused(client: httpx.AsyncClient, tmp_path: Path) -> None:
    reply = await client.post(BASE, json={"address": str(tmp_path / "nowhere")})
    assert reply.status_code in (400, 404, 422)
    assert reply.headers["content-type"] == "application/problem+json"


async def test_a_first_sync_that_fails_tells_why(client: httpx.AsyncClient, parts: Parts) -> None:
    reply = await client.post(BASE, json={"address": "http://127.0.0.1:9/a.html", "kind": "page"})
    if reply.status_code != 202:
        assert reply.headers["content-type"] == "application/problem+json"
        return
    source = await settled(client, reply.json()["id"])
    assert source["report"]["failed"][0]["detail"]  # type: ignore[index]
    assert await parts.store.source(str(source["id"])) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "203.0.113.9"},
        {"forwarded": "for=203.0.113.9"},
        {"x-forwarded-proto": "https"},
        {"cf-connecting-ip": "203.0.113.9"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "http://["},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ],
)
async def test_strangers_may_not_change_sources(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    rows = (await client.get(BASE)).json()["sources"]
    one = f"{BASE}/{rows[0]['id']}"
    for reply in (
        await client.post(BASE, json={"address": "/etc"}, headers=headers),
        await client.post(f"{one}/sync", headers=headers),
        await client.delete(one, headers=headers),
    ):
        assert reply.status_code == 403
        assert reply.json()["code"] == "operator_local"
    told = (await client.get(BASE, headers=headers)).json()["sources"]
    assert all("/" not in row["address"] for row in told)
    assert all("/" in row["address"] for row in rows)


async def test_strangers_see_no_keys_of_feeds(parts: Parts, client: httpx.AsyncClient) -> None:
    options = {"allow_networks": ["10.9.0.0/16"]}
    address = "https://elsewhere.example/feed.xml?token=hush"
    await parts.corpus.add("walks", address, kind="feed", options=options)
    away = {"x-forwarded-for": "198.51.100.7"}
    told = await client.get(BASE, headers=away)
    assert "https://elsewhere.example/feed.xml" in told.text
    page = await client.get("/search?desk=walks", headers=away)
    assert "elsewhere.example/feed.xml" in page.text
    for each in (told, page):
        assert "hush" not in each.text
        assert "10.9." not in each.text
    assert address in (await client.get(BASE)).text


async def test_a_proxy_without_a_sign_of_itself_is_no_operator(served: str) -> None:
    host, _, port = served.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"DELETE {BASE}/x HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
    assert b" 403 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_behind_a_proxy_changes_take_the_token(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home", DENGMI_SERVER_PUBLIC_URL="https://ask.example.org")
    async with open_parts(settings) as parts, client_of(parts) as client:
        reply = await client.post(BASE, json={"address": "/etc"})
        assert reply.json()["code"] == "operator_local"


async def test_what_failed_can_be_dismissed_and_tells_strangers_no_path(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "broken.jsonl").write_text("{", "utf-8")
    reply = await client.post(BASE, json={"address": str(tmp_path / "broken.jsonl")})
    source = await settled(client, reply.json()["id"])
    assert source["report"]["failed"]  # type: ignore[index]
    told = (await client.get(BASE, headers={"x-forwarded-for": "203.0.113.9"})).text
    assert str(tmp_path) not in told
    assert (await client.delete(f"{BASE}/{source['id']}")).json() == {"articles": 0}
    rows = (await client.get(BASE)).json()["sources"]
    assert source["id"] not in [row["id"] for row in rows]


async def test_another_computer_may_not(parts: Parts) -> None:
    async with client_of(parts, peer="192.0.2.7") as client:
        assert (await client.post(BASE, json={"address": "/etc"})).status_code == 403


async def test_with_a_token_only_the_token_counts(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home", DENGMI_SERVER_ADMIN_TOKEN="s3cret")
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nThe answer is forty-two.\n", "utf-8")
    async with open_parts(settings) as parts, client_of(parts, peer="192.0.2.7") as client:
        body = {"address": str(folder)}
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "s3cret"}):
            reply = await client.post(BASE, json=body, headers=headers)
            assert reply.status_code == 401
            assert reply.headers["www-authenticate"] == "Bearer"
        token = {"authorization": "Bearer s3cret"}
        reply = await client.post(BASE, json=body, headers=token)
        assert reply.status_code == 202
        await settled(client, reply.json()["id"])


async def test_what_another_process_reads_is_told(client: httpx.AsyncClient, parts: Parts) -> None:
    (source, *_) = await parts.store.sources("walks")
    async with only_one(parts.settings.home / "locks", source.id):
        rows = (await client.get(BASE)).json()["sources"]
        assert [row["syncing"] for row in rows if row["id"] == source.id] == [True]
        removed = await client.delete(f"{BASE}/{source.id}")
        assert (removed.status_code, removed.json()["code"]) == (409, "source_being_synced")
