"""The form of a model that is added in the console: its boxes, and what it says."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import msgspec

from dengmi.core.edits import Edit
from dengmi.core.errors import BadSettings
from dengmi.core.ids import content_hash
from dengmi.server.console.frame import HOME, form
from dengmi.server.console.visit import Visit
from dengmi.server.problems import detail
from dengmi.server.ui.markup import Html, el
from dengmi.settings.added import KINDS, added_model, variable_of
from dengmi.settings.options import ModelSettings

Said = Mapping[str, str]
"""What stands in the boxes."""

BOXES: Mapping[str, tuple[str, ...]] = {
    "deepseek": ("name", "model", "api_key", "slots"),
    "openai": (
        *("name", "base_url", "model", "api_key", "slots", "profile"),
        *("currency", "hit", "miss", "output"),
    ),
    "local": ("name", "model", "slots", "context"),
}
"""What is asked for a model of each kind."""

USUAL: Mapping[str, Said] = {
    "deepseek": {"model": "deepseek-flash", "api_key": "DEEPSEEK_API_KEY", "slots": "200"},
    "openai": {"slots": "32"},
    "local": {"slots": "2", "context": "8192"},
}

PRICE = ("currency", "hit", "miss", "output")
PROFILES = ("", "deepseek", "openai", "vllm", "sglang", "llama.cpp", "ollama", "generic")
CURRENCIES = ("", "CNY", "USD")
FOLDER = "models"
"""Where files of models lie, in the home."""

LONGEST = 300
_NEEDED = ("name", "model", "base_url")
_NUMBERS = ("slots", "context")
_CODE = {"spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody entered: as it stands in the boxes, as it would be kept, and what is wrong with
    it by box. `model` is what comes of it, None where something is wrong."""

    kind: str
    name: str
    said: Said
    value: Mapping[str, object]
    model: ModelSettings | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def named(self) -> tuple[str, ModelSettings, str]:
        """The model with its name, and the variable that holds its key."""
        assert self.model is not None
        return self.name, self.model, variable_of(self.value)

    def refused(self, why: str) -> "Draft":
        """The same with something wrong."""
        return replace(self, wrong={"": why})


def usual(kind: str) -> Said:
    """What stands in the boxes before anybody has entered anything."""
    return {key: USUAL[kind].get(key, "") for key in BOXES[kind]}


def read(visit: Visit) -> Draft:
    """What a form says."""
    kind = visit.form.get("kind", "")
    kind = kind if kind in KINDS else KINDS[0]
    said = {key: visit.form.get(key, "").strip()[:LONGEST] for key in BOXES[kind]}
    value = _value(kind, said)
    draft = Draft(kind, said["name"], said, value)
    empty = {key: visit.say("con_model_empty") for key in _NEEDED if said.get(key) == ""}
    if empty:
        return replace(draft, wrong=empty)
    try:
        model = added_model(visit.office.parts.tuned.written, draft.name, value)
    except BadSettings as error:
        key = str(error.params.get("key", "")).rpartition(".")[2]
        return replace(draft, wrong={key if key in said else "": why(visit, error)})
    return replace(draft, model=model)


def said_of(name: str, value: object) -> tuple[Said, str]:
    """(what stands in the boxes, kind) of a model that was added."""
    kept = value if isinstance(value, Mapping) else {}
    kind = str(kept.get("kind", KINDS[0]))
    kind = kind if kind in KINDS else KINDS[0]
    price = kept.get("price")
    flat = {**kept, **(price if isinstance(price, Mapping) else {}), "name": name}
    flat["api_key"] = str(kept.get("api_key", "")).removeprefix("env:")
    return {key: str(flat.get(key, "")) for key in BOXES[kind]}, kind


def why(visit: Visit, error: BadSettings) -> str:
    """What is wrong, for its reader."""
    return detail(error, visit.lang)


def seen_of(edit: Edit | None) -> str:
    """What a form was made from, in one word: it changes when somebody else changes it."""
    return content_hash(msgspec.json.encode(edit.value).decode()) if edit else ""


def facts_of(visit: Visit, model: ModelSettings) -> Sequence[str]:
    """What a model is, in a few words."""
    where = model.base_url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    slots = visit.say("con_model_slots", slots=f"{model.slots:,}")
    return [each for each in (model.kind, model.model, where, slots) if each]


async def form_of(
    visit: Visit, kind: str, said: Said, draft: Draft | None, edit: Edit | None = None
) -> Html:
    """The form.

    Args:
        draft: what somebody entered that is not kept yet.
        edit: the model that is changed; None where one is added.
    """
    wrong = draft.wrong if draft else {}
    seen = visit.form.get("seen", "") if draft and not edit else seen_of(edit)
    fixed = bool(seen)
    folder = visit.office.parts.settings.home / FOLDER
    files = await asyncio.to_thread(_files, folder) if kind == "local" else ()
    boxes = [
        _box(visit, _Box(kind, key, said[key], wrong.get(key, ""), fixed, files))
        for key in BOXES[kind]
    ]
    general = el("p", wrong[""], class_="wrong", role="alert") if "" in wrong else None
    save = visit.say("con_save" if fixed else "con_model_add")
    at = f"{HOME}/models"
    acts = el(
        "div",
        el("button", visit.say("con_test"), class_="button", formaction=f"{at}/test"),
        el("button", save, class_="button first"),
        class_="acts-row",
    )
    return form(
        visit,
        f"{at}/save",
        el("input", type="hidden", name="kind", value=kind),
        el("input", type="hidden", name="seen", value=seen),
        general,
        boxes,
        acts,
        class_="stack settings",
    )


def _value(kind: str, said: Said) -> dict[str, object]:
    """What is kept of what was entered: what says nothing is left out."""
    value: dict[str, object] = {"kind": kind}
    for key, entered in said.items():
        if key in ("name", *PRICE) or not entered:
            continue
        value[key] = f"env:{entered}" if key == "api_key" else entered
    price = {key: said[key] for key in PRICE if said.get(key)}
    if price:
        value["price"] = price
    return {
        key: int(str(each)) if key in _NUMBERS and str(each).isascii() and str(each).isdigit()
        else each
        for key, each in value.items()
    }  # fmt: skip


class _Box(NamedTuple):
    """One box: what stands in it, what is wrong with that, whether it may not be changed, and the
    files to choose from."""

    kind: str
    key: str
    value: str
    wrong: str
    fixed: bool
    files: Sequence[str]


def _box(visit: Visit, box: _Box) -> Html:
    """A box with its label, what it means, and what is wrong with it."""
    key, id_, wrong = box.key, f"model-{box.key}", box.wrong
    note = visit.known(f"con_model_key_{key}_{box.kind}", "")
    note = note or visit.known(f"con_model_key_{key}_note", "")
    told = " ".join(
        each for each, is_there in ((f"{id_}-note", note), (f"{id_}-wrong", wrong)) if is_there
    )
    return el(
        "div",
        el("label", visit.say(f"con_model_key_{key}"), for_=id_),
        _input(visit, box, id_, told or None),
        el("small", note, id=f"{id_}-note") if note else None,
        el("p", wrong, class_="wrong", role="alert", id=f"{id_}-wrong") if wrong else None,
        class_="setting",
    )


def _input(visit: Visit, box: _Box, id_: str, told: str | None) -> Html:
    more = {"aria_describedby": told, "aria_invalid": "true" if box.wrong else None}
    if options := _options(visit, box):
        rows = [
            el("option", words, value=each, selected=each == box.value) for each, words in options
        ]
        return el("select", rows, name=box.key, id=id_, **more)
    fixed = box.key == "name" and box.fixed
    inputmode = "decimal" if box.key in (*_NUMBERS, *PRICE) else None
    return el("input", name=box.key, id=id_, value=box.value, maxlength=LONGEST, readonly=fixed,
              inputmode=inputmode, **_CODE, **more)  # fmt: skip


def _options(visit: Visit, box: _Box) -> Sequence[tuple[str, str]]:
    """What a box lets choose from; nothing where it is free."""
    if box.key == "profile":
        return [(each, each or visit.say("con_model_profile_none")) for each in PROFILES]
    if box.key == "currency":
        return [(each, each or visit.say("con_model_price_none")) for each in CURRENCIES]
    if box.kind == "local" and box.key == "model":
        found = dict.fromkeys((*box.files, *([box.value] if box.value else [])))
        return [(each, each) for each in found] or [("", visit.say("con_model_no_files"))]
    return ()


def _files(folder: Path) -> Sequence[str]:
    """The files of models in a folder. Blocks."""
    return sorted(path.name for path in folder.glob("*.gguf"))
