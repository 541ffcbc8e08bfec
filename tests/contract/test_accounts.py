"""Whose accounts elsewhere are, on both databases."""

import asyncio

import pytest

from dengmi.core.errors import Conflict
from dengmi.core.operators import Session
from dengmi.core.records import Question


async def _asked(store, asker: str, *names: str) -> None:
    for name in names:
        await store.record_question(
            Question(
                id=name,
                desk="guide",
                text=f"{name}?",
                asker=asker,
                conversation=f"c_{name}",
                channel="web",
                asked_at=1.0,
                lang="en",
            )
        )


async def _has(store, asker: str) -> set[str]:
    return {each.id for each in await store.conversations(asker, 9.0, 9)}


async def test_an_account_keeps_its_asker_and_takes_what_was_asked_without_one(store) -> None:
    accounts = store.accounts()
    await _asked(store, "w_ann", "q1")
    await _asked(store, "w_phone", "q2")
    assert await accounts.plan("w_ann") is None
    assert await accounts.asker("k_ann", "", "w_ann", "w_new1", 1.0) == "w_ann"
    assert await accounts.asker("k_ann", "friend", "w_phone", "w_new2", 2.0) == "w_ann"
    assert await accounts.plan("w_ann") == "friend"
    assert await _has(store, "w_ann") == {"c_q1", "c_q2"}
    assert await accounts.asker("k_ann", "", "w_ann", "w_new3", 3.0) == "w_ann"
    assert await accounts.asker("k_ann", "", "", "w_new4", 4.0) == "w_ann"
    assert await _has(store, "w_ann") == {"c_q1", "c_q2"}
    assert await accounts.plan("") is None


async def test_what_one_account_asked_never_becomes_anothers(store) -> None:
    accounts = store.accounts()
    await _asked(store, "w_ann", "q1")
    await accounts.asker("k_ann", "", "w_ann", "w_new1", 1.0)
    assert await accounts.asker("k_bob", "", "w_ann", "w_new2", 2.0) == "w_new2"
    assert await accounts.asker("k_bob", "", "w_ann", "w_new3", 3.0) == "w_new2"
    assert await _has(store, "w_ann") == {"c_q1"}
    assert await _has(store, "w_new2") == set()


async def test_many_first_sign_ins_at_once_are_one(store) -> None:
    await _asked(store, "w_ann", "q1")
    found = await asyncio.gather(
        *(store.accounts().asker("k_ann", "", "w_ann", f"w_new{n}", 1.0) for n in range(4)),
        *(store.accounts().asker("k_ann", "", "", f"w_late{n}", 1.0) for n in range(4)),
    )
    assert len(set(found)) == 1
    assert await _has(store, found[0]) == {"c_q1"}


async def test_deleting_an_asker_deletes_the_link(store) -> None:
    accounts = store.accounts()
    await accounts.asker("k_ann", "", "w_ann", "w_new1", 1.0)
    await store.forget_asker("w_ann")
    assert await accounts.plan("w_ann") is None
    assert await accounts.asker("k_ann", "", "", "w_new2", 2.0) == "w_new2"


async def test_operators_have_the_role_of_their_account(store) -> None:
    accounts, people = store.accounts(), store.operators()
    mei = await accounts.operator("k_mei", "Mei", "owner", "o_1", 1.0)
    assert (mei.id, mei.name, mei.role, mei.password) == ("o_1", "Mei", "owner", "")
    long = "x" * 60
    first = await accounts.operator("k_x1", long, "viewer", "o_2", 2.0)
    second = await accounts.operator("k_x2", long, "viewer", "o_3", 2.0)
    assert (first.name, second.name) == ("x" * 40, "x" * 38 + " 2")
    again = await accounts.operator("k_x1", "other", "editor", "o_4", 3.0)
    assert (again.id, again.name, again.role) == ("o_2", "x" * 40, "editor")
    with pytest.raises(Conflict):
        await accounts.operator("k_mei", "Mei", "viewer", "o_5", 4.0)
    session = Session(id="s_1", operator="o_2", csrf="c", made_at=1.0, seen_at=1.0, until=99.0)
    await people.begin_session(session)
    assert await people.session("s_1", 5.0) is not None
    await accounts.refuse_operator("k_x1")
    assert await people.session("s_1", 5.0) is None
    await people.remove_operator("o_2")
    anew = await accounts.operator("k_x1", "Xi", "viewer", "o_6", 6.0)
    assert (anew.id, anew.name) == ("o_6", "Xi")
