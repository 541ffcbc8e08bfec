"""The frame of every page of the console, and the pieces that its pages are made of."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.responses import Response

from dengmi.core.operators import Role
from dengmi.language.texts import text
from dengmi.server.console.visit import Visit
from dengmi.server.negotiate import COOKIE, known
from dengmi.server.ui.markup import Child, Html, el, icon
from dengmi.server.ui.page import TAGS
from dengmi.server.ui.static import asset

HOME = "/console"

POLICY = "require-trusted-types-for 'script'; trusted-types 'none'"
"""Beside the policy of all pages: no script here may turn text into HTML or code."""

_YEAR = 365 * 24 * 3600


class Place(NamedTuple):
    """A page of the navigation: its path, the key of its name, the role it takes."""

    path: str
    name: str
    role: Role


PLACES = (
    Place(HOME, "con_today", "viewer"),
    Place(f"{HOME}/questions", "con_questions", "viewer"),
    Place(f"{HOME}/gaps", "con_gaps", "viewer"),
    Place(f"{HOME}/sources", "con_sources", "viewer"),
    Place(f"{HOME}/costs", "con_costs", "viewer"),
    Place(f"{HOME}/desk", "con_desk", "viewer"),
    Place(f"{HOME}/models", "con_models", "viewer"),
    Place(f"{HOME}/channels", "con_channels", "viewer"),
    Place(f"{HOME}/operators", "con_operators", "owner"),
)

OWNERS = (
    Place(f"{HOME}/operators", "con_operators", "owner"),
    Place(f"{HOME}/keys", "con_keys", "owner"),
    Place(f"{HOME}/askers", "con_askers", "owner"),
    Place(f"{HOME}/log", "con_log", "owner"),
)
"""What owners see under “Operators”."""


def page(
    visit: Visit,
    title: str,
    *children: Child,
    at: str = "",
    status: int = 200,
    lead: Child = None,
    acts: Child = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A whole page.

    Args:
        at: the path of the navigation that it belongs to.
        lead: a sentence below the title.
        acts: what stands beside the title.
    """
    said = visit.known(f"con_said_{visit.query('said')}", "")
    told = el("p", said, class_="said", role="status") if said else None
    top = el("div", el("h1", title), acts, class_="title")
    intro = el("p", lead, class_="lead") if lead else None
    owners = at in [place.path for place in OWNERS]
    main = el(
        "main",
        _tabs(visit, at) if owners else None,
        top,
        intro,
        told,
        *children,
        id="main",
        tabindex="-1",
    )
    skip = el("a", visit.say("ui_skip"), class_="skip", href="#main")
    body = el("body", skip, _header(visit, at), main, class_="console")
    return _response(
        visit, el("html", _head(visit, title), body, lang=TAGS[visit.lang]), status, headers
    )


def _response(visit: Visit, html: Html, status: int, headers: Mapping[str, str] | None) -> Response:
    response = Response(
        f"<!doctype html>{html}".encode("utf-8", "replace"),
        status_code=status,
        media_type="text/html",
        headers={
            "cache-control": "no-store",
            "content-security-policy": POLICY,
            "content-language": TAGS[visit.lang],
            **(headers or {}),
        },
    )
    if chosen := known(visit.request.query_params.get("lang")):
        response.set_cookie(COOKIE, chosen, max_age=_YEAR, samesite="lax", httponly=True)
    return response


def _head(visit: Visit, title: str) -> Html:
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width,initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="theme-color", content="#faf7f2", media="(prefers-color-scheme:light)"),
        el("meta", name="theme-color", content="#161412", media="(prefers-color-scheme:dark)"),
        el("meta", name="robots", content="noindex"),
        el("title", f"{title} · {visit.say('con_console')}"),
        el("link", rel="icon", type="image/svg+xml", href=asset("lantern.svg")),
        el("link", rel="stylesheet", href=asset("console.css")),
        el("script", type="module", src=asset("console.js")),
    )


def _header(visit: Visit, at: str) -> Html:
    brand = el("a", icon("lantern"), el("b", visit.say("con_console")), class_="brand", href=HOME)
    owners = [place.path for place in OWNERS]
    here = f"{HOME}/operators" if at in owners else at
    visitor = visit.visitor
    places = [place for place in PLACES if visitor and visitor.may(place.role)]
    links = [
        el("a", visit.say(name), href=path, aria_current="page" if path == here else None)
        for path, name, _ in places
    ]
    nav = el("nav", links, class_="places", aria_label=visit.say("con_places")) if links else None
    return el("header", el("div", brand, nav, _me(visit)), class_="top")


def _me(visit: Visit) -> Html:
    other = "zh" if visit.lang == "en" else "en"
    kept = [pair for pair in visit.request.query_params.multi_items() if pair[0] != "lang"]
    language = el(
        "a",
        text("ui_language_name", other),
        class_="lang",
        href=f"?{urlencode([*kept, ('lang', other)])}",
        hreflang=TAGS[other],
        lang=TAGS[other],
        rel="nofollow",
    )
    if visit.visitor is None:
        return el("div", language, class_="me")
    name = visit.visitor.operator.name
    inside = el(
        "div",
        el("p", visit.say(f"con_role_{visit.visitor.operator.role}"), class_="soft"),
        el("a", visit.say("con_password_change"), href=f"{HOME}/password"),
        el("a", visit.say("con_to_page"), href="/"),
        form(visit, f"{HOME}/sign-out", el("button", visit.say("con_sign_out"))),
        class_="sheet",
    )
    menu = el("details", el("summary", el("span", name), icon("down")), inside, class_="menu")
    return el("div", language, menu, class_="me")


def _tabs(visit: Visit, at: str) -> Html:
    links = [
        el("a", visit.say(name), href=path, aria_current="page" if path == at else None)
        for path, name, role in OWNERS
        if visit.visitor and visit.visitor.may(role)
    ]
    return el("nav", links, class_="tabs", aria_label=visit.say("con_operators"))


def form(
    visit: Visit,
    action: str,
    *children: Child,
    class_: str = "",
    id_: str = "",
    upload: bool = False,
) -> Html:
    """A form that changes something: it carries the token of the session."""
    token = el("input", type="hidden", name="csrf", value=visit.me.session.csrf)
    return el(
        "form",
        token,
        *children,
        method="post",
        action=action,
        class_=class_ or None,
        id=id_ or None,
        enctype="multipart/form-data" if upload else None,
    )


def asked_first(
    visit: Visit, title: str, words: str, at: str, more: Child = None
) -> Response | None:
    """A page that asks whether something that cannot be undone is meant; None where that was
    said. It sends the same form again, with the answer.

    Args:
        at: the path of the navigation to go back to.
        more: what else is to be said or chosen before.
    """
    if visit.form.get("sure") == "1":
        return None
    kept = [
        el("input", type="hidden", name=name, value=value)
        for name, value in visit.form.items()
        if name not in ("csrf", "sure")
    ]
    button = el("button", title, class_="button first", name="sure", value="1", autofocus=True)
    back = el("a", visit.say("con_rather_not"), class_="button", href=at)
    path = visit.request.url.path
    acts = el("div", button, back, class_="acts-row")
    return page(visit, title, card(form(visit, path, kept, el("p", words), more, acts)), at=at)


def field(label: str, box: Child, note: Child = None) -> Html:
    """A labelled box with a word below."""
    said = el("small", note) if note else None
    return el("label", el("span", label), box, said, class_="field")


def select(name: str, options: Sequence[tuple[str, str]], chosen: str, label: str = "") -> Html:
    """A list to choose from, as (value, words)."""
    rows = [el("option", words, value=value, selected=value == chosen) for value, words in options]
    return el("select", rows, name=name, aria_label=label or None)


def card(*children: Child, class_: str = "", id_: str = "") -> Html:
    """A sheet of paper."""
    return el("section", *children, class_=f"sheet-card {class_}".strip(), id=id_ or None)


def empty(words: Child, *more: Child) -> Html:
    """What stands where there is nothing yet."""
    return el("div", icon("lantern"), el("p", words), *more, class_="nothing")


def desk_filter(visit: Visit) -> tuple[tuple[str, str], ...]:
    """The desks to choose from, “all” first."""
    rows = tuple((desk.name, desk.title or desk.name) for desk in visit.desks)
    return (("", visit.say("con_all_desks")), *rows)


def with_query(path: str, **params: str) -> str:
    """An address with those parameters that say something."""
    said = {name: value for name, value in params.items() if value}
    return f"{path}?{urlencode(said)}" if said else path
