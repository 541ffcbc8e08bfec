"""Desk: how each desk is set up, and what to write in dengmi.toml to change it."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from starlette.responses import Response

from dengmi.gate.uses import Use
from dengmi.server.console.charts import meter
from dengmi.server.console.costs import money
from dengmi.server.console.frame import HOME, card, page, select
from dengmi.server.console.visit import Visit
from dengmi.server.ui.links import desk_path
from dengmi.server.ui.markup import Child, Html, el
from dengmi.settings.masked import Masked, meaning_of
from dengmi.settings.options import DeskSettings, ModelSettings, Settings

HERE = f"{HOME}/desk"

ACCOUNTS = ("wechat", "wecom", "ilink", "matrix")
"""Tables of the settings whose entries are accounts that people write to."""

MASK = "•••"


async def show(visit: Visit) -> Response:
    """The page of one desk; ?desk= names it."""
    names = [desk.name for desk in visit.desks] or sorted(visit.office.parts.settings.desks)
    name = visit.desk or (names[0] if names else "main")
    settings = visit.office.parts.settings
    desk = settings.desks.get(name, DeskSettings())
    budgets = [use for use in await visit.office.context.load.budgets() if use.desk == name]
    return page(
        visit,
        desk.title or name,
        el("div", _voice(visit, name, desk), _limits(visit, desk, budgets), class_="two"),
        _levels(visit, settings),
        _channels(visit, name, settings),
        _toml(visit, name, desk),
        _all(visit, settings) if visit.me.may("owner") else None,
        at=HERE,
        lead=visit.say("con_desk_lead"),
        acts=_choose(visit, names, name) if len(names) > 1 else None,
    )


def _choose(visit: Visit, names: Sequence[str], name: str) -> Html:
    box = select("desk", [(each, each) for each in names], name, visit.say("con_desk"))
    send = el("noscript", el("button", visit.say("con_show"), class_="button"))
    return el("form", box, send, method="get", action=HERE, data_auto=True, class_="inline")


def _facts(visit: Visit, rows: Sequence[tuple[str, Child]]) -> Html:
    inside = [[el("dt", visit.say(key)), el("dd", value or "–")] for key, value in rows]
    return el("dl", inside, class_="facts")


def _voice(visit: Visit, name: str, desk: DeskSettings) -> Html:
    return card(
        el("h2", visit.say("con_voice_title")),
        _facts(
            visit,
            [
                ("con_name", name),
                ("con_voice", desk.voice or visit.say("con_voice_usual")),
                ("con_check", visit.say(f"con_check_{desk.check}")),
                ("con_judge", visit.say(f"con_judge_{desk.judge.replace('-', '_')}")),
                ("con_public", visit.say("con_yes" if desk.public else "con_no")),
            ],
        ),
    )


def _limits(visit: Visit, desk: DeskSettings, budgets: Sequence[Use]) -> Html:
    """Budget, quotas and retention."""
    settings = visit.office.parts.settings
    used = [
        el(
            "div",
            el("span", visit.say("con_budget_today")),
            meter(f"{use.share:.0%}", use.share),
            el("span", f"{money(use.used, use.currency)} / {money(use.most, use.currency)}"),
            class_="share",
        )
        for use in budgets
    ]
    plans = [
        el("li", el("b", name), ": ", ", ".join(_plan(visit, plan)) or visit.say("con_no_limit"))
        for name, plan in settings.plans.items()
    ]
    kept = (
        visit.say("con_keep", days=desk.keep_days) if desk.keep_days else visit.say("con_keep_all")
    )
    zone = desk.time_zone or settings.time_zone or visit.say("con_zone_here")
    return card(
        el("h2", visit.say("con_limits_title")),
        _facts(
            visit,
            [
                ("con_daily_budget", desk.daily_budget or visit.say("con_no_limit")),
                ("con_zone", zone),
                ("con_keep_days", kept),
                ("con_plans", el("ul", plans) if plans else visit.say("con_no_plans")),
            ],
        ),
        used,
    )


def _plan(visit: Visit, plan: object) -> Iterator[str]:
    for name in ("questions", "tokens", "money"):
        value = getattr(plan, name, None)
        if value not in (None, ""):
            yield visit.say(f"con_plan_{name}", most=value)


def _levels(visit: Visit, settings: Settings) -> Html:
    """Which models serve which level."""
    rows = [_level(visit, "quote", visit.say("con_level_quote"))]
    for level in ("quick", "deep"):
        models: tuple[str, ...] = getattr(settings.levels, level)
        said = [_model(name, settings.models[name]) for name in models]
        rows.append(_level(visit, level, said or visit.say("con_level_none")))
    return card(el("h2", visit.say("con_levels_title")), el("ul", rows, class_="rows"))


def _level(visit: Visit, level: str, words: Child) -> Html:
    return el("li", el("div", el("b", visit.say(f"ui_level_{level}")), el("small", words)))


def _model(name: str, model: ModelSettings) -> Html:
    where = model.base_url.partition("://")[2].partition("/")[0]
    facts = " · ".join(filter(None, (model.kind, model.model, where, f"{model.slots} slots")))
    return el("div", f"{name} – {facts}")


def _channels(visit: Visit, name: str, settings: Settings) -> Html:
    """The ways in to this desk, each with its address."""
    base = settings.server.public_url.rstrip("/") or str(visit.request.base_url).rstrip("/")
    own = settings.channels
    rows = [
        _channel(visit, "con_channel_page", f"{base}{desk_path(name, '')}", is_on=True),
        _channel(visit, "con_channel_rest", f"{base}/api/v1/answers", is_on=True),
        _channel(visit, "con_channel_openai", f"{base}/v1", is_on=own.openai.enabled),
        _channel(visit, "con_channel_mcp", f"{base}/mcp/{name}", is_on=own.mcp.enabled),
    ]
    for kind in ACCOUNTS:
        table = getattr(settings, kind, None)
        accounts = table if isinstance(table, Mapping) else {}
        for account, each in accounts.items():
            if getattr(each, "desk", "") in ("", name):
                words = visit.say("con_channel_account", kind=_kind(visit, kind), name=account)
                rows.append(_row(visit, words, f"{base}/{kind}/{account}", is_on=True))
        if isinstance(table, Mapping) and not accounts:
            rows.append(
                _row(
                    visit, _kind(visit, kind), visit.say("con_channel_how", kind=kind), is_on=False
                )
            )
    return card(el("h2", visit.say("con_channels")), el("ul", rows, class_="rows"))


def _kind(visit: Visit, kind: str) -> str:
    return visit.known(f"con_kind_{kind}", kind)


def _channel(visit: Visit, key: str, address: str, *, is_on: bool) -> Html:
    return _row(visit, visit.say(key), address, is_on=is_on)


def _row(visit: Visit, name: str, address: str, *, is_on: bool) -> Html:
    badge = el(
        "span",
        visit.say("con_on" if is_on else "con_off"),
        class_="badge good" if is_on else "badge",
    )
    return el("li", el("div", el("b", name), el("small", address)), badge)


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
