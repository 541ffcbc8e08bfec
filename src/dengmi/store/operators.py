"""Scripts about operators: who they are, their sessions, what they did, and keys for programs."""

from dataclasses import replace
from typing import Any

from dengmi.core.errors import Conflict, NotFound
from dengmi.core.operators import AccessKey, Deed, Invite, Operator, Role, Session
from dengmi.store.clean import clean
from dengmi.store.jsons import from_json, to_json
from dengmi.store.steps import Row, Work, every, first, run

SELDOM = 60.0
"""Seconds between two notes that a key was used."""


def listed() -> Work[tuple[Operator, ...]]:
    """Every operator, oldest first."""
    rows = yield from every("operators")
    return tuple(map(_operator, rows))


def one(name_or_id: str) -> Work[Operator | None]:
    """An operator by id or name."""
    row = yield from first("operator_find", id=name_or_id, name_key=_key(name_or_id))
    return None if row is None else _operator(row)


def has_any() -> Work[bool]:
    """Whether there is an operator."""
    return (yield from first("operators_any")) is not None


def join(operator: Operator, invite: str, now: float) -> Work[Operator]:
    """Use up an invitation. Raises NotFound, Conflict."""
    yield from run("operators_lock")
    role: Role = "owner"
    if invite:
        row = yield from first("invite_take", id=invite, now=float(now))
        if row is None:
            raise NotFound("console_link_over")
        taken = _invite(row)
        role = taken.role
        if taken.operator:
            yield from set_password(taken.operator, operator.password)
            known = yield from one(taken.operator)
            assert known is not None
            return known
    elif (yield from has_any()):
        raise NotFound("console_link_over")
    if (yield from one(operator.name)) is not None:
        raise Conflict("console_name_taken", name=operator.name)
    return (yield from insert(replace(operator, role=role), now))


def insert(operator: Operator, now: float) -> Work[Operator]:
    """A new operator as kept; nobody has the name."""
    yield from run(
        "operator_insert",
        id=operator.id,
        name=clean(operator.name),
        name_key=_key(operator.name),
        role=operator.role,
        password=operator.password,
        made_at=float(now),
    )
    made = yield from one(operator.id)
    assert made is not None
    return made


def set_password(operator: str, password: str) -> Work[None]:
    """Change a password and end all sessions and links of the operator. Raises NotFound."""
    row = yield from first("operator_password", id=operator, password=password)
    if row is None:
        raise NotFound("console_operator_unknown", name=operator[:60])
    yield from run("sessions_of_gone", operator=operator)
    yield from run("invites_of_gone", operator=operator)


def set_role(operator: str, role: Role) -> Work[None]:
    """Change a role; the operator's sessions go on with it. Whoever is an owner no longer has no
    links out either. Raises NotFound, Conflict."""
    yield from run("operators_lock")
    if role != "owner":
        yield from _not_last_owner(operator)
        yield from run("invites_by_gone", operator=operator)
    yield from run("operator_role", id=operator, role=role)


def remove(operator: str) -> Work[None]:
    """Remove an operator with sessions and links, those made for others too: one of them would
    be a way back in. Raises NotFound, Conflict."""
    yield from run("operators_lock")
    yield from _not_last_owner(operator)
    yield from run("invites_by_gone", operator=operator)
    yield from run("sessions_of_gone", operator=operator)
    yield from run("invites_of_gone", operator=operator)
    yield from run("accounts_gone", owner=operator)
    yield from run("operator_gone", id=operator)


def _not_last_owner(operator: str) -> Work[None]:
    known = yield from listed()
    if all(each.id != operator for each in known):
        raise NotFound("console_operator_unknown", name=operator[:60])
    if all(each.id == operator for each in known if each.role == "owner"):
        raise Conflict("console_last_owner")


def put_invite(invite: Invite) -> Work[None]:
    """Keep an invitation."""
    yield from run("invites_over", now=float(invite.made_at))
    yield from run(
        "invite_insert",
        id=invite.id,
        role=invite.role,
        operator=invite.operator,
        made_by=invite.made_by,
        made_at=float(invite.made_at),
        until=float(invite.until),
    )


def invites(now: float) -> Work[tuple[Invite, ...]]:
    """Invitations that may still be used."""
    rows = yield from every("invites", now=float(now))
    return tuple(map(_invite, rows))


def withdraw_invite(invite_id: str) -> Work[bool]:
    """Forget an invitation."""
    return (yield from first("invite_gone", id=invite_id)) is not None


def begin_session(session: Session) -> Work[None]:
    """Keep a session. Its operator may have been removed a moment ago: raises NotFound."""
    yield from run("sessions_over", now=float(session.made_at))
    if (yield from one(session.operator)) is None:
        raise NotFound("console_operator_unknown", name=session.operator[:60])
    yield from run(
        "session_insert",
        id=session.id,
        operator=session.operator,
        csrf=session.csrf,
        made_at=float(session.made_at),
        seen_at=float(session.seen_at),
        until=float(session.until),
    )
    yield from run("operator_seen", id=session.operator, at=float(session.made_at))


def session(session_id: str, now: float) -> Work[tuple[Session, Operator] | None]:
    """A session that is not over, with its operator."""
    row = yield from first("session", id=session_id, now=float(now))
    if row is None:
        return None
    id_, operator, csrf, made_at, seen_at, until = row[:6]
    found = Session(
        id=id_, operator=operator, csrf=csrf, made_at=made_at, seen_at=seen_at, until=until
    )
    return found, _operator(row[6:])


def keep_session(session_id: str, now: float, until: float) -> Work[None]:
    """It was used."""
    row = yield from first("session_used", id=session_id, at=float(now), until=float(until))
    if row is not None:
        yield from run("operator_seen", id=row[0], at=float(now))


def end_session(session_id: str) -> Work[None]:
    """It is over."""
    yield from run("session_gone", id=session_id)


def note(deed: Deed) -> Work[None]:
    """A line of the audit log."""
    yield from run(
        "deed_insert",
        id=deed.id,
        at=float(deed.at),
        operator=clean(deed.operator),
        code=deed.code,
        subject=clean(deed.subject),
        params=to_json(dict(deed.params)),
    )


def deeds(limit: int, before: tuple[float, str] | None) -> Work[tuple[Deed, ...]]:
    """Lines of the audit log, newest first."""
    at, id_ = before or (1e15, "")
    rows = yield from every("deeds_before", at=float(at), id=id_, most=limit)
    return tuple(map(_deed, rows))


def put_key(key: AccessKey) -> Work[None]:
    """Keep a key. Raises Conflict."""
    row = yield from first(
        "access_key_insert",
        id=key.id,
        name=clean(key.name),
        scopes=" ".join(key.scopes),
        made_by=key.made_by,
        made_at=float(key.made_at),
    )
    if row is None:
        raise Conflict("console_key_taken", name=key.name)


def keys() -> Work[tuple[AccessKey, ...]]:
    """Every key."""
    rows = yield from every("access_keys")
    return tuple(map(_access_key, rows))


def key(key_id: str) -> Work[AccessKey | None]:
    """A key by the hash of its secret."""
    row = yield from first("access_key", id=key_id)
    return None if row is None else _access_key(row)


def is_due(key: AccessKey, now: float) -> bool:
    """Whether it is time to note that a key was used."""
    return key.used_at is None or now - key.used_at > SELDOM


def key_used(key_id: str, now: float) -> Work[None]:
    """Note that a key was used."""
    yield from run("access_key_used", id=key_id, at=float(now))


def remove_key(name: str) -> Work[bool]:
    """Forget a key."""
    return (yield from first("access_key_gone", name=name)) is not None


def _key(name: str) -> str:
    return clean(name).casefold()


def _operator(row: Row) -> Operator:
    id_, name, role, password, made_at, seen_at = row
    return Operator(
        id=id_, name=name, role=role, password=password, made_at=made_at, seen_at=seen_at
    )


def _invite(row: Row) -> Invite:
    id_, role, operator, made_by, made_at, until = row
    return Invite(
        id=id_, role=role, operator=operator, made_by=made_by, made_at=made_at, until=until
    )


def _deed(row: Row) -> Deed:
    id_, at, operator, code, subject, params = row
    filled = from_json(params, dict[str, Any])
    return Deed(id=id_, at=at, operator=operator, code=code, subject=subject, params=filled)


def _access_key(row: Row) -> AccessKey:
    id_, name, scopes, made_by, made_at, used_at = row
    return AccessKey(
        id=id_,
        name=name,
        scopes=tuple(scopes.split()),
        made_by=made_by,
        made_at=made_at,
        used_at=used_at,
    )
