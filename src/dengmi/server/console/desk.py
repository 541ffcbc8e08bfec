"""Desk: how each desk is set up, changed here or in dengmi.toml."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from starlette.responses import Response

from dengmi.answer.desks import FIRST_DESK
from dengmi.gate.uses import Use
from dengmi.server.console.channels import on_off, ways_in
from dengmi.server.console.charts import meter
from dengmi.server.console.costs import money
from dengmi.server.console.fields import (
    ANSWERS,
    LEVELS,
    LIMITS,
    PLAN,
    SHARING,
    VOICE,
    Draft,
    Section,
    back_id,
    box,
    edit_of,
    seen_of,
    words_of,
)
from dengmi.server.console.frame import HOME, card, form, page, select
from dengmi.server.console.visit import Visit
from dengmi.server.tuning import take_edits
from dengmi.server.ui.markup import Child, Html, el
from dengmi.settings.desks import DeskSettings
from dengmi.settings.masked import Masked, meaning_of
from dengmi.settings.options import ModelSettings, Settings
from dengmi.settings.overlay import value_of

HERE = f"{HOME}/desk"

MASK = "•••"


async def show(visit: Visit, draft: Draft | None = None, status: int = 200) -> Response:
    """The page of one desk; ?desk= names it.

    Args:
        draft: what somebody typed that could not be kept.
    """
    await take_edits(visit.office.parts)
    there = names(visit)
    wanted = visit.form.get("desk", "") or visit.query("desk")
    name = wanted if wanted in there else there[0]
    settings = visit.office.parts.tuned.settings
    desk = settings.desks.get(name, DeskSettings())
    budgets = [use for use in await visit.office.context.load.budgets() if use.desk == name]
    return page(
        visit,
        desk.title or name,
        el("p", draft.said, class_="wrong", role="alert") if draft and draft.said else None,
        _section(visit, VOICE, name, draft),
        el(
            "div",
            _section(visit, ANSWERS, name, draft),
            _section(visit, LIMITS, name, draft, _used(visit, budgets)),
            class_="two",
        ),
        _section(visit, SHARING, name, draft),
        _levels(visit, settings, draft),
        _plans(visit, draft),
        await _channels(visit, name),
        _toml(visit, name, desk),
        _all(visit, settings) if visit.me.may("owner") else None,
        at=HERE,
        status=status,
        lead=visit.say("con_desk_lead"),
        acts=_choose(visit, there, name) if len(there) > 1 else None,
    )


def names(visit: Visit) -> Sequence[str]:
    """The desks there are, in the store or in the settings; "main" where there is none."""
    known = [desk.name for desk in visit.desks]
    more = sorted(visit.office.parts.tuned.settings.desks)
    return tuple(dict.fromkeys([*known, *more])) or (FIRST_DESK,)


def plans(visit: Visit) -> Sequence[str]:
    """The plans of askers, first that of those who have no other."""
    settings = visit.office.parts.tuned.settings
    return tuple(dict.fromkeys([settings.default_plan, *settings.plans]))


def _choose(visit: Visit, names: Sequence[str], name: str) -> Html:
    box = select("desk", [(each, each) for each in names], name, visit.say("con_desk"))
    send = el("noscript", el("button", visit.say("con_show"), class_="button"))
    return el("form", box, send, method="get", action=HERE, data_auto=True, class_="inline")


def _section(
    visit: Visit, section: Section, name: str, draft: Draft | None, more: Child = None
) -> Html:
    """A sheet with settings: boxes for who may change them, words for others."""
    title = el("h2", visit.say(f"con_section_{section.name}"))
    return card(title, *_inside(visit, section, name, draft), more, id_=section.name)


def _inside(visit: Visit, section: Section, name: str, draft: Draft | None) -> Iterator[Html]:
    tuned = visit.office.parts.tuned
    if not visit.me.may(section.role):
        yield _facts(visit, [
            (f"con_set_{each.key}",
             words_of(visit, each, value_of(tuned.settings, edit_of(section, name, each))))
            for each in section.settings
        ])  # fmt: skip
        return
    own = draft if draft and (draft.section, draft.name) == (section, name) else None
    action = f"{HERE}/{section.name}"
    asked = visit.form.get("desk", "") or visit.query("desk")
    told = [
        el("input", type="hidden", name="name", value=name),
        el("input", type="hidden", name="desk", value=name if section.table == "desks" else asked),
    ]
    yield form(
        visit,
        action,
        *told,
        el("input", type="hidden", name="seen", value=seen_of(tuned, section, name)),
        [box(visit, section, name, each, own) for each in section.settings],
        el("button", visit.say("con_save"), class_="button first"),
        class_="stack settings",
    )
    yield form(visit, action, *told, id_=back_id(section, name))


def _facts(visit: Visit, rows: Sequence[tuple[str, Child]]) -> Html:
    inside = [[el("dt", visit.say(key)), el("dd", value or "–")] for key, value in rows]
    return el("dl", inside, class_="facts")


def _used(visit: Visit, budgets: Sequence[Use]) -> Child:
    """What of the budget is spent today."""
    rows = [
        el(
            "div",
            el("span", visit.say("con_budget_today")),
            meter(f"{use.share:.0%}", use.share),
            el("span", f"{money(use.used, use.currency)} / {money(use.most, use.currency)}"),
            class_="share",
        )
        for use in budgets
    ]
    return el("div", rows, class_="shares") if rows else None


def _levels(visit: Visit, settings: Settings, draft: Draft | None) -> Html:
    """Which models serve which level, in every desk."""
    rows = [
        el("li", el("div", el("b", name), el("small", _model(model))))
        for name, model in settings.models.items()
    ]
    whole = el("p", visit.say("con_whole"), class_="soft")
    if not rows:
        inside: list[Child] = [el("p", visit.say("con_no_models_here"))]
    else:
        inside = [el("ul", rows, class_="rows"), *_inside(visit, LEVELS, "", draft)]
    link = el("a", visit.say("con_model_to"), class_="button", href=f"{HOME}/models")
    return card(el("h2", visit.say("con_levels_title")), whole, inside, el("p", link), id_="levels")


def _plans(visit: Visit, draft: Draft | None) -> Html:
    """What askers of each plan may use a day, in every desk."""
    settings = visit.office.parts.tuned.settings
    sheets = [
        el(
            "details",
            el(
                "summary",
                el("b", name),
                el("small", ", ".join(_plan(visit, settings.plans.get(name)))
                   or visit.say("con_no_limit")),
            ),
            *_inside(visit, PLAN, name, draft),
            open=bool(draft and (draft.section, draft.name) == (PLAN, name)),
            class_="cluster",
        )
        for name in plans(visit)
    ]  # fmt: skip
    whole = el("p", visit.say("con_plans_lead"), class_="soft")
    return card(el("h2", visit.say("con_plans")), whole, sheets, id_="plan")


def _plan(visit: Visit, plan: object) -> Iterator[str]:
    for name in ("questions", "tokens", "money"):
        value = getattr(plan, name, None)
        if value not in (None, ""):
            yield visit.say(f"con_plan_{name}", most=value)


def _model(model: ModelSettings) -> str:
    where = model.base_url.partition("://")[2].partition("/")[0]
    return " · ".join(filter(None, (model.kind, model.model, where, f"{model.slots} slots")))


async def _channels(visit: Visit, name: str) -> Html:
    """The ways in to this desk, each with its address."""
    rows = [
        el("li", el("div", el("b", words), el("small", address)), on_off(visit, is_on=is_on))
        for words, address, is_on in await ways_in(visit, name)
    ]
    link = el("a", visit.say("con_to_channels"), class_="button", href=f"{HOME}/channels")
    return card(
        el("h2", visit.say("con_channels")),
        el("ul", rows, class_="rows"),
        el("p", link),
    )


def _toml(visit: Visit, name: str, desk: DeskSettings) -> Html:
    """The section of the desk as it is now, ready to be changed."""
    lines = [f"[desks.{name if name.isascii() else _quoted(name)}]", *_lines(desk)]
    return card(
        el("h2", visit.say("con_toml_title")),
        el("p", visit.say("con_toml_lead"), class_="soft"),
        el("pre", el("code", "\n".join(lines)), tabindex="0"),
    )


def _lines(desk: DeskSettings) -> Iterator[str]:
    usual = DeskSettings()
    for one in msgspec.structs.fields(desk):
        value = getattr(desk, one.name)
        mark = "# " if value == getattr(usual, one.name) else ""
        yield f"{mark}{one.encode_name} = {_quoted(value)}"


def _quoted(value: object) -> str:
    """A value as TOML writes it: like JSON, for all that desks have."""
    return msgspec.json.encode(value).decode()


def _all(visit: Visit, settings: Settings) -> Html:
    """Every setting that is not as usual, without secrets."""
    rows = [
        el("li", el("code", key), " = ", el("code", value))
        for key, value in sorted(_set(settings, Settings(), ()))
    ]
    inside = el("ul", rows) if rows else el("p", visit.say("con_all_usual"))
    summary = el("summary", visit.say("con_all_settings"))
    return card(el("details", summary, inside))


def _set(now: Masked, usual: Masked, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(key, value) of the settings that differ from the usual ones, secrets masked."""
    for field in msgspec.structs.fields(now):
        value, before = getattr(now, field.name), getattr(usual, field.name)
        key = (*path, field.encode_name)
        if isinstance(value, Masked):
            yield from _set(value, before if isinstance(before, Masked) else type(value)(), key)
        elif isinstance(value, Mapping) and all(
            isinstance(each, Masked) for each in value.values()
        ):
            for name, table in value.items():
                for inner, text in _named(table):
                    yield ".".join((*key, name, inner)), text
        elif value != before:
            yield ".".join(key), _text(value, is_secret=meaning_of(field.type)[1])


def _named(table: Masked) -> Iterator[tuple[str, str]]:
    """(key, value) of what a named table says."""
    for one in msgspec.structs.fields(table):
        value = getattr(table, one.name)
        is_usual = one.default is not msgspec.NODEFAULT and value == one.default
        if not is_usual and value is not None and not isinstance(value, Masked):
            yield one.encode_name, _text(value, is_secret=meaning_of(one.type)[1])


def _text(value: object, *, is_secret: bool) -> str:
    return MASK if is_secret else str(value)
