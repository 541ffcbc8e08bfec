"""Scripts about accounts elsewhere, with which askers and operators sign in."""

from dengmi.core.operators import Operator, Role
from dengmi.store import operators
from dengmi.store.clean import clean
from dengmi.store.history import merge
from dengmi.store.steps import Work, first, run

_LONGEST = 40
"""Characters of an operator's name."""


def asker(key: str, plan: str, known: str, fresh: str, now: float) -> Work[str]:
    """An asker signs in."""
    theirs = known and (yield from first("account_of", owner=known)) is not None
    wanted = fresh if theirs or not known else known
    kept = {"key": key, "kind": "asker", "owner": wanted, "plan": plan, "at": float(now)}
    row = yield from first("account_kept", **kept)
    assert row is not None
    owner = str(row[0])
    if known and not theirs:
        yield from merge(owner, known)
    return owner


def plan(asker: str) -> Work[str | None]:
    """The plan of an asker with an account."""
    row = (yield from first("account_of", owner=asker)) if asker else None
    return None if row is None else str(row[1])


def operator(key: str, name: str, role: Role, fresh: str, now: float) -> Work[Operator]:
    """An operator signs in. Raises Conflict."""
    yield from run("operators_lock")
    kept = {"key": key, "kind": "operator", "owner": fresh, "plan": "", "at": float(now)}
    row = yield from first("account_kept", **kept)
    assert row is not None
    found = yield from operators.one(str(row[0]))
    if found is None:
        yield from run("account_passed", key=key, owner=fresh)
        named = yield from _free_name(name)
        made = Operator(id=fresh, name=named, role=role)
        found = yield from operators.insert(made, now)
    elif found.role != role:
        yield from operators.set_role(found.id, role)
        found = yield from operators.one(found.id)
    assert found is not None
    return found


def refuse_operator(key: str) -> Work[None]:
    """The account may not be at the console: its sessions end."""
    yield from run("sessions_of_account_gone", key=key)


def _free_name(name: str) -> Work[str]:
    """A name like this one that no operator has. An account never becomes the operator of the same
    name: whoever may choose names at the provider would choose the owner's."""
    plain, number = clean(name)[:_LONGEST], 1
    tried = plain
    while (yield from operators.one(tried)) is not None:
        number += 1
        ending = f" {number}"
        tried = plain[: _LONGEST - len(ending)] + ending
    return tried
