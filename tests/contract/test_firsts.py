"""First replies, kept by desk and quarter of an hour."""

from dengmi.core.clock import SystemClock
from dengmi.core.counts import EDGES, Counts
from dengmi.core.firsts import FirstReplies
from dengmi.core.records import Question
from dengmi.server.firsts import FirstsKeeper
from dengmi.store.store import SqlStore


def replies(desk: str, quarter: int, bucket: int, count: int) -> FirstReplies:
    return FirstReplies(desk=desk, quarter=quarter, bucket=bucket, count=count)


async def test_first_replies_add_up(store: SqlStore) -> None:
    await store.add_firsts([replies("a", 4, 10, 2), replies("a", 5, 10, 1)])
    await store.add_firsts([replies("a", 4, 10, 3), replies("b", 4, len(EDGES), 1)])
    found = await store.firsts(4 * 900.0, 5 * 900.0)
    assert {desk: times.count for desk, times in found.items()} == {"a": 5, "b": 1}
    assert found["a"].buckets[10] == 5
    assert found["b"].within(0.5) == EDGES[-1]
    assert (await store.firsts(4 * 900.0, 6 * 900.0))["a"].count == 6
    await store.forget_firsts(5 * 900.0)
    assert list(await store.firsts(0.0, 9 * 900.0)) == ["a"]


async def test_each_reply_is_added_once(store: SqlStore) -> None:
    clock = SystemClock()
    keepers = []
    for _ in range(2):  # two processes
        counts = Counts()
        counts.time("first_reply_of", "a", seconds=0.01)
        counts.time("first_reply", "quote", seconds=9.0)
        keepers.append((counts, FirstsKeeper(counts, store, clock)))
    for _ in range(2):
        for _, keeper in keepers:
            await keeper.add()
    keepers[0][0].time("first_reply_of", "a", seconds=0.5)
    keepers[0][0].time("first_reply_of", "茶", seconds=0.5)
    await keepers[0][1].add()
    until = (clock.now() // 900 + 2) * 900.0
    found = await store.firsts(until - 3600, until)
    assert {desk: times.count for desk, times in found.items()} == {"a": 3, "茶": 1}


async def test_questions_by_desk(store: SqlStore) -> None:
    for n, (desk, channel) in enumerate((("a", "web"), ("a", "mcp"), ("b", "web"), ("a", "eval"))):
        await store.record_question(
            Question(id=f"q{n}", desk=desk, text="Where?", channel=channel, asked_at=100.0)
        )
    assert await store.asked_by_desk(0.0, 200.0) == {"a": 2, "b": 1}
    assert await store.asked_by_desk(150.0, 200.0) == {}
