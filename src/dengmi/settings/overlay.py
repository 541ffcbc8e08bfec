"""Puts what operators changed over what dengmi.toml says, by the same option table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from dengmi.core.edits import Edit
from dengmi.core.errors import BadSettings
from dengmi.settings.added import TABLE, added_model
from dengmi.settings.desks import USUAL_PLAN, DeskSettings, PlanSettings
from dengmi.settings.faults import bad_value
from dengmi.settings.limits import check_limits
from dengmi.settings.load import check_levels
from dengmi.settings.options import LevelSettings, Settings

EDITABLE: Mapping[str, tuple[type[Struct], tuple[str, ...]]] = {
    "desks": (
        DeskSettings,
        (
            *("title", "greeting", "voice", "examples", "public", "language", "check", "judge"),
            *("daily_budget", "time_zone", "keep_days"),
            *("share", "share_price", "share_index", "origins"),
        ),
    ),
    "plans": (PlanSettings, ("questions", "tokens", "money", "rank")),
    "levels": (LevelSettings, ("quick", "deep", "judge")),
}
"""What may be changed beside dengmi.toml: nothing that is secret, or opens this computer. Whole
models may be added beside it (`added.py`)."""


@dataclass(frozen=True, slots=True)
class Applied:
    """Settings with edits in them. `refused` are edits that the option table does not take (any
    more), by path, with the reason; the setting is then as dengmi.toml has it."""

    settings: Settings
    refused: Mapping[str, BadSettings] = field(default_factory=dict)


def applied(written: Settings, edits: Sequence[Edit]) -> Applied:
    """The settings with these edits in them. Raises nothing: an edit must not keep a server from
    starting."""
    now, refused = written, {}
    for edit in sorted(edits, key=lambda each: each.table != TABLE):  # levels name models
        try:
            now = _with_model(written, now, edit) if edit.table == TABLE else _with(now, edit)
        except BadSettings as error:
            refused[edit.path] = error
    return Applied(now, refused)


def value_of(settings: Settings, edit: Edit) -> object:
    """What a setting is, whatever an edit of it says."""
    kind, _ = EDITABLE[edit.table]
    table = getattr(settings, edit.table)
    entry = table.get(edit.name, kind()) if isinstance(table, Mapping) else table
    return getattr(entry, edit.key)


def _with_model(written: Settings, now: Settings, edit: Edit) -> Settings:
    """The settings with a model that was added. Raises BadSettings."""
    if edit.key:
        raise BadSettings("setting_not_here", key=edit.path)
    model = added_model(written, edit.name, edit.value)
    now = msgspec.structs.replace(now, models={**now.models, edit.name: model})
    check_limits(now)
    return now


def _with(settings: Settings, edit: Edit) -> Settings:
    """The settings with one edit. Raises BadSettings."""
    kind, keys = EDITABLE.get(edit.table, (None, ()))
    if kind is None or edit.key not in keys:
        raise BadSettings("setting_not_here", key=edit.path)
    prefix = edit.path.removesuffix(edit.key)
    try:
        given: Any = msgspec.convert({edit.key: edit.value}, kind, strict=False)
    except msgspec.ValidationError as error:
        raise bad_value(str(error), prefix) from None
    change = {edit.key: getattr(given, edit.key)}
    table = getattr(settings, edit.table)
    if isinstance(table, Mapping):
        if edit.table == "plans" and edit.name not in (*table, USUAL_PLAN):
            known = ", ".join(table) or "–"
            raise BadSettings("setting_plan_unknown", key=edit.path, plan=edit.name, known=known)
        entry = msgspec.structs.replace(table.get(edit.name, kind()), **change)
        made: object = {**table, edit.name: entry}
    else:
        made = msgspec.structs.replace(table, **change)
    settings = msgspec.structs.replace(settings, **{edit.table: made})
    check_levels(settings.levels, settings.models)
    check_limits(settings)
    return settings
