"""Models: which there are and how they stand, and each with its levels, its test and its form.

A model of dengmi.toml is shown here and changed there. One that is added here is kept whole, as one
edit, and its key is the name of a variable.
"""

import asyncio
from collections.abc import Sequence
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from dengmi.core.edits import Edit
from dengmi.core.errors import Conflict, NotFound
from dengmi.server.console import model_form, tuning
from dengmi.server.console.frame import HOME, asked_first, card, form, page, with_query
from dengmi.server.console.model_test import Tested, findings, test_once
from dengmi.server.console.today import badge_of
from dengmi.server.console.visit import Visit
from dengmi.server.tuning import take_edits
from dengmi.server.ui.markup import Child, Html, el
from dengmi.settings.added import KINDS, TABLE, edit_of_model, variable_of
from dengmi.settings.load import is_set
from dengmi.settings.options import ModelSettings

HERE = f"{HOME}/models"

LEVELS = ("quick", "deep")


async def show(visit: Visit) -> Response:
    """The list of models."""
    await take_edits(visit.office.parts)
    settings = visit.office.parts.settings
    states = (await visit.office.context.load.whole()).models
    rows = [
        _row(visit, name, each, str(states.get(name, {}).get("state", "")))
        for name, each in settings.models.items()
    ]
    none = el("p", visit.say("con_model_none"), class_="soft")
    return page(
        visit,
        visit.say("con_models"),
        card(el("ul", rows, class_="rows") if rows else none),
        _refused(visit),
        _add(visit) if visit.me.may("owner") else None,
        at=HERE,
        lead=visit.say("con_model_lead"),
    )


async def one(visit: Visit) -> Response:
    """The page of one model. Raises NotFound."""
    await take_edits(visit.office.parts)
    return await _one(visit, _named(visit))


async def new(visit: Visit) -> Response:
    """The form of a model that is added (?kind=). Raises NotFound."""
    kind = visit.query("kind")
    if kind not in KINDS:
        raise NotFound("con_model_kinds", kinds=", ".join(KINDS))
    return await _steps(visit, kind, model_form.usual(kind))


async def test(visit: Visit) -> Response:
    """Call a model once that is there, or one that is only entered. Raises NotFound, Refusal."""
    if name := visit.request.path_params.get("name", ""):
        _named(visit)
        return await _one(visit, name, await test_once(visit, name))
    draft = await asyncio.to_thread(model_form.read, visit)
    if draft.model is None:
        return await _steps(visit, draft.kind, draft.said, draft, status=400)
    return await _steps(visit, draft.kind, draft.said, draft, await test_once(visit, *draft.named))


async def save(visit: Visit) -> Response:
    """Keep a model that is entered, in place of the one of its name. Raises NotFound."""
    parts = visit.office.parts
    await take_edits(parts)  # another process may know more
    draft = await asyncio.to_thread(model_form.read, visit)
    if draft.model is None:
        return await _steps(visit, draft.kind, draft.said, draft, status=400)
    before = _edit(visit, draft.name)
    if model_form.seen_of(before) != visit.form.get("seen", ""):
        draft = draft.refused(visit.say("con_set_meanwhile"))
        return await _steps(visit, draft.kind, draft.said, draft, status=409)
    edit = Edit(table=TABLE, name=draft.name, key="", value=draft.value,
                at=visit.now, by=visit.me.operator.name)  # fmt: skip
    await parts.store.change_edits([edit], [])
    await take_edits(parts)
    code = "model_changed" if before else "model_added"
    await visit.note(code, draft.name, kind=draft.kind)
    return RedirectResponse(with_query(f"{HERE}/{quote(draft.name)}", said=code), 303)


async def remove(visit: Visit) -> Response:
    """Forget a model. Raises NotFound, Conflict: it stands in dengmi.toml, or a level uses it."""
    parts = visit.office.parts
    await take_edits(parts)
    name = visit.request.path_params["name"]
    if _edit(visit, name) is None:
        _named(visit)
        raise Conflict("model_stays_in_file", name=name)
    if used := _used(visit, name):
        raise Conflict("model_in_use", name=name, levels=", ".join(used))
    words = visit.say("con_model_remove_sure", name=name)
    at = f"{HERE}/{quote(name)}"
    if (asked := asked_first(visit, visit.say("con_model_remove"), words, at)) is not None:
        return asked
    await parts.store.change_edits([], [edit_of_model(name)])
    await take_edits(parts)
    await visit.note("model_removed", name)
    return RedirectResponse(with_query(HERE, said="model_removed"), 303)


async def levels(visit: Visit) -> Response:
    """Have levels use a model, behind the others, or not. Raises NotFound, Conflict."""
    parts = visit.office.parts
    await take_edits(parts)
    name = _named(visit)
    edits = []
    for level in LEVELS:
        now: tuple[str, ...] = getattr(parts.settings.levels, level)
        without = [each for each in now if each != name]
        wanted = [*now] if name in now else [*now, name]
        value = wanted if visit.form.get(level) else without
        edits.append(Edit(table="levels", key=level, value=value))
    put, gone, wrong = await asyncio.to_thread(tuning.sort_edits, visit, edits)
    if wrong:
        raise Conflict("model_level_refused", why=" ".join(wrong.values()))
    if put or gone:
        await parts.store.change_edits(put, gone)
        await take_edits(parts)
        for edit in (*put, *gone):
            chosen = getattr(parts.settings.levels, edit.key)
            await visit.note("set", edit.path, value=", ".join(chosen))
    said = "set" if put or gone else "set_same"
    return RedirectResponse(with_query(f"{HERE}/{quote(name)}", said=said), 303)


def _named(visit: Visit) -> str:
    """The model that the address names. Raises NotFound."""
    name = str(visit.request.path_params["name"])
    models = visit.office.parts.settings.models
    if name not in models and _edit(visit, name) is None:
        raise NotFound("cli_model_unknown", model=name[:60], known=", ".join(models) or "–")
    return name


def _edit(visit: Visit, name: str) -> Edit | None:
    """The edit that added a model; None for one of dengmi.toml."""
    path = edit_of_model(name).path
    return next((each for each in visit.office.parts.tuned.edits if each.path == path), None)


def _used(visit: Visit, name: str) -> Sequence[str]:
    """The levels that use a model, and whether it looks at doubtful sentences."""
    settings = visit.office.parts.settings.levels
    found = [visit.say(f"con_set_{each}") for each in LEVELS if name in getattr(settings, each)]
    return [*found, visit.say("con_set_judge")] if settings.judge == name else found


def _row(visit: Visit, name: str, model: ModelSettings, state: str) -> Html:
    used = _used(visit, name)
    mark = None
    if state:
        mark = el("span", visit.known(f"cli_load_state_{state}", state), class_=badge_of(state))
    about = el(
        "div",
        el("b", el("a", name, href=f"{HERE}/{quote(name)}")),
        el("small", " · ".join(model_form.facts_of(visit, model))),
        el("small", ", ".join(used) or visit.say("con_model_unused")),
        el("small", _lacks(visit, name), class_="wrong") if _lacks(visit, name) else None,
    )
    where = visit.say("con_model_here" if _edit(visit, name) else "con_model_file")
    return el("li", about, el("div", mark, el("span", where, class_="badge"), class_="acts-row"))


def _lacks(visit: Visit, name: str) -> str:
    """What a model that was added lacks where the server runs."""
    edit = _edit(visit, name)
    variable = variable_of(edit.value) if edit else ""
    if not variable or is_set(variable):
        return ""
    return visit.say("con_model_variable", variable=variable)


def _refused(visit: Visit) -> Child:
    """Models that were added and hold no longer, each with the reason."""
    tuned = visit.office.parts.tuned
    rows = [
        el("li", el("div", el("b", el("a", each.name, href=f"{HERE}/{quote(each.name)}")),
                    el("small", model_form.why(visit, tuned.refused[each.path]), class_="wrong")))
        for each in tuned.edits
        if each.table == TABLE and each.path in tuned.refused
    ]  # fmt: skip
    title = el("h2", visit.say("con_model_refused"))
    return card(title, el("ul", rows, class_="rows")) if rows else None


def _add(visit: Visit) -> Html:
    links = [
        el("li", el("a", visit.say(f"con_model_kind_{kind}"), class_="button",
                    href=with_query(f"{HERE}/new", kind=kind)))
        for kind in KINDS
    ]  # fmt: skip
    return card(
        el("h2", visit.say("con_model_more")),
        el("p", visit.say("con_model_more_lead"), class_="soft"),
        el("ul", links, class_="kinds"),
    )


async def _steps(
    visit: Visit,
    kind: str,
    said: model_form.Said,
    draft: model_form.Draft | None = None,
    tested: Tested | None = None,
    *,
    status: int = 200,
) -> Response:
    """The steps to a model: what to have ready, what to enter, the test, and where it is used."""
    steps = [
        el("li", el("h2", visit.say("con_model_ready")),
           el("p", visit.say(f"con_model_ready_{kind}"))),
        el("li", el("h2", visit.say("con_model_enter")),
           await model_form.form_of(visit, kind, said, draft), findings(visit, tested)),
        el("li", el("h2", visit.say("con_model_use")),
           el("p", visit.say("con_model_use_lead"))),
    ]  # fmt: skip
    return page(
        visit,
        visit.say(f"con_model_kind_{kind}"),
        card(el("ol", steps, class_="guide")),
        at=HERE,
        status=status,
        acts=el("a", visit.say("con_models"), class_="button", href=HERE),
    )


async def _one(visit: Visit, name: str, tested: Tested | None = None) -> Response:
    model, edit = visit.office.parts.settings.models.get(name), _edit(visit, name)
    owner, at = visit.me.may("owner"), f"{HERE}/{quote(name)}"
    refused = visit.office.parts.tuned.refused.get(edit.path) if edit else None
    sheets: list[Child] = []
    if refused is not None:
        sheets.append(el("p", model_form.why(visit, refused), class_="wrong", role="alert"))
    if lacks := _lacks(visit, name):
        sheets.append(el("p", lacks, class_="wrong", role="alert"))
    if model is not None:
        act = form(visit, f"{at}/test", el("button", visit.say("con_test"), class_="button"))
        facts = el("p", " · ".join(model_form.facts_of(visit, model)))
        test_ = el("h2", visit.say("con_model_test"))
        sheets.append(card(test_, facts, act if owner else None, findings(visit, tested)))
        sheets.append(_levels(visit, name))
    if edit is None:
        sheets.append(card(el("p", visit.say("con_model_in_file"), class_="soft")))
    elif owner:
        said, kind = model_form.said_of(name, edit.value)
        sheets.append(card(el("h2", visit.say("con_model_change")),
                           await model_form.form_of(visit, kind, said, None, edit)))  # fmt: skip
        button = el("button", visit.say("con_model_remove"), class_="button")
        sheets.append(form(visit, f"{at}/remove", button))
    back = el("a", visit.say("con_models"), class_="button", href=HERE)
    return page(visit, name, *sheets, at=HERE, acts=back)


def _levels(visit: Visit, name: str) -> Html:
    """Which levels use it, and in which order."""
    settings = visit.office.parts.settings.levels
    rows = []
    for level in LEVELS:
        now: tuple[str, ...] = getattr(settings, level)
        box = el("input", type="checkbox", name=level, value="1", id=f"use-{level}",
                 checked=name in now, aria_describedby=f"use-{level}-note")  # fmt: skip
        label = el("label", visit.say(f"con_set_{level}"), for_=f"use-{level}")
        order = visit.say("con_model_order", models=" → ".join(now) or "–")
        note = el("small", order, id=f"use-{level}-note")
        rows.append(el("div", box, label, note, class_="setting switch"))
    link = el("a", visit.say("con_model_order_link"), href=f"{HOME}/desk#levels")
    title, lead = el("h2", visit.say("con_model_use")), el("p", visit.say("con_model_whole"))
    if not visit.me.may("owner"):
        return card(title, el("p", ", ".join(_used(visit, name)) or visit.say("con_model_unused")))
    button = el("button", visit.say("con_save"), class_="button first")
    at = f"{HERE}/{quote(name)}/levels"
    return card(title, lead, form(visit, at, *rows, button, class_="stack settings"), el("p", link))
