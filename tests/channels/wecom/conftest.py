"""A desk that a slow scripted model writes for, served to a stand-in for WeCom."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from dengmi.server.application import create_app
from dengmi.server.parts import Parts
from dengmi.server.warm import warm
from dengmi.settings.load import load_settings
from dengmi.wire import open_parts
from tests.fakes.deepseek import Serving
from tests.fakes.wecom import BotPlatform, FakeWeCom

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TOKEN = "QDG6eK"
WALK = """---
title: The lantern walk
---
The lantern walk opens on the thirteenth day of the first month and closes on the seventeenth.
Riddles hang on every lantern along the south bridge. Whoever solves one gets a paper fan.
"""
TEA = """---
title: 老茶厂逛园指南
url: https://example.org/tea?a=1&b=(2)
---
老茶厂的院子每天上午九点开门，晚上九点关门。
门口只有十二个车位，建议停到南门桥地下停车场，走过去六分钟。
"""
SCRIPT = """
[[answer]]
match = "park|停车|车位"
text = "门口只有十二个车位，建议停到南门桥地下停车场。[1.2]"
first = {first}

[[answer]]
match = "几点"
text = "老茶厂的院子每天上午九点开门。[1.1]门口只有十二个车位，建议停到南门桥地下停车场。[1.2]"
per_second = 8

[[answer]]
match = "fan|riddle"
text = "Whoever solves a riddle gets a paper fan. [1.2]"
"""


@pytest.fixture
def platform() -> FakeWeCom:
    return FakeWeCom()


@pytest.fixture
def api(platform: FakeWeCom) -> Iterator[str]:
    """The address of the stand-in's API."""
    with Serving(platform.app()) as serving:
        platform.address = serving.address
        yield serving.address


def _configured(home: Path, table: str, first: float, model: bool) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    (home / "script.toml").write_text(SCRIPT.format(first=first), encoding="utf-8")
    models = (
        f'[models.slow]\nkind = "scripted"\nmodel = "{home / "script.toml"}"\n' if model else ""
    )
    (home / "dengmi.toml").write_text(
        f'default_desk = "walks"\n{models}\n[server]\npublic_url = "http://127.0.0.1:8321"\n'
        f"{table}\n",
        encoding="utf-8",
    )
    return home


async def configured(home: Path, table: str, *, first: float = 0.9, model: bool = True) -> Path:
    """A home with the given tables; its model begins to write after `first` seconds."""
    return await asyncio.to_thread(_configured, home, table, first, model)


def _articles(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "walk.md").write_text(WALK, encoding="utf-8")
    (folder / "tea.md").write_text(TEA, encoding="utf-8")


@asynccontextmanager
async def opened(home: Path, folder: Path | None = None) -> AsyncIterator[Parts]:
    """The parts of a home, with the articles of a folder."""
    settings = await asyncio.to_thread(load_settings, home, {})
    async with open_parts(settings) as parts:
        if folder is not None:
            await asyncio.to_thread(_articles, folder)
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


def bot_table(api: str, more: str = "") -> str:
    """The settings of a bot in webhook mode."""
    return (
        f'[wecom.helper]\nkind = "bot"\ntoken = "{TOKEN}"\naes_key = "{KEY}"\napi = "{api}"\n{more}'
    )


def bot_platform(client: httpx.AsyncClient, api: FakeWeCom, **more: float) -> BotPlatform:
    """The platform as that bot sees it."""
    return BotPlatform(client, "/wecom/helper", TOKEN, KEY, api, **more)


async def when(true, seconds: float = 8.0) -> None:  # type: ignore[no-untyped-def]
    """Wait until something is so; what happens in a thread of its own cannot tell us."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
