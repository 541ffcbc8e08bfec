"""Operators, their sessions and deeds, on both databases."""

import asyncio

import pytest

from dengmi.core.errors import Conflict, NotFound
from dengmi.core.operators import AccessKey, Deed, Invite, Operator, Session


def ann(**fields: object) -> Operator:
    made: dict[str, object] = {"id": "o_ann", "name": "Ann", "role": "viewer", "password": "hash"}
    return Operator(**(made | fields))


async def test_the_first_operator_is_an_owner_and_there_is_one_only(store) -> None:
    people = store.operators()
    assert not await people.has_operators()
    made = await people.join(ann(), "", 5.0)
    assert (made.role, made.made_at, made.seen_at) == ("owner", 5.0, None)
    assert await people.has_operators()
    with pytest.raises(NotFound):
        await people.join(ann(id="o_bob", name="Bob"), "", 6.0)
    assert await people.operator("ANN") == await people.operator("o_ann") == made


async def test_of_many_who_come_first_at_once_one_gets_in(store) -> None:
    people = store.operators()
    tries = [people.join(ann(id=f"o_{n}", name=f"n{n}"), "", 1.0) for n in range(5)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert [isinstance(each, NotFound) for each in done].count(True) == 4
    assert len(await people.operators()) == 1


async def test_an_invitation_works_once_and_not_for_ever(store) -> None:
    people = store.operators()
    await people.join(ann(), "", 1.0)
    await people.put_invite(Invite(id="i1", role="editor", made_by="o_ann", made_at=1.0, until=9.0))
    await people.put_invite(Invite(id="i2", role="viewer", made_by="o_ann", made_at=1.0, until=2.0))
    assert [each.id for each in await people.invites(5.0)] == ["i1"]
    assert await people.invite("i2", 5.0) is None
    with pytest.raises(Conflict):
        await people.join(ann(id="o_2", name="ann"), "i1", 5.0)
    made = await people.join(ann(id="o_2", name="Bob", role="owner"), "i1", 5.0)
    assert made.role == "editor"  # what the link says, not what is asked for
    for late in ("i1", "i2", "never"):
        with pytest.raises(NotFound):
            await people.join(ann(id="o_3", name="Cleo"), late, 5.0)
    assert not await people.withdraw_invite("i1")


async def test_a_link_to_a_new_password_ends_every_session(store) -> None:
    people = store.operators()
    await people.join(ann(), "", 1.0)
    for name in ("s1", "s2"):
        await people.begin_session(Session(id=name, operator="o_ann", csrf="c", until=99.0))
    await people.put_invite(Invite(id="i", role="owner", operator="o_ann", made_at=1.0, until=9.0))
    again = await people.join(ann(id="o_x", name="whatever", password="new"), "i", 2.0)
    assert (again.id, again.name, again.password) == ("o_ann", "Ann", "new")
    assert await people.session("s1", 2.0) is None
    assert len(await people.operators()) == 1


async def test_who_is_an_owner_no_longer_leaves_no_link_behind(store) -> None:
    people = store.operators()
    await people.join(ann(), "", 1.0)
    for name in ("Bob", "Cleo"):
        await people.put_invite(Invite(id=name, role="owner", made_by="Ann", until=9.0))
        await people.join(ann(id=f"o_{name}", name=name), name, 2.0)
        await people.put_invite(Invite(id=f"by {name}", role="owner", made_by=name, until=9.0))
    await people.put_invite(Invite(id="by Ann", role="owner", made_by="Ann", until=9.0))
    await people.put_invite(Invite(id="by command", role="owner", until=9.0))
    await people.remove_operator("o_Bob")
    await people.set_role("o_Cleo", "viewer")
    assert {each.id for each in await people.invites(5.0)} == {"by Ann", "by command"}


async def test_a_session_lasts_until_its_end(store) -> None:
    people = store.operators()
    await people.join(ann(), "", 1.0)
    session = Session(id="s", operator="o_ann", csrf="c", made_at=1.0, seen_at=1.0, until=10.0)
    await people.begin_session(session)
    found = await people.session("s", 9.0)
    assert found is not None
    assert found[0] == session
    assert found[1].seen_at == 1.0
    assert await people.session("s", 10.0) is None
    await people.keep_session("s", 9.0, 20.0)
    kept = await people.session("s", 15.0)
    assert kept is not None
    assert kept[1].seen_at == 9.0
    await people.end_session("s")
    assert await people.session("s", 9.0) is None
    with pytest.raises(NotFound):
        await people.begin_session(Session(id="t", operator="nobody", csrf="c", until=10.0))


async def test_the_last_owner_stays(store) -> None:
    people = store.operators()
    await people.join(ann(), "", 1.0)
    for change in (people.set_role("o_ann", "editor"), people.remove_operator("o_ann")):
        with pytest.raises(Conflict):
            await change
    await people.put_invite(Invite(id="i", role="owner", made_at=1.0, until=9.0))
    await people.join(ann(id="o_bob", name="Bob"), "i", 2.0)
    await people.begin_session(Session(id="s", operator="o_ann", csrf="c", until=99.0))
    await people.set_role("o_ann", "viewer")
    session = await people.session("s", 5.0)
    assert session is not None
    assert session[1].role == "viewer"  # at once
    await people.remove_operator("o_ann")
    assert await people.session("s", 5.0) is None
    with pytest.raises(NotFound):
        await people.remove_operator("o_ann")
    with pytest.raises(NotFound):
        await people.set_password("o_ann", "x")


async def test_deeds_are_listed_newest_first_page_by_page(store) -> None:
    people = store.operators()
    for n in range(5):
        deed = Deed(id=f"d{n}", at=float(n // 2), operator="Ann", code="x", params={"n": n})
        await people.note(deed)
    first = await people.deeds(limit=3)
    assert [each.id for each in first] == ["d4", "d3", "d2"]
    rest = await people.deeds(limit=3, before=(first[-1].at, first[-1].id))
    assert [each.id for each in rest] == ["d1", "d0"]
    assert first[0].params == {"n": 4}


async def test_keys_are_found_by_their_hash(store) -> None:
    people = store.operators()
    key = AccessKey(id="hash", name="shop", scopes=("ask", "read"), made_by="Ann", made_at=1.0)
    await people.put_key(key)
    with pytest.raises(Conflict):
        await people.put_key(AccessKey(id="other", name="shop", scopes=("ask",)))
    assert await people.access_key("nothing", 5.0) is None
    assert await people.access_key("hash", 5.0) == key
    assert [each.used_at for each in await people.access_keys()] == [5.0]
    await people.access_key("hash", 6.0)
    assert [each.used_at for each in await people.access_keys()] == [5.0]  # written seldom
    assert await people.remove_key("shop")
    assert not await people.remove_key("shop")
