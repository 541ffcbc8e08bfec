"""What the settings lack to work, though each of them is right by itself: told by `dengmi doctor`
and when the server starts, because a question is answered with quotes meanwhile."""

import re
from collections.abc import Iterator, Mapping

from dengmi.core.errors import BadSettings
from dengmi.settings.load import is_set, written_settings
from dengmi.settings.options import Settings

_VARIABLE = re.compile(r"env:(\w+)")


def lacking(settings: Settings, environ: Mapping[str, str] | None = None) -> Iterator[BadSettings]:
    """Variables that are named but not set, and models without an address.

    Args:
        settings: as they were loaded.
        environ: the variables to look in; by default the process's own.
    """
    yield from unset(settings, environ).values()
    if settings.oidc.issuer and not settings.oidc.client_id:
        yield BadSettings("setting_needed", key="oidc.client_id", kind="oidc.issuer")
    for name, model in settings.models.items():
        if model.kind == "openai" and not model.base_url:
            yield BadSettings("setting_needed", key=f"models.{name}.base_url", kind=model.kind)


def empty(settings: Settings, key: str) -> BadSettings:
    """What to say of a secret that is needed and empty: which variable is not set, where the file
    names one, else that it is to be set."""
    for named, variable in _variables(written_settings(settings.home), ""):
        if named == key:
            return BadSettings("setting_variable_missing", key=key, variable=variable)
    return BadSettings("channel_secret_missing", key=key)


def unset(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, BadSettings]:
    """What to say of each setting that the file reads from a variable which is not set. Blocks."""
    return {
        key: BadSettings("setting_variable_missing", key=key, variable=variable)
        for key, variable in _variables(written_settings(settings.home), "")
        if not is_set(variable, environ)
    }


def _variables(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    """(setting, variable) of every value written as env:NAME."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _variables(value, f"{prefix}{key}.")
        elif isinstance(value, str) and (found := _VARIABLE.fullmatch(value)):
            yield f"{prefix}{key}", found[1]
