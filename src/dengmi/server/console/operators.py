"""The operators: who they are, links that let new ones in, and what they did."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import RedirectResponse, Response

from dengmi.core.errors import BadInput, NotFound
from dengmi.core.operators import ROLES, AccessKey, Deed, Invite, Operator, Role, made_by
from dengmi.server.console.door import hashed
from dengmi.server.console.frame import (
    HOME,
    asked_first,
    card,
    field,
    form,
    page,
    select,
    with_query,
)
from dengmi.server.console.tables import Column, csv_of, place_of, place_words, table, wants_csv
from dengmi.server.console.visit import Visit
from dengmi.server.ui.markup import Html, el

HERE = f"{HOME}/operators"

LASTS = 3 * 86_400.0
"""Seconds that a link works."""

LINES = 100
"""Lines of the log on one page."""

MOST_LINES = 10_000
"""Lines of the log in one file."""


async def show(visit: Visit) -> Response:
    """Every operator, and the links that are out; the operators as a file too."""
    if wants_csv(visit):
        known = await visit.office.people.operators()
        return csv_of("operators", _who(visit), known)
    return await _show(visit, "")


def _who(visit: Visit) -> Sequence[Column[Operator]]:
    return (
        Column(visit.say("con_name"), lambda one: one.name),
        Column(visit.say("con_role"), lambda one: one.role),
        Column(visit.say("con_since"), lambda one: visit.when(one.made_at)),
        Column(visit.say("con_seen"), lambda one: visit.when(one.seen_at)),
    )


async def _show(visit: Visit, link: str) -> Response:
    known = await visit.office.people.operators()
    invites = await visit.office.people.invites(visit.now)
    return page(
        visit,
        visit.say("con_operators"),
        shown_once(visit, "con_link", "con_link_once", link) if link else None,
        card(el("ul", [_row(visit, each) for each in known], class_="rows")),
        card(el("h2", visit.say("con_invite_title")), _invite_form(visit)),
        card(
            el("h2", visit.say("con_invites_title")),
            el("ul", [_invite_row(visit, each, known) for each in invites], class_="rows"),
        )
        if invites
        else None,
        at=HERE,
        lead=visit.say("con_operators_lead"),
        acts=el("a", "CSV", class_="button", href=f"{HERE}?csv=1"),
    )


def _row(visit: Visit, operator: Operator) -> Html:
    name = el(
        "div",
        el("b", operator.name),
        el("small", visit.say("con_last_seen", when=visit.when(operator.seen_at))),
    )
    who = el("input", type="hidden", name="operator", value=operator.id)
    roles = [(each, visit.say(f"con_role_{each}")) for each in ROLES]
    label = visit.say("con_role_of", name=operator.name)
    change = form(
        visit,
        f"{HERE}/role",
        who,
        select("role", roles, operator.role, label),
        el("button", visit.say("con_change"), class_="button"),
        class_="inline",
    )
    link = form(
        visit, f"{HERE}/link", who, el("button", visit.say("con_new_link"), class_="button")
    )
    gone = form(
        visit,
        f"{HERE}/remove",
        who,
        el("button", visit.say("con_remove"), class_="button danger"),
    )
    return el("li", name, el("div", change, link, gone, class_="acts-row"))


def _invite_form(visit: Visit) -> Html:
    roles = [(each, visit.say(f"con_role_{each}_long")) for each in ROLES]
    return form(
        visit,
        f"{HERE}/invite",
        field(visit.say("con_role"), select("role", roles, "editor")),
        el("button", visit.say("con_invite"), class_="button first"),
        class_="inline",
    )


def _invite_row(visit: Visit, invite: Invite, known: Sequence[Operator]) -> Html:
    of = next((each.name for each in known if each.id == invite.operator), "")
    what = visit.say("con_link_for", name=of) if of else visit.say(f"con_role_{invite.role}")
    words = visit.say("con_link_until", when=visit.when(invite.until), by=invite.made_by or "–")
    gone = form(
        visit,
        f"{HERE}/withdraw",
        el("input", type="hidden", name="invite", value=invite.id),
        el("button", visit.say("con_withdraw"), class_="button"),
    )
    return el("li", el("div", el("b", what), el("small", words)), gone)


def shown_once(visit: Visit, title: str, note: str, secret: str) -> Html:
    """Something that is shown this once, to be copied."""
    box = el("input", value=secret, readonly=True, class_="secret", aria_label=visit.say(title))
    copy = el(
        "button",
        visit.say("ui_copy"),
        type="button",
        class_="button",
        data_copy=secret,
        data_done=visit.say("ui_copied"),
        hidden=True,
    )
    return card(
        el("h2", visit.say(title)),
        el("p", visit.say(note), class_="soft"),
        el("div", box, copy, class_="inline"),
        class_="told-once",
    )


async def invite(visit: Visit) -> Response:
    """Make a link for a new operator; it is shown once."""
    role = _role(visit)
    link = await make_link(visit, Invite(id="", role=role))
    await visit.note("invited", role)
    return await _show(visit, link)


async def link(visit: Visit) -> Response:
    """Make a link with which an operator sets a new password. Raises NotFound."""
    operator = await _operator(visit)
    made = await make_link(visit, Invite(id="", role=operator.role, operator=operator.id))
    await visit.note("linked", operator.name)
    return await _show(visit, made)


async def make_link(visit: Visit, invite: Invite) -> str:
    """Keep an invitation; the address that holds it."""
    token, now = secrets.token_urlsafe(24), visit.now
    await visit.office.people.put_invite(
        replace(
            invite,
            id=hashed(token),
            made_by=visit.me.operator.name,
            made_at=now,
            until=now + LASTS,
        )
    )
    base = visit.office.parts.settings.server.public_url.rstrip("/")
    return f"{base or str(visit.request.base_url).rstrip('/')}{HOME}/join/{token}"


async def withdraw(visit: Visit) -> Response:
    """A link works no longer."""
    await visit.office.people.withdraw_invite(visit.form.get("invite", ""))
    await visit.note("withdrew")
    return RedirectResponse(with_query(HERE, said="withdrawn"), 303)


async def role(visit: Visit) -> Response:
    """Change a role. Raises NotFound, Conflict."""
    operator, wanted = await _operator(visit), _role(visit)
    await visit.office.people.set_role(operator.id, wanted)
    await visit.note("role", operator.name, role=wanted)
    return RedirectResponse(with_query(HERE, said="role"), 303)


async def remove(visit: Visit) -> Response:
    """Remove an operator, and the keys that one made where that is wished. Raises NotFound,
    Conflict."""
    operator = await _operator(visit)
    keys = made_by(operator, await visit.office.people.access_keys())
    words, box = (
        visit.say("con_operator_sure", name=operator.name),
        _keys_box(visit, operator, keys),
    )
    if (asked := asked_first(visit, visit.say("con_remove"), words, HERE, box)) is not None:
        return asked
    await visit.office.people.remove_operator(operator.id)
    await visit.note("removed", operator.name)
    for key in keys if visit.form.get("keys") else ():
        if await visit.office.people.remove_key(key.name):
            await visit.note("key_removed", key.name)
    return RedirectResponse(with_query(HERE, said="removed"), 303)


def _keys_box(visit: Visit, operator: Operator, keys: Sequence[AccessKey]) -> Html | None:
    """Whether the operator's keys go too: chosen at first, as nobody else knows their secrets."""
    if not keys:
        return None
    names = visit.say("list_comma").join(_key_named(visit, key) for key in keys)
    words = visit.say("con_operator_keys", name=operator.name, names=names)
    tick = el("input", type="checkbox", name="keys", value="1", checked=True)
    return el("fieldset", el("label", tick, words), class_="checks long")


def _key_named(visit: Visit, key: AccessKey) -> str:
    if key.used_at is None:
        return visit.say("con_operator_key_unused", name=key.name)
    return visit.say("con_operator_key", name=key.name, used=visit.when(key.used_at))


async def log(visit: Visit) -> Response:
    """The audit log, newest first; as a file too."""
    many = MOST_LINES if wants_csv(visit) else LINES
    before = place_of(visit.query("before"))
    deeds = await visit.office.people.deeds(limit=many, before=before)
    columns = _columns(visit)
    if wants_csv(visit):
        return csv_of("log", columns, deeds)
    last = deeds[-1] if len(deeds) == many else None
    older = with_query(f"{HOME}/log", before=place_words((last.at, last.id))) if last else ""
    return page(
        visit,
        visit.say("con_log"),
        card(table(visit, columns, deeds)),
        el("p", el("a", visit.say("con_older"), class_="button", href=older)) if older else None,
        at=f"{HOME}/log",
        lead=visit.say("con_log_lead"),
        acts=el("a", "CSV", class_="button", href=f"{HOME}/log?csv=1"),
    )


def _columns(visit: Visit) -> Sequence[Column[Deed]]:
    return (
        Column(visit.say("con_when"), lambda deed: visit.when(deed.at)),
        Column(visit.say("con_who"), lambda deed: deed.operator or "–"),
        Column(visit.say("con_what"), lambda deed: visit.known(f"con_deed_{deed.code}", deed.code)),
        Column(visit.say("con_on_what"), lambda deed: _about(visit, deed)),
    )


def _about(visit: Visit, deed: Deed) -> str:
    """Whom or what a deed was about; roles as the pages call them."""
    subject = deed.subject
    if deed.code == "invited":
        subject = visit.known(f"con_role_{subject}", subject)
    values = [
        visit.known(f"con_role_{value}", str(value)) if name == "role" else str(value)
        for name, value in deed.params.items()
        if value != ""
    ]
    more = ", ".join(values)
    return f"{subject} ({more})" if more and subject else subject or more


def _role(visit: Visit) -> Role:
    for each in ROLES:
        if visit.form.get("role") == each:
            return each
    raise BadInput("console_role_bad", roles=", ".join(ROLES))


async def _operator(visit: Visit) -> Operator:
    given = visit.form.get("operator", "")
    operator = await visit.office.people.operator(given) if given else None
    if operator is None:
        raise NotFound("console_operator_unknown", name=given[:60])
    return operator
