"""Who asks too fast is told calmly; whose quota counts; budgets over HTTP."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from dengmi.server.parts import Parts
from dengmi.wire import open_parts
from tests.http.conftest import client_of, fill, settings_of, write_articles
from tests.http.test_problems import check

SETTINGS = """
[limits]
address_rate = 0.05
address_burst = 3
asker_rate = 0.02
asker_burst = 2

[models.try]
kind = "scripted"

[models.try.price]
miss = 1.0
output = 4.0

[plans.visitor]
questions = 1

[plans.paid]
questions = 100
askers = ["app:ann"]

[keys.app]
key = "secret-of-the-app"

[keys.slow]
key = "secret-of-a-slow-one"
rate = 0.05
"""
KEY = {"authorization": "Bearer secret-of-the-app"}
ASKED = "How many parking places has the old tea factory?"
STRANGER = "203.0.113.7"

Client = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def client_from(tmp_path: Path) -> Client:
    """A client that comes from an address, of an installation with limits."""

    @asynccontextmanager
    async def made(peer: str = STRANGER, more: str = "") -> AsyncIterator[httpx.AsyncClient]:
        async with opened(tmp_path, more) as parts, client_of(parts, peer) as client:
            yield client

    return made


@asynccontextmanager
async def opened(folder: Path, more: str = "") -> AsyncIterator[Parts]:
    home = folder / "home"
    await asyncio.to_thread(_write, home, more)
    settings = await asyncio.to_thread(settings_of, home)
    async with open_parts(settings) as parts:
        await fill(parts, await asyncio.to_thread(write_articles, folder / "articles"))
        yield parts


def _write(home: Path, more: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "dengmi.toml").write_text(SETTINGS + more, encoding="utf-8")


def search(client: httpx.AsyncClient, **headers: str):
    return client.post("/api/v1/search", json={"query": "parking"}, headers=headers)


def ask(client: httpx.AsyncClient, asker: str = "", words: str = ASKED, **headers: str):
    body = {"question": words, "asker": asker}
    return client.post("/api/v1/answers", json=body, headers=headers)


async def test_too_many_from_one_address(client_from: Client) -> None:
    async with client_from() as client:
        assert [(await search(client)).status_code for _ in range(3)] == [200, 200, 200]
        reply = await search(client)
        shape = check(reply, 429, "too_many")
        seconds = int(reply.headers["retry-after"])
        assert 1 <= seconds <= 20
        assert f"{seconds} s" in str(shape["detail"])
        chinese = check(await ask(client, **{"accept-language": "zh-CN"}), 429, "too_many")
        assert "秒后再问" in str(chinese["detail"])
        page = await client.get("/", params={"q": ASKED}, headers={"accept": "text/html"})
        assert page.status_code == 429
        assert int(page.headers["retry-after"]) >= 1
        assert "One moment, please" in page.text
        script = await client.post(
            "/",
            data={"q": ASKED},
            headers={"accept": "text/event-stream", "accept-language": "zh"},
        )
        assert (script.status_code, script.json()["title"]) == (429, "请稍等片刻")
        for path in ("/", "/healthz", "/api/v1/desks"):
            assert (await client.get(path)).status_code == 200


async def test_this_computer_is_not_limited(client_from: Client) -> None:
    async with client_from("127.0.0.1") as client:
        assert {(await search(client)).status_code for _ in range(10)} == {200}


async def test_readers_behind_a_proxy_are_told_apart(client_from: Client) -> None:
    """This computer's proxies are trusted; what readers write themselves is not."""
    async with client_from("127.0.0.1") as client:
        for reader in ("203.0.113.8", "203.0.113.9"):
            sent = {"x-forwarded-for": f"198.51.100.1, {reader}"}
            codes = [(await search(client, **sent)).status_code for _ in range(4)]
            assert codes == [200, 200, 200, 429]
    async with client_from() as client:
        codes = [
            (await search(client, **{"x-forwarded-for": f"198.51.100.{n}"})).status_code
            for n in range(4)
        ]
        assert codes == [200, 200, 200, 429]


async def test_a_proxy_that_is_not_named_is_mentioned_once(
    client_from: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "dengmi"):
        async with client_from("192.0.2.1") as client:
            for _ in range(2):
                await search(client, **{"x-forwarded-for": "198.51.100.1"})
    said = [record.getMessage() for record in caplog.records if "trusted_proxies" in record.msg]
    assert len(said) == 1
    assert "192.0.2.1" in said[0]


async def test_askers_of_a_key_have_limits_of_their_own(client_from: Client) -> None:
    async with client_from() as client:
        codes = {name: [] for name in ("ann", "bob")}
        for name, found in codes.items():
            for _ in range(3):
                found.append((await ask(client, name, **KEY)).status_code)
        assert codes == {"ann": [200, 200, 429], "bob": [200, 200, 429]}
        slow = {"authorization": "Bearer secret-of-a-slow-one"}
        assert [(await search(client, **slow)).status_code for _ in range(2)] == [200, 429]
        wrong = await ask(client, authorization="Bearer nonsense")
        check(wrong, 401, "key_unknown")
        assert wrong.headers["www-authenticate"] == "Bearer"


async def test_quotas_follow_the_address_the_key_and_the_plan(client_from: Client) -> None:
    """A visitor has one question a day, ann of the app a hundred; a claim alone counts nothing."""
    other = "When does the lantern walk open?"
    more = "\n[writing]\nreuse = false\n"
    async with client_from(more=more) as client:
        first = (await ask(client)).json()
        assert (first["level"], first["notices"]) == ("quick", [])
        second = (await ask(client, "app:ann", other)).json()
        (notice,) = second["notices"]
        assert (second["level"], notice["code"]) == ("quote", "quota_spent")
        assert "start anew at midnight" in notice["text"]
        assert notice["params"]["until"] > 0
        for words in (ASKED, other):
            assert (await ask(client, "ann", words, **KEY)).json()["notices"] == []


async def test_a_spent_quota_in_the_stream_and_on_the_page(client_from: Client) -> None:
    async with client_from(more="\n[desks.walks]\ndaily_budget = '¥0'\n") as client:
        stream = await ask(client, accept="text/event-stream", **{"accept-language": "zh"})
        events = re.findall(r"event: (\w+)\nid: \d+\ndata: (.*)", stream.text)
        told = {name: json.loads(data) for name, data in events}
        assert told["notice"]["code"] == "budget_spent"
        assert "预算已用完" in told["notice"]["text"]
        assert [name for name, _ in events][-1] == "done"
        page = await client.get("/d/walks", params={"q": ASKED})
        assert page.status_code == 200
        assert "budget for written answers is used up" in page.text
        check(await client.get("/api/v1/budgets"), 403, "operator_local")


async def test_an_operator_sees_the_budgets(client_from: Client) -> None:
    budget = "\n[desks.walks]\ndaily_budget = '¥0'\ntime_zone = 'Asia/Shanghai'\n"
    async with client_from("127.0.0.1", budget) as client:
        await ask(client)
        shape = (await client.get("/api/v1/budgets")).json()
        (use,) = shape["budgets"]
        assert (use["desk"], use["most"], use["share"], use["zone"]) == (
            "walks", 0, 1.0, "Asia/Shanghai",
        )  # fmt: skip
        (alert,) = shape["alerts"]
        assert alert["code"] == "alert_budget_spent"
        assert "¥0.00" in alert["text"]


async def test_addresses_are_not_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as parts:
        async with client_of(parts, STRANGER) as client:
            assert (await ask(client)).json()["level"] == "quick"
        payers = {line.payer for line in await parts.store.charges()}
    (payer,) = payers
    assert payer.startswith("@_")
    kept = b"".join(
        await asyncio.gather(
            *(
                asyncio.to_thread(path.read_bytes)
                for path in (tmp_path / "home").glob("dengmi.sqlite*")
            )
        )
    )
    assert payer.encode() in kept
    assert STRANGER.encode() not in kept
