"""A question that got less than it wanted, over HTTP: the wait, the better answer, the end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from dengmi.server.rest.models import AnswerResponse
from dengmi.wire import open_parts
from tests.fakes.deepseek import FakeDeepSeek, Serving
from tests.http.conftest import client_of, fill, settings_of, write_articles
from tests.http.test_answers import events

SETTINGS = """
[models.flash]
kind = "deepseek"
model = "deepseek-flash"
base_url = "{address}"
api_key = "sk-test"

[levels]
quick = ["flash"]
"""
QUESTION = "When does the lantern walk close?"
DOWN = ["503"] * 1_000


@pytest.fixture
def endpoint() -> FakeDeepSeek:
    """An endpoint that is down until its faults are taken away."""
    return FakeDeepSeek(faults=list(DOWN))


@pytest.fixture
async def client(endpoint: FakeDeepSeek, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    home = tmp_path / "home"
    await asyncio.to_thread(home.mkdir)
    with Serving(endpoint.app()) as model:
        text = SETTINGS.format(address=model.address)
        await asyncio.to_thread((home / "dengmi.toml").write_text, text)
        settings = await asyncio.to_thread(settings_of, home)
        async with open_parts(settings) as parts:
            await fill(parts, await asyncio.to_thread(write_articles, tmp_path / "articles"))
            async with client_of(parts) as one:
                yield one


async def asked(client: httpx.AsyncClient, **more: str) -> AnswerResponse:
    reply = await client.post("/api/v1/answers", json={"question": QUESTION} | more)
    assert reply.status_code == 200, reply.text
    return msgspec.convert(reply.json(), AnswerResponse)


async def stands(client: httpx.AsyncClient, answer: str) -> AnswerResponse:
    reply = await client.get(f"/api/v1/answers/{answer}")
    return msgspec.convert(reply.json(), AnswerResponse)


async def test_the_quotes_say_that_more_is_waited_for(
    client: httpx.AsyncClient, endpoint: FakeDeepSeek
) -> None:
    answer = await asked(client)
    assert (answer.level, answer.late) == ("quote", "waiting")
    assert answer.pending is not None
    assert (answer.pending.level, answer.pending.position) == ("quick", 1)
    assert answer.pending.wait >= 1
    assert answer.pending.until > answer.created_at
    assert (await stands(client, answer.id)).pending is not None
    endpoint.faults.clear()
    told = events(
        (await client.get(f"/api/v1/answers/{answer.id}/events")).text.partition("\n\n")[2]
    )
    names = [name for name, *_ in told]
    assert names[-1] == "done"
    assert set(names[:-1]) <= {"pending"}
    last = msgspec.convert(told[-1][2], AnswerResponse)
    assert (last.level, last.late, last.pending) == ("quick", "answered", None)
    assert last.cost.micros > 0
    for name in (answer.id, answer.question_id, last.id):
        assert (await stands(client, name)).id == last.id
    assert endpoint.served == 1


async def test_an_asker_may_stop_waiting(client: httpx.AsyncClient, endpoint: FakeDeepSeek) -> None:
    answer = await asked(client)
    following = asyncio.create_task(client.get(f"/api/v1/answers/{answer.id}/events"))
    await asyncio.sleep(0.2)
    for _ in range(2):
        gone = (await client.delete(f"/api/v1/answers/{answer.id}/pending")).json()
        assert (gone["id"], gone["pending"], gone["late"]) == (answer.id, None, "withdrawn")
    async with asyncio.timeout(5):
        assert "event: done" in (await following).text
    endpoint.faults.clear()
    await asyncio.sleep(1.5)
    assert (await stands(client, answer.question_id)).id == answer.id
    assert endpoint.served == 0


async def test_only_who_asked_may_stop_the_wait(
    client: httpx.AsyncClient, endpoint: FakeDeepSeek
) -> None:
    page = await client.get("/", params={"q": QUESTION}, headers={"accept": "text/html"})
    name = page.text.partition("/withdraw")[0].rpartition("/a/")[2]
    stranger = {"sec-fetch-site": "cross-site"}
    refused = await client.delete(f"/api/v1/answers/{name}/pending", headers=stranger)
    assert (refused.status_code, refused.json()["code"]) == (403, "answer_not_own")
    assert (await stands(client, name)).late == "waiting"
    own = await asked(client, question="What opens on the thirteenth day?")
    gone = await client.delete(f"/api/v1/answers/{own.id}/pending", headers=stranger)
    assert gone.json()["late"] == "withdrawn"
    assert endpoint.served == 0


async def test_events_of_an_answer_that_does_not_wait_end_at_once(
    client: httpx.AsyncClient, endpoint: FakeDeepSeek
) -> None:
    endpoint.faults.clear()
    answer = await asked(client)
    assert (answer.level, answer.pending, answer.late) == ("quick", None, None)
    told = (await client.get(f"/api/v1/answers/{answer.id}/events")).text
    assert told.count("event:") == told.count("event: done") == 1
    assert (await client.get("/api/v1/answers/an_none/events")).status_code == 404
    assert (await client.delete("/api/v1/answers/an_none/pending")).status_code == 404


async def test_the_page_shows_the_wait_without_scripts_too(
    client: httpx.AsyncClient, endpoint: FakeDeepSeek
) -> None:
    html = {"accept": "text/html"}
    page = (await client.get("/", params={"q": QUESTION}, headers=html)).text
    assert "A better answer (Quick) is on its way: place 1" in page
    name = page.partition('data-events="/a/')[2].partition("/")[0]
    again = (await client.get("/", params={"a": name}, headers=html)).text
    assert "is on its way" in again
    chinese = (await client.get(f"/a/{name}", params={"lang": "zh"}, headers=html)).text
    assert "更好的答案" in chinese
    client.cookies.clear()
    back = await client.post(f"/a/{name}/withdraw", headers=html)
    assert (back.status_code, back.headers["location"]) == (303, f"/a/{name}")
    assert "is on its way" not in (await client.get(f"/a/{name}", headers=html)).text


async def test_only_the_asker_ends_the_wait(client: httpx.AsyncClient) -> None:
    """Somebody else who has the link sees it, and leaves it alone."""
    page = (await client.get("/", params={"q": QUESTION}, headers={"accept": "text/html"})).text
    assert "Don’t wait" in page
    action = page.partition("/withdraw")[0].rpartition('"')[2]
    own = page.partition('action="')[2].partition('"')[0]
    cookies = dict(client.cookies)
    client.cookies.clear()
    stranger = {"accept": "text/html", "sec-fetch-site": "cross-site"}
    shown = (await client.get(action, headers=stranger)).text
    assert "is on its way" in shown
    assert "Don’t wait" not in shown
    refused = await client.post(f"{action}/withdraw", headers=stranger)
    assert refused.status_code == 403
    assert "Only whoever asked" in refused.text
    assert "is on its way" in (await client.get(action, headers=stranger)).text
    client.cookies.update(cookies)
    assert (await client.post(own or action, headers=stranger)).status_code == 303
    assert "is on its way" not in (await client.get(action, headers=stranger)).text
