"""The settings that the console changes: which there are, their boxes, and what a form says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import msgspec

from dengmi.core.edits import Edit
from dengmi.core.ids import content_hash
from dengmi.core.operators import Role
from dengmi.server.console.frame import select
from dengmi.server.console.visit import Visit
from dengmi.server.problems import detail
from dengmi.server.ui.markup import Child, Html, el
from dengmi.settings.overlay import value_of
from dengmi.settings.tuned import Tuned

Kind = Literal["line", "text", "lines", "choice", "switch", "number", "model", "models"]


class Setting(NamedTuple):
    """One setting: its key, what its box is like, and the values of a choice."""

    key: str
    kind: Kind
    options: tuple[str, ...] = ()


class Section(NamedTuple):
    """Settings that are changed together: by whom, and in which table they are."""

    name: str
    table: str
    role: Role
    settings: tuple[Setting, ...]


VOICE = Section("voice", "desks", "editor", (
    Setting("title", "line"),
    Setting("greeting", "text"),
    Setting("voice", "text"),
    Setting("examples", "lines"),
))  # fmt: skip
ANSWERS = Section("answers", "desks", "owner", (
    Setting("language", "choice", ("", "zh", "en")),
    Setting("check", "choice", ("drop", "mark", "off")),
    Setting("judge", "choice", ("built-in", "model", "nli")),
    Setting("public", "switch"),
))  # fmt: skip
LIMITS = Section("limits", "desks", "owner", (
    Setting("daily_budget", "line"),
    Setting("time_zone", "line"),
    Setting("keep_days", "number"),
))  # fmt: skip
SHARING = Section("sharing", "desks", "owner", (
    Setting("share", "switch"),
    Setting("share_price", "switch"),
    Setting("share_index", "switch"),
    Setting("origins", "lines"),
))  # fmt: skip
LEVELS = Section("levels", "levels", "owner", (
    Setting("quick", "models"),
    Setting("deep", "models"),
    Setting("judge", "model"),
))  # fmt: skip
PLAN = Section("plan", "plans", "owner", (
    Setting("questions", "number"),
    Setting("tokens", "number"),
    Setting("money", "line"),
    Setting("rank", "choice", ("visitor", "member", "paid")),
))  # fmt: skip
SECTIONS: Sequence[Section] = (VOICE, ANSWERS, LIMITS, SHARING, LEVELS, PLAN)

PLACES = 4
"""Models that a level can name here, one behind the other."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed that could not be kept: `wrong` says why, by key, `said` in general."""

    section: Section
    name: str
    typed: Mapping[str, object] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    said: str = ""


def edit_of(section: Section, name: str, setting: Setting, value: object = None) -> Edit:
    """An edit of a setting."""
    return Edit(table=section.table, name=name, key=setting.key, value=value)


def given(visit: Visit, setting: Setting) -> object:
    """What a form says of a setting, as plain values."""
    said = visit.form.get(setting.key, "").replace("\r\n", "\n").strip()
    match setting.kind:
        case "switch":
            return bool(said)
        case "number":
            return said or (0 if setting.key == "keep_days" else None)
        case "lines":
            return [line.strip() for line in said.splitlines() if line.strip()]
        case "models":
            named = (visit.form.get(f"{setting.key}_{place}", "") for place in range(PLACES))
            return list(dict.fromkeys(filter(None, named)))
        case _:
            return said


def seen_of(tuned: Tuned, section: Section, name: str) -> str:
    """What a form was made from, in one word: it changes when somebody else changes it."""
    values = [value_of(tuned.settings, edit_of(section, name, each)) for each in section.settings]
    return content_hash(msgspec.json.encode(values).decode())


def words_of(visit: Visit, setting: Setting, value: object) -> str:
    """A value as it is read."""
    if setting.kind == "switch":
        return visit.say("con_yes" if value else "con_no")
    if setting.kind == "choice":
        return visit.say(_choice(setting, str(value)))
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "–"
    if value in ("", None) or (setting.key == "keep_days" and not value):
        return visit.known(f"con_set_{setting.key}_none", "–")
    return str(value)


def box(visit: Visit, section: Section, name: str, setting: Setting, draft: Draft | None) -> Html:
    """A setting with its label, its box, what it means, what is wrong with it, and where its value
    comes from."""
    tuned = visit.office.parts.tuned
    id_ = f"{section.name}-{setting.key}" + (f"-{name}" if section.table == "plans" else "")
    id_ = "".join(each if each.isalnum() else "-" for each in id_)
    typed = draft.typed if draft else {}
    value = typed.get(setting.key, value_of(tuned.settings, edit_of(section, name, setting)))
    wrong = (draft.wrong if draft else {}).get(setting.key, "")
    note = visit.known(f"con_set_{setting.key}_note", "")
    told = " ".join(
        each for each, there in ((f"{id_}-note", note), (f"{id_}-wrong", wrong)) if there
    )
    label = visit.say(f"con_set_{setting.key}")
    more = {"aria_describedby": told or None, "aria_invalid": "true" if wrong else None}
    inside = _input(visit, setting, value, id_, more)
    # Several boxes have a label each, and stand together under this one.
    one = setting.kind != "models"
    head = el("label", label, for_=id_) if one else el("span", label, id=id_, class_="label")
    return el(
        "div",
        *((inside, head) if setting.kind == "switch" else (head, inside)),
        el("small", note, id=f"{id_}-note") if note else None,
        el("p", wrong, class_="wrong", role="alert", id=f"{id_}-wrong") if wrong else None,
        _origin(visit, section, name, setting),
        class_=f"setting {setting.kind}",
        role=None if one else "group",
        aria_labelledby=None if one else id_,
    )


def _input(
    visit: Visit, setting: Setting, value: object, id_: str, more: Mapping[str, str | None]
) -> Child:
    name, models = setting.key, sorted(visit.office.parts.settings.models)
    made: Child
    match setting.kind:
        case "switch":
            made = el("input", type="checkbox", name=name, value="1", id=id_, checked=bool(value),
                      **more)  # fmt: skip
        case "text" | "lines":
            said = "\n".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
            rows = "6" if name == "voice" else "3"
            made = el("textarea", said, name=name, id=id_, rows=rows, **more)
        case "choice":
            choices = [(each, visit.say(_choice(setting, each))) for each in setting.options]
            made = _select(name, choices, str(value), id_, more)
        case "model":
            first = ("", visit.say(f"con_set_{name}_none_model"))
            made = _select(name, [first, *((one, one) for one in models)], str(value), id_, more)
        case "models":
            made = el("div", list(_models(visit, setting, value, models)), class_="inline")
        case "number":
            said = "" if value in (None, "") or (name == "keep_days" and not value) else str(value)
            made = el("input", name=name, id=id_, value=said, inputmode="numeric",
                      autocomplete="off", **more)  # fmt: skip
        case _:
            made = el("input", name=name, id=id_, value=str(value), autocomplete="off", **more)
    return made


def _models(visit: Visit, setting: Setting, value: object, models: Sequence[str]) -> Iterator[Html]:
    """A list for each place: which model is asked first, and which where that has no room."""
    chosen = list(value) if isinstance(value, tuple | list) else []
    for place in range(min(PLACES, max(len(models), len(chosen), 1))):
        now = str(chosen[place]) if place < len(chosen) else ""
        options = [("", "–"), *((one, one) for one in models)]
        label = visit.say("con_set_place", n=place + 1)
        yield select(f"{setting.key}_{place}", options, now, label)


def _select(
    name: str,
    options: Sequence[tuple[str, str]],
    chosen: str,
    id_: str,
    more: Mapping[str, str | None],
) -> Html:
    rows = [el("option", words, value=value, selected=value == chosen) for value, words in options]
    return el("select", rows, name=name, id=id_, **more)


def _choice(setting: Setting, option: str) -> str:
    return f"con_{setting.key}_{(option or 'none').replace('-', '_')}"


def _origin(visit: Visit, section: Section, name: str, setting: Setting) -> Child:
    """Where the value comes from, and the way back, where it was set here."""
    tuned, path = visit.office.parts.tuned, edit_of(section, name, setting).path
    edit = next((each for each in tuned.edits if each.path == path), None)
    if edit is None:
        return None
    written = words_of(visit, setting, value_of(tuned.written, edit))
    refused = tuned.refused.get(path)
    said = el("p", visit.say("con_set_refused", why=detail(refused, visit.lang)),
              class_="wrong") if refused else None  # fmt: skip
    badge = el("span", visit.say("con_set_here"), class_="badge")
    when = visit.say("con_set_by", by=edit.by or "–", when=visit.when(edit.at), written=written)
    back = el("button", visit.say("con_set_back"), class_="plain", name="back", value=setting.key,
              form=back_id(section, name),
              aria_label=visit.say("con_set_back_label", what=visit.say(f"con_set_{setting.key}")),
              )  # fmt: skip
    return el("div", said, badge, el("small", when), back, class_="origin")


def back_id(section: Section, name: str) -> str:
    """The id of the small form whose buttons take edits back: one apart, so that the Enter key in a
    box saves."""
    safe = "".join(each if each.isalnum() else "-" for each in name)
    return f"back-{section.name}-{safe}"
