"""WeChat Customer Service, and the group robot that tells operators, from the platform's side."""

import asyncio
import sqlite3
from pathlib import Path

import httpx
import pytest
from wechatpy.exceptions import WeChatClientException

from dengmi.channels.wecom.client import WeCom
from dengmi.core.limits import Alert
from dengmi.core.records import Question
from dengmi.server.channels import wecom_robot
from tests.channels.wecom.conftest import KEY, TOKEN, configured, independent, opened, served, when
from tests.fakes.wecom import FakeWeCom
from tests.fakes.wecom_app import AppPlatform

PARK = "老茶厂门口能停车吗？"
WRITTEN = "门口只有十二个车位，建议停到南门桥地下停车场。"


def table(api: str, more: str = "") -> str:
    return (
        f'[wecom.help]\nkind = "kf"\ntoken = "{TOKEN}"\naes_key = "{KEY}"\napi = "{api}"\n'
        f'corp_id = "wx5823bf96d3bd56c7"\nsecret = "s3cret"\nhold = 0.2\n{more}'
    )


async def ring(client: httpx.AsyncClient, platform: FakeWeCom, token: str = "") -> None:
    """The doorbell."""
    door = AppPlatform(client, "/wecom/help", TOKEN, KEY)
    reply = await door.deliver(
        "sys",
        {
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": token or platform.kf.token(),
            "OpenKfId": platform.kf.account,
        },
    )
    assert (reply.status_code, reply.content) == (200, b"")


async def nothing_owed(home: Path, many: int) -> None:
    """Wait until so many answers are settled, and none is owed."""

    def look() -> list[str]:
        with sqlite3.connect(home / "dengmi.sqlite") as store:
            found = [row[0] for row in store.execute("SELECT state FROM deliveries")]
        store.close()
        return found

    async with asyncio.timeout(8):
        while (found := await asyncio.to_thread(look)).count("owed") or len(found) < many:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_customers_get_quotes_and_then_the_answer(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    kf = platform.kf
    home = await configured(tmp_path / "home", table(api))
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        kf.said("wm0", "Who gets a paper fan?", ago=7200)  # before Dengmi was there
        kf.entered("wm1")
        kf.said("wm1", PARK)
        kf.said("wm2", "Who gets a paper fan?")
        kf.said("wm3", "", msgtype="image", image={"media_id": "x"})
        kf.said("wm4", PARK)
        kf.states["wm4"] = 3  # a person of the company has taken over
        kf.said("wm5", "We answer this ourselves.", origin=5)
        await asyncio.gather(*(ring(client, platform) for _ in range(3)))
        await when(lambda: len(kf.sent) >= 4)
        await nothing_owed(home, 2)
        by = {who: [text for to, text, _ in kf.sent if to == who] for who in ("wm1", "wm2", "wm3")}
        quotes, answer = by["wm1"]
        assert "先看" in quotes
        assert "[1] 老茶厂逛园指南 https://example.org/tea?a=1&b=%282%29" in quotes
        assert answer.startswith(WRITTEN)
        assert "“门口只有十二个车位" in answer
        assert "<a " not in quotes + answer
        assert "paper fan" in by["wm2"][-1]  # on a slow machine its quotes came first
        assert "文字" in by["wm3"][0]
        assert {to for to, _, _ in kf.sent} == {"wm1", "wm2", "wm3"}
        before = len(kf.sent)
        assert len(kf.welcomed) == 1
        # Further doorbells go on from the cursor, whatever pages repeat.
        await ring(client, platform)
        await when(lambda: kf.cursors[-1] == f"c{len(kf.messages)}")
        assert len(await parts.store.charges()) == 2
        assert len(kf.sent) == before


async def test_who_asks_for_a_person_is_handed_over(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    kf = platform.kf
    home = await configured(tmp_path / "home", table(api, 'person = ["人工"]\n'), model=False)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        kf.said("wm1", "人工")
        await ring(client, platform)
        await when(lambda: kf.states.get("wm1") == 2)
        assert [text for _, text, _ in kf.sent] == ["正在为你转接人工。"]
        kf.said("wm1", PARK)  # a person answers now
        kf.staffed = False
        kf.said("wm2", " 人工 ")
        await ring(client, platform)
        await when(lambda: len(kf.sent) == 3)
        assert [to for to, _, _ in kf.sent] == ["wm1", "wm2", "wm2"]
        assert kf.sent[2][1].startswith("现在没有人工客服")
        assert (await parts.store.counts())["questions"] == 0


async def test_what_was_said_meanwhile_is_answered_after_a_stop(
    tmp_path: Path, api: str, platform: FakeWeCom
) -> None:
    kf = platform.kf
    home = await configured(tmp_path / "home", table(api))
    async with opened(home, tmp_path / "articles") as parts:
        async with served(parts) as client:
            kf.said("wm1", PARK)
            await ring(client, platform)
            await when(lambda: kf.sent)  # the quotes; the answer is cut off
        kf.said("wm2", "Who gets a paper fan?", ago=7200)
        async with served(parts):
            await when(lambda: len(kf.sent) >= 3)
            await nothing_owed(home, 2)
        assert [to for to, _, _ in kf.sent].count("wm1") == 2
        assert [text for to, text, _ in kf.sent if to == "wm1"][1].startswith(WRITTEN)
        assert kf.cursors[0] == ""
        assert kf.cursors[-1] != ""
        # Killed behind the message and before that was noted: the platform takes each one once.
        await asyncio.to_thread(_in_doubt, home)
        before, sent = platform.kf.calls["send"], len(kf.sent)
        async with served(parts):
            await when(lambda: platform.kf.calls["send"] > before + 1)
            await nothing_owed(home, 2)
        assert len(kf.sent) == sent


def _in_doubt(home: Path) -> None:
    with sqlite3.connect(home / "dengmi.sqlite") as store:
        store.execute("UPDATE deliveries SET state = 'owed', sent = 0, begun = 1, due = 0")
    store.close()


async def test_what_the_platform_says_no_to(tmp_path: Path, api: str, platform: FakeWeCom) -> None:
    kf = platform.kf
    home = await configured(tmp_path / "home", table(api), first=0.0)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        kf.said("wm1", PARK)
        await ring(client, platform, token="old")  # refused, and nothing is lost
        await when(lambda: kf.calls["sync"] == 1)
        await ring(client, platform)
        await when(lambda: kf.sent)
        await nothing_owed(home, 1)
        # What follows one message of a customer has one quota: a late answer takes what is left.
        (charge,) = await parts.store.charges()
        answer = await parts.store.answer(charge.question_id)
        assert answer is not None
        assert parts.late is not None
        push = parts.late._pushes["wecom:help"]  # type: ignore[attr-defined]
        asker = f"wecom:help:{kf.account}/wm1"
        asked = Question(id=charge.question_id, desk="walks", text=PARK, asker=asker)
        sent = len(kf.sent)
        await push.push(asked, answer, answer.id)
        await when(lambda: len(kf.sent) > sent)
        assert kf.sent[-1][1].startswith(f"你之前问：{PARK}")
        kf.said("wm2", "门口一共有几个车位？")
        kf.refuse = lambda request: 95018 if request.url.path.endswith("send_msg") else 0
        await ring(client, platform)  # a person took over in between
        await nothing_owed(home, 3)
        assert len(kf.sent) == sent + 1


async def test_who_rang_while_the_platform_was_away_is_answered_without_ringing_again(
    tmp_path: Path, api: str, platform: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dengmi.channels.api._PAUSES", (0.01,))
    monkeypatch.setattr("dengmi.channels.wecom.kf.PAUSES", (0.05, 0.05))
    kf, left = platform.kf, [-1] * 5
    home = await configured(tmp_path / "home", table(api), model=False)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        kf.refuse = lambda _: left.pop() if left else 0
        kf.said("wm1", PARK)
        await ring(client, platform)
        await when(lambda: kf.sent)
        assert kf.calls["sync"] >= 3
        assert "车位" in kf.sent[0][1]


async def test_operators_hear_of_budgets_once(
    tmp_path: Path, api: str, platform: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wecom_robot, "EVERY", 0.05)
    tell = WeCom.tell

    async def slowly(client: WeCom, key: str, content: str) -> None:
        await tell(client, key, content)
        await asyncio.sleep(0.2)  # the server ends meanwhile

    monkeypatch.setattr(WeCom, "tell", slowly)
    robot = f'[wecom.duty]\nkind = "robot"\nkey = "robot-key"\napi = "{api}"\n'
    home = await configured(tmp_path / "home", robot, model=False)
    async with opened(home) as parts:
        params = {"desk": "walks", "used": 16_000_000, "most": 20_000_000, "currency": "CNY"}
        now = parts.clock.now()

        async def alarm(name: str, code: str, at: float) -> None:
            await asyncio.to_thread(_alert, home, Alert(id=name, code=code, params=params, at=at))

        await alarm("old", "alert_budget_low", now - 60)
        async with served(parts):
            await asyncio.sleep(0.2)
            assert platform.said == []  # from before the robot was there
            await alarm("a1", "alert_budget_low", parts.clock.now())
            await when(lambda: platform.said)
            assert "¥16" in platform.said[0]
        await alarm("a2", "alert_budget_spent", parts.clock.now())
        async with served(parts):
            await when(lambda: len(platform.said) == 2)
            await asyncio.sleep(0.2)
        assert len(platform.said) == 2


def _alert(home: Path, alert: Alert) -> None:
    import json
    import sqlite3

    with sqlite3.connect(home / "dengmi.sqlite") as store:
        row = (alert.id, alert.code, json.dumps(dict(alert.params)), alert.at)
        store.execute("INSERT INTO alerts (id, code, params, at) VALUES (?, ?, ?, ?)", row)
    store.close()


def test_the_stand_in_is_as_wechatpy_knows_the_api(api: str, platform: FakeWeCom) -> None:
    """An independent client reads our stand-in the way it reads the real one."""
    kf = platform.kf
    theirs = independent(api)(platform.corp_id, platform.secret)
    kf.said("wm1", "几点开门？")
    asked = {"token": kf.token(), "open_kfid": kf.account, "limit": 1000}
    page = theirs.post("kf/sync_msg", data=asked)  # its own method knows no open_kfid yet
    assert [each["text"]["content"] for each in page["msg_list"]] == ["几点开门？"]
    assert page["has_more"] == 0
    for number in range(5):
        theirs.kf_message.send_text("wm1", kf.account, f"{number}", msgid=f"n{number}")
    with pytest.raises(WeChatClientException, match="95001"):
        theirs.kf_message.send_text("wm1", kf.account, "one more")
    with pytest.raises(WeChatClientException, match="95002"):
        theirs.kf_message.send_text("wm9", kf.account, "hello")
    with pytest.raises(WeChatClientException, match="95007"):
        theirs.post("kf/sync_msg", data={**asked, "token": "stale"})
