"""A person's own WeChat, from the platform's side."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.channels.errors import Malformed
from dengmi.channels.ilink.check import check
from dengmi.channels.ilink.client import ILink, ILinkFailed
from dengmi.channels.ilink.messages import read_updates
from dengmi.core.clock import SystemClock
from dengmi.server.parts import Parts
from dengmi.settings.ilink import ILinkSettings
from tests.channels.wechat.conftest import SCRIPT, opened, served
from tests.fakes.deepseek import Serving
from tests.fakes.ilink import ELSEWHERE, NUMBER, FakeILink

PARK = "老茶厂门口能停车吗？"
ANSWER = "门口只有十二个车位，建议停到南门桥地下停车场。"
ADA = "ada@im.wechat"


@pytest.fixture
def platform() -> FakeILink:
    return FakeILink()


@pytest.fixture
def api(platform: FakeILink) -> Iterator[str]:
    with Serving(platform.app()) as serving:
        yield serving.address


def _written(home: Path, api: str, more: str) -> None:
    if "hold" not in more:
        more += "\nhold = 0.3"
    home.mkdir(parents=True, exist_ok=True)
    (home / "script.toml").write_text(SCRIPT, encoding="utf-8")
    (home / "dengmi.toml").write_text(
        f"""default_desk = "walks"
[models.slow]
kind = "scripted"
model = "{home / "script.toml"}"
[server]
public_url = "http://127.0.0.1:8321"
[ilink.mine]
api = "{api}"
{more}
""",
        encoding="utf-8",
    )


@pytest.fixture
def desk(tmp_path: Path, api: str) -> Callable[..., AsyncIterator[Parts]]:
    @asynccontextmanager
    async def make(more: str = 'token = "bot-token"') -> AsyncIterator[Parts]:
        home = tmp_path / "home"
        await asyncio.to_thread(_written, home, api, more)
        async with opened(home, tmp_path / "articles") as parts:
            yield parts

    return make  # type: ignore[return-value]


async def when(true: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what happens in another thread cannot tell us
            await asyncio.sleep(0.02)


def to(platform: FakeILink, person: str) -> list[str]:
    return [words for whom, words in platform.sent if whom == person]


async def test_quotes_come_first_and_the_answer_follows(desk, platform: FakeILink) -> None:
    async with desk() as parts, served(parts):
        platform.say(ADA, PARK)
        await when(lambda: len(platform.sent) >= 2)
    quotes, answer = to(platform, ADA)
    assert "先看文章中的原句" in quotes
    assert answer.startswith(ANSWER)
    assert "https://example.org/tea" in answer
    assert "<a" not in answer
    assert platform.typing == [ADA]
    assert len(set(platform.names)) == 2
    assert platform.told == ["start", "stop"]


async def test_what_is_handed_over_again_is_answered_once(desk, platform: FakeILink) -> None:
    async with desk('token = "bot-token"\nhold = 30') as parts:
        async with served(parts):
            platform.say(ADA, "Who gets a paper fan?")
            await when(lambda: len(platform.sent) >= 1)
            await when(lambda: "cursor-1" in platform.polls)
        # A platform that forgets how far it was read.
        await parts.store.put_note("ilink:mine", "ilink:mine:cursor", {"cursor": ""})
        before = len(platform.polls)
        async with served(parts):
            await when(lambda: "cursor-1" in platform.polls[before:])
            await asyncio.sleep(0.3)
        assert (await parts.store.counts())["questions"] == 1
        assert [charge.purpose for charge in await parts.store.charges()] == ["answer"]
    assert len(platform.sent) == 1


async def test_a_restart_goes_on_where_it_was(desk, platform: FakeILink) -> None:
    async with desk() as parts:
        async with served(parts):
            platform.say(ADA, "Who gets a paper fan?")
            await when(lambda: "cursor-1" in platform.polls)
            await when(lambda: len(platform.sent) >= 1)
        platform.say("bob@im.wechat", "Who gets a paper fan?")
        before = len(platform.polls)
        async with served(parts):
            await when(lambda: to(platform, "bob@im.wechat") != [])
        assert platform.polls[before] == "cursor-1"
    assert len(to(platform, ADA)) == 1


async def test_a_message_that_may_have_arrived_is_not_sent_again(
    desk,
    platform: FakeILink,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("dengmi.channels.outbox.FIRST", 0.1)
    real = ILink.__init__

    def quick(self: ILink, base: str, token: str = "") -> None:
        real(self, base, token, timeout=0.5)

    monkeypatch.setattr(ILink, "__init__", quick)
    async with desk() as parts, served(parts):
        platform.silent = "after"
        platform.say(ADA, "Who gets a paper fan?")
        await when(lambda: len(platform.sent) >= 1)
        await when(lambda: "delivery_uncertain" in caplog.text)
        platform.silent = ""
        await when(lambda: len(platform.sent) >= 2)
        await asyncio.sleep(0.2)
    answer, doubt = to(platform, ADA)
    assert answer.startswith("Whoever solves a riddle gets a paper fan.")
    assert doubt.startswith("The answer to “Who gets a paper fan?” may not have reached you.")
    assert "http://127.0.0.1:8321/a/q_" in doubt


async def test_what_is_no_question_gets_a_word(desk, platform: FakeILink) -> None:
    async with desk('token = "bot-token"\nallow = ["ada@im.wechat"]') as parts, served(parts):
        platform.say("mallory@im.wechat", PARK)
        platform.say(ADA, "", item_list=[{"type": 2, "image_item": {}}])
        platform.say(ADA, "x", message_type=2)  # of the bot itself
        voice = [{"type": 3, "voice_item": {"text": "Who gets a paper fan?"}}]
        platform.say(ADA, "", item_list=voice)
        await when(lambda: len(platform.sent) >= 2)
        await when(lambda: "cursor-4" in platform.polls)
    words = to(platform, ADA)
    assert sum("文字" in each for each in words) == 1
    assert sum("paper fan" in each for each in words) == 1
    assert to(platform, "mallory@im.wechat") == []


async def test_failed_polls_are_tried_again(
    desk, platform: FakeILink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dengmi.channels.ilink.account.FIRST", 0.05)
    platform.fail = [502, 500]
    async with desk() as parts, served(parts):
        platform.say(ADA, "Who gets a paper fan?")
        await when(lambda: len(platform.sent) >= 1)
    assert platform.calls["getupdates"] >= 3


async def test_a_token_that_is_not_good_is_told(
    desk, platform: FakeILink, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk('token = "old"') as parts, served(parts):
        await when(lambda: platform.calls["getupdates"] >= 1)
        await when(lambda: "ilink_stale" in caplog.text)
    assert platform.calls["getupdates"] == 1  # it is not knocked at again and again
    async with desk("") as parts, served(parts):
        assert "channel ilink.mine is off: [ilink.mine] has no token" in caplog.text


async def test_a_login_shows_a_code_and_waits_for_the_person(api: str) -> None:
    client = ILink(api)
    scan = await client.scan()
    assert scan.address == "https://example.org/qr-1"
    logins = [await client.login(scan) for _ in range(3)]
    await client.close()
    assert [each.status for each in logins] == ["wait", "scaned", "confirmed"]
    assert (logins[-1].token, logins[-1].user) == ("bot-token", ADA)


async def test_a_login_that_is_moved_goes_on_there(platform: FakeILink) -> None:
    platform.scans = ["scaned_but_redirect", "confirmed"]
    client = ILink("https://first.example.org")
    client._http = httpx.AsyncClient(
        transport=httpx.ASGITransport(platform.app()), base_url="https://first.example.org"
    )
    scan = await client.scan()
    moved = await client.login(scan)
    assert (moved.status, moved.elsewhere) == ("scaned_but_redirect", f"https://{ELSEWHERE}")
    assert (await client.login(scan, at=moved.elsewhere)).status == "confirmed"
    await client.close()


def test_the_command_prints_what_to_write(
    tmp_path: Path, api: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dengmi.cli import main

    monkeypatch.setenv("DENGMI_HOME", str(tmp_path))
    monkeypatch.setattr("dengmi.cli.ilink.PAUSE", 0.01)
    (tmp_path / "dengmi.toml").write_text(f'[ilink.mine]\napi = "{api}"\n', encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["dengmi", "ilink"])
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(main())
    assert ended.value.code == 0
    said = capsys.readouterr()
    assert '[ilink.mine]\ntoken = "bot-token"\napi = "https://other.example.org"' in said.out
    assert "https://example.org/qr-1" in said.err


@pytest.mark.parametrize(
    ("scans", "typed", "status", "words"),
    [
        (["need_verifycode", "confirmed"], ["1", NUMBER], 0, "The number that WeChat shows"),
        (["binded_redirect"], [], 1, "has let another bot in already"),
        (["scaned", "expired"], [], 1, "was not scanned in time"),
    ],
    ids=["number", "bound", "expired"],
)
def test_the_command_asks_and_says_what_to_do(
    tmp_path: Path,
    api: str,
    platform: FakeILink,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    scans: list[str],
    typed: list[str],
    status: int,
    words: str,
) -> None:
    from dengmi.cli import main

    platform.scans = scans
    monkeypatch.setenv("DENGMI_HOME", str(tmp_path))
    monkeypatch.setattr("dengmi.cli.ilink.PAUSE", 0.01)
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    (tmp_path / "dengmi.toml").write_text(f'[ilink.mine]\napi = "{api}"\n', encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["dengmi", "ilink"])
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(main())
    said = capsys.readouterr()
    assert (ended.value.code != 0) == bool(status)
    assert words in said.err


async def test_a_check_tells_whether_the_token_is_good(api: str, tmp_path: Path) -> None:
    async def states(token: str, address: str = api) -> list[tuple[str, str]]:
        settings = ILinkSettings(token=token, api=address)
        found = await check("mine", settings, public="", home=tmp_path, clock=SystemClock())
        return [(each.state, each.key) for each in found]

    assert await states("bot-token") == [("ok", "channels_token")]
    assert await states("old") == [("fail", "ilink_stale")]
    assert await states("") == [("fail", "ilink_token_missing")]
    assert await states("x", "http://127.0.0.1:9") == [("fail", "platform_silent")]


async def test_nothing_that_answers_is_a_failure(platform: FakeILink) -> None:
    client = ILink("http://127.0.0.1:9", "t")
    with pytest.raises(ILinkFailed) as failed:
        await client.send("a", "b", "c", "d")
    assert not failed.value.uncertain
    await client.close()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(
            ["msgs", "item_list", "text_item", "text", "type", "from_user_id", "message_id", "seq",
             "context_token", "message_type", "get_updates_buf", "longpolling_timeout_ms"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["msgs", "get_updates_buf", "x"]), anything, max_size=3))
def test_updates_of_any_shape_are_read_or_malformed(body: dict[str, object]) -> None:
    try:
        updates = read_updates(body, "before")
    except Malformed:
        return
    assert updates.cursor
    assert all(each.id and each.sender for each in updates.said)
