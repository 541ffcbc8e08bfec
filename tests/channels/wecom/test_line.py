"""AI bots of WeCom over the long connection, from the platform's side."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dengmi.channels.wecom import line as line_room
from dengmi.core.records import Question
from dengmi.server.parts import Parts
from tests.channels.wecom.conftest import configured, opened, served
from tests.fakes.wecom_socket import FakeSocket, until

PARK = "老茶厂门口能停车吗？"
WRITTEN = "门口只有十二个车位，建议停到南门桥地下停车场。"


@pytest.fixture
async def socket() -> AsyncIterator[FakeSocket]:
    async with FakeSocket() as running:
        yield running


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_room, "SHORTEST", 0.05)


def table(socket: FakeSocket, more: str = "") -> str:
    return (
        f'[wecom.line]\nkind = "bot-socket"\nbot_id = "bot-1"\nsecret = "s3cret"\n'
        f'socket = "{socket.address}"\nrefresh = 0.2\n{more}'
    )


async def connected(socket: FakeSocket) -> None:
    await until(lambda: socket.live is not None)
    await asyncio.sleep(0.05)


async def nothing_owed(parts: Parts) -> None:
    async with asyncio.timeout(8):
        while await parts.store.notes("wecom:line"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_what_is_written_is_pushed_and_counts_little(
    tmp_path: Path, socket: FakeSocket
) -> None:
    home = await configured(tmp_path / "home", table(socket))
    async with opened(home, tmp_path / "articles") as parts, served(parts):
        await connected(socket)
        await socket.event("u1", eventtype="enter_chat")
        await until(lambda: socket.welcomes)
        req = await socket.say("u1", PARK, number="M1")
        await until(lambda: req in socket.seen and socket.seen[req].finished)
        seen = socket.seen[req]
        assert "门口只有十二个车位" in seen.shown[0]
        assert seen.shown[-1].startswith(WRITTEN)
        assert "[1](https://example.org/tea?a=1&b=%282%29)" in seen.shown[-1]
        assert len(seen.shown) == len(set(seen.shown)) <= 4  # nothing is said twice
        assert seen.feedback == seen.stream
        await socket.event(
            "u1", eventtype="feedback_event", feedback_event={"id": seen.stream, "type": 1}
        )
        again = await socket.say("u1", PARK, number="M1")
        group = await socket.say("u2", f"@灯谜 {PARK}", chat="wr1")
        await until(lambda: group in socket.seen and socket.seen[group].finished)
        assert socket.seen[group].shown[-1].startswith(WRITTEN)
        assert again not in socket.seen
        assert socket.pushed == []
        await nothing_owed(parts)
        answer = await parts.store.answer(seen.stream)
        assert answer is not None
        assert parts.late is not None
        push = parts.late._pushes["wecom:line"]  # type: ignore[attr-defined]
        asked = Question(id="q_1", desk="walks", text=PARK, asker="wecom:line:u1")
        await push.push(asked, answer, "key")
        ((to, said),) = socket.pushed
        assert to == "u1"
        assert said.startswith(f"你之前问：{PARK}")


async def test_what_takes_too_long_is_said_as_a_message_of_its_own(
    tmp_path: Path, socket: FakeSocket
) -> None:
    home = await configured(tmp_path / "home", table(socket, "close = 0.7\n"), first=1.5)
    async with opened(home, tmp_path / "articles") as parts, served(parts):
        await connected(socket)
        req = await socket.say("u1", PARK, chat="wr1")
        await until(lambda: req in socket.seen and socket.seen[req].finished)
        assert "另发一条" in socket.seen[req].shown[-1]
        await until(lambda: socket.pushed)
        ((to, said),) = socket.pushed
        assert (to, said.startswith(WRITTEN)) == ("wr1", True)
        await nothing_owed(parts)


async def test_a_broken_line_is_opened_again_and_nothing_is_said_twice(
    tmp_path: Path, socket: FakeSocket
) -> None:
    home = await configured(tmp_path / "home", table(socket), first=1.0)
    async with opened(home, tmp_path / "articles") as parts, served(parts):
        await connected(socket)
        req = await socket.say("u1", PARK)
        await until(lambda: req in socket.seen)
        await socket.drop()
        await until(lambda: socket.seen[req].finished)
        assert socket.subscribed == 2
        assert socket.seen[req].shown[-1].startswith(WRITTEN)
        assert socket.pushed == []


async def test_a_stop_in_between_loses_nothing(tmp_path: Path, socket: FakeSocket) -> None:
    home = await configured(tmp_path / "home", table(socket), first=0.8)
    async with opened(home, tmp_path / "articles") as parts:
        async with served(parts):
            await connected(socket)
            req = await socket.say("u1", PARK)
            await until(lambda: req in socket.seen)
        assert not socket.seen[req].finished
        assert len(await parts.store.notes("wecom:line")) == 1
        async with served(parts):
            await until(lambda: socket.seen[req].finished)
            await nothing_owed(parts)
        assert socket.seen[req].shown[-1].startswith(WRITTEN)
        assert socket.pushed == []
        assert len(await parts.store.charges()) == 1


async def test_who_is_replaced_stays_away(tmp_path: Path, socket: FakeSocket) -> None:
    home = await configured(tmp_path / "home", table(socket))
    async with opened(home) as parts, served(parts):
        await connected(socket)
        async with opened(home) as others, served(others):
            await asyncio.sleep(0.3)
            assert socket.subscribed == 1  # another process of the server waits its turn
        from websockets.asyncio.client import connect

        async with connect(socket.address) as other:
            await other.send(
                '{"cmd":"aibot_subscribe","headers":{"req_id":"1"},'
                '"body":{"bot_id":"bot-1","secret":"s3cret"}}'
            )
            assert '"errcode": 0' in str(await other.recv())
            await asyncio.sleep(0.3)
            assert socket.subscribed == 2


async def test_two_unanswered_pings_mean_that_nobody_is_there(
    tmp_path: Path, socket: FakeSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_room, "PING", 0.05)
    monkeypatch.setattr(line_room, "ACK", 0.2)
    home = await configured(tmp_path / "home", table(socket))
    async with opened(home) as parts, served(parts):
        await connected(socket)
        await until(lambda: socket.pings >= 2)
        assert socket.subscribed == 1
        socket.deaf = True
        await until(lambda: socket.live is None)
        socket.deaf = False
        await until(lambda: socket.subscribed >= 2)


async def test_a_wrong_secret_is_not_tried_in_a_loop(tmp_path: Path, socket: FakeSocket) -> None:
    socket.secret = "another"
    home = await configured(tmp_path / "home", table(socket))
    async with opened(home) as parts, served(parts):
        await asyncio.sleep(0.6)
        assert socket.subscribed == 0
        assert socket.frames == []


class _Silent:
    def __getattr__(self, name: str) -> Any:
        return lambda *args: None


@pytest.mark.parametrize("whose", ["community", "vendor"])
async def test_the_stand_in_is_as_others_know_the_line(
    socket: FakeSocket, whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Independent clients read our stand-in the way they read the real one."""
    client: Any
    if whose == "vendor":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it names what websockets is about to drop
            import aibot
            import aibot.ws
        monkeypatch.setattr(aibot.ws, "_SSL_CONTEXT", None)
        options = aibot.WSClientOptions(
            bot_id="bot-1", secret="s3cret", ws_url=socket.address, logger=_Silent()
        )
        client = aibot.WSClient(options)
    else:
        import wecom_aibot_sdk

        client = wecom_aibot_sdk.WSClient(
            "bot-1", "s3cret", ws_url=socket.address, logger=_Silent()
        )
    heard: list[Any] = []
    client.on("message.text", heard.append)
    await client.connect()
    try:
        await connected(socket)
        req = await socket.say("u1", "几点开门？")
        await until(lambda: heard)
        frame = heard[0]
        assert frame["body"]["text"]["content"] == "几点开门？"
        await client.reply_stream(frame, "s1", "正在查找", False)
        await client.reply_stream(frame, "s1", "九点。", True)
        assert socket.seen[req].shown == ["正在查找", "九点。"]
        assert socket.seen[req].finished
        with pytest.raises(Exception, match=r"846608|ack"):
            await client.reply_stream(frame, "s1", "太迟了", True)
        await client.send_message("u1", {"msgtype": "markdown", "markdown": {"content": "x"}})
        assert socket.pushed == [("u1", "x")]
    finally:
        done = client.disconnect()
        if asyncio.iscoroutine(done):
            await done
