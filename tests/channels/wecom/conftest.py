"""A desk that a slow scripted model writes for, served to a stand-in for WeCom."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from wechatpy.work import WeChatClient

from tests.channels import desk
from tests.fakes.deepseek import Serving
from tests.fakes.wecom import BotPlatform, FakeWeCom

opened = partial(desk.opened, "https://example.org/tea?a=1&b=(2)")
served = desk.served

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TOKEN = "QDG6eK"
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


def independent(api: str) -> type[WeChatClient]:
    """A client of wechatpy's that calls the stand-in, which has one path for tokens."""

    class Client(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{api}/cgi-bin/"

        def fetch_access_token(self) -> object:
            query = {"corpid": self.corp_id, "corpsecret": self.secret}
            return self._fetch_access_token(url=f"{api}/cgi-bin/gettoken", params=query)

    return Client


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
