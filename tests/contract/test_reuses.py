"""Answers that may serve again, on both databases."""

from dataclasses import replace

import pytest

from dengmi.answer.reuse import Basis, basis_from, basis_of
from dengmi.core.errors import NotFound
from dengmi.core.records import Evidence, Head, Hit, SearchQuery
from dengmi.core.reuses import Reusable
from dengmi.language.asking import asking
from dengmi.store.store import SqlStore
from tests.contract.given import answer, passage, question


def reusable(name: str, **fields: object) -> Reusable:
    made = Reusable(answer_id=name, key="k", desk="guide", basis={"seq": 1, "of": ["这"]})
    return replace(made, **fields)


async def given(store: SqlStore, *names: str, **fields: object) -> None:
    """Stored answers of these names, each to a question of its own."""
    for name in names:
        await store.record_question(question(f"q_{name}"))
        await store.finish_question(answer(name, f"q_{name}", **fields))


async def names(store: SqlStore, key: str = "k", limit: int = 9) -> list[str]:
    return [kept.answer_id for kept, _ in await store.reusables(key, limit)]


async def test_what_is_kept_comes_back_with_its_answer(store) -> None:
    await given(store, "a1")
    kept = reusable("a1", made_at=5.5, served=2)
    await store.keep_reusable(kept)
    assert await store.reusables("k", 9) == ((kept, await store.answer("a1")),)
    assert await store.reusables("other", 9) == ()


@pytest.fixture(scope="module")
def basis() -> Basis:
    """What an answer stood on; read here, as reading Chinese for the first time reads a file."""
    head = Head(pk=1, id="a_1", desk="guide", source_id="s", title="t")
    hit = Hit(rank=1, score=2.5, head=head, passage=passage("A quote.\nIt goes on.", name="p_1"))
    query = SearchQuery(text="q", desk="guide")
    found = Evidence(query=query, hits=(hit,), weights={}, ideal=1.0, seq=3, took_ms=0.1)
    made = basis_of(asking("What costs ¥5 今天?"), answer("a1", "q_a1"), found)
    assert made is not None
    return made


async def test_a_real_basis_survives(store, basis) -> None:
    await given(store, "a1")
    await store.keep_reusable(reusable("a1", basis=basis.plain()))
    ((kept, _),) = await store.reusables("k", 1)
    assert basis_from(kept.basis) == basis


async def test_an_answer_that_is_not_stored_is_not_kept(store) -> None:
    with pytest.raises(NotFound):
        await store.keep_reusable(reusable("a9"))


async def test_pinned_ones_come_first_then_the_newest(store) -> None:
    await given(store, "a1", "a2", "a3", "a4", "b1")
    for n, name in enumerate(("a1", "a2", "a3", "a4"), start=1):
        await store.keep_reusable(reusable(name, made_at=float(n)))
    await store.keep_reusable(reusable("b1", key="other", made_at=9.0))
    assert await names(store) == ["a4", "a3", "a2", "a1"]
    assert await store.set_reuse("a1", "pinned")
    assert await store.set_reuse("a3", "void", "wrong")
    assert await names(store) == ["a1", "a4", "a2"]
    assert await names(store, limit=2) == ["a1", "a4"]
    assert await store.set_reuse("a1", "live")
    assert await store.set_reuse("a3", "live")
    assert await names(store) == ["a4", "a3", "a2", "a1"]
    assert not await store.set_reuse("a9", "pinned")


async def test_keeping_again_changes_nothing(store) -> None:
    await given(store, "a1")
    await store.keep_reusable(reusable("a1"))
    await store.set_reuse("a1", "pinned", "checked")
    await store.keep_reusable(reusable("a1", key="other", made_at=9.0))
    ((kept, _),) = await store.reusables("k", 9)
    assert kept == reusable("a1", state="pinned", reason="checked")


async def test_serving_again_is_counted(store) -> None:
    await given(store, "a1")
    await store.keep_reusable(reusable("a1"))
    for name in ("b1", "b2", "b2"):  # counted with the answer, and once as that is
        await store.record_question(question(f"q_{name}"))
        again = answer(name, f"q_{name}", level="quick", reused=True, origin="a1")
        await store.finish_question(again)
    ((kept, _),) = await store.reusables("k", 9)
    assert kept.served == 2


async def test_a_thumb_down_keeps_an_answer_from_serving_until_it_is_taken_back(store) -> None:
    await given(store, "a1")
    await store.keep_reusable(reusable("a1"))
    await store.put_thumb("a1", "ann", True, 1.0)
    assert await names(store) == ["a1"]
    await store.put_thumb("a1", "bob", False, 2.0)
    await store.put_thumb("a1", "cat", False, 3.0)
    assert await names(store) == []
    await store.put_thumb("a1", "bob", None, 4.0)
    assert await names(store) == []
    await store.put_thumb("a1", "cat", True, 5.0)
    assert await names(store) == ["a1"]


async def test_it_takes_two_of_those_who_have_no_name(store) -> None:
    await given(store, "a1")
    await given(store, "b1", origin="a1", reused=True)
    await store.keep_reusable(reusable("a1"))
    for answer_id in ("a1", "b1"):  # one and the same browser
        await store.put_thumb(answer_id, "w_ann", False, 1.0)
    await store.put_thumb("a1", "@address", True, 2.0)
    assert await names(store) == ["a1"]
    await store.put_thumb("a1", "@address", False, 3.0)
    assert await names(store) == []
    await store.put_thumb("a1", "@address", None, 4.0)
    assert await names(store) == ["a1"]
    asker = await store.accounts().asker("elsewhere", "", "w_bob", "w_new", 5.0)
    await store.put_thumb("a1", asker, False, 6.0)  # somebody with an account is enough
    assert await names(store) == []


async def test_a_thumb_down_on_an_answer_served_again_strikes_its_origin(store) -> None:
    await given(store, "a1", "a2")
    await given(store, "b1", origin="a1", reused=True)
    await store.keep_reusable(reusable("a1"))
    await store.keep_reusable(reusable("a2"))
    await store.put_thumb("b1", "ann", False, 1.0)
    assert await names(store) == ["a2"]
    await store.put_thumb("a2", "ann", None, 2.0)
    assert await names(store) == ["a2"]
    assert await store.set_reuse("b1", "pinned")
    assert await names(store) == ["a1", "a2"]


async def test_thumbs_do_not_change_what_an_operator_decided(store) -> None:
    await given(store, "a1", "a2")
    await store.keep_reusable(reusable("a1"))
    await store.keep_reusable(reusable("a2"))
    await store.set_reuse("a1", "pinned")
    await store.set_reuse("a2", "void", "wrong")
    for name in ("a1", "a2"):
        await store.put_thumb(name, "ann", False, 1.0)
    assert await names(store) == ["a1"]
    for name in ("a1", "a2"):
        await store.put_thumb(name, "ann", True, 2.0)
    assert await names(store) == ["a1"]
