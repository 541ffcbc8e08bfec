"""A private desk is named nowhere to who does not know it: not in lists, not in menus, not in what
one might ask."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from dengmi.core.records import HALL
from dengmi.server.parts import Parts
from dengmi.server.ui.overview import Overview
from dengmi.settings.options import Settings
from dengmi.wire import open_parts
from tests.http.conftest import client_of, fill, settings_of, write_articles

AWAY = {"x-forwarded-for": "198.51.100.7", "accept": "text/html"}
SETTINGS = """
[desks.board]
title = "The boardroom"
public = false
[desks.walks]
title = "Lantern walks"
[keys.app]
key = "a-key"
"""


PLAN = "# Merger with the moon\n\n## When does the merger begin?\n\nIt begins in the month of May."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    (home / "dengmi.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "merger.md").write_text(PLAN, encoding="utf-8")
    return settings_of(home)


@pytest.fixture
async def private(
    settings: Settings, tmp_path: Path
) -> AsyncIterator[tuple[Parts, httpx.AsyncClient]]:
    async with open_parts(settings) as parts:
        await fill(parts, write_articles(tmp_path / "articles"))
        await parts.corpus.sync(await parts.corpus.add("board", str(tmp_path / "plan")))
        await parts.search.catch_up()
        async with client_of(parts) as client:
            yield parts, client


async def test_no_page_names_it(private: tuple[Parts, httpx.AsyncClient]) -> None:
    parts, client = private
    (plan,) = await parts.store.sources("board")
    await parts.corpus.add("board", "https://elsewhere.example/minutes", kind="page")
    for path in ("/", "/d/*", "/d/walks", "/d/nope", "/nope", "/widget", "/search?desk=*"):
        page = (await client.get(path, headers=AWAY)).text
        assert "board" not in page.replace("clipboard", "").lower(), path
        assert "merger" not in page.lower(), path
        assert plan.id not in page, path
        assert "minutes" not in page, path


async def test_nobody_guesses_its_articles(
    private: tuple[Parts, httpx.AsyncClient], tmp_path: Path
) -> None:
    parts, client = private
    lines = tmp_path / "lines.jsonl"
    lines.write_text('{"id": "1", "text": "The merger begins in May."}\n')
    await parts.corpus.sync(await parts.corpus.add("board", str(lines)))
    api = {**AWAY, "accept": "application/json"}
    assert (await client.get("/articles/1", headers=AWAY)).status_code == 404
    assert (await client.get("/api/v1/articles/1", headers=api)).status_code == 404
    key = {**api, "authorization": "Bearer a-key"}
    assert (await client.get("/api/v1/articles/1", headers=key)).json()["desk"] == "board"
    for path in ("/articles/1?desk=board", "/api/v1/articles/1?desk=board"):
        assert "begins in May" in (await client.get(path, headers=AWAY)).text
    lines.write_text('{"id": "1", "text": "The walk begins at the old mill."}\n')
    await parts.corpus.sync(await parts.corpus.add("walks", str(lines)))
    for path in ("/articles/1", "/api/v1/articles/1"):
        assert "old mill" in (await client.get(path, headers=AWAY)).text


async def test_who_knows_it_asks_it(private: tuple[Parts, httpx.AsyncClient]) -> None:
    page = (await private[1].get("/d/board", headers=AWAY)).text
    assert "The boardroom" in page
    assert "Lantern walks" in page


async def test_programs_are_told_of_it_with_a_key(
    private: tuple[Parts, httpx.AsyncClient],
) -> None:
    _, client = private

    async def listed(**headers: str) -> dict[str, str]:
        shape = (await client.get("/api/v1/desks", headers={**AWAY, **headers})).json()
        return {desk["name"]: desk["title"] for desk in shape["desks"]}

    assert await listed() == {"walks": "Lantern walks", "empty": "empty"}
    known = await listed(authorization="Bearer a-key")
    assert known["board"] == "The boardroom"


async def test_the_hall_suggests_nothing_of_it(
    private: tuple[Parts, httpx.AsyncClient],
) -> None:
    overview = Overview(private[0])
    often, other = await private[0].examples.headings(HALL, "en")
    assert other
    assert not any("merger" in one.lower() for one in (*often, *other))
    assert "When does the merger begin?" in (await private[0].examples.headings("board", "en"))[1]
    assert [desk.name for desk in await overview.every()] != [
        desk.name for desk in await overview.desks()
    ]
