"""Sets up a channel step by step: what to enter where, which lines to write, what to paste.

Nothing is written here: the secrets belong into variables of the server's own environment, and
never pass through a browser.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from starlette.responses import Response

from dengmi.channels.registry import check_of, tables
from dengmi.core.errors import BadSettings, NotFound
from dengmi.server.console.channels import HERE, address, guide_link
from dengmi.server.console.frame import card, page, select
from dengmi.server.console.visit import Visit
from dengmi.server.problems import detail
from dengmi.server.ui.markup import Child, Html, el
from dengmi.settings.edit import Value, with_table
from dengmi.settings.faults import bad_value
from dengmi.settings.options import NAMED

LONGEST = 200
"""Characters of what is entered."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Guide(NamedTuple):
    """One kind of channel: its table, what is fixed, what is asked for, and its secrets. `extra`:
    what to install for it."""

    table: str
    fixed: Mapping[str, str]
    asked: tuple[str, ...]
    secrets: tuple[str, ...]
    extra: str


GUIDES: Mapping[str, Guide] = {
    "wechat": Guide("wechat", {}, ("app_id",), ("token", "aes_key"), "wechat"),
    "wechat-push": Guide(
        "wechat", {"push": "true"}, ("app_id",), ("token", "aes_key", "secret"), "wechat"
    ),
    "wecom-bot": Guide("wecom", {"kind": "bot"}, ("called",), ("token", "aes_key"), "wecom"),
    "wecom-bot-socket": Guide("wecom", {"kind": "bot-socket"}, ("bot_id",), ("secret",), "wecom"),
    "wecom-app": Guide(
        *("wecom", {"kind": "app"}, ("corp_id", "agent_id"), ("secret", "token", "aes_key")),
        "wecom",
    ),
    "wecom-kf": Guide(
        "wecom", {"kind": "kf"}, ("corp_id",), ("secret", "token", "aes_key"), "wecom"
    ),
    "wecom-robot": Guide("wecom", {"kind": "robot"}, (), ("key",), "wecom"),
    "ilink": Guide("ilink", {}, (), ("token",), ""),
    "matrix": Guide("matrix", {}, ("homeserver", "user"), ("token",), "matrix"),
}
"""Every kind that is set up here."""

_OPTIONAL = ("called",)
"""What may be left empty."""


def kinds(visit: Visit) -> Iterator[Child]:
    """A way to the set-up of each kind."""
    for kind in GUIDES:
        yield guide_link(kind, visit.say(f"con_guide_{_plain(kind)}"))


async def show(visit: Visit) -> Response:
    """The set-up of one kind (?kind=): first what is asked for, then what to do with it. Raises
    NotFound."""
    kind = visit.query("kind")
    if kind not in GUIDES:
        raise NotFound("con_guide_unknown", kinds=", ".join(GUIDES))
    guide = GUIDES[kind]
    said = {key: visit.query(key, LONGEST) for key in ("name", "desk", *guide.asked)}
    wrong = _wrong(visit, guide, said) if visit.query("go") else {}
    done = bool(visit.query("go")) and not wrong
    steps = [
        el("li", el("h2", visit.say("con_guide_at")), el("p", _lead(visit, kind))),
        el("li", el("h2", visit.say("con_guide_enter")), _form(visit, kind, said, wrong)),
    ]
    if done:
        steps += _rest(visit, guide, said)
    return page(
        visit,
        visit.say(f"con_guide_{_plain(kind)}"),
        card(el("ol", steps, class_="guide")),
        at=HERE,
        status=400 if wrong else 200,
        acts=el("a", visit.say("con_channels"), class_="button", href=HERE),
    )


def _lead(visit: Visit, kind: str) -> str:
    return visit.say(f"con_guide_{_plain(kind)}_lead")


def _form(visit: Visit, kind: str, said: Mapping[str, str], wrong: Mapping[str, str]) -> Html:
    desks = [("", visit.say("con_usual")), *((desk.name, desk.name) for desk in visit.desks)]
    fields = []
    for key in said:
        id_, bad = f"guide-{key}", wrong.get(key)
        box = el("input", name=key, id=id_, value=said[key], maxlength=LONGEST, autocomplete="off",
                 required=key not in _OPTIONAL, spellcheck="false",
                 aria_describedby=f"{id_}-note", aria_invalid="true" if bad else None)  # fmt: skip
        if key == "desk":
            box = select("desk", desks, said["desk"], visit.say("con_desk"))
        label = visit.say(f"con_guide_key_{key}")
        note = el("small", visit.say(f"con_guide_key_{key}_note"), id=f"{id_}-note")
        head = el("span", label, class_="label") if key == "desk" else el("label", label, for_=id_)
        told = el("p", bad, class_="wrong", role="alert") if bad else None
        fields.append(el("div", head, box, note, told, class_="setting"))
    return el(
        "form",
        el("input", type="hidden", name="kind", value=kind),
        el("input", type="hidden", name="go", value="1"),
        fields,
        el("button", visit.say("con_guide_go"), class_="button first"),
        method="get",
        action=f"{HERE}/new",
        class_="stack settings",
    )


def _wrong(visit: Visit, guide: Guide, said: Mapping[str, str]) -> Mapping[str, str]:
    """What cannot be, by key: the option table decides, as it will when the server starts."""
    wrong: dict[str, str] = {}
    if not _NAME.fullmatch(said["name"]):
        wrong["name"] = visit.say("con_guide_name_bad")
    elif (guide.table, said["name"]) in tables(visit.office.parts.settings):
        wrong["name"] = visit.say("con_guide_name_taken", name=f"{guide.table}.{said['name']}")
    if said["desk"] and said["desk"] not in {desk.name for desk in visit.desks}:
        wrong["desk"] = visit.say("desk_none")
    for key in guide.asked:
        if not said[key] and key not in _OPTIONAL:
            wrong[key] = visit.say("con_guide_empty")
    if not wrong:
        try:
            msgspec.convert(_values(guide, said), NAMED[guide.table], strict=False)
        except msgspec.ValidationError as error:
            refused = bad_value(str(error))
            key = str(refused.params.get("key", "")) or guide.asked[-1]
            wrong[key if key in said else guide.asked[-1]] = detail(refused, visit.lang)
    return wrong


def _values(guide: Guide, said: Mapping[str, str]) -> dict[str, Value]:
    """The lines of the table."""
    values: dict[str, Value] = dict(guide.fixed)
    if "push" in values:
        values["push"] = True
    for key in guide.asked:
        if said[key]:
            number = key == "agent_id" and said[key].isdecimal()
            values[key] = int(said[key]) if number else said[key]
    if said["desk"]:
        values["desk"] = said["desk"]
    return values | {key: f"env:{_variable(guide, said, key)}" for key in guide.secrets}


def _variable(guide: Guide, said: Mapping[str, str], key: str) -> str:
    """The variable that a secret is to stand in."""
    return f"{guide.table}_{said['name']}_{key}".upper().replace("-", "_")


def _rest(visit: Visit, guide: Guide, said: Mapping[str, str]) -> Sequence[Html]:
    """The steps that take what was entered."""
    name, values = said["name"], _values(guide, said)
    try:
        lines = with_table("", guide.table, name, values)
    except BadSettings as error:
        return [el("li", el("p", detail(error, visit.lang), class_="wrong", role="alert"))]
    names = [
        el("li", el("code", _variable(guide, said, key)), " – ",
           visit.say(f"con_guide_secret_{guide.table}_{key}"))
        for key in guide.secrets
    ]  # fmt: skip
    settings = msgspec.convert(values, NAMED[guide.table], strict=False)
    path = check_of(guide.table).place(name, settings)
    steps = [
        el("li", el("h2", visit.say("con_guide_write")),
           el("p", visit.say("con_guide_write_lead")), _code(visit, lines)),
        el("li", el("h2", visit.say("con_guide_secrets")),
           el("p", visit.say("con_guide_secrets_lead")), el("ul", names)),
    ]  # fmt: skip
    if guide.extra:
        words = visit.say("con_guide_extra")
        line = f'pip install "dengmi[{guide.extra}]"'
        steps.insert(0, el("li", el("h2", words), _code(visit, line)))
    again = el("p", visit.say("con_guide_restart", channel=f"{guide.table}.{name}"))
    steps.append(el("li", el("h2", visit.say("con_guide_again")), again))
    if path:
        paste = el("p", address(visit, path))
        steps.append(el("li", el("h2", visit.say("con_guide_paste")), paste))
    link = el("a", visit.say("con_channels"), href=HERE, class_="button")
    steps.append(el("li", el("h2", visit.say("con_guide_test")),
                    el("p", visit.say("con_guide_test_lead")), el("p", link)))  # fmt: skip
    return steps


def _code(visit: Visit, text: str) -> Html:
    copy = el("button", visit.say("con_copy"), type="button", class_="button", data_copy=text,
              data_done=visit.say("con_copied"), hidden=True)  # fmt: skip
    return el("div", el("pre", el("code", text.strip()), tabindex="0"), copy, class_="to-copy")


def _plain(kind: str) -> str:
    return kind.replace("-", "_")
