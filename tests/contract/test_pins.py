"""Answers that operators pinned, kept."""

import pytest

from dengmi.answer.pins import Pinned, pin_of
from dengmi.core.clock import SystemClock
from dengmi.core.pins import Pin
from dengmi.core.records import HALL, Question
from dengmi.core.reuses import Reusable
from dengmi.store.store import SqlStore
from tests.contract.given import answer


async def given(store: SqlStore, name: str, at: float = 1.0, **fields: object) -> None:
    question = Question(id=f"q{name}", desk="guide", text="Where?", channel="web", asked_at=at)
    await store.record_question(question)
    await store.finish_question(answer(f"a{name}", f"q{name}", created_at=at, **fields))


def pin(name: str, key: str = "k", at: float = 5.0) -> Pin:
    return Pin(answer_id=f"a{name}", key=key, asked="Where?", at=at, by="Mei")


async def test_pins_are_found_by_their_key_newest_first(store: SqlStore) -> None:
    await given(store, "1")
    await given(store, "2")
    assert await store.pin_keys() == frozenset()
    assert await store.pin_answer(pin("1"))
    assert await store.pin_answer(pin("2", at=9.0))
    assert not await store.pin_answer(pin("9"))
    assert await store.pin_keys() == {"k"}
    assert [each.answer_id for each, _ in await store.pinned("k")] == ["a2", "a1"]
    assert (await store.pinned("k"))[1] == (pin("1"), await store.answer("a1"))
    assert await store.pin_answer(pin("1", "other"))
    assert await store.pin_keys() == {"k", "other"}
    assert await store.unpin_answer("a1")
    assert not await store.unpin_answer("a1")
    assert await store.pinned("other") == ()


async def test_a_pin_is_on_what_is_served_again(store: SqlStore) -> None:
    await given(store, "1")
    await store.keep_reusable(Reusable(answer_id="a1", key="r", desk="guide", basis={}))
    await given(store, "2", reused=True, origin="a1")
    assert await store.pin_answer(pin("2"))
    ((kept, origin),) = await store.pinned("k")
    assert kept.answer_id == origin.id == "a1"
    ((reuse, _),) = await store.reusables("r", 9)
    assert reuse.state == "pinned"
    life = await store.review().life("q2")
    assert life is not None
    assert life.pin == kept
    assert await store.unpin_answer("a2")
    ((reuse, _),) = await store.reusables("r", 9)
    assert reuse.state == "live"


async def test_forbidding_takes_the_pin_off(store: SqlStore) -> None:
    await given(store, "1")
    await store.keep_reusable(Reusable(answer_id="a1", key="r", desk="guide", basis={}))
    await store.pin_answer(pin("1"))
    assert await store.set_reuse("a1", "void", "operator")
    assert await store.pin_keys() == frozenset()
    assert await store.reusables("r", 9) == ()


async def test_pinned_answers_stay_where_old_ones_go(store: SqlStore) -> None:
    await given(store, "1", 10.0)
    await given(store, "2", 10.0)
    await store.pin_answer(pin("1"))
    assert await store.review().forget_before("guide", 20.0, 9) == 1
    assert await store.answer("a1") is not None


async def test_who_is_forgotten_leaves_no_pin(store: SqlStore) -> None:
    question = Question(id="q1", desk="guide", text="Where?", channel="web", asker="ann",
                        asked_at=1.0)  # fmt: skip
    await store.record_question(question)
    await store.finish_question(answer("a1", "q1"))
    await store.pin_answer(pin("1"))
    assert await store.forget_asker("ann") == 1
    assert await store.pin_keys() == frozenset()


@pytest.mark.parametrize("desk", [HALL, "guide"])
async def test_the_hall_serves_no_pin_of_a_desk_that_became_private(
    store: SqlStore, desk: str
) -> None:
    private: set[str] = set()
    await given(store, "1", desk=desk)
    kept = await store.answer("a1")
    assert kept is not None
    assert kept.citations[0].head.desk == "guide"
    pinned = Pinned(store, SystemClock(), private)
    assert await store.pin_answer(pin_of(kept, 1.0, "Mei"))
    await pinned.look()
    assert await pinned.find(desk, kept.question) == kept
    private.add("guide")
    assert (await pinned.find(desk, kept.question) is None) == (desk == HALL)
