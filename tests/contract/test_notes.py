"""Notes: kept under an id, replaced, taken by whoever comes first."""

import asyncio

from dengmi.store.store import SqlStore


async def test_a_note_is_kept_replaced_and_taken_once(store: SqlStore) -> None:
    await store.put_note("w:q_2", "w", {"to": "乙", "said": 1})
    await store.put_note("w:q_1", "w", {"to": "甲"})
    await store.put_note("v:q_1", "v", {})
    await store.put_note("w:q_1", "w", {"to": "丙", "deep": [1, {"a": None}]})
    assert await store.notes("w") == {
        "w:q_2": {"to": "乙", "said": 1},
        "w:q_1": {"to": "丙", "deep": [1, {"a": None}]},
    }
    taken = await asyncio.gather(*(store.take_note("w:q_1") for _ in range(5)))
    assert [each for each in taken if each is not None] == [{"to": "丙", "deep": [1, {"a": None}]}]
    assert await store.take_note("none") is None
    assert list(await store.notes("w")) == ["w:q_2"]
    assert await store.notes("v") == {"v:q_1": {}}
