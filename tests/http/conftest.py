"""A real installation with a few articles: in this process, and as a server of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from dengmi.server.application import create_app
from dengmi.server.console.first import first_link
from dengmi.server.parts import Parts
from dengmi.server.warm import warm
from dengmi.settings.load import load_settings
from dengmi.settings.options import Settings
from dengmi.wire import open_parts
from tests.commands import add, home_of, serving
from tests.http.entering import enter

LANTERNS = """---
title: The lantern walk
author: Lin Mei
date: 2026-02-26
---
# The lantern walk

The lantern walk opens on the thirteenth day of the first month and closes on the seventeenth.
Riddles hang on every lantern along the south bridge. Whoever solves one gets a paper fan.

## Parking

The old tea factory has only twelve parking places.
Better park below the south bridge and walk for six minutes.

- Bring a torch for the back lane.
- Dogs must stay on a lead.

| Day | Opens | Closes |
| --- | --- | --- |
| Friday | 18:00 | 22:00 |
| Saturday | 17:00 | 23:30 |

```
lantern --light 40
```
"""

TEAHOUSE = """---
title: 老茶厂逛园指南
date: 2026-01-18
---
老茶厂的院子每天上午九点开门，晚上九点关门。
门口只有十二个车位，建议停到南门桥地下停车场，走过去六分钟。
院子里的浅谜是给孩子准备的，猜中送一把纸扇。
"""

HOSTILE = {
    "id": "x/<b>&\"'",
    "title": "<script>alert(1)</script> & “friends”",
    "text": "The <img src=x onerror=alert(2)> walrus sings at midnight & never sleeps.",
    "url": "javascript:alert(3)",
    "author": "<i>Mallory</i>",
}


def write_articles(folder: Path) -> Path:
    """The articles that these tests ask about."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "walk.md").write_text(LANTERNS, encoding="utf-8")
    (folder / "tea.md").write_text(TEAHOUSE, encoding="utf-8")
    lines = folder.parent / "hostile.jsonl"
    lines.write_text(json.dumps(HOSTILE) + "\n", encoding="utf-8")
    return folder


async def fill(parts: Parts, folder: Path) -> None:
    """Two desks: “walks” with three articles, “empty” with none."""
    for address in (folder, folder.parent / "hostile.jsonl"):
        source = await parts.corpus.add("walks", str(address))
        report = await parts.corpus.sync(source)
        assert not report.failed
    await parts.store.ensure_desk("empty")
    await parts.search.catch_up()


def settings_of(home: Path, **variables: str) -> Settings:
    """Settings of a home in which “walks” is the default desk."""
    return load_settings(home, {"DENGMI_DEFAULT_DESK": "walks", **variables})


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    """Opened parts with the articles in."""
    async with open_parts(settings_of(tmp_path / "home")) as opened:
        await fill(opened, write_articles(tmp_path / "articles"))
        yield opened


@pytest.fixture
async def client(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """A client on this computer, talking to the application in this process."""
    async with client_of(parts) as one:
        yield one


@asynccontextmanager
async def client_of(parts: Parts, peer: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    """A client of a started application, its connection coming from `peer`."""
    app = create_app(parts)
    await asyncio.to_thread(warm)
    transport = httpx.ASGITransport(app, client=(peer, 40000), raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8321") as client,
    ):
        yield client


@asynccontextmanager
async def scripted(folder: Path, settings: str, script: str) -> AsyncIterator[Parts]:
    """Parts with the articles, whose settings name a model that plays a script."""
    home = await asyncio.to_thread(home_of, folder, settings, script)
    async with open_parts(await asyncio.to_thread(settings_of, home)) as opened:
        await fill(opened, write_articles(folder / "articles"))
        yield opened


@pytest.fixture
async def owner(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    """A client signed in as the owner Mei."""
    async with client_of(parts) as client:
        reply = await enter(client, await first_link(parts.store), "Mei")
        assert reply.status_code == 303, reply.text
        yield client


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real `dengmi serve` with the articles in."""
    root = tmp_path_factory.mktemp("served")
    home, folder = root / "home", write_articles(root / "articles")
    add(home, folder, root / "hostile.jsonl", desk="walks")
    with serving(home, DENGMI_DEFAULT_DESK="walks") as server:
        yield server.address
