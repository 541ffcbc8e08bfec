"""Models added, tested, used at levels, changed and removed in the console, live: the server began
without any. The endpoint is a stand-in for the DeepSeek API, over real HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from dengmi.server.console.first import first_link
from dengmi.server.parts import Parts
from dengmi.wire import open_parts
from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.http.conftest import client_of, scripted, settings_of
from tests.http.entering import csrf, enter, other

GUARD = 20.0
CLOSES = "When does the lantern walk close?"
PARK = "Where should one park for the lantern walk?"
KEY = "OWN_API_KEY"


@pytest.fixture
def fake() -> FakeDeepSeek:
    return FakeDeepSeek()


@pytest.fixture
def endpoint(fake: FakeDeepSeek) -> Iterator[str]:
    with Serving(fake.app()) as serving:
        yield serving.address


@pytest.fixture
async def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    monkeypatch.setenv(KEY, "sk-test")
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    async with scripted(tmp_path, "", "") as opened:
        yield opened


def boxes(page: httpx.Response) -> dict[str, str]:
    """What stands in the form of a model, as a browser would send it."""
    form = re.search(
        r'<form method="post" action="/console/models/save".*?</form>', page.text, re.S
    )
    assert form is not None
    found = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        found[said["name"]] = unescape(said.get("value", ""))
    for key, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', form[0], re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[key] = unescape(chosen[1]) if chosen else ""
    return found


async def enter_model(
    client: httpx.AsyncClient, path: str, said: dict[str, str], *, kind: str = "openai"
) -> httpx.Response:
    """Fill in the form of a new model as a person does, and press one of its buttons."""
    form = boxes(await client.get(f"/console/models/new?kind={kind}"))
    return await client.post(f"/console/models/{path}", data=form | said)


def own(endpoint: str, **more: str) -> dict[str, str]:
    said = {"name": "own", "base_url": endpoint, "model": "deepseek-flash", "api_key": KEY}
    return said | {"profile": "deepseek"} | more


async def use(client: httpx.AsyncClient, name: str, *levels: str) -> httpx.Response:
    token = csrf(await client.get(f"/console/models/{name}"))
    data = {"csrf": token} | dict.fromkeys(levels, "1")
    reply = await client.post(f"/console/models/{name}/levels", data=data)
    assert reply.status_code == 303, reply.text
    return reply


async def remove(client: httpx.AsyncClient, name: str, **more: str) -> httpx.Response:
    token = csrf(await client.get(f"/console/models/{name}"))
    return await client.post(f"/console/models/{name}/remove", data={"csrf": token} | more)


async def ask(client: httpx.AsyncClient, words: str, level: str = "quick") -> dict:
    reply = await client.post("/api/v1/answers", json={"question": words, "level": level})
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_the_first_model_is_added_tested_and_used_without_a_start(
    owner, parts: Parts, fake: FakeDeepSeek, endpoint: str
) -> None:
    assert (await ask(owner, CLOSES))["level"] == "quote"
    assert parts.late is not None
    tried = await enter_model(owner, "test", own(endpoint))
    assert tried.status_code == 200
    assert tried.text.count("first token") == 3
    assert "no price known" in tried.text
    assert boxes(tried)["base_url"] == endpoint  # what was entered stays
    assert not parts.settings.models
    priced = {"currency": "CNY", "hit": "0.02", "miss": "1", "output": "4"}
    added = await enter_model(owner, "save", own(endpoint, slots="3", **priced))
    assert added.headers["location"] == "/console/models/own?said=model_added"
    assert (await ask(owner, CLOSES))["level"] == "quote"  # no level uses it yet
    assert "said=set" in (await use(owner, "own", "quick")).headers["location"]
    answer = await ask(owner, CLOSES)
    assert (answer["level"], answer["cost"]["micros"] > 0) == ("quick", True)
    load = (await owner.get("/api/v1/load")).json()
    assert [(each["model"], each["most"]) for each in load["models"]] == [("own", 3)]
    (edit,) = [each for each in await parts.store.edits() if each.table == "models"]
    assert "sk-test" not in str(edit)
    assert edit.value["api_key"] == f"env:{KEY}"
    for path in ("models", "models/own", "desk", "log?csv=1"):
        assert "sk-test" not in (await owner.get(f"/console/{path}")).text
    log = (await owner.get("/console/log?csv=1")).text
    assert all(each in log for each in ("added a model", "tested a model", "levels.quick"))


async def test_what_is_under_way_ends_as_it_began(
    owner, parts: Parts, fake: FakeDeepSeek, endpoint: str
) -> None:
    fake.first = 0.4
    await enter_model(owner, "save", own(endpoint, currency="CNY", miss="1", output="4"))
    await use(owner, "own", "quick", "deep")
    asked = asyncio.create_task(ask(owner, CLOSES))
    async with asyncio.timeout(GUARD):
        while not fake.running:  # noqa: ASYNC110 - another thread serves
            await asyncio.sleep(0.005)
    await use(owner, "own")  # no level any more
    assert (await remove(owner, "own", sure="1")).status_code == 303
    assert "own" not in parts.settings.models
    assert "own" in parts.counts.facts()["gate"].models  # it holds its slot
    answer = await asked
    assert answer["level"] == "quick"
    assert answer["cost"]["micros"] > 0  # at the price that it had
    assert (await ask(owner, PARK))["level"] == "quote"
    assert (await owner.get("/console/models/own")).status_code == 404


async def test_a_change_holds_for_the_next_call(
    owner, parts: Parts, fake: FakeDeepSeek, endpoint: str
) -> None:
    """A key that is refused, then another variable: the gate does not hold the old one's failures
    against it."""
    wrong = own(endpoint, api_key="", profile="openai")
    await enter_model(owner, "save", wrong)
    await use(owner, "own", "quick")
    assert (await ask(owner, CLOSES))["level"] == "quote"
    (load,) = (await owner.get("/api/v1/load")).json()["models"]
    assert load["state"] == "resting"
    form = boxes(await owner.get("/console/models/own"))
    stale = dict(form)
    saved = await owner.post(
        "/console/models/save", data=form | {"api_key": KEY, "profile": "deepseek"}
    )
    assert saved.headers["location"].endswith("said=model_changed")
    assert (await ask(owner, PARK))["level"] == "quick"
    meanwhile = await owner.post("/console/models/save", data=stale | {"slots": "9"})
    assert meanwhile.status_code == 409
    assert parts.settings.models["own"].slots == 32


async def test_it_is_there_after_a_start_and_gone_with_its_edit(
    owner, parts: Parts, endpoint: str
) -> None:
    await enter_model(owner, "save", own(endpoint))
    await use(owner, "own", "deep")
    settings = await asyncio.to_thread(settings_of, parts.settings.home)
    async with open_parts(settings) as again:
        assert again.settings.levels.deep == ("own",)
        assert again.writing.begun.is_set()
    refused = await remove(owner, "own", sure="1")
    assert (refused.status_code, "Deep" in refused.text) == (409, True)
    await use(owner, "own")
    assert "sure" in (await remove(owner, "own")).text
    assert (await remove(owner, "own", sure="1")).status_code == 303
    assert list(await parts.store.edits()) == []


REFUSED = (
    ("openai", {"name": "Own!"}, "short name"),
    ("openai", {"name": "new"}, "short name"),
    ("openai", {"model": ""}, "This is needed"),
    ("openai", {"base_url": "ftp://x"}, "http"),
    ("openai", {"base_url": "http://me:secret@127.0.0.1:1/v1"}, "password"),
    ("openai", {"base_url": "http://127.0.0.1:1/v1?key=1"}, "password"),
    ("openai", {"base_url": "http://169.254.169.254/latest"}, "own network"),
    ("openai", {"base_url": "http://[::ffff:169.254.169.254]/v1"}, "own network"),
    ("openai", {"base_url": "http://metadata.google.internal/v1"}, "own network"),
    ("openai", {"api_key": "sk-a-key-itself"}, "ends in _API_KEY"),
    ("openai", {"api_key": "DENGMI_SERVER_ADMIN_TOKEN"}, "ends in _API_KEY"),
    ("openai", {"api_key": "DEEPSEEK_API_KEY"}, "api.deepseek.com alone"),
    ("openai", {"slots": "many"}, "whole number"),
    ("openai", {"miss": "cheap"}, "number"),
    ("local", {"model": "../dengmi.sqlite"}, "GGUF"),
    ("local", {"model": "/etc/passwd.gguf"}, "GGUF"),
)
"""What cannot be: the kind, what is entered, and a word of what is said to it."""


async def test_what_cannot_be_says_so_and_is_not_kept(owner, parts: Parts) -> None:
    """One server for all of them: each is refused at both buttons, with what was entered."""
    for kind, said, words in REFUSED:
        fields = own("http://127.0.0.1:1/v1") if kind == "openai" else {"name": "own"}
        for button in ("save", "test"):
            reply = await enter_model(owner, button, fields | said, kind=kind)
            assert (reply.status_code, words in unescape(reply.text)) == (400, True), reply.text
    assert list(await parts.store.edits()) == []


async def test_a_variable_that_is_not_set_is_told_and_nothing_is_called(
    owner, fake: FakeDeepSeek, endpoint: str
) -> None:
    said = own(endpoint, api_key="NOBODY_SETS_API_KEY")
    tried = await enter_model(owner, "test", said)
    assert "NOBODY_SETS_API_KEY is not set" in tried.text
    assert not fake.requests
    await enter_model(owner, "save", said)
    page = await owner.get("/console/models/own?lang=zh")
    assert "没有设置变量 NOBODY_SETS_API_KEY" in page.text


async def test_a_key_of_the_file_goes_where_the_file_sends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "sk-test")
    toml = f"""
[models.own]
kind = "openai"
base_url = "https://api.example.org/v1"
model = "x"
api_key = "env:{KEY}"

[wechat.acme]
app_id = "wx1"
token = "env:WECHAT_API_KEY"
"""
    async with scripted(tmp_path, toml, "") as parts, client_of(parts) as client:
        await enter(client, await first_link(parts.store), "Mei")
        for said, words in (
            ({"name": "own"}, "stands in dengmi.toml"),
            ({"name": "two", "base_url": "https://evil.example"}, "api.example.org alone"),
            ({"name": "two", "api_key": "WECHAT_API_KEY"}, "dengmi.toml alone"),
        ):
            reply = await enter_model(client, "save", own("https://api.example.org/v2", **said))
            if said.get("name") == "own":
                reply = await enter_model(client, "save", own("https://api.example.org/v2"))
            assert (reply.status_code, words in reply.text) == (400, True), reply.text
        added = own("https://api.example.org/v2", name="two")
        assert (await enter_model(client, "save", added)).status_code == 303
        assert (await remove(client, "own", sure="1")).status_code == 409
        page = (await client.get("/console/models/own")).text
        assert "stands in dengmi.toml" in page
        assert "/console/models/save" not in page


async def test_models_are_the_owners_alone(owner, parts: Parts, endpoint: str) -> None:
    await enter_model(owner, "save", own(endpoint))
    form = boxes(await owner.get("/console/models/new?kind=openai"))
    editor = await other(parts, owner, "editor")
    try:
        page = await editor.get("/console/models/own")
        assert page.status_code == 200
        assert '<form method="post" action="/console/models' not in page.text
        for path in ("test", "save", "own/test", "own/levels", "own/remove"):
            reply = await editor.post(f"/console/models/{path}", data=form | {"csrf": csrf(page)})
            assert reply.status_code == 403
            bare = await owner.post(f"/console/models/{path}", data=form | {"csrf": "x" * 32})
            assert bare.status_code == 403
        assert (await editor.get("/console/models/new?kind=openai")).status_code == 403
    finally:
        await editor.aclose()
