"""What channels owe, on both databases: each answer goes out once, whoever sends it."""

from dataclasses import replace

from dengmi.core.deliveries import Delivery
from dengmi.store.store import SqlStore
from tests.contract.given import answer, question

NEWS = "wechat:news"


async def ask(store: SqlStore, name: str, *, answered: bool = True, **more: object) -> None:
    """A question whose channel owes the answer from 100 on."""
    given: dict[str, object] = {"channel": NEWS, "asker": f"{NEWS}:o1", "asked_at": 90.0}
    await store.record_question(question(name, owed_at=100.0, **(given | more)))
    if answered:
        await store.finish_question(answer(f"an_{name}", name, created_at=95.0))


async def take(store: SqlStore, now: float = 200.0, owner: str = "p1", **more: object) -> list[str]:
    taken = await store.claim_deliveries(owner, [NEWS], now, now + 60, most=10, **more)
    return [each.id for _, _, each in taken]


async def test_a_question_is_written_down_with_what_is_owed(store: SqlStore) -> None:
    await ask(store, "q_1", answered=False)
    await ask(store, "q_1", answered=False)  # delivered again
    owed = Delivery(id="q_1", question_id="q_1", channel=NEWS, due=100.0)
    assert await store.delivery("q_1") == owed
    assert await store.delivery("q_2") is None
    assert await take(store) == []  # there is no answer yet
    await store.finish_question(answer("an_1", "q_1"))
    assert await take(store, now=99.0) == []  # it may still go out as the reply
    ((asked, said, taken),) = await store.claim_deliveries("p1", [NEWS], 200.0, 260.0, most=5)
    assert (asked.id, said and said.id) == ("q_1", "an_1")
    assert taken == replace(owed, tries=1, owner="p1", lease=260.0)
    assert await store.claim_deliveries("p2", ["matrix:x"], 900.0, 960.0, most=5) == []


async def test_two_processes_never_take_the_same(store: SqlStore) -> None:
    for n in range(4):
        await ask(store, f"q_{n}")
    assert await take(store, ids=["q_2"]) == ["q_2"]
    assert await take(store, owner="p2") == ["q_0", "q_1", "q_3"]
    assert await take(store, owner="p3") == []
    await store.free_deliveries(["p2"])
    assert await take(store, owner="p3") == ["q_0", "q_1", "q_3"]
    assert await take(store, now=261.0, owner="p4") == ["q_0", "q_1", "q_2", "q_3"]  # leases ended


async def test_only_who_holds_it_goes_on(store: SqlStore) -> None:
    await ask(store, "q_1")
    ((_, _, first),) = await store.claim_deliveries("p1", [NEWS], 200.0, 260.0, most=5)
    begun = replace(first, parts=2, begun=1)
    assert await store.step_delivery(begun)
    assert begun.doubtful
    ((_, _, second),) = await store.claim_deliveries("p2", [NEWS], 300.0, 360.0, most=5)
    assert (second.parts, second.begun, second.sent, second.tries) == (2, 1, 0, 2)
    assert not await store.step_delivery(replace(begun, sent=1))
    assert not await store.end_delivery(first, "sent")
    assert await store.release_delivery(second, 500.0)
    assert await take(store, now=400.0) == []
    ((_, _, third),) = await store.claim_deliveries("p2", [NEWS], 500.0, 560.0, most=5)
    assert await store.step_delivery(replace(third, begun=2, sent=2))
    assert await store.end_delivery(third, "sent")
    assert await take(store, now=10_000.0) == []
    kept = await store.delivery("q_1")
    assert kept is not None
    assert (kept.state, kept.sent, kept.owner) == ("sent", 2, "")


async def test_an_answer_is_given_in_the_reply_or_sent_never_both(store: SqlStore) -> None:
    for name in ("q_1", "q_2", "q_3"):
        await ask(store, name)
    assert await store.give_delivery("q_1")
    assert await store.give_delivery("q_1")  # delivered again: the reply did not arrive
    far = 9e9
    assert await take(store, now=far) == ["q_2", "q_3"]
    assert not await store.give_delivery("q_2")  # is being sent
    taken = await store.claim_deliveries("p2", [NEWS], far + 100, far + 160, most=5)
    q_2, q_3 = (each for _, _, each in taken)
    await store.end_delivery(q_2, "sent")
    assert await store.step_delivery(replace(q_3, begun=1))
    await store.release_delivery(q_3, 0.0)
    assert not await store.give_delivery("q_3")  # some of it may have arrived
    ((_, _, q_3),) = await store.claim_deliveries("p2", [NEWS], far, far + 60, most=5)
    await store.end_delivery(q_3, "closed")
    assert not await store.give_delivery("q_2")
    assert await store.give_delivery("q_3")  # there was nobody to send it to
    assert await store.give_delivery("q_of_old")  # nothing was owed


async def test_what_follows_may_be_sent_at_once(store: SqlStore) -> None:
    await ask(store, "q_1")
    await store.follow_delivery("q_1", 96.0, shown=True)
    ((_, _, taken),) = await store.claim_deliveries("p1", [NEWS], 97.0, 160.0, most=5)
    assert taken.shown
    await store.follow_delivery("q_1", 500.0, shown=False)  # is being sent: stays as it is
    kept = await store.delivery("q_1")
    assert kept == taken


async def test_a_better_answer_is_a_delivery_of_its_own(store: SqlStore) -> None:
    await ask(store, "q_1")
    await store.finish_question(answer("an_better", "q_1", created_at=300.0, level="quick"))
    later = Delivery(id="an_better", question_id="q_1", channel=NEWS, answer_id="an_better")
    await store.owe_delivery(later)
    await store.owe_delivery(replace(later, due=9_999.0))  # noted already
    taken = await store.claim_deliveries("p1", [NEWS], 400.0, 460.0, most=5)
    said = [(each.id, answer.id if answer else "") for _, answer, each in taken]
    assert said == [("an_better", "an_better"), ("q_1", "an_q_1")]


async def test_a_failed_question_has_no_answer_to_send(store: SqlStore) -> None:
    await ask(store, "q_1", answered=False)
    await store.fail_question("q_1", "unexpected")
    ((asked, said, _),) = await store.claim_deliveries("p1", [NEWS], 200.0, 260.0, most=5)
    assert (asked.state, said) == ("failed", None)


async def test_messages_are_counted_since_the_asker_spoke(store: SqlStore) -> None:
    await ask(store, "q_1")
    await ask(store, "q_2")
    await ask(store, "q_other", asker=f"{NEWS}:o2")
    taken = await store.claim_deliveries("p1", [NEWS], 200.0, 260.0, most=5)
    for _, _, each in taken:
        await store.step_delivery(replace(each, begun=2))
    o1 = f"{NEWS}:o1"
    assert await store.messages_since(o1, "") == 4
    assert await store.messages_since(o1, "q_1") == 2
    await ask(store, "q_3", asked_at=9e9)
    assert await store.messages_since(o1, "") == 0
    assert await store.messages_since("nobody", "") == 0


async def test_who_is_forgotten_is_owed_nothing(store: SqlStore) -> None:
    await ask(store, "q_1")
    assert await store.forget_asker(f"{NEWS}:o1") == 1
    assert await store.delivery("q_1") is None
