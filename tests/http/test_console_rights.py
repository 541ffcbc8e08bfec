"""What keys made in the console, and those who are signed in there, may do over the REST API."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from dengmi.core.operators import Invite
from dengmi.server.console.door import HEADER, hashed
from dengmi.server.parts import Parts
from dengmi.wire import open_parts
from tests.http.conftest import fill, settings_of, write_articles
from tests.http.entering import csrf, enter

SOURCES = "/api/v1/desks/walks/sources"
TOKEN = "the-token-of-the-operator"
ASK = {"question": "When does the lantern walk close?"}


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    """A server whose operator has a token: this computer alone opens nothing."""
    settings = await asyncio.to_thread(
        settings_of, tmp_path / "home", DENGMI_SERVER_ADMIN_TOKEN=TOKEN
    )
    async with open_parts(settings) as opened:
        await fill(opened, write_articles(tmp_path / "articles"))
        yield opened


def plain(owner: httpx.AsyncClient, key: str = "") -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.AsyncClient(transport=owner._transport, base_url=owner.base_url, headers=headers)


async def make(owner: httpx.AsyncClient, name: str, *scopes: str) -> httpx.Response:
    token = csrf(await owner.get("/console/keys"))
    given = {"csrf": token, "name": name, **{f"scope_{scope}": "1" for scope in scopes}}
    return await owner.post("/console/keys/make", data=given)


async def key(owner: httpx.AsyncClient, name: str, *scopes: str) -> str:
    shown = await make(owner, name, *scopes)
    found = re.search(r'value="(dengmi_[\w-]{40,})"', shown.text)
    assert found, shown.text
    return found[1]


async def test_a_key_is_shown_once_and_kept_as_its_hash(owner, parts: Parts) -> None:
    secret = await key(owner, "shop", "ask")
    assert secret not in (await owner.get("/console/keys")).text
    (kept,) = await parts.store.operators().access_keys()
    assert kept.id == hashed(secret)
    for name, scopes in (("shop", ("ask",)), ("", ("ask",)), ("a:b", ("ask",)), ("other", ())):
        assert (await make(owner, name, *scopes)).status_code in (400, 409)


async def test_scopes_open_what_they_say(owner: httpx.AsyncClient) -> None:
    """Each scope by itself, at an address of each kind."""
    web = {"address": "https://127.0.0.1:1/x"}
    wanted = {"ask": (200, 403, 403), "read": (403, 200, 403), "operate": (403, 403, 202)}
    for scope, statuses in wanted.items():
        client = plain(owner, await key(owner, scope, scope))
        found = (
            (await client.post("/api/v1/answers", json=ASK)).status_code,
            (await client.get("/api/v1/load")).status_code,
            (await client.post(SOURCES, json=web | {"kind": "page"})).status_code,
        )
        if scope == "operate":
            found = (*found[:2], 202 if found[2] in (202, 403) else found[2])
        assert found == statuses, scope
        refused = await plain(owner, f"dengmi_{'x' * 43}").post("/api/v1/answers", json=ASK)
        assert refused.status_code == 401
    assert (await plain(owner).get("/api/v1/load")).status_code == 401


async def test_no_key_names_files_of_the_server(owner, tmp_path: Path) -> None:
    client = plain(owner, await key(owner, "all", "ask", "read", "operate"))
    reply = await client.post(SOURCES, json={"address": str(tmp_path)})
    assert reply.status_code == 400
    assert reply.json()["code"] == "console_address_bad"
    whole = plain(owner, TOKEN)
    assert (await whole.post(SOURCES, json={"address": str(tmp_path)})).status_code == 202


async def test_askers_of_a_key_have_their_own_quota(owner, parts: Parts) -> None:
    client = plain(owner, await key(owner, "shop", "ask"))
    reply = await client.post("/api/v1/answers", json={**ASK, "asker": "ann"})
    question = await parts.store.review().life(reply.json()["question_id"])
    assert question is not None
    assert question.question.payer == question.question.asker == "shop:ann"
    chat = {"model": "walks", "messages": [{"role": "user", "content": ASK["question"]}]}
    assert (await client.post("/v1/chat/completions", json=chat)).status_code == 200


async def test_a_removed_key_works_no_longer(owner, parts: Parts) -> None:
    client = plain(owner, await key(owner, "shop", "ask"))
    assert (await client.post("/api/v1/answers", json=ASK)).status_code == 200
    token = csrf(await owner.get("/console/keys"))
    await owner.post("/console/keys/remove", data={"csrf": token, "name": "shop", "sure": "1"})
    async with asyncio.timeout(5):
        while True:
            if (await client.post("/api/v1/answers", json=ASK)).status_code == 401:
                break
            await asyncio.sleep(0.2)


async def test_who_is_signed_in_may_with_the_token_of_the_session(owner, parts: Parts) -> None:
    token = csrf(await owner.get("/console"))
    assert (await owner.get("/api/v1/load")).status_code == 200
    (source,) = [
        one for one in (await owner.get(SOURCES)).json()["sources"] if one["kind"] == "folder"
    ]
    sync = f"{SOURCES}/{source['id']}/sync"
    for headers in (
        {},
        {HEADER: "x"},
        {HEADER: token, "origin": "https://evil.example"},
        {HEADER: token, "sec-fetch-site": "cross-site"},
    ):
        assert (await owner.post(sync, headers=headers)).status_code in (401, 403), headers
    assert (await owner.post(sync, headers={HEADER: token})).status_code == 202
    assert (await plain(owner).post(sync)).status_code == 401
    await parts.store.operators().put_invite(Invite(id=hashed("see"), role="viewer", until=1e12))
    viewer = plain(owner)
    await enter(viewer, "/console/join/see", "Vee")
    token = csrf(await viewer.get("/console"))
    assert (await viewer.get("/api/v1/budgets")).status_code == 200
    assert (await viewer.post(sync, headers={HEADER: token})).status_code == 401
