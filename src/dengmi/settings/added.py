"""Models that operators add in the console: what may be said of them there.

A key never comes into the store: it is the name of a variable. Which variables, and where they may
be sent, is narrower than in dengmi.toml, because whoever takes over a session of the console must
not have the secrets of this computer sent to an address of theirs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import msgspec

from dengmi.core.edits import Edit
from dengmi.core.errors import BadSettings
from dengmi.settings.faults import bad_value
from dengmi.settings.load import DEEPSEEK, is_set, with_secrets, written_settings
from dengmi.settings.options import ModelSettings, Settings

TABLE = "models"

KINDS = ("deepseek", "openai", "local")

KEYS = ("kind", "model", "base_url", "api_key", "profile", "slots", "context", "price")
"""What is said of a model that is added."""

HOMES: Mapping[str, tuple[str, ...]] = {
    "DEEPSEEK_API_KEY": ("api.deepseek.com",),
    "OPENAI_API_KEY": ("api.openai.com",),
    "ANTHROPIC_API_KEY": ("api.anthropic.com",),
    "OPENROUTER_API_KEY": ("openrouter.ai",),
    "MOONSHOT_API_KEY": ("api.moonshot.cn", "api.moonshot.ai"),
    "DASHSCOPE_API_KEY": ("dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com"),
    "SILICONFLOW_API_KEY": ("api.siliconflow.cn", "api.siliconflow.com"),
    "ZHIPUAI_API_KEY": ("open.bigmodel.cn",),
    "GEMINI_API_KEY": ("generativelanguage.googleapis.com",),
    "GOOGLE_API_KEY": ("generativelanguage.googleapis.com",),
    "MISTRAL_API_KEY": ("api.mistral.ai",),
    "GROQ_API_KEY": ("api.groq.com",),
    "TOGETHER_API_KEY": ("api.together.xyz",),
}
"""Where the keys of known vendors belong, whatever an operator enters (their documentation,
2026-11)."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_VARIABLE = re.compile(r"env:([A-Z][A-Z0-9_]{0,60}_API_KEY)")
_NAMED = re.compile(r"env:(\w+)")
_FILE = re.compile(r"[^/\\\x00-\x1f]{1,120}\.gguf", re.IGNORECASE)
_OTHERS = ("embedding", "reranking", "nli", "new", "test", "save")
"""Names that stand for other models at `dengmi models test`, and those of pages of the console."""


def edit_of_model(name: str, value: object = None) -> Edit:
    """The edit that adds a model: all of it at once, since a key belongs to its address."""
    return Edit(table=TABLE, name=name, key="", value=value)


def added_model(written: Settings, name: str, value: object) -> ModelSettings:
    """A model as an operator added it, its key read from the variable.

    Args:
        written: the settings as dengmi.toml has them.

    Raises:
        BadSettings: it cannot be; `key` says which of what was entered.
    """
    prefix = f"{TABLE}.{name}."
    if not _NAME.fullmatch(name) or name in _OTHERS:
        raise BadSettings("model_name_bad", key=f"{prefix}name")
    if name in written.models:
        raise BadSettings("model_in_file", key=f"{prefix}name", name=name)
    if not isinstance(value, Mapping) or not set(value) <= set(KEYS):
        raise BadSettings("setting_not_here", key=f"{TABLE}.{name}")
    try:
        model = msgspec.convert(value, ModelSettings, strict=False)
    except msgspec.ValidationError as error:
        raise bad_value(str(error), prefix, kind=ModelSettings) from None
    if model.kind not in KINDS:
        raise BadSettings("setting_not_here", key=f"{prefix}kind")
    _check_place(prefix, model)
    _check_key(prefix, model, written)
    return with_secrets(model)


def variable_of(value: object) -> str:
    """The variable that holds the key of a model that was added; "" where it takes none."""
    said = value.get("api_key", "") if isinstance(value, Mapping) else ""
    found = _VARIABLE.fullmatch(str(said))
    return found[1] if found else ""


def unset(edits: Sequence[Edit]) -> Iterator[tuple[str, str]]:
    """(model, variable) of each that was added and whose key is in a variable that is not set."""
    for edit in edits:
        variable = variable_of(edit.value) if edit.table == TABLE else ""
        if variable and not is_set(variable):
            yield edit.name, variable


def _check_place(prefix: str, model: ModelSettings) -> None:
    """Raises BadSettings: an address or a file that cannot be."""
    if not model.model:
        raise BadSettings("model_needs", key=f"{prefix}model")
    if model.kind == "local":
        if not _FILE.fullmatch(model.model):
            raise BadSettings("model_file_bad", key=f"{prefix}model")
        if model.base_url or model.api_key:
            raise BadSettings("model_only_file", key=f"{prefix}base_url")
        return
    if model.kind == "deepseek":
        if model.base_url:
            raise BadSettings("model_own_address", key=f"{prefix}base_url")
        return
    parts = _parts(model.base_url)
    if parts is None:
        raise BadSettings("setting_not_address", key=f"{prefix}base_url")
    if parts.username is not None or parts.query or parts.fragment:
        raise BadSettings("model_address_secret", key=f"{prefix}base_url")
    if _is_link_local(parts.hostname or ""):
        raise BadSettings("model_address_inner", key=f"{prefix}base_url")


def _check_key(prefix: str, model: ModelSettings, written: Settings) -> None:
    """Raises BadSettings: a key that is not the name of a variable, or one that belongs
    elsewhere."""
    if not model.api_key:
        return
    found = _VARIABLE.fullmatch(model.api_key)
    if found is None:
        raise BadSettings("model_key_bad", key=f"{prefix}api_key")
    variable, host = found[1], _host(model)
    homes = dict(_written_homes(written)).get(variable)
    if homes is None:
        homes = HOMES.get(variable)
    if homes is not None and host not in homes:
        where = ", ".join(homes) or "dengmi.toml"
        raise BadSettings(
            "model_key_elsewhere", key=f"{prefix}api_key", variable=variable, where=where
        )


def _host(model: ModelSettings) -> str:
    parts = _parts(model.base_url or DEEPSEEK)
    return (parts.hostname or "") if parts else ""


def _parts(url: str) -> SplitResult | None:
    """An address taken apart; None where it is none of http or https with a host."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if good else None


def _is_link_local(host: str) -> bool:
    """Addresses of the cloud's own services, which hand out its secrets and serve no model."""
    try:
        address = ip_address(host)
    except ValueError:
        return host.rstrip(".").endswith(".internal")
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_link_local or mapped.is_unspecified or mapped.is_multicast


def _written_homes(written: Settings) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The hosts to which dengmi.toml has each variable sent; none for a secret of another kind."""
    found: dict[str, list[str]] = {}
    for table, variable in _variables(written_settings(written.home)):
        hosts = found.setdefault(variable, [])
        if table is not None:
            parts = _parts(str(table.get("base_url", "")) or DEEPSEEK)
            hosts += [parts.hostname] if parts and parts.hostname else []
    for variable, hosts in found.items():
        yield variable, tuple(dict.fromkeys(hosts))


def _variables(
    table: Mapping[str, object], path: tuple[str, ...] = ()
) -> Iterator[tuple[Mapping[str, object] | None, str]]:
    """(table of a model, or None, and variable) of each value written as env:NAME."""
    models = path[:1] in {("models",), ("embedding",), ("reranking",)}
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _variables(value, (*path, key))
        elif isinstance(value, str) and (found := _NAMED.fullmatch(value)):
            yield (table if models and key == "api_key" else None), found[1]
