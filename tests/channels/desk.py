"""A desk with two articles, in this process: what the tests of chat platforms ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from dengmi.server.application import create_app
from dengmi.server.parts import Parts
from dengmi.server.warm import warm
from dengmi.settings.load import load_settings
from dengmi.wire import open_parts

WALK = """---
title: The lantern walk
---
The lantern walk opens on the thirteenth day of the first month and closes on the seventeenth.
Riddles hang on every lantern along the south bridge. Whoever solves one gets a paper fan.
"""
TEA = """---
title: 老茶厂逛园指南
url: {url}
---
老茶厂的院子每天上午九点开门，晚上九点关门。
门口只有十二个车位，建议停到南门桥地下停车场，走过去六分钟。
"""


def _articles(folder: Path, url: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "walk.md").write_text(WALK, encoding="utf-8")
    (folder / "tea.md").write_text(TEA.replace("{url}", url), encoding="utf-8")


@asynccontextmanager
async def opened(url: str, home: Path, folder: Path | None = None) -> AsyncIterator[Parts]:
    """The parts of a home, with the articles in a folder; `url` is the address of one of them."""
    settings = await asyncio.to_thread(load_settings, home, {})
    async with open_parts(settings) as parts:
        if folder is not None:
            await asyncio.to_thread(_articles, folder, url)
            report = await parts.corpus.sync(await parts.corpus.add("walks", str(folder)))
            assert not report.failed
            await parts.search.catch_up()
        yield parts


@asynccontextmanager
async def served(parts: Parts, board: Path | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, which is started and stopped. `board`: where the processes of
    its server meet, if it is to be one of several."""
    app = create_app(parts, board)
    await asyncio.to_thread(warm)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8321"
        ) as client,
    ):
        yield client
