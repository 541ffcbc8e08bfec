"""What those who have an answer's link get: the page, its preview, its picture, and the rest of an
answer that is still being written."""

import asyncio
import html
import io
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from dengmi.core.events import Done, Found, Notice, Text, Thinking
from dengmi.core.records import Answer, Claim, Cost, Question
from dengmi.server.parts import Parts
from dengmi.server.picture.fonts import find_fonts
from dengmi.settings.options import Settings
from dengmi.wire import open_parts
from tests.http.conftest import client_of, fill, settings_of, write_articles

HTML = {"accept": "text/html,application/xhtml+xml", "accept-language": "en"}
QUESTION = "When does the lantern walk close?"
STRANGER = "203.0.113.9"
SETTINGS = """
[server]
public_url = "http://desk.example"
admin_token = "operator-token"

[desks.walks]
title = "Walks & teas"
{options}
"""


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings of a desk that shares as the test says."""
    home = tmp_path / "home"
    home.mkdir()
    options = getattr(request, "param", "")
    (home / "dengmi.toml").write_text(SETTINGS.format(options=options), encoding="utf-8")
    write_articles(tmp_path / "articles")
    return settings_of(home)


@pytest.fixture
async def opened(tmp_path: Path, settings: Settings) -> AsyncIterator[Parts]:
    """The parts, with the articles in."""
    async with open_parts(settings) as parts:
        await fill(parts, tmp_path / "articles")
        yield parts


@pytest.fixture
async def stranger(opened: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody from elsewhere who has only the link."""
    async with client_of(opened, STRANGER) as client:
        client.headers["host"] = "desk.example"
        yield client


async def answered(parts: Parts, words: str = QUESTION, **more: object) -> Answer:
    """A stored answer; `more` is changed in it before."""
    question = await parts.ladder.accept(
        Question(
            id="", desk="walks", text=words, asker="lin@example.org", conversation=CONVERSATION
        )
    )
    async with aclosing(parts.ladder.run(question)) as events:
        (quoted,) = [event.answer async for event in events if isinstance(event, Done)]
    if not more:
        return quoted
    answer = replace(quoted, id="an_written", created_at=quoted.created_at + 1, **more)  # type: ignore[arg-type]
    await parts.store.finish_question(answer)
    return answer


CONVERSATION = "c_secretsecretsecr"


async def page(client: httpx.AsyncClient, path: str, **params: str) -> httpx.Response:
    return await client.get(path, headers=HTML, params=params)


def metas(reply: httpx.Response) -> dict[str, str]:
    """The page's meta tags by name."""
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', reply.text)
    return {name: html.unescape(words) for name, words in found}


async def test_the_link_previews_itself(opened: Parts, stranger: httpx.AsyncClient) -> None:
    answer = await answered(opened)
    reply = await page(stranger, f"/a/{answer.id}")
    told = metas(reply)
    assert told["og:title"] == QUESTION
    assert "closes on the seventeenth" in told["og:description"]
    assert told["og:site_name"] == "Walks & teas"
    assert told["og:url"] == f"http://desk.example/a/{answer.id}"
    assert told["og:locale"] == "en_GB"
    assert told["og:image"] == f"http://desk.example/a/{answer.id}/card.png?shape=wide"
    assert told["twitter:card"] == "summary_large_image"
    assert told["robots"] == "noindex"
    chinese = await page(stranger, f"/a/{answer.id}", lang="zh")
    assert metas(chinese)["og:locale"] == "zh_CN"
    rules = (await stranger.get("/robots.txt")).text
    assert "Disallow: /a/\n" not in rules  # or nobody could fetch the preview


@pytest.mark.parametrize("settings", ["share_index = true"], indirect=True, ids=["index"])
async def test_search_engines_list_where_the_operator_wants(
    opened: Parts, stranger: httpx.AsyncClient
) -> None:
    answer = await answered(opened)
    assert "robots" not in metas(await page(stranger, f"/a/{answer.id}"))
    picture = await stranger.get(f"/a/{answer.id}/card.png")
    assert "x-robots-tag" not in picture.headers


async def test_paper_names_every_source(opened: Parts, stranger: httpx.AsyncClient) -> None:
    answer = await answered(opened)
    text = (await page(stranger, f"/a/{answer.id}")).text
    printed = text.partition('class="printed"')[2].partition("</section>")[0]
    assert "The lantern walk · Lin Mei · 2026-02-26" in printed
    assert f"http://desk.example/a/{answer.id}" in printed
    assert "http://desk.example/articles/" in printed
    assert 'media="print"' in text


async def test_nothing_of_the_asker_is_told(opened: Parts, stranger: httpx.AsyncClient) -> None:
    answer = await answered(
        opened,
        level="quick",
        standalone="my earlier words about the river",
        cost=Cost(micros=12_345),
        text="It closes on the seventeenth.",
        claims=(Claim(start=0, end=29, cited=(1,), verdict="supported"),),
    )
    text = (await page(stranger, f"/a/{answer.id}")).text
    assert "It closes on the seventeenth." in text
    for secret in ("lin@example.org", CONVERSATION, "river", "0.0123"):
        assert secret not in text
    own = await page(stranger, f"/a/{answer.id}", c=CONVERSATION)
    assert "0.0123" in own.text
    forged = await page(stranger, f"/a/{answer.id}", c="c_othersothersothe")
    assert "0.0123" not in forged.text


@pytest.mark.parametrize("settings", ["share_price = true"], indirect=True, ids=["price"])
async def test_the_price_is_told_where_the_operator_wants(
    opened: Parts, stranger: httpx.AsyncClient
) -> None:
    answer = await answered(opened, cost=Cost(micros=12_345))
    assert "¥0.0123" in (await page(stranger, f"/a/{answer.id}")).text


@pytest.mark.parametrize("settings", ["share = false"], indirect=True, ids=["closed"])
async def test_a_desk_that_does_not_share(opened: Parts, stranger: httpx.AsyncClient) -> None:
    answer = await answered(opened)
    for path in (f"/a/{answer.id}", f"/a/{answer.question_id}", f"/a/{answer.id}/card.png"):
        reply = await page(stranger, path)
        assert reply.status_code == 404
        assert "is not shared" in reply.text
        assert "seventeenth" not in reply.text
    for path in ("", "/events"):
        reply = await stranger.get(f"/api/v1/answers/{answer.id}{path}")
        assert (reply.status_code, reply.json()["code"]) == (404, "answer_not_shared")
    assert "seventeenth" not in (await page(stranger, "/", a=answer.id)).text
    # The asker's page knows its conversation, and the operator reads everything.
    assert "seventeenth" in (await page(stranger, "/", a=answer.id, c=CONVERSATION)).text
    own = await page(stranger, f"/a/{answer.id}", c=CONVERSATION)
    assert own.status_code == 200
    assert 'class="self"' not in own.text
    assert "/card.png" not in own.text
    stranger.headers["authorization"] = "Bearer operator-token"
    assert (await page(stranger, f"/a/{answer.id}")).status_code == 200


async def test_an_answer_that_is_being_written(opened: Parts, stranger: httpx.AsyncClient) -> None:
    """Who opens the link meanwhile gets what was told so far, then the rest."""
    quoted = await answered(opened)
    question = await opened.ladder.accept(
        Question(id="", desk="walks", text="Where can I park?", conversation=CONVERSATION)
    )
    audience, name = opened.ladder.audience, question.id
    stage = audience.begin(question)
    audience.hear(stage, Found(name, "quick", 3, 1.0, quoted.citations))
    waiting = await page(stranger, f"/a/{name}")
    assert waiting.status_code == 200
    words = re.sub("<[^>]+>", "", waiting.text)
    assert "closes on the seventeenth" in words  # the quotes meanwhile
    assert 'http-equiv="refresh"' in waiting.text  # without scripts
    audience.hear(stage, Thinking("secret reasoning"))
    audience.hear(stage, Text("Park below the bridge. [1]", Claim(start=0, end=22, cited=(1,))))
    audience.hear(stage, Notice("level_lowered", {"wanted": "deep", "level": "quick"}))
    shown = (await page(stranger, f"/a/{name}")).text
    assert "Park below the bridge." in shown
    assert "secret reasoning" not in shown
    path = html.unescape(re.findall(r'data-live="([^"]+)"', shown)[0])
    assert path == f"/a/{name}/events?after=3"
    reading = asyncio.create_task(stranger.get(path))
    early = asyncio.create_task(stranger.get(f"/a/{name}/events"))
    while not audience.watched(name):  # noqa: ASYNC110 - no event says it
        await asyncio.sleep(0)
    audience.hear(
        stage, Text(" It is six minutes away <b>. [2]", Claim(start=24, end=48, cited=(2,)))
    )
    answer = replace(quoted, id="an_late", question_id=name, question=question.text)
    await opened.store.finish_question(answer)
    audience.hear(stage, Done(answer))
    audience.end(stage)
    rest = (await asyncio.wait_for(reading, 5)).text
    assert "Park below" not in rest
    assert '"text":"It is six minutes away <b>."' in rest
    assert '"cites":["2"]' in rest
    assert rest.rstrip().endswith('data: {"address":"/a/an_late"}')
    whole = (await asyncio.wait_for(early, 5)).text
    assert [line for line in whole.split("\n") if line.startswith("event")] == [
        f"event: {each}" for each in ("found", "text", "notice", "text", "done")
    ]
    assert "secret reasoning" not in whole
    assert not audience.watched(name)


@pytest.fixture
def looked(opened: Parts, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when a question that has no answer was looked up."""
    seen, question = asyncio.Event(), opened.store.question

    async def look(question_id: str) -> Question | None:
        found = await question(question_id)
        seen.set()
        return found

    monkeypatch.setattr(opened.store, "question", look)
    return seen


async def test_an_answer_that_another_process_writes(
    opened: Parts, stranger: httpx.AsyncClient, looked: asyncio.Event
) -> None:
    question = await opened.ladder.accept(
        Question(id="", desk="walks", text="Where can I park?", conversation=CONVERSATION)
    )
    reading = asyncio.create_task(stranger.get(f"/a/{question.id}/events"))
    await asyncio.wait_for(looked.wait(), 5)
    quoted = await answered(opened)
    await opened.store.finish_question(replace(quoted, id="an_there", question_id=question.id))
    assert 'data: {"address":"/a/an_there"}' in (await asyncio.wait_for(reading, 5)).text


async def test_a_question_that_failed(
    opened: Parts, stranger: httpx.AsyncClient, looked: asyncio.Event
) -> None:
    question = await opened.ladder.accept(
        Question(id="", desk="walks", text="Where can I park?", conversation=CONVERSATION)
    )
    reading = asyncio.create_task(stranger.get(f"/a/{question.id}/events"))
    await asyncio.wait_for(looked.wait(), 5)
    await opened.store.fail_question(question.id, "unexpected")
    assert "event: failed" in (await asyncio.wait_for(reading, 5)).text
    assert (await page(stranger, f"/a/{question.id}")).status_code == 404
    assert (await page(stranger, "/a/q_nobody")).status_code == 404


@pytest.mark.parametrize("shape", ["tall", "wide"])
async def test_the_picture(opened: Parts, stranger: httpx.AsyncClient, shape: str) -> None:
    image = pytest.importorskip("PIL.Image", reason="needs the extra card")
    answer = await answered(opened)
    path = f"/a/{answer.id}/card.png"
    reply = await stranger.get(path, params={"shape": shape})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["x-robots-tag"] == "noindex"
    drawn = image.open(io.BytesIO(reply.content))
    drawn.load()
    if shape == "wide":
        assert drawn.size == (1200, 630)
    else:
        assert drawn.width == 1080
        assert 600 < drawn.height < 2_000
    assert len(reply.content) < 150_000
    again = await stranger.get(path, params={"shape": shape})
    assert again.content == reply.content


@pytest.mark.parametrize("settings", ["[sharing]\ncards = false"], indirect=True, ids=["off"])
async def test_pictures_can_be_turned_off(opened: Parts, stranger: httpx.AsyncClient) -> None:
    answer = await answered(opened)
    reply = await stranger.get(f"/a/{answer.id}/card.png")
    assert (reply.status_code, reply.json()["code"]) == (404, "card_off")
    shown = await page(stranger, f"/a/{answer.id}")
    assert "card.png" not in shown.text
    assert metas(shown)["twitter:card"] == "summary"


@pytest.mark.parametrize(
    "settings", ["[sharing]\nfont = '/nowhere/letters.ttf'"], indirect=True, ids=["font"]
)
async def test_a_font_that_is_not_there(opened: Parts, stranger: httpx.AsyncClient) -> None:
    answer = await answered(opened)
    reply = await stranger.get(f"/a/{answer.id}/card.png")
    assert reply.status_code == 503
    assert "/nowhere/letters.ttf" in reply.json()["detail"]


async def test_without_a_font_for_chinese(
    opened: Parts, stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chinese answers offer no picture, and say why; English ones are drawn all the same."""
    bare = find_fonts(folders=())
    assert bare.writes == "latin"
    monkeypatch.setattr("dengmi.server.picture.pictures.find_fonts", lambda wanted: bare)
    chinese = await answered(opened, "老茶厂有多少个车位？")
    assert "card.png" not in (await page(stranger, f"/a/{chinese.id}")).text
    reply = await stranger.get(f"/a/{chinese.id}/card.png", headers={"accept-language": "zh"})
    assert (reply.status_code, reply.json()["code"]) == (503, "card_font_missing")
    assert "fonts-noto-cjk" in reply.json()["detail"]
    english = await answered(opened)
    assert "card.png" in (await page(stranger, f"/a/{english.id}")).text
    drawn = await stranger.get(f"/a/{english.id}/card.png")
    assert drawn.content.startswith(b"\x89PNG")
