"""Changes settings in the console: checked by the option table, kept in the store, in the log."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

import msgspec
from starlette.responses import RedirectResponse, Response

from dengmi.core.edits import Edit
from dengmi.core.errors import NotFound
from dengmi.server.console import desk
from dengmi.server.console.fields import (
    SECTIONS,
    Draft,
    Section,
    Setting,
    edit_of,
    given,
    seen_of,
    words_of,
)
from dengmi.server.console.frame import HOME, asked_first, with_query
from dengmi.server.console.visit import Visit
from dengmi.server.problems import detail
from dengmi.server.tuning import take_edits
from dengmi.settings.added import TABLE
from dengmi.settings.overlay import applied, value_of

LONGEST = 200
"""Characters of a value in the log."""


async def save(visit: Visit) -> Response:
    """Keep what a form says, or take one setting back to what dengmi.toml says; the page again,
    with what was typed, where something is wrong with it. Raises NotFound."""
    section = _section(visit)
    name = _name(visit, section)
    parts = visit.office.parts
    await take_edits(parts)  # another process may know more
    if key := visit.form.get("back", ""):
        return await _back(visit, section, name, key)
    tuned = parts.tuned
    typed = {each.key: given(visit, each) for each in section.settings}
    if visit.form.get("seen", "") != seen_of(tuned, section, name):
        draft = Draft(section, name, typed, said=visit.say("con_set_meanwhile"))
        return await desk.show(visit, draft, 409)
    edits = [edit_of(section, name, each, typed[each.key]) for each in section.settings]
    # In a thread: time zones are files.
    put, gone, wrong = await asyncio.to_thread(sort_edits, visit, edits)
    if wrong:
        return await desk.show(visit, Draft(section, name, typed, wrong), 400)
    if (asked := _deletes(visit, put, gone)) is not None:
        return asked
    await parts.store.change_edits(put, gone)
    await take_edits(parts)
    for edit in put:
        await visit.note("set", edit.path, value=_short(visit, section, edit))
    for edit in gone:
        await visit.note("set_back", edit.path)
    said = "set" if put or gone else "set_same"
    return _to(visit, section, said)


def _deletes(visit: Visit, put: Sequence[Edit], gone: Sequence[Edit]) -> Response | None:
    """A page that asks whether it is meant, where fewer days delete what is kept until now."""
    tuned = visit.office.parts.tuned
    new = [(each, each.value) for each in put] + [
        (one, value_of(tuned.written, one)) for one in gone
    ]
    for edit, days in new:
        now = value_of(tuned.settings, edit)
        if edit.key != "keep_days" or not isinstance(days, int) or not isinstance(now, int):
            continue
        if days and (not now or days < now):
            words = visit.say("con_keep_sure", days=days, desk=edit.name)
            back = f"{desk.HERE}?desk={quote(edit.name)}"
            return asked_first(visit, visit.say("con_save"), words, back)
    return None


def sort_edits(
    visit: Visit, edits: Sequence[Edit]
) -> tuple[list[Edit], list[Edit], dict[str, str]]:
    """(edits to keep, edits to forget, what is wrong by key); what is as it was is neither. Blocks:
    time zones are files, and what operators added is checked against dengmi.toml."""
    tuned = visit.office.parts.tuned
    put, gone, wrong = [], [], {}
    models = [each for each in tuned.edits if each.table == TABLE]
    for edit in edits:
        made = applied(tuned.written, [*models, edit])
        if (refused := made.refused.get(edit.path)) is not None:
            wrong[edit.key] = detail(refused, visit.lang)
            continue
        value = value_of(made.settings, edit)
        if value == value_of(tuned.settings, edit):
            continue
        if value == value_of(tuned.written, edit):
            gone.append(edit)
        else:
            plain = msgspec.to_builtins(value)
            at, by = visit.now, visit.me.operator.name
            put.append(replace(edit, value=plain, at=at, by=by))
    new = {each.path for each in put}
    whole = applied(tuned.written, [*(one for one in tuned.edits if one.path not in new), *put])
    wrong |= {
        each.key: detail(whole.refused[each.path], visit.lang)
        for each in put
        if each.path in whole.refused
    }
    return put, gone, wrong


async def _back(visit: Visit, section: Section, name: str, key: str) -> Response:
    """Forget one edit."""
    setting = next((each for each in section.settings if each.key == key), None)
    if setting is None:
        raise NotFound("setting_not_here", key=key[:60])
    edit = edit_of(section, name, setting)
    there = any(each.path == edit.path for each in visit.office.parts.tuned.edits)
    if there and (asked := _deletes(visit, [], [edit])) is not None:
        return asked
    if there:
        await visit.office.parts.store.change_edits([], [edit])
        await take_edits(visit.office.parts)
        await visit.note("set_back", edit.path)
    return _to(visit, section, "set_back" if there else "set_same")


def _section(visit: Visit) -> Section:
    """The section that the address names; the table of pages has these alone."""
    wanted = visit.request.url.path.removeprefix(f"{HOME}/desk/")
    return next(each for each in SECTIONS if each.name == wanted)


def _name(visit: Visit, section: Section) -> str:
    """Which desk or plan a form is about; "" where the table is one. Raises NotFound."""
    if section.table == "levels":
        return ""
    wanted = visit.form.get("name", "")
    known = desk.plans(visit) if section.table == "plans" else desk.names(visit)
    if wanted not in known:
        code = "setting_plan_unknown" if section.table == "plans" else "desk_unknown"
        raise NotFound(code, key="plans", plan=wanted[:60], desk=wanted[:60],
                       known=", ".join(known) or "–")  # fmt: skip
    return wanted


def _short(visit: Visit, section: Section, edit: Edit) -> str:
    setting: Setting = next(each for each in section.settings if each.key == edit.key)
    said = words_of(visit, setting, edit.value)
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def _to(visit: Visit, section: Section, said: str) -> RedirectResponse:
    at = with_query(desk.HERE, desk=visit.form.get("desk", ""), said=said)
    return RedirectResponse(f"{at}#{quote(section.name)}", 303)
