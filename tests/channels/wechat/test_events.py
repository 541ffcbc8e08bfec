"""What WeChat tells an account beside messages: who withdraws, what was published, who asks for a
person."""

import asyncio
from pathlib import Path

from dengmi.channels.wechat.messages import by_menu, read_message
from dengmi.channels.wechat.pushing import MENU_QUOTA, Pusher
from dengmi.channels.wechat.rendering import Dialect
from dengmi.core.deliveries import Delivery
from dengmi.core.records import Question
from tests.channels.wechat.conftest import configured, opened, served
from tests.channels.wechat.test_wechat import PARK, small, verified
from tests.contract.given import answer
from tests.fakes.wechat import FakeWeChat

REVOKED = {
    "MsgType": "event",
    "Event": "user_authorization_revoke",
    "OpenID": "o1",
    "RevokeInfo": "301",
}
PUBLISHED = {
    "MsgType": "event",
    "Event": "PUBLISHJOBFINISH",
    "PublishEventInfo": {"publish_id": "1", "publish_status": 0, "article_id": "art1"},
}


async def test_who_withdraws_is_forgotten_and_nobody_else(tmp_path: Path, api: str) -> None:
    home = await configured(tmp_path / "home", api, model=False)
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        account = small(client, form="json")
        for who in ("o1", "o2"):
            assert await account.say(who, PARK)
        for event in ("user_info_modified", "user_authorization_revoke"):
            # It is told in the name of the platform, not of the person.
            reply = await account.deliver("mmcomms", {**REVOKED, "Event": event})
            assert (reply.status_code, reply.text) == (200, "success")
        assert (await parts.store.counts())["questions"] == 1
        assert len((await parts.store.review().person("wechat:small:o2")).questions) == 1


async def test_what_the_account_publishes_is_read_at_once(
    tmp_path: Path, api: str, platform: FakeWeChat
) -> None:
    secret = 'secret = "s3cret"\n'
    home = await configured(tmp_path / "home", api, model=False, more=secret)
    platform.publish("art1", {"title": "灯会", "content": "<p>灯会在正月十三开始。</p>"}, at=1)
    async with opened(home) as parts, served(parts) as client:
        source = await parts.corpus.add("walks", "small", kind="wechat")
        account = small(client, form="json")
        failed = {**PUBLISHED, "PublishEventInfo": {"publish_id": "1", "publish_status": 3}}
        for event in (failed, PUBLISHED, {**PUBLISHED, "CreateTime": 7}):
            reply = await account.deliver("o1", event)
            assert (reply.status_code, reply.text) == (200, "success")
        async with asyncio.timeout(30):
            while not (kept := await parts.store.source(source.id)).synced_at:  # type: ignore[union-attr]  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert kept is not None
        assert kept.articles == 1


async def test_who_asks_for_a_person_is_handed_over(tmp_path: Path, api: str) -> None:
    home = await configured(tmp_path / "home", api, model=False, more='person = ["人工", "Human"]')
    async with opened(home, tmp_path / "articles") as parts, served(parts) as client:
        for words in ("人工", "human"):
            reply = await small(client).deliver("o1", {"MsgType": "text", "Content": words})
            assert "<MsgType><![CDATA[transfer_customer_service]]></MsgType>" in reply.text
            assert "<ToUserName><![CDATA[o1]]></ToUserName>" in reply.text
            assert "Content" not in reply.text
        assert "车位" in (await small(client).say("o1", PARK) or "")
        # Where no words are set there is nobody to hand over to.
        said = await verified(client).say("o1", "人工")
        assert said is not None
        assert (await parts.store.counts())["questions"] == 2


class Kept:
    """Deliveries of which one is sent."""

    def __init__(self) -> None:
        self.sent = 0

    async def messages_since(self, _asker: str, _besides: str) -> int:
        return 0

    async def step_delivery(self, delivery: Delivery) -> bool:
        self.sent = delivery.sent
        return True


class Sender:
    def __init__(self) -> None:
        self.said: list[str] = []

    async def send_text(self, _to: str, content: str) -> None:
        self.said.append(content)


async def test_fewer_messages_follow_a_tap_on_the_menu() -> None:
    long = answer("a_1", "q_1", text="一二三四五六七八九十。" * 200, level="quick", citations=())
    fields = {"ToUserName": "g", "FromUserName": "o1", "CreateTime": "7", "MsgType": "event"}
    tapped = read_message({**fields, "Event": "CLICK", "EventKey": "When?"})
    assert by_menu(tapped.dedup)
    assert not by_menu(read_message({**fields, "MsgType": "text", "MsgId": "9"}).dedup)
    for dedup, wanted in ((tapped.dedup, MENU_QUOTA), ("o1:9", 4)):
        sender = Sender()
        pusher = Pusher("wechat:news", sender, Kept(), dialect=Dialect(most_bytes=600))  # type: ignore[arg-type]
        question = Question(
            id="q_1", desk="walks", text="When?", asker="wechat:news:o1", dedup=dedup, lang="zh"
        )
        delivery = Delivery(id="q_1", question_id="q_1", channel="wechat:news")
        await pusher.send(question, long, delivery)
        assert len(sender.said) == wanted
