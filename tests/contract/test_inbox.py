"""Questions, answers and notes, on both databases."""

import asyncio

import pytest

from dengmi.core.errors import DengmiError, NotFound
from dengmi.core.inbox import Census
from dengmi.core.together import QUIET
from dengmi.store.open import open_store
from dengmi.store.store import SqlStore
from tests.contract.given import answer, question, unfinished


async def test_a_question_is_kept_as_it_came(store: SqlStore) -> None:
    asked = question(
        "q_1",
        text="灯谜是什么？",
        wanted="deep",
        channel="web",
        asker="u1",
        conversation="c1",
        dedup="m1",
        lang="zh",
        asked_at=5.5,
    )
    assert await store.record_question(asked) == (asked, True)
    assert await unfinished(store) == (asked,)
    assert await store.question("q_1") == asked
    assert await store.question("q_2") is None


async def test_a_redelivered_question_is_the_same_question(store: SqlStore) -> None:
    first = question("q_1", dedup="m1", channel="web")
    again = question("q_2", dedup="m1", channel="web", text="other words")
    assert await store.record_question(first) == (first, True)
    assert await store.record_question(again) == (first, False)
    assert await store.record_question(first) == (first, False)
    for other in (
        question("q_3", dedup="m1", channel="rest"),
        question("q_4", dedup="m1", channel="web", desk="news"),
        question("q_5", dedup="", channel="web"),
        question("q_6", dedup="", channel="web"),
    ):
        assert await store.record_question(other) == (other, True)


async def test_an_answer_ends_its_question(store: SqlStore) -> None:
    await store.record_question(question("q_1", asked_at=1.0))
    await store.record_question(question("q_2", asked_at=2.0))
    given = answer("r_1", "q_1")
    await store.finish_question(given)
    await store.finish_question(answer("r_1", "q_1", text="once only", grounded=False))
    assert await store.answer("r_1") == await store.answer("q_1") == given
    assert [each.id for each in await unfinished(store)] == ["q_2"]
    later = answer("r_2", "q_1", level="deep", created_at=20.0)
    await store.finish_question(later)
    assert await store.answer("q_1") == later
    assert await store.answer("r_1") == given
    assert await store.answer("nobody") is None


async def test_unanswered_questions_are_listed_newest_first(store: SqlStore) -> None:
    for n in range(4):
        await store.record_question(question(f"q_{n}", asked_at=float(n)))
        await store.finish_question(
            answer(f"r_{n}", f"q_{n}", grounded=n == 1, citations=(), nearest=())
        )
    await store.record_question(question("q_9", asked_at=9.0, channel="eval"))
    await store.finish_question(answer("r_9", "q_9", grounded=False, citations=()))
    found = await store.unanswered("guide")
    assert [(each.id, each.state) for each in found] == [
        ("q_3", "unanswered"),
        ("q_2", "unanswered"),
        ("q_0", "unanswered"),
    ]
    assert len(await store.unanswered("guide", limit=2)) == 2
    assert await store.unanswered("news") == ()


async def test_a_failed_question_is_final_and_an_answered_one_stays(store: SqlStore) -> None:
    await store.record_question(question("q_1"))
    await store.fail_question("q_1", "out_of_luck")
    assert await unfinished(store) == ()
    await store.record_question(question("q_2"))
    await store.finish_question(answer("r_2", "q_2"))
    await store.fail_question("q_2", "too_late")
    assert (await store.record_question(question("q_2")))[0].state == "answered"


async def test_an_answer_needs_its_question(store: SqlStore) -> None:
    with pytest.raises(NotFound) as caught:
        await store.finish_question(answer("r_1", "q_none"))
    assert caught.value.code == "store_question_unknown"
    assert await store.answer("r_1") is None


async def test_broken_text_in_questions_and_answers(store: SqlStore) -> None:
    asked = question("q_1", text="a\0\ud800", asker="\udfff", dedup="d\0\ud800", channel="c\0")
    kept, new = await store.record_question(asked)
    assert (kept.text, kept.asker, kept.dedup, new) == (
        "a\ufffd\ufffd",
        "\ufffd",
        "d\ufffd\ufffd",
        1,
    )
    assert (await store.record_question(asked)) == (kept, False)
    await store.finish_question(
        answer("r_1", "q_1", text="\0", followups=("x\0", "y\udc00"), usage={"\ud800": 1})
    )
    found = await store.answer("r_1")
    assert found is not None
    assert (found.text, found.followups) == ("\ufffd", ("x\ufffd", "y\ufffd"))
    assert found.usage == {"\ufffd": 1}


async def test_one_bad_write_takes_no_other_along(store: SqlStore) -> None:
    """Writes that come together share a commit, but each stands or falls by itself."""
    await asyncio.gather(*(store.record_question(question(f"q_{n}")) for n in range(50)))
    results = await asyncio.gather(
        *(
            store.finish_question(answer(f"r_{n}", f"q_{n if n % 3 else 'none'}"))
            for n in range(50)
        ),
        return_exceptions=True,
    )
    for n, result in enumerate(results):
        assert isinstance(result, NotFound) if n % 3 == 0 else result is None
        assert (await store.answer(f"r_{n}") is None) == (n % 3 == 0)


async def test_numbers_too_large_are_refused(store: SqlStore) -> None:
    with pytest.raises(DengmiError) as caught:
        await store.unanswered("guide", limit=10**30)
    assert caught.value.code == "store_bad_value"


async def test_the_same_redelivery_many_times_at_once(new_address, store: SqlStore) -> None:
    """Two processes and many redeliveries: exactly one of them is new."""
    address = await new_address()
    stores = [open_store(address) for _ in range(2)]
    await asyncio.gather(*(each.open() for each in stores))
    results = await asyncio.gather(
        *(stores[n % 2].record_question(question(f"q_{n}", dedup=f"m{n % 5}")) for n in range(40))
    )
    assert sum(new for _, new in results) == 5
    assert len({kept.id for kept, _ in results}) == 5
    await asyncio.gather(*(each.close() for each in stores))


async def test_many_workers_never_share_a_note(address: str) -> None:
    stores = [open_store(address) for _ in range(3)]
    await asyncio.gather(*(each.open() for each in stores))
    names = [f"n_{n}" for n in range(30)]
    await asyncio.gather(*(stores[0].put_note(name, "k", {"is": name}) for name in names))

    async def work(store: SqlStore) -> list[str]:
        taken = [await store.take_note(name) for name in names]
        return [str(value["is"]) for value in taken if value is not None]

    taken = [name for part in await asyncio.gather(*map(work, stores)) for name in part]
    assert sorted(taken) == sorted(names)
    assert await stores[0].notes("k") == {}
    await asyncio.gather(*(each.close() for each in stores))


async def test_questions_of_the_dead_are_taken_over_once(store: SqlStore, address: str) -> None:
    owners = {"q_1": "gone", "q_2": "alive", "q_3": "", "q_4": "gone", "q_5": "far", "q_6": "gone"}
    for n, (name, owner) in enumerate(owners.items()):
        asked_at = 5.0 if owner == "far" else 100.0 + n
        await store.record_question(question(name, owner=owner, asked_at=asked_at))
    await store.finish_question(answer("r_4", "q_4"))
    other = open_store(address)
    await other.open()

    async def claim(one: SqlStore, owner: str) -> list[str]:
        known = Census(gone=["gone"], alive=["alive", "p1", "p2"], busy=["q_6"], before=50.0)
        asked = await one.claim_questions(owner, known)
        return [each.id for each in asked]

    took = await asyncio.gather(claim(store, "p1"), claim(other, "p2"))
    assert sorted(took, key=len) == [[], ["q_5", "q_1", "q_3"]]
    first = "p1" if took[0] else "p2"
    assert await claim(store, first) == []
    assert len(await unfinished(store)) == 5
    await other.close()


async def test_a_question_is_kept_although_whoever_asked_has_gone(store: SqlStore) -> None:
    for n in range(QUIET):  # from then on who asks alone writes it down without a task for it
        await store.record_question(question(f"q_{n}"))
    asking = asyncio.create_task(store.record_question(question("q_gone")))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await store.record_question(question("q_next"))
    assert await store.question("q_gone") == question("q_gone")
    assert await store.question("q_next") == question("q_next")
