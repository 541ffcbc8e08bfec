"""Reads the settings of a home, and says what is wrong with them."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from dengmi.core.errors import BadSettings
from dengmi.settings.faults import bad_value
from dengmi.settings.masked import meaning_of
from dengmi.settings.options import (
    NAMED,
    LevelSettings,
    ModelSettings,
    Settings,
    fields_of,
)

Keyed = TypeVar("Keyed", bound=Struct)


def load_settings(
    home: Path | None = None,
    environ: Mapping[str, str] | None = None,
    written: str | None = None,
) -> Settings:
    """The settings of a home.

    Args:
        home: the folder; by default DENGMI_HOME, else ~/.dengmi.
        environ: the variables to read; by default the process's own.
        written: what dengmi.toml is to hold; by default what it does.

    Raises:
        BadSettings: a file that is not TOML, an unknown key, a value of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    home = (home or Path(environ.get("DENGMI_HOME") or Path.home() / ".dengmi")).expanduser()
    home = home.absolute()
    table = _read(home / "dengmi.toml", written)
    table.pop("home", None)
    for path, raw in _overrides(environ):
        section = table
        for name in path[:-1]:
            inner = section.setdefault(name, {})
            if not isinstance(inner, dict):
                raise BadSettings("setting_bad", reason=f"{name}: Expected a table")
            section = inner
        section[path[-1]] = raw
    _refuse_unknown(table, Settings, "")
    try:
        raw = _convert({**table, "home": home})
    except msgspec.ValidationError as error:
        raise bad_value(str(error), kind=Settings, written=table, read=_convert) from None
    return _completed(raw, "levels" in table, environ)


def written_settings(home: Path) -> dict[str, object]:
    """What dengmi.toml of a home holds, as it is written. Raises BadSettings."""
    return _read(home / "dengmi.toml")


def is_set(variable: str, environ: Mapping[str, str] | None = None) -> bool:
    """Whether a variable that a setting names holds something."""
    return bool(_key(f"env:{variable}", os.environ if environ is None else environ))


def with_secrets(table: Keyed, environ: Mapping[str, str] | None = None) -> Keyed:
    """A table with its secrets read from the variables they name; "" where there is none."""
    return _keyed(table, os.environ if environ is None else environ)


def user_language(
    settings: Settings | None = None, environ: Mapping[str, str] | None = None
) -> str:
    """The language to speak to the person at the terminal: "zh" or "en"."""
    environ = os.environ if environ is None else environ
    if settings is not None and settings.language:
        return settings.language
    for name in ("DENGMI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


DEEPSEEK = "https://api.deepseek.com"
"""Where the DeepSeek API is (its documentation, 2026-11)."""

_KEY = "DEEPSEEK_API_KEY"
_DEFAULT_MODELS: Mapping[str, ModelSettings] = {
    "flash": ModelSettings(kind="deepseek", model="deepseek-flash", api_key=f"env:{_KEY}"),
    "pro": ModelSettings(kind="deepseek", model="deepseek-v4-pro", api_key=f"env:{_KEY}"),
}
_USUAL = Settings()
_CHECKED = ("desks", "plans", "keys", "time_zone", "default_plan", "server")
_DEFAULT_LEVELS = LevelSettings(quick=("flash",), deep=("pro", "flash"))


def _completed(settings: Settings, has_levels: bool, environ: Mapping[str, str]) -> Settings:
    """Models and levels as they are meant: a DeepSeek key alone is enough for both levels; models
    without a table of levels serve every level; env:NAME becomes what the variable holds."""
    models, levels = settings.models, settings.levels
    if not models and environ.get(_KEY):
        models = _DEFAULT_MODELS
        levels = levels if has_levels else _DEFAULT_LEVELS
    elif models and not has_levels:
        levels = LevelSettings(quick=tuple(models), deep=tuple(models))
    check_levels(levels, models)
    named = {"models": models} | {
        name: getattr(settings, name) for name in NAMED if name != "models"
    }
    settings = msgspec.structs.replace(
        settings,
        levels=levels,
        server=_keyed(settings.server, environ),
        oidc=_keyed(settings.oidc, environ),
        embedding=_keyed(settings.embedding, environ),
        reranking=_keyed(settings.reranking, environ),
        **{
            table: {name: _keyed(each, environ) for name, each in held.items()}
            for table, held in named.items()
        },
    )
    if any(getattr(settings, name) != getattr(_USUAL, name) for name in _CHECKED):
        from dengmi.settings.limits import check_limits

        check_limits(settings)
    if not settings.channels.open and not any(each.key for each in settings.keys.values()):
        raise BadSettings("setting_keys_missing", key="channels.open")
    return settings


def check_levels(levels: LevelSettings, models: Mapping[str, ModelSettings]) -> None:
    """Raises BadSettings: a level names a model that there is not."""
    for level in msgspec.structs.fields(levels):
        named = getattr(levels, level.name)
        for name in (named,) if isinstance(named, str) else named:
            if name and name not in models:
                key = f"levels.{level.name}"
                known = ", ".join(models) or "–"
                raise BadSettings("setting_model_unknown", key=key, model=name, known=known)


SEALING = "aes_key"
"""A secret whose absence means something, here: messages in plain text. Where its variable is not
set it stays as it is written, which is no key, so that what it is for does not open unsealed."""


def _keyed(table: Keyed, environ: Mapping[str, str]) -> Keyed:
    """A table with its secrets read from the variables they name; "" where there is none."""
    given = {
        field.name: _key(value, environ) or (value if field.name == SEALING else "")
        for field in msgspec.structs.fields(table)
        if meaning_of(field.type)[1] and isinstance(value := getattr(table, field.name), str)
    }
    return msgspec.structs.replace(table, **given) if given else table


def _key(said: str, environ: Mapping[str, str]) -> str:
    """A secret, read from the variable it names; "" where there is none."""
    return environ.get(said[4:], "").strip() if said.startswith("env:") else said


def _read(path: Path, written: str | None = None) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8") if written is None else written)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings("settings_not_toml", path=str(path), reason=str(error)) from None
    except OSError as error:
        raise BadSettings(
            "settings_unreadable", path=str(path), reason=error.strerror or ""
        ) from None


def _overrides(environ: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], object]]:
    """The settings given by variables. A misspelt one is refused; foreign ones are left alone."""
    known = {
        "DENGMI_" + "_".join(path).upper(): (path, field.type)
        for path, field in fields_of(Settings)
        if path[0] not in NAMED
    }
    for name in sorted(environ):
        if not name.startswith("DENGMI_") or name == "DENGMI_HOME" or _foreign(name, environ[name]):
            continue
        if name not in known:
            if near := get_close_matches(name, known, n=1, cutoff=0.8):
                raise BadSettings("setting_unknown", key=name, near=near[0])
            continue
        path, wanted = known[name]
        is_list = "tuple" in str(wanted)
        raw = environ[name]
        yield path, [part.strip() for part in raw.split(",") if part.strip()] if is_list else raw


def _foreign(name: str, value: str) -> bool:
    """Variables that a container platform makes for a service called "dengmi"."""
    return bool(re.search(r"_SERVICE_(HOST|PORT)|_PORT_\d", name)) or "://" in value[:6]


def _refuse_unknown(table: Mapping[str, object], struct: type[Struct], prefix: str) -> None:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
    for key, value in table.items():
        if key not in fields:
            near = get_close_matches(key, fields, n=1, cutoff=0.0)
            raise BadSettings("setting_unknown", key=prefix + key, near=prefix + near[0])
        inner = fields[key]
        if isinstance(value, Mapping) and isinstance(inner, type) and issubclass(inner, Struct):
            _refuse_unknown(value, inner, f"{prefix}{key}.")
        elif key in NAMED and isinstance(value, Mapping):
            for name, named in value.items():
                if isinstance(named, Mapping):
                    _refuse_unknown(named, NAMED[key], f"{key}.{name}.")


def _convert(table: Mapping[str, object]) -> Settings:
    return msgspec.convert(table, Settings, strict=False, dec_hook=_decode)


def _decode(wanted: type, value: object) -> object:
    if wanted is Path:
        return Path(str(value))
    raise NotImplementedError(wanted)
