"""What channels owe is sent once, whatever platforms do."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from dengmi.channels.outbox import GIVEN_UP, Outbox, Owing, Uncertain, send_noted
from dengmi.channels.wechat.client import WeChatFailed
from dengmi.channels.wechat.pushing import Pusher
from dengmi.channels.wechat.rendering import Dialect
from dengmi.core.clock import SystemClock
from dengmi.core.deliveries import Delivery
from dengmi.core.errors import DengmiError
from dengmi.core.life import Life
from dengmi.core.records import Answer, Question
from dengmi.language.texts import catalogue
from dengmi.store.open import open_store
from dengmi.store.store import SqlStore
from tests.contract.given import answer, question

CHANNEL = "wechat:news"
TWO = "One sentence stands here. " * 30 + "The last one stands there."


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    await asyncio.to_thread(catalogue)
    opened = open_store(str(tmp_path / "store.sqlite"))
    await opened.open()
    yield opened
    await opened.close()


async def owed(store: SqlStore, name: str = "q_1", **more: object) -> None:
    """A question with its answer, which its channel owes."""
    now = SystemClock().now()
    asked = question(
        name, channel=CHANNEL, asker=f"{CHANNEL}:o1", asked_at=now, owed_at=now, lang="en"
    )
    await store.record_question(asked)
    said: dict[str, object] = {"text": TWO, "level": "quick", "citations": (), "followups": ()}
    await store.finish_question(answer(f"an_{name}", name, **(said | {"created_at": now} | more)))


@dataclass
class Numbers:
    """A channel that sends numbers. `fails`: what the next messages end in."""

    store: SqlStore
    count: int = 3
    fails: list[DengmiError | None] = field(default_factory=list)
    took: list[str] = field(default_factory=list)
    channel: str = CHANNEL

    async def send(self, question: Question, answer: Answer, delivery: Delivery) -> None:
        async def one(message: str) -> None:
            failure = self.fails.pop(0) if self.fails else None
            if failure is None or isinstance(failure, Uncertain):
                self.took.append(message)
            if failure is not None:
                raise failure

        messages = [str(n) for n in range(delivery.parts or self.count)]
        await send_noted(self.store, delivery, messages, one, lambda: "?")


async def sent(outbox: Outbox, store: SqlStore, name: str = "q_1") -> Delivery:
    """One round of an outbox; what is known of a delivery after it."""
    outbox._looked = float("-inf")
    await outbox.round()
    await asyncio.gather(*outbox._sending)
    delivery = await store.delivery(name)
    assert delivery is not None
    return delivery


async def again(store: SqlStore, delivery: Delivery) -> None:
    """It is due now, whatever the pause was."""
    await store.follow_delivery(delivery.id, 0.0, shown=delivery.shown)


@pytest.fixture
def outbox(store: SqlStore, tmp_path: Path) -> Outbox:
    made = Outbox(store, SystemClock(), Life(tmp_path / "outbox"))
    made._owner = "p1"
    return made


async def test_every_message_goes_out_once(store: SqlStore, outbox: Outbox) -> None:
    channel = Numbers(store)
    outbox.hand_to(channel)
    await owed(store)
    done = await sent(outbox, store)
    assert channel.took == ["0", "1", "2"]
    assert (done.state, done.parts, done.begun, done.sent) == ("sent", 3, 3, 3)
    await sent(outbox, store)
    assert len(channel.took) == 3


async def test_what_was_not_taken_is_tried_again_from_there(
    store: SqlStore, outbox: Outbox
) -> None:
    channel = Numbers(store, fails=[None, DengmiError("busy")])
    outbox.hand_to(channel)
    await owed(store)
    left = await sent(outbox, store)
    assert (left.state, left.begun, left.sent, left.owner) == ("owed", 1, 1, "")
    assert left.due > SystemClock().now()
    assert (await sent(outbox, store)).tries == 1  # not before the pause is over
    channel.count = 9  # another rendering by now: the first one's number of messages holds
    await again(store, left)
    assert (await sent(outbox, store)).state == "sent"
    assert channel.took == ["0", "1", "2"]


async def test_what_may_have_arrived_is_not_sent_again(store: SqlStore, outbox: Outbox) -> None:
    channel = Numbers(store, fails=[None, Uncertain("lost")])
    outbox.hand_to(channel)
    await owed(store)
    left = await sent(outbox, store)
    assert left.doubtful
    await again(store, left)
    channel.fails = [DengmiError("busy")]  # nor is the word about it lost
    await again(store, await sent(outbox, store))
    assert (await sent(outbox, store)).state == "sent"
    assert channel.took == ["0", "1", "?", "2"]


async def test_the_word_of_doubt_is_said_once(store: SqlStore, outbox: Outbox) -> None:
    channel = Numbers(store, count=1, fails=[Uncertain("lost"), Uncertain("lost")])
    outbox.hand_to(channel)
    await owed(store)
    await again(store, await sent(outbox, store))
    assert (await sent(outbox, store)).state == "sent"
    assert channel.took == ["0", "?"]


async def test_who_holds_it_no_longer_stops(store: SqlStore, outbox: Outbox) -> None:
    await owed(store)
    now = SystemClock().now()
    ((asked, said, old),) = await store.claim_deliveries("p0", [CHANNEL], now, now, most=1)
    assert said is not None
    channel = Numbers(store)
    outbox.hand_to(channel)
    assert (await sent(outbox, store)).state == "sent"
    with pytest.raises(DengmiError, match="delivery_taken"):
        await channel.send(asked, said, old)
    assert channel.took == ["0", "1", "2"]


async def test_what_nobody_waits_for_is_closed(store: SqlStore, outbox: Outbox) -> None:
    channel = Numbers(store)
    outbox.hand_to(channel)
    old = SystemClock().now() - GIVEN_UP - 60
    asked = question("q_old", channel=CHANNEL, asked_at=old, owed_at=old)
    await store.record_question(asked)
    await store.finish_question(answer("an_old", "q_old"))
    await store.record_question(replace(asked, id="q_bad", asked_at=SystemClock().now()))
    await store.fail_question("q_bad", "unexpected")
    assert (await sent(outbox, store, "q_old")).state == "closed"
    assert (await sent(outbox, store, "q_bad")).state == "closed"
    assert channel.took == []


async def test_better_answers_are_owed_too(store: SqlStore, outbox: Outbox) -> None:
    channel = Numbers(store, count=1)
    outbox.hand_to(channel)
    await owed(store)
    await sent(outbox, store)
    better = answer("an_better", "q_1", level="quick")
    await store.finish_question(better)
    told: list[str] = []
    owing = Owing(CHANNEL, store, told.append)
    await owing.push(question("q_1"), better, better.id)
    await owing.push(question("q_1"), better, better.id)
    assert (await sent(outbox, store, better.id)).state == "sent"
    assert (channel.took, told) == (["0", "0"], [better.id] * 2)


async def test_it_runs_until_it_is_stopped_and_finishes_what_it_began(
    store: SqlStore, tmp_path: Path
) -> None:
    outbox = Outbox(store, SystemClock(), Life(tmp_path / "outbox"))
    began, go = asyncio.Event(), asyncio.Event()

    class Slow(Numbers):
        async def send(self, question: Question, answer: Answer, delivery: Delivery) -> None:
            began.set()
            await go.wait()
            await super().send(question, answer, delivery)

    channel = Slow(store, count=1)
    outbox.hand_to(channel)
    running = asyncio.create_task(outbox.run())
    await owed(store)
    outbox.ready("q_1")
    await began.wait()
    running.cancel()
    await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    delivery = await store.delivery("q_1")
    assert delivery is not None
    assert (delivery.state, channel.took) == ("sent", ["0"])


@dataclass
class Api:
    """WeChat's interface. `fails`: what the next messages end in."""

    fails: list[WeChatFailed | None] = field(default_factory=list)
    took: list[str] = field(default_factory=list)

    async def send_text(self, to: str, content: str) -> None:
        assert to == "o1"
        if failure := self.fails.pop(0) if self.fails else None:
            raise failure
        self.took.append(content)


def wechat(store: SqlStore, api: Api, **more: int) -> Pusher:
    return Pusher(CHANNEL, api, store, dialect=Dialect(most_bytes=600), **more)


async def test_answers_share_the_quota_that_follows_a_message(
    store: SqlStore, outbox: Outbox
) -> None:
    api = Api()
    outbox.hand_to(wechat(store, api, parts=4, quota=5))
    await owed(store, text=TWO * 3)
    assert (await sent(outbox, store)).sent == 4
    better = answer("an_2", "q_1", text=TWO * 3, level="quick", citations=(), followups=())
    await store.finish_question(better)
    await Owing(CHANNEL, store, outbox.ready).push(question("q_1"), better, "an_2")
    assert (await sent(outbox, store, "an_2")).sent == 1
    assert len(api.took) == 5
    assert api.took[4].startswith("You asked: What is q_1?")
    await owed(store, "q_2", text=TWO * 3)  # asking again opens a new one
    assert (await sent(outbox, store, "q_2")).sent == 4


async def test_quotes_that_were_read_are_not_sent_again(store: SqlStore, outbox: Outbox) -> None:
    api = Api()
    outbox.hand_to(wechat(store, api))
    await owed(store, level="quote")
    await store.follow_delivery("q_1", 0.0, shown=True)
    assert (await sent(outbox, store)).state == "closed"
    await owed(store, "q_2", level="quote")
    assert (await sent(outbox, store, "q_2")).state == "sent"
    assert len(api.took) == 2


@pytest.mark.parametrize("code", [40003, 43004, 45015, 45047, 48001, 48002])
async def test_a_closed_door_is_not_knocked_at_again(
    store: SqlStore, outbox: Outbox, code: int
) -> None:
    api = Api([None, WeChatFailed(code, str(code))])
    outbox.hand_to(wechat(store, api))
    await owed(store)
    closed = await sent(outbox, store)
    assert (closed.state, closed.begun, closed.sent) == ("closed", 1, 1)
    assert len(api.took) == 1


async def test_a_lost_reply_leads_to_a_link(store: SqlStore, outbox: Outbox) -> None:
    api = Api([WeChatFailed(0, "ReadTimeout", uncertain=True)])
    outbox.hand_to(wechat(store, api))
    await owed(store, text="One sentence.")
    await again(store, await sent(outbox, store))
    assert (await sent(outbox, store)).state == "sent"
    (word,) = api.took
    assert word.startswith("The answer to “What is q_1?” may not have reached you.")
    assert "msgmenuid=q_1" in word
