"""`dengmi doctor`: is everything that Dengmi stands on in order?"""

import asyncio
import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit, urlunsplit

import click

from dengmi import __version__
from dengmi.channels.registry import check_of, tables
from dengmi.cli.app import App
from dengmi.cli.opening import has_store, opened
from dengmi.cli.outward import unguarded
from dengmi.cli.semantic import vectors_shape
from dengmi.cli.terminal import print_json
from dengmi.cli.words import Verb, json_option
from dengmi.core.errors import DengmiError
from dengmi.core.records import HALL
from dengmi.gate.budget import ALMOST
from dengmi.language.money import amount, amounts
from dengmi.settings.fronted import fronted, place
from dengmi.settings.lacking import empty, lacking
from dengmi.settings.options import Settings
from dengmi.store.health import check_file

if TYPE_CHECKING:
    from dengmi.server.parts import Parts

State = Literal["ok", "off", "warn", "fail"]
"""How something stands; "off" is what is not there and not needed."""

LITTLE_DISK = 500_000_000
"""Bytes; below this a sync of a middling site can fill the disk."""

TOLD = 3 * 86_400.0
"""Seconds for which what the operator was told is shown."""

EXTRAS = {
    "office": "mammoth",
    "postgres": "asyncpg",
    "vectors": "usearch",
    "semantic": "fastembed",
    "mcp": "mcp",
    "card": "segno",
    "wechat": "cryptography",
    "wecom": "websockets",
    "oidc": "jwt",
    "matrix": "nio",
    "matrix-e2e": "vodozemac",
}
"""Each extra with a module that only it installs."""

COLOURS = {"ok": "green", "off": "bright_black", "warn": "yellow", "fail": "red"}


@dataclass(frozen=True)
class Check:
    """One thing looked at: a text of the catalogue and how it stands."""

    state: State
    key: str
    params: dict[str, str | int | float] = field(default_factory=dict)


@click.command(cls=Verb, help="help_doctor")
@json_option
@click.pass_obj
def doctor(app: App, as_json: bool) -> int:
    """Look at everything; exit status 1 when something fails."""
    checks = list(_checks(app))
    failed = any(check.state == "fail" for check in checks)
    if as_json:
        rows = [
            {"check": check.key, "state": check.state, "text": _words(app, check)}
            for check in checks
        ]
        print_json({"ok": not failed, "checks": rows})
        return int(failed)
    width = max(len(app.say(f"cli_doctor_{state}")) for state in COLOURS)
    for check in checks:
        word = app.say(f"cli_doctor_{check.state}").ljust(width)
        click.echo(f"{click.style(word, fg=COLOURS[check.state])}  {_words(app, check)}")
    return int(failed)


def _words(app: App, check: Check) -> str:
    params = dict(check.params)
    if "extra" in params:
        extra = str(params["extra"]).replace("-", "_")
        params["purpose"] = app.say(f"doctor_purpose_{extra}")
    return app.say(check.key, **params)


def _checks(app: App) -> Iterator[Check]:
    versions: dict[str, str | int | float] = {
        "version": platform.python_version(),
        "dengmi": __version__,
    }
    yield Check("ok", "doctor_python", versions)
    try:
        settings = app.settings
    except DengmiError as error:
        yield Check("fail", error.code, error.params)
        return
    yield from _home(settings.home)
    yield from (Check("fail", lack.code, lack.params) for lack in lacking(settings))
    yield from _channels(settings)
    if key := unguarded(settings):
        yield Check("warn", "outward_unguarded", {"key": key})
    if name := fronted(settings):
        yield _fronted(settings, name)
    yield _disk(settings.home)
    yield from asyncio.run(_store(app, settings))
    for extra, module in EXTRAS.items():
        known = find_spec(module) is not None
        needed = extra in _needed(settings)
        state: State = "ok" if known else "fail" if needed else "off"
        yield Check(state, "doctor_extra" if known else "doctor_extra_missing", {"extra": extra})


def _needed(settings: Settings) -> set[str]:
    """The extras without which the settings cannot work."""
    kinds = {settings.embedding.kind, settings.reranking.kind}
    found = {"postgres"} if settings.store.url else set()
    found |= {"vectors"} if settings.embedding.kind else set()
    found |= {"wechat"} if settings.wechat else set()
    found |= {"wecom"} if settings.wecom else set()
    found |= {"oidc"} if settings.oidc.issuer else set()
    found |= {"matrix"} if settings.matrix else set()
    found |= {"matrix-e2e"} if any(each.encryption for each in settings.matrix.values()) else set()
    return found | ({"semantic"} if "fastembed" in kinds else set())


def _home(home: Path) -> Iterator[Check]:
    path = str(home)
    if not home.exists():
        yield Check("warn", "doctor_home_missing", {"path": path})
    elif not os.access(home, os.W_OK | os.X_OK):
        yield Check("fail", "doctor_home_readonly", {"path": path})
    else:
        yield Check("ok", "doctor_home", {"path": path})
    file = home / "dengmi.toml"
    key = "doctor_settings" if file.exists() else "doctor_settings_default"
    yield Check("ok", key, {"path": str(file)})


def _channels(settings: Settings) -> Iterator[Check]:
    """What channels lack, but for variables: `lacking` tells those."""
    for (kind, name), each in tables(settings).items():
        for key in check_of(kind).missing(each):
            lack = empty(settings, f"{kind}.{name}.{key}")
            if lack.code != "setting_variable_missing":
                yield Check("fail", lack.code, lack.params)


def _fronted(settings: Settings, name: str) -> Check:
    """Of a proxy that gives no sign of itself."""
    guarded = settings.server.public_url or settings.server.admin_token
    params: dict[str, str | int | float] = {"name": name, "path": str(place(settings))}
    return Check("ok" if guarded else "warn", "outward_fronted", params)


def _disk(home: Path) -> Check:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    low = free < LITTLE_DISK
    return Check(
        "warn" if low else "ok",
        "doctor_disk_low" if low else "doctor_disk",
        {"free": f"{free / 1e9:.1f}"},
    )


async def _store(app: App, settings: Settings) -> list[Check]:
    if not has_store(settings):
        return [Check("warn", "doctor_store_missing")]
    try:
        if not settings.store.url:
            await asyncio.to_thread(check_file, Path(settings.store_address))
        async with opened(app) as parts:
            counts = dict(await parts.store.counts())
            last, seq = await parts.store.last_change(), await parts.search.catch_up()
            money, edits = await _money(parts), list(_edits(app, parts))
            lost = await _lost(parts)
            vectors = await vectors_shape(parts)
    except DengmiError as error:
        return [Check("fail", error.code, error.params)]
    names = ("desks", "sources", "articles", "passages", "questions")
    numbers: dict[str, str | int | float] = {name: counts.get(name, 0) for name in names}
    return [
        Check("ok", "doctor_store", {"address": _shown(settings.store_address)}),
        Check("ok", "doctor_counts", numbers),
        *([] if numbers["articles"] else [Check("warn", "doctor_empty")]),
        Check("ok" if seq >= last else "warn", "doctor_index", {"seq": seq, "last": last}),
        *lost,
        *edits,
        *money,
        *([] if vectors is None else [_vectors(vectors)]),
    ]


async def _lost(parts: "Parts") -> list[Check]:
    """Channels whose desk is not there: nobody who writes to them gets an answer."""
    there = {desk.name for desk in await parts.store.desks()} | {HALL}
    return [
        Check("fail", "doctor_channel_desk", {"channel": f"{kind}.{name}", "desk": desk})
        for (kind, name), each in tables(parts.settings).items()
        if (desk := getattr(each, "desk", "")) and desk not in there
    ]


def _edits(app: App, parts: "Parts") -> Iterator[Check]:
    """What operators changed in the console, which dengmi.toml does not show."""
    refused = parts.tuned.refused
    holds = [each.path for each in parts.tuned.edits if each.path not in refused]
    if holds:
        yield Check("ok", "doctor_edits", {"keys": ", ".join(sorted(holds))})
    for path, why in refused.items():
        words = app.say(why.code, **why.params)
        yield Check("warn", "doctor_edit_refused", {"key": path, "why": words})
    if holds:
        from dengmi.settings.added import unset

        for name, variable in unset(parts.tuned.edits):
            yield Check("fail", "doctor_model_key", {"model": name, "variable": variable})


async def _money(parts: "Parts") -> list[Check]:
    """The budgets of today, and what the operator was told of late."""
    from dengmi.gate.open import limits_of
    from dengmi.gate.uses import uses

    now = parts.clock.now()
    found = []
    for use in await uses(parts.store, limits_of(parts.settings, parts.clock), now):
        words: dict[str, str | int | float] = {
            "desk": use.desk,
            "used": amount(use.used, use.currency),
            "most": amount(use.most, use.currency),
            "percent": f"{use.share:.0%}",
            "zone": use.zone,
        }
        found.append(Check("warn" if use.share >= ALMOST else "ok", "cli_budget", words))
    for alert in await parts.store.alerts(now - TOLD):
        found.append(Check("warn", alert.code, amounts(alert.params)))
    return found


def _vectors(shape: Mapping[str, object]) -> Check:
    """How far the vectors are, and what answers until they are complete."""
    params = {name: str(shape[name]) for name in ("model", "made", "passages", "answering")}
    if shape["complete"]:
        return Check("ok", "doctor_vectors", dict(params))
    return Check("warn", f"doctor_vectors_{'change' if shape['answering'] else 'new'}", {**params})


def _shown(address: str) -> str:
    """A database address without its password."""
    if "://" not in address:
        return address
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
