"""`dengmi channels`: list, add, test and remove, with stand-ins for the platforms."""

import asyncio
import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dengmi.cli.root import run
from tests.fakes.deepseek import Serving
from tests.fakes.wechat import FakeWeChat
from tests.fakes.wecom import FakeWeCom
from tests.fakes.wecom_socket import FakeSocket

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def dengmi(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    """The command in this process: (status, what it printed, what it complained of)."""

    def command(*args: str) -> tuple[int, str, str]:
        status = run(["--home", str(tmp_path / "home"), "--lang", "en", "channels", *args])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.fixture
def wecom() -> FakeWeCom:
    return FakeWeCom()


@pytest.fixture
def api(wecom: FakeWeCom) -> Iterator[str]:
    wechat = FakeWeChat()

    async def ours(request: Request) -> Response:
        """A server that has the channel “good” and another secret for “bad”."""
        from dengmi.channels.tencent import Envelope

        query = request.query_params
        if request.path_params["name"] == "bad":
            return Response(status_code=403)
        if "msg_signature" not in query:
            return PlainTextResponse(query["echostr"])
        opened = Envelope("T", (KEY,), "").open(
            query["echostr"], query["msg_signature"], query["timestamp"], query["nonce"]
        )
        return PlainTextResponse(opened.message)

    async def whoami(request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer syt_good":
            return JSONResponse({"errcode": "M_UNKNOWN_TOKEN"}, status_code=401)
        return JSONResponse({"user_id": "@town:example.org"})

    async def login(request: Request) -> Response:
        return JSONResponse({"flows": [{"type": "m.login.sso"}, {"type": "m.login.password"}]})

    routes = [
        Route("/_matrix/client/v3/account/whoami", whoami),
        Route("/_matrix/client/v3/login", login),
        *wecom.routes(),
        *wechat.app().routes,
        Route("/wecom/{name}", ours),
        Route("/wechat/{name}", ours),
    ]
    with Serving(Starlette(routes=routes)) as serving:
        wecom.address = serving.address
        yield serving.address


def written(tmp_path: Path) -> dict[str, Any]:
    return tomllib.loads((tmp_path / "home" / "dengmi.toml").read_text(encoding="utf-8"))


def test_add_list_and_remove(dengmi: Said, tmp_path: Path) -> None:
    status, out, _ = dengmi()
    assert (status, "no channels" in out) == (0, True)
    home = tmp_path / "home"
    home.mkdir()
    text = "# ours\n[server]\npublic_url = 'https://ask.example.org' # outside\n"
    (home / "dengmi.toml").write_text(text, encoding="utf-8")
    given = ("--set", "kind=bot", "--set", f"aes_key={KEY}", "--set", "hold=0.5")
    status, out, err = dengmi("add", "wecom.helper", *given, "--set", "token=s3cret-token")
    assert (status, err) == (0, "")
    assert "https://ask.example.org/wecom/helper" in out
    assert "dengmi channels test wecom.helper" in out
    assert (home / "dengmi.toml").read_text(encoding="utf-8").startswith(text)
    assert written(tmp_path)["wecom"]["helper"]["hold"] == 0.5
    status, out, _ = dengmi("add", "wechat.news", "--set", "app_id=wx1", "--set", "token=env:NONE")
    assert "names the variable NONE, which is not set" in out
    status, out, _ = dengmi("list")
    assert status == 0
    assert "wecom.helper" in out
    assert "lacks token" in out
    status, out, _ = dengmi("list", "--json")
    news, helper = json.loads(out)["channels"]
    assert helper["address"] == "https://ask.example.org/wecom/helper"
    assert helper["secrets"] == {"token": "•••", "aes_key": "•••"}
    assert news["missing"] == ["token"]
    for args in ((), ("list",), ("list", "--json"), ("test",), ("test", "--json")):
        assert "s3cret-token" not in "".join(map(str, dengmi(*args)))
    status, out, _ = dengmi("remove", "wecom.helper")
    assert status == 0
    assert set(written(tmp_path)) == {"server", "wechat"}
    assert dengmi("remove", "wecom.helper")[0] == 2


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("add", "helper"), "does not name a channel"),
        (("add", "pigeon.x"), "does not name a channel"),
        (("add", "wecom.x", "--set", "kind"), "has no value"),
        (("add", "wecom.x"), "These settings are needed: kind"),
        (("add", "wecom.x", "--set", "kind=app", "--set", "corp_id=c"), "needed: agent_id, secret"),
        (("add", "wecom.x", "--set", "kind=robot", "--set", "kye=a"), "wecom.x.k"),
        (("add", "wecom.x", "--set", "kind=carrier-pigeon"), "carrier-pigeon"),
        (("add", "wecom.x", "--set", "kind=robot", "--set", "key=a", "--set", "hold=99"), "hold"),
        (("test", "wecom.none"), "no channel “wecom.none”"),
    ],
    ids=range(9),
)
def test_what_cannot_be_done_is_said_and_nothing_changes(
    dengmi: Said, tmp_path: Path, args: tuple[str, ...], words: str
) -> None:
    status, out, err = dengmi(*args)
    assert status == 2
    assert words in out + err
    assert not (tmp_path / "home" / "dengmi.toml").exists()


def test_what_is_missing_is_asked_for(
    dengmi: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import click

    asked: list[tuple[str, bool]] = []

    def prompt(words: str, hide_input: bool, type: type) -> str:  # noqa: A002
        asked.append((words.split(maxsplit=1)[0], hide_input))
        return {"kind": "bot", "token": "T", "aes_key": KEY}[words.split(maxsplit=1)[0]]

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "prompt", prompt)
    assert dengmi("add", "wecom.helper")[0] == 0
    assert asked == [("kind", False), ("token", True), ("aes_key", True)]
    made = written(tmp_path)["wecom"]["helper"]
    assert made == {"kind": "bot", "token": "T", "aes_key": KEY}


def test_each_platform_is_called_once(
    dengmi: Said, tmp_path: Path, api: str, wecom: FakeWeCom
) -> None:
    callback = f'token = "T"\naes_key = "{KEY}"\napi = "{api}"\n'
    company = f'corp_id = "{wecom.corp_id}"\nsecret = "s3cret"\n'
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dengmi.toml").write_text(
        f"""[server]
public_url = "{api}"
[wecom.good]
kind = "bot"
{callback}
[wecom.bad]
kind = "bot"
{callback}
[wecom.staff]
kind = "app"
agent_id = 1000002
{callback}{company}
[wecom.help]
kind = "kf"
{callback}{company}
[wecom.stranger]
kind = "app"
agent_id = 7
{callback}{company}
[wecom.duty]
kind = "robot"
key = "robot-key"
api = "{api}"
[wecom.nokey]
kind = "robot"
key = "wrong"
api = "{api}"
[wechat.news]
app_id = "wxba5fad812f8e6fb9"
token = "T"
secret = "s3cret"
push = true
api = "{api}"
[wechat.wrong]
app_id = "wxba5fad812f8e6fb9"
token = "T"
secret = "another"
push = true
api = "{api}"
""",
        encoding="utf-8",
    )
    status, out, _ = dengmi("test", "--json")
    assert status == 1
    found = {
        each["channel"]: [(one["state"], one["code"]) for one in each["findings"]]
        for each in json.loads(out)["channels"]
    }
    assert found["wecom.good"] == [("ok", "channels_called_back")]
    assert found["wecom.bad"] == [("fail", "channels_strange")]
    assert found["wecom.staff"][1] == ("ok", "channels_found")
    assert found["wecom.help"][1] == ("ok", "channels_found")
    assert found["wecom.stranger"][1] == ("fail", "wecom_code_40056")
    assert found["wecom.duty"] == [("ok", "channels_robot_told")]
    assert found["wecom.nokey"] == [("fail", "wecom_code_93000")]
    assert found["wechat.news"] == [("ok", "channels_called_back"), ("ok", "channels_token")]
    assert found["wechat.wrong"][1] == ("fail", "wechat_code_40125")
    assert len(wecom.said) == 1
    status, out, _ = dengmi("test", "wecom.good", "wecom.duty")
    assert status == 0
    assert "✓" in out
    assert "s3cret" not in out


def test_a_homeserver_is_asked_whose_token_it_is(dengmi: Said, tmp_path: Path, api: str) -> None:
    pytest.importorskip("nio", reason="the extra matrix is not installed")
    common = ("--set", f"homeserver={api}", "--set", "allow=example.org, @ada:example.net")
    town = ("--set", "user=@town:example.org")
    assert dengmi("add", "matrix.good", *common, *town, "--set", "token=syt_good")[0] == 0
    assert dengmi("add", "matrix.stale", *common, *town, "--set", "token=syt_old")[0] == 0
    other = ("--set", "user=@other:example.org", "--set", "token=syt_good")
    assert dengmi("add", "matrix.other", *common, *other)[0] == 0
    assert dengmi("add", "matrix.pass", *common, *town, "--set", "password=p")[0] == 0
    assert dengmi("add", "matrix.none", *common, *town)[0] == 2
    made = written(tmp_path)["matrix"]["good"]
    assert made["allow"] == ["example.org", "@ada:example.net"]
    status, out, _ = dengmi("test", "--json")
    assert status == 1
    found = {each["channel"]: each["findings"][0] for each in json.loads(out)["channels"]}
    assert {name: each["code"] for name, each in found.items()} == {
        "matrix.good": "channels_found",
        "matrix.stale": "channels_matrix_token",
        "matrix.other": "channels_matrix_other",
        "matrix.pass": "channels_matrix_passwords",
    }
    assert "syt_" not in out


def test_a_line_is_tried_unless_the_server_holds_it(dengmi: Said, tmp_path: Path) -> None:
    from dengmi.core.lock import FileLock

    home = tmp_path / "home"
    home.mkdir()

    async def tried(secret: str) -> tuple[int, str, str]:
        async with FakeSocket() as socket:
            (home / "dengmi.toml").write_text(
                f'[wecom.line]\nkind = "bot-socket"\nbot_id = "bot-1"\nsecret = "{secret}"\n'
                f'socket = "{socket.address}"\n',
                encoding="utf-8",
            )
            return await asyncio.to_thread(dengmi, "test")

    status, out, _ = asyncio.run(tried("s3cret"))
    assert (status, "let the bot connect" in out) == (0, True)
    status, out, _ = asyncio.run(tried("wrong"))
    assert (status, "code 40001" in out) == (1, True)
    with FileLock(home / "lines" / "line.lock") as lock:
        assert lock.take()
        status, out, _ = asyncio.run(tried("wrong"))
        assert (status, "holds the bot's connection" in out) == (0, True)


def test_a_variable_that_is_named_and_not_set_is_what_is_told(dengmi: Said) -> None:
    named = ("--set", "token=env:NOT_SET_TOKEN", "--set", f"aes_key={KEY}")
    status, out, _ = dengmi("add", "wecom.helper", "--set", "kind=bot", *named)
    assert status == 0
    assert "names the variable NOT_SET_TOKEN, which is not set" in out
    status, out, errors = dengmi("test", "wecom.helper")
    assert status == 1
    assert "names the variable NOT_SET_TOKEN, which is not set" in out + errors
