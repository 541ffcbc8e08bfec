"""A desk that a slow scripted model writes for, served to a stand-in for WeChat."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.channels import desk
from tests.fakes.deepseek import Serving
from tests.fakes.wechat import FakeWeChat

opened = partial(desk.opened, 'https://example.org/tea?a=1&b="2"')
served = desk.served

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SCRIPT = """
[[answer]]
match = "park|停车|车位"
text = "门口只有十二个车位，建议停到南门桥地下停车场。[1.2]"
first = 0.9

[[answer]]
match = "never"
text = "x"
first = 60.0

[[answer]]
match = "fan|riddle"
text = "Whoever solves a riddle gets a paper fan. [1.2]"
"""


@pytest.fixture
def platform() -> FakeWeChat:
    return FakeWeChat()


@pytest.fixture
def api(platform: FakeWeChat) -> Iterator[str]:
    """The address of the stand-in's API."""
    with Serving(platform.app()) as serving:
        yield serving.address


def _configured(home: Path, api: str, *, more: str, model: bool, slots: int, whole: float) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    (home / "script.toml").write_text(SCRIPT, encoding="utf-8")
    script = f'model = "{home / "script.toml"}"\nslots = {slots}'
    models = f'[models.slow]\nkind = "scripted"\n{script}\n' if model else ""
    common = f'app_id = "wxba5fad812f8e6fb9"\ntoken = "AAAAA"\napi = "{api}"\n'
    (home / "dengmi.toml").write_text(
        f"""default_desk = "walks"
{models}
[server]
public_url = "http://127.0.0.1:8321"
[wechat.news]
{common}
aes_key = "{KEY}"
secret = "s3cret"
push = true
hold = 10
[wechat.small]
{common}
hold = 0.5
whole = {whole}
{more}
""",
        encoding="utf-8",
    )
    return home


async def configured(
    home: Path,
    api: str,
    *,
    more: str = "",
    model: bool = True,
    slots: int = 200,
    whole: float = 1.7,
) -> Path:
    """A home with two accounts, “news” (verified, encrypted) and “small” (plain, no rights)."""
    made = partial(_configured, more=more, model=model, slots=slots, whole=whole)
    return await asyncio.to_thread(made, home, api)


@pytest.fixture
async def client(tmp_path: Path, api: str) -> AsyncIterator[httpx.AsyncClient]:
    """A served desk with both accounts."""
    home = await configured(tmp_path / "home", api)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        yield client
