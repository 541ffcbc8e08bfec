"""Replies of channels that write by themselves, on both databases."""

from dengmi.core.notes import note_of
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


async def test_what_somebody_asked_in_a_room_goes_with_its_threads(store) -> None:
    places = {
        "q_1": "!room",
        "q_2": "!room $root",
        "q_3": "!roomier $root",
        "q_4": "!other $root",
    }
    for name, place in places.items():
        await store.record_question(question(name, channel=CHANNEL, asker="matrix:town:@a:x"))
        await store.begin_reply(_reply(name, place))
    await store.record_question(question("q_5", channel=CHANNEL, asker="matrix:town:@b:x"))
    await store.begin_reply(_reply("q_5", "!room"))
    await store.finish_question(answer("a_2", "q_2"))
    assert await store.forget_in(CHANNEL, "matrix:town:@a:x", "!room") == 2
    left = [name for name in (*places, "q_5") if await store.question(name) is not None]
    assert left == ["q_3", "q_4", "q_5"]
    assert await store.answer("a_2") is None
    assert await store.reply_to("q_2") is None
    assert await store.forget_in(CHANNEL, "", "!room") == 0


async def test_what_channels_keep_of_somebody_goes_with_them(store) -> None:
    asker = f"{CHANNEL}:@a:x"
    await store.record_question(question("q_1", channel=CHANNEL, asker=asker, owed_at=5.0))
    await store.record_question(question("q_2", channel=CHANNEL, asker=f"{CHANNEL}:@b:x"))
    for name in ("q_1", "q_2"):
        await store.put_note(f"{CHANNEL}:{name}", CHANNEL, {"address": name})
    await store.put_note(note_of(asker), "contexts", {"context": "1"})
    await store.put_note(note_of("somebody"), "contexts", {"context": "2"})
    assert await store.delivery("q_1") is not None
    assert await store.forget_asker(asker) == 1
    assert list(await store.notes(CHANNEL)) == [f"{CHANNEL}:q_2"]
    assert list(await store.notes("contexts")) == [note_of("somebody")]
    assert await store.delivery("q_1") is None


async def test_a_message_tells_its_question(store) -> None:
    for name in ("q_1", "q_2"):
        await store.record_question(question(name, channel=CHANNEL))
        await store.begin_reply(_reply(name))
    assert await store.replied_with(CHANNEL, "") == ""
    await store.sent_reply("q_2", "$sent")
    assert await store.replied_with(CHANNEL, "$sent") == "q_2"
    assert await store.replied_with("matrix:other", "$sent") == ""
