"""Replies of channels that write by themselves, on both databases."""

from dengmi.core.replies import Reply
from tests.contract.given import answer, question

CHANNEL = "matrix:town"


def _reply(name: str, place: str = "!room $root", channel: str = CHANNEL) -> Reply:
    return Reply(question_id=name, channel=channel, place=place)


async def test_a_cursor_keeps_the_last_word(store) -> None:
    assert await store.cursor("matrix:town") == ""
    await store.put_cursor("matrix:town", "s1")
    await store.put_cursor("matrix:town", "s2")
    await store.put_cursor("matrix:other", "s9")
    assert await store.cursor("matrix:town") == "s2"


async def test_a_reply_is_noted_once_and_ended(store) -> None:
    await store.record_question(question("q_1", channel=CHANNEL))
    assert await store.begin_reply(_reply("q_1")) == _reply("q_1")
    await store.sent_reply("q_1", "$sent")
    again = await store.begin_reply(_reply("q_1", "elsewhere"))
    assert (again.place, again.sent, again.done) == ("!room $root", "$sent", False)
    await store.end_reply("q_1")
    assert (await store.reply_to("q_1")).done
    assert await store.reply_to("q_2") is None


async def test_open_replies_come_with_their_questions_oldest_first(store) -> None:
    for name, at, channel in (("q_2", 2.0, CHANNEL), ("q_1", 1.0, CHANNEL), ("q_3", 3.0, "x")):
        await store.record_question(question(name, channel=channel, asked_at=at))
        await store.begin_reply(_reply(name, channel=channel))
    await store.finish_question(answer("a_1", "q_1"))
    found = await store.open_replies(CHANNEL)
    assert [(each.id, each.state) for each, _ in found] == [("q_1", "answered"), ("q_2", "asked")]
    assert [each.question_id for _, each in found] == ["q_1", "q_2"]
    await store.end_reply("q_1")
    assert [each.id for each, _ in await store.open_replies(CHANNEL)] == ["q_2"]


async def test_a_place_is_known_by_its_replies(store) -> None:
    await store.record_question(question("q_1", channel=CHANNEL))
    await store.begin_reply(_reply("q_1"))
    assert await store.replied_in(CHANNEL, "!room $root")
    assert not await store.replied_in(CHANNEL, "!room $other")
    assert not await store.replied_in("matrix:other", "!room $root")


async def test_who_is_forgotten_leaves_no_replies(store) -> None:
    await store.record_question(question("q_1", channel=CHANNEL, asker="matrix:town:@ada:x"))
    await store.begin_reply(_reply("q_1"))
    assert await store.forget_asker("matrix:town:@ada:x") == 1
    assert await store.reply_to("q_1") is None
