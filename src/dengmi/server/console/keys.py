"""Keys for programs: made here, shown once, removed here."""

import secrets
from collections.abc import Sequence

from starlette.responses import RedirectResponse, Response

from dengmi.core.errors import BadInput, Conflict
from dengmi.core.operators import SCOPES, AccessKey, Scope
from dengmi.server.console.door import hashed
from dengmi.server.console.frame import (
    HOME,
    asked_first,
    card,
    empty,
    field,
    form,
    page,
    with_query,
)
from dengmi.server.console.operators import shown_once
from dengmi.server.console.tables import Column, csv_of, wants_csv
from dengmi.server.console.visit import Visit
from dengmi.server.rights import PREFIX
from dengmi.server.ui.markup import Html, el

HERE = f"{HOME}/keys"

LONGEST = 40


async def show(visit: Visit) -> Response:
    """Every key; as a file too."""
    if wants_csv(visit):
        known = await visit.office.people.access_keys()
        return csv_of("keys", _columns(visit), known)
    return await _show(visit, "")


def _columns(visit: Visit) -> Sequence[Column[AccessKey]]:
    return (
        Column(visit.say("con_name"), lambda key: key.name),
        Column(visit.say("con_scopes"), lambda key: " ".join(key.scopes)),
        Column(visit.say("con_who"), lambda key: key.made_by),
        Column(visit.say("con_since"), lambda key: visit.when(key.made_at)),
        Column(visit.say("con_used"), lambda key: visit.when(key.used_at)),
    )


async def _show(visit: Visit, secret: str) -> Response:
    known = await visit.office.people.access_keys()
    rows = [_row(visit, each) for each in known]
    return page(
        visit,
        visit.say("con_keys"),
        shown_once(visit, "con_key_secret", "con_key_once", secret) if secret else None,
        card(el("ul", rows, class_="rows")) if rows else empty(visit.say("con_no_keys")),
        card(el("h2", visit.say("con_key_make")), _make_form(visit)),
        _of_settings(visit),
        at=HERE,
        lead=visit.say("con_keys_lead"),
        acts=el("a", "CSV", class_="button", href=f"{HERE}?csv=1"),
    )


def _row(visit: Visit, key: AccessKey) -> Html:
    scopes = ", ".join(visit.say(f"con_scope_{scope}") for scope in key.scopes)
    words = visit.say(
        "con_key_facts", by=key.made_by, made=visit.when(key.made_at), used=visit.when(key.used_at)
    )
    gone = form(
        visit,
        f"{HERE}/remove",
        el("input", type="hidden", name="name", value=key.name),
        el("button", visit.say("con_remove"), class_="button danger"),
    )
    return el("li", el("div", el("b", key.name), el("small", scopes), el("small", words)), gone)


def _make_form(visit: Visit) -> Html:
    boxes = [
        el(
            "label",
            el("input", type="checkbox", name=f"scope_{scope}", value="1", checked=scope == "ask"),
            visit.say(f"con_scope_{scope}_long"),
        )
        for scope in SCOPES
    ]
    name = el("input", name="name", required=True, maxlength=LONGEST, autocomplete="off")
    legend = el("legend", visit.say("con_scopes"), class_="soft")
    return form(
        visit,
        f"{HERE}/make",
        field(visit.say("con_name"), name, visit.say("con_key_name_note")),
        el("fieldset", legend, boxes, class_="checks"),
        el("button", visit.say("con_key_make"), class_="button first"),
        class_="stack",
    )


def _of_settings(visit: Visit) -> Html | None:
    """Keys of dengmi.toml, which are not changed here."""
    names: Sequence[str] = sorted(visit.office.parts.settings.keys)
    if not names:
        return None
    words = visit.say("con_keys_of_settings", names=", ".join(names))
    return card(el("p", words, class_="soft"))


async def make(visit: Visit) -> Response:
    """Make a key; its secret is shown once. Raises BadInput, Conflict."""
    name = " ".join(visit.form.get("name", "").split())
    if not 0 < len(name) <= LONGEST or ":" in name:
        raise BadInput("console_key_name_bad", most=LONGEST)
    if name in visit.office.parts.settings.keys:
        raise Conflict("console_key_taken", name=name)
    scopes: tuple[Scope, ...] = tuple(each for each in SCOPES if visit.form.get(f"scope_{each}"))
    if not scopes:
        raise BadInput("console_scopes_none")
    secret = f"{PREFIX}{secrets.token_urlsafe(32)}"
    await visit.office.people.put_key(
        AccessKey(
            id=hashed(secret),
            name=name,
            scopes=scopes,
            made_by=visit.me.operator.name,
            made_at=visit.now,
        )
    )
    await visit.note("key_made", name, scopes=" ".join(scopes))
    return await _show(visit, secret)


async def remove(visit: Visit) -> Response:
    """A key works no longer."""
    name = visit.form.get("name", "")
    words = visit.say("con_key_sure", name=name[:60])
    if (asked := asked_first(visit, visit.say("con_remove"), words, HERE)) is not None:
        return asked
    if await visit.office.people.remove_key(name):
        await visit.note("key_removed", name)
    return RedirectResponse(with_query(HERE, said="key_removed"), 303)
