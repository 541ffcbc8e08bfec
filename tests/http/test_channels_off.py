"""Channels that cannot be opened are off and say why; the server and the other channels run."""

import asyncio
from pathlib import Path

import pytest

from dengmi.cli.root import run
from dengmi.server.console.first import first_link
from dengmi.wire import open_parts
from tests.http.conftest import client_of, fill, settings_of, write_articles
from tests.http.entering import enter

CHANNELS = """
[wechat.bare]
app_id = "wx1"
token = "env:DENGMI_NOBODY_SETS_THIS"
push = true

[wechat.bent]
app_id = "wx2"
token = "a-token"
aes_key = "too-short"

[wechat.open]
app_id = "wx4"
token = "a-token"
aes_key = "env:DENGMI_NOBODY_SETS_THAT"

[wechat.good]
app_id = "wx3"
token = "another-token"

[wecom.bare]
kind = "bot-socket"
bot_id = "b1"

[ilink.bare]

[matrix.bare]
homeserver = "https://example.org"
user = "@town:example.org"
"""


async def test_channels_without_secrets_are_off_and_the_rest_runs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "dengmi.toml").write_text(CHANNELS, encoding="utf-8")
    settings = await asyncio.to_thread(settings_of, home)
    async with open_parts(settings) as parts:
        await fill(parts, write_articles(tmp_path / "articles"))
        async with client_of(parts) as client:
            said = [each for each in caplog.messages if " is off: " in each]
            asked = {"question": "When does the lantern walk close?"}
            answer = await client.post("/api/v1/answers", json=asked)
            good = await client.get("/wechat/good?signature=x&timestamp=1&nonce=1&echostr=1")
            bare = await client.get("/wechat/bare?signature=x&timestamp=1&nonce=1&echostr=1")
            await enter(client, await first_link(parts.store), "Mei")
            page = (await client.get("/console/channels")).text
    assert [each.split()[1] for each in said] == [
        "wechat.bare", "wechat.bent", "wechat.open", "wecom.bare", "ilink.bare", "matrix.bare",
    ]  # fmt: skip
    assert "variable DENGMI_NOBODY_SETS_THIS" in said[0]
    assert "variable DENGMI_NOBODY_SETS_THAT" in said[2]
    assert "wecom.bare.secret is empty" in said[3]
    assert "43 letters" in said[1]
    assert (answer.status_code, answer.json()["grounded"]) == (200, True)
    assert (good.status_code, bare.status_code) == (403, 404)  # open to its platform, and not there
    assert page.count('class="badge bad"') == 6
    assert "DENGMI_NOBODY_SETS_THIS" in page
    assert "DENGMI_NOBODY_SETS_THAT" in page
    assert "lacks secret" in page
    assert "43 letters" in page


def test_the_list_says_why_a_channel_is_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dengmi.toml").write_text(CHANNELS, encoding="utf-8")
    assert run(["--home", str(tmp_path), "--lang", "zh", "channels", "list"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()[1:]}
    assert "未启用：缺少 token, secret" in lines["wechat.bare"]
    assert "未启用：EncodingAESKey 为 43 位" in lines["wechat.bent"]
    assert "齐全" in lines["wechat.good"]
