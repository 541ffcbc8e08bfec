"""The late queue, on both databases: who stands where, and that each wait ends once."""

import asyncio
from dataclasses import replace

import pytest

from dengmi.core.errors import NotFound
from dengmi.core.late import Late
from dengmi.core.reuses import Reusable
from dengmi.store.open import open_store
from dengmi.store.store import SqlStore
from tests.contract.given import answer, question, unfinished

HOUR = 3600.0


def late(name: str, **fields: object) -> Late:
    made: dict[str, object] = {
        "question_id": name,
        "level": "quick",
        "channel": "web",
        "whose": name,
        "cause": "no_room",
        "since": 100.0,
        "until": 100.0 + HOUR,
    }
    return Late(**(made | fields))


async def wait(
    store: SqlStore, name: str, *, each: int = 100, most: int = 100, **fields: object
) -> Late | None:
    """A question with its quotes that comes to wait."""
    await store.record_question(question(name, asked_at=1.0))
    quotes = answer(f"an_{name}", name)
    return await store.finish_waiting(quotes, late(name, **fields), each, most)


async def taken(store: SqlStore, now: float = 200.0, owner: str = "p1") -> str:
    claimed = await store.claim_late(owner, "quick", now, now + 60)
    return claimed[0].id if claimed else ""


async def test_the_quotes_and_the_wait_are_stored_together(store: SqlStore) -> None:
    kept = await wait(store, "q_1")
    assert kept == late("q_1")
    assert await store.late("q_1") == await store.late("an_q_1") == kept
    assert await store.late("an_nobody") is None
    stored = await store.answer("q_1")
    assert stored is not None
    assert stored.id == "an_q_1"
    assert await unfinished(store) == ()
    assert await wait(store, "q_1", level="deep") == kept  # once a question
    with pytest.raises(NotFound):
        await store.finish_waiting(answer("an_x", "q_x"), late("q_x"), 1, 1)


async def test_askers_take_turns(store: SqlStore) -> None:
    for n in range(3):
        await wait(store, f"q_heavy{n}", whose="heavy", since=100.0 + n)
    for n in range(2):
        await wait(store, f"q_light{n}", since=110.0 + n)
    line = ["q_heavy0", "q_light0", "q_light1", "q_heavy1", "q_heavy2"]
    assert list(await store.late_line()) == line
    places = [await store.late_ahead(await store.late(name)) for name in line]
    assert places == [0, 1, 2, 3, 4]
    assert [await taken(store) for _ in range(4)] == line[:4]
    # Who comes now stands where the line begins, not behind what was served before.
    await wait(store, "q_new", since=120.0)
    assert await taken(store) == "q_new"


async def test_only_so_many_may_wait(store: SqlStore) -> None:
    assert await wait(store, "q_1", whose="a", each=1)
    assert await wait(store, "q_2", whose="a", each=1) is None
    assert await wait(store, "q_3", whose="b", most=1) is None
    assert await wait(store, "q_4", whose="b", most=2)
    assert await wait(store, "q_5", whose="a", each=1, topic="k") is None
    await wait(store, "q_6", whose="c", topic="k")
    assert await wait(store, "q_7", whose="a", each=1, topic="k"), "it takes no turn"
    for name in ("q_2", "q_3"):  # their quotes are stored all the same
        assert await store.answer(name) is not None
        assert await store.late(name) is None


async def test_who_had_a_turn_while_others_wait_has_the_next_one_behind_them(
    store: SqlStore,
) -> None:
    await wait(store, "q_heavy0", whose="heavy", since=100.0)
    await wait(store, "q_light0", whose="light", since=101.0)
    claimed = await store.claim_late("p1", "quick", 200.0, 260.0)
    assert claimed is not None
    assert claimed[0].id == "q_heavy0"
    called = answer("an_called", "q_heavy0", level="quick", usage={"output": 9})
    assert await store.finish_late(claimed[1], called)
    await wait(store, "q_heavy1", whose="heavy", since=102.0)
    await wait(store, "q_other", whose="other", since=103.0)
    assert list(await store.late_line()) == ["q_light0", "q_other", "q_heavy1"]
    # Who was served elsewhere stands as many turns behind; a line that ran dry goes on from there.
    await wait(store, "q_had", whose="had", turn=2)
    assert await taken(store) == "q_light0"
    for name in ("q_other", "q_heavy1", "q_had"):
        assert await store.withdraw_late(name)
    late_heavy = await wait(store, "q_heavy2", whose="heavy")
    assert late_heavy is not None
    assert late_heavy.turn == 1


async def test_an_answer_that_no_model_was_called_for_was_no_turn(store: SqlStore) -> None:
    await wait(store, "q_1", whose="a")
    await wait(store, "q_2", whose="b", since=101.0)
    claimed = await store.claim_late("p1", "quick", 200.0, 260.0)
    assert claimed is not None
    assert await store.finish_late(claimed[1], answer("an_1", "q_1", level="quick", usage={}))
    again = await wait(store, "q_3", whose="a", since=102.0)
    assert again is not None
    assert again.turn == 0


async def test_those_whose_answer_is_there_are_found_and_taken(store: SqlStore) -> None:
    for n, topic in enumerate(("k1", "k2", "k1", "", "k1")):
        await wait(store, f"q_{n}", topic=topic, since=100.0 + n, due=900.0)
    assert await store.late_topics("quick", 200.0) == ()
    await store.record_question(question("q_first"))
    await store.finish_question(answer("an_first", "q_first", level="quick"))
    kept = Reusable(answer_id="an_first", key="k1", desk="guide", basis={}, made_at=1.0)
    await store.keep_reusable(kept)
    assert await store.late_topics("quick", 200.0) == ("k1",)
    assert await store.late_topics("deep", 200.0) == ()

    async def take(owner: str, most: int = 9) -> list[str]:
        taken = await store.claim_late_topics(
            owner, "quick", ["k1"], passed=["q_2"], times=(200.0, 260.0), most=most
        )
        assert all((each.owner, each.topic, each.tries) == (owner, "k1", 1) for _, each in taken)
        return [asked.id for asked, _ in taken]

    assert await take("p1", most=1) == ["q_0"]
    assert await take("p2") == ["q_4"]  # before it is due: it was a model that failed
    assert await take("p3") == []
    await store.set_reuse("an_first", "void")
    assert await store.late_topics("quick", 200.0) == ()


async def test_the_better_answer_ends_the_wait_once(store: SqlStore) -> None:
    await wait(store, "q_1")
    claimed = await store.claim_late("p1", "quick", 200.0, 260.0)
    assert claimed is not None
    asked, held = claimed
    assert (asked.id, held.owner, held.tries, held.lease) == ("q_1", "p1", 1, 260.0)
    assert await taken(store) == ""
    better = answer("an_better", "q_1", level="quick", created_at=210.0, grounded=False)
    assert await store.finish_late(held, better)
    assert not await store.finish_late(held, better)
    assert not await store.release_late(held, 0.0)
    assert await store.answer("q_1") == better
    known = await store.late("an_q_1")
    assert known is not None
    assert (known.state, known.answer_id, known.owner) == ("answered", "an_better", "")
    assert await store.late_line() == ()
    assert [each.id for each in await store.unanswered("guide")] == ["q_1"]


async def test_what_another_process_holds_is_not_ended(store: SqlStore) -> None:
    await wait(store, "q_1")
    first = await store.claim_late("p1", "quick", 200.0, 210.0)
    assert first is not None
    assert not await store.late_due("quick", 205.0)
    assert await store.claim_late("p2", "quick", 205.0, 300.0) is None
    second = await store.claim_late("p2", "quick", 211.0, 300.0)  # the lease of the first is over
    assert second is not None
    assert not await store.finish_late(first[1], answer("an_1", "q_1", level="quick"))
    assert await store.answer("an_1") is None
    assert not await store.end_late(first[1], "ended")
    assert await store.finish_late(second[1], answer("an_2", "q_1", level="quick"))


async def test_a_lease_is_made_longer_and_the_dead_are_freed(store: SqlStore) -> None:
    await wait(store, "q_1")
    await wait(store, "q_2")
    assert await taken(store, owner="p1") == "q_1"
    assert await taken(store, owner="p2") == "q_2"
    await store.hold_late("p1", 900.0)
    assert await store.late_due("quick", 500.0)
    assert not await store.late_due("deep", 500.0)
    await store.free_late(["p1", "p9"])
    assert await taken(store, 201.0, owner="p3") == "q_1"
    assert await taken(store, 201.0, owner="p3") == ""


async def test_one_that_failed_waits_for_its_time(store: SqlStore) -> None:
    await wait(store, "q_1")
    claimed = await store.claim_late("p1", "quick", 200.0, 260.0)
    assert claimed is not None
    assert await store.release_late(claimed[1], 230.0)
    assert not await store.late_due("quick", 229.0)
    assert await taken(store, 229.0) == ""
    assert await taken(store, 230.0) == "q_1"


async def test_a_wait_is_withdrawn_or_runs_out(store: SqlStore) -> None:
    for name in ("q_1", "q_2", "q_3"):
        await wait(store, name)
    assert await store.withdraw_late("q_1")
    assert not await store.withdraw_late("q_1")
    assert await taken(store, 100.0 + HOUR - 1) == "q_2"
    assert await store.expire_late(100.0 + HOUR - 1) == ()
    assert await taken(store, 100.0 + HOUR) == ""
    assert await store.expire_late(100.0 + HOUR) == ("q_3",)  # q_2 is being worked on
    states = [getattr(await store.late(name), "state", "") for name in ("q_1", "q_2", "q_3")]
    assert states == ["withdrawn", "waiting", "expired"]


async def test_an_answer_is_handed_to_its_channel_once(store: SqlStore) -> None:
    for name, channel in (("q_1", "wechat"), ("q_2", "web")):
        await wait(store, name, channel=channel)
        claimed = await store.claim_late("p1", "quick", 200.0, 260.0)
        assert claimed is not None
        assert await store.finish_late(claimed[1], answer(f"b_{name}", name, level="quick"))
    assert await store.claim_untold("p1", [], 300.0, 360.0) is None
    first = await store.claim_untold("p1", ["wechat"], 300.0, 360.0)
    assert first is not None
    assert (first[0].id, first[1].answer_id) == ("q_1", "b_q_1")
    assert await store.claim_untold("p2", ["wechat"], 310.0, 360.0) is None
    assert await store.release_late(first[1], 320.0)
    again = await store.claim_untold("p2", ["wechat"], 320.0, 380.0)
    assert again is not None
    assert not await store.told_late(first[1], 330.0)
    assert await store.told_late(again[1], 330.0)
    assert await store.claim_untold("p2", ["wechat"], 400.0, 460.0) is None
    known = await store.late("q_1")
    assert known is not None
    assert known.told_at == 330.0


async def test_several_processes_take_each_question_once(store: SqlStore, address: str) -> None:
    names = [f"q_{n:02}" for n in range(12)]
    await asyncio.gather(*(wait(store, name) for name in names))
    other = open_store(address)
    await other.open()
    took = await asyncio.gather(
        *(taken(each, owner=owner) for each, owner in ((store, "p1"), (other, "p2")) * 8)
    )
    assert sorted(filter(None, took)) == names
    await other.close()


async def test_a_wait_survives_the_end_of_its_process(store: SqlStore, address: str) -> None:
    await wait(store, "q_1", whose="作者\x00\ud800")
    await store.close()
    again = open_store(address)
    await again.open()
    kept = await again.late("q_1")
    assert kept == replace(late("q_1"), whose=kept.whose if kept else "")
    assert await taken(again) == "q_1"
    await again.close()
