"""The plain list of results and the sentence behind a number, as they come from the server."""

import re
from pathlib import Path

import httpx

from dengmi.server.parts import Parts
from tests.http.test_history import get, hidden
from tests.http.test_pages import check


async def test_results_lead_to_the_sentence(client: httpx.AsyncClient) -> None:
    page = await get(client, "/search", find="twelve parking places")
    check(page, "en")
    assert "<mark>" in page.text
    link = re.search(r'class="title" href="(/articles/[^"]+)"', page.text)
    assert link
    article = await get(client, link[1].replace("&amp;", "&").partition("#")[0])
    assert "twelve parking places" in re.findall(r'<mark class="hit"[^>]*>([^<]*)', article.text)[0]


async def test_from_an_answer_to_plain_results(client: httpx.AsyncClient) -> None:
    page = await get(client, "/", q="twelve parking places", **hidden(await get(client, "/")))
    link = re.search(r'<li><a href="(/search\?find=[^"]+)"', page.text)
    assert link
    assert "twelve" in (await get(client, link[1].replace("&amp;", "&"))).text


async def test_searching_asks_nothing(parts: Parts, client: httpx.AsyncClient) -> None:
    before = await parts.store.counts()
    await get(client, "/search", find="lantern")
    assert (await parts.store.counts())["questions"] == before["questions"]


async def test_filters(parts: Parts, client: httpx.AsyncClient) -> None:
    every = await get(client, "/search", find="walk walrus")
    assert every.text.count('class="title"') == 2
    sources = {one.kind: one.id for one in await parts.store.sources("walks")}
    for filters, there in (
        ({"source": sources["folder"]}, "The lantern walk"),
        ({"source": sources["jsonl"]}, "friends"),
        ({"since": "2026-02-01", "until": "2026-03-01"}, "The lantern walk"),
    ):
        page = await get(client, "/search", find="walk walrus", **filters)
        assert page.text.count('class="title"') == 1, filters
        assert there in page.text
        assert "<details open>" in page.text
    none = await get(client, "/search", find="walk", until="2020-01-01")
    assert "No article has these words" in none.text
    for odd in ({"since": "yesterday"}, {"source": "s_none"}, {"since": "2026-13-45"}):
        assert (await get(client, "/search", find="walk", **odd)).status_code == 200


async def test_local_paths_stay_here(client: httpx.AsyncClient, tmp_path: Path) -> None:
    page = await get(client, "/search")
    assert ">articles</option>" in page.text
    assert str(tmp_path) not in page.text


async def test_other_desks(client: httpx.AsyncClient) -> None:
    page = await get(client, "/search", find="lantern", desk="empty")
    assert "No article has these words" in page.text
    assert 'name="desk" value="empty"' in page.text
    assert "The lantern walk" in (await get(client, "/search", find="lantern", desk="*")).text
    assert (await get(client, "/search", desk="nowhere")).status_code == 404
    assert (await get(client, "/search", find="a" * 9_000)).status_code == 200


async def test_the_sentence_behind_a_number(client: httpx.AsyncClient) -> None:
    answered = await get(client, "/", q="How many parking places does the old tea factory have?")
    answer_id = hidden(answered)["a"]
    shown = (await client.get(f"/a/{answer_id}/citations/1")).json()
    assert "<mark>" in shown["html"]
    assert "Supports this sentence" in shown["html"]
    assert 'href="/articles/' in shown["html"]
    assert shown["label"] == "Source 1"
    for path in (
        f"/a/{answer_id}/citations/9",
        f"/a/{answer_id}/citations/x",
        "/a/an_no/citations/1",
    ):
        assert (await client.get(path)).status_code == 404


async def test_the_app(client: httpx.AsyncClient) -> None:
    manifest = await client.get("/manifest.webmanifest", headers={"accept-language": "zh"})
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert manifest.json()["lang"] == "zh-Hans"
    worker = await client.get("/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "@" not in worker.text
    for path in re.findall(r"/static/\w+/[\w.-]+", worker.text):
        assert (await client.get(path)).headers["cache-control"].endswith("immutable")
    check(await get(client, "/offline"), "en")
