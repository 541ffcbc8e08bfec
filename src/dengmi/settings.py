"""The option table: every setting with its type, default, limit and meaning.

Values come from `dengmi.toml` in the home, then from `DENGMI_*` variables, which win:
`server.port` is `DENGMI_SERVER_PORT`. Nothing else in Dengmi reads the environment.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from dengmi.core.errors import BadSettings


class _Masked(Struct, frozen=True):
    """Shows its secrets as •••, so that they cannot slip into a log."""

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return [
            (field.name, "•••" if value and _meta(field.type)[1] else value)
            for field in msgspec.structs.fields(self)
            for value in (getattr(self, field.name),)
        ]

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.__rich_repr__())
        return f"{type(self).__name__}({inside})"


Port = Annotated[int, Meta(ge=1, le=65535)]


class ServerSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How `dengmi serve` listens."""

    host: Annotated[str, Meta(description="address to listen on")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="port to listen on")] = 8321
    workers: Annotated[
        Annotated[int, Meta(ge=1, le=64)], Meta(description="processes that answer")
    ] = 1
    public_url: Annotated[
        str,
        Meta(
            description="address readers use when a proxy stands in front; "
            "changing sources over HTTP then takes server.admin_token"
        ),
    ] = ""
    admin_token: Annotated[
        str,
        Meta(
            description="secret that lets a caller change sources over HTTP; "
            "empty: only callers on this computer may",
            extra={"secret": True},
        ),
    ] = ""


class StoreSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where everything is kept."""

    url: Annotated[
        str,
        Meta(
            pattern="^(postgres(ql)?://.*)?$",
            description="postgresql://… for PostgreSQL; empty: dengmi.sqlite in the home",
            extra={"secret": True},
        ),
    ] = ""


class FetchSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How pages, sites and feeds are fetched."""

    allow_networks: Annotated[
        tuple[str, ...],
        Meta(description="private networks that may be fetched from, such as 10.1.0.0/16"),
    ] = ()
    max_bytes: Annotated[
        Annotated[int, Meta(ge=1_000)], Meta(description="most bytes of one page, unpacked")
    ] = 20_000_000
    timeout: Annotated[
        Annotated[float, Meta(gt=0)], Meta(description="most seconds for one page")
    ] = 30.0
    pages: Annotated[
        Annotated[int, Meta(ge=1)], Meta(description="most pages taken from one site")
    ] = 500
    delay: Annotated[
        Annotated[float, Meta(ge=0)], Meta(description="seconds between two pages of one site")
    ] = 0.5


class FileSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How files are read."""

    max_bytes: Annotated[
        Annotated[int, Meta(ge=1_000)], Meta(description="largest file that is read")
    ] = 50_000_000
    timeout: Annotated[
        Annotated[float, Meta(gt=0)], Meta(description="most seconds for one PDF or office file")
    ] = 60.0
    memory: Annotated[
        Annotated[int, Meta(ge=50_000_000)],
        Meta(description="most bytes of memory for reading one PDF or office file"),
    ] = 1_000_000_000


class AskSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a question may be."""

    max_chars: Annotated[
        Annotated[int, Meta(ge=10)], Meta(description="longest question, in characters")
    ] = 2_000
    quotes: Annotated[
        Annotated[int, Meta(ge=1, le=5)], Meta(description="most quotes in an answer")
    ] = 3


class DeskSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One desk."""

    title: Annotated[str, Meta(description="name shown to askers")] = ""
    public: Annotated[bool, Meta(description="whether the hall (desk *) includes it")] = True


class Settings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that can be set, as one value that is passed by hand."""

    home: Annotated[Path, Meta(description="folder of everything that is kept")] = Path()
    default_desk: Annotated[
        str, Meta(description="desk asked when none is named; empty: the only one, or “main”")
    ] = ""
    language: Annotated[
        str,
        Meta(
            pattern="^(en|zh)?$",
            description="language of messages, en or zh; empty: that of the system or browser",
        ),
    ] = ""
    server: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    fetch: FetchSettings = FetchSettings()
    files: FileSettings = FileSettings()
    ask: AskSettings = AskSettings()
    desks: Mapping[str, DeskSettings] = {}

    @property
    def store_address(self) -> str:
        """What `store.open_store` takes: a file path or a postgresql:// address."""
        return self.store.url or str(self.home / "dengmi.sqlite")

    @property
    def index_folder(self) -> Path:
        """Where the derived index lies."""
        return self.home / "index"


def load_settings(home: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a home.

    Args:
        home: the folder; by default DENGMI_HOME, else ~/.dengmi.
        environ: the variables to read; by default the process's own.

    Raises:
        BadSettings: a file that is not TOML, an unknown key, a value of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    home = (home or Path(environ.get("DENGMI_HOME") or Path.home() / ".dengmi")).expanduser()
    home = home.absolute()
    table = _read(home / "dengmi.toml")
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
        return msgspec.convert({**table, "home": home}, Settings, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise _bad_value(str(error)) from None


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


def option_rows() -> Iterator[tuple[str, str, object, bool]]:
    """(key, meaning, default, whether secret) of every setting, for the guide and `doctor`."""
    for path, field in _fields(Settings):
        meaning, secret = _meta(field.type)
        if meaning:
            yield ".".join(path), meaning, field.default, secret


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
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
        for path, field in _fields(Settings)
        if path[0] != "desks"
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
        elif key == "desks" and isinstance(value, Mapping):
            for name, desk in value.items():
                if isinstance(desk, Mapping):
                    _refuse_unknown(desk, DeskSettings, f"desks.{name}.")


def _fields(
    struct: type[Struct], prefix: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], msgspec.structs.FieldInfo]]:
    for field in msgspec.structs.fields(struct):
        path = (*prefix, field.encode_name)
        inner = field.type
        if isinstance(inner, type) and issubclass(inner, Struct):
            yield from _fields(inner, path)
        elif field.encode_name == "desks":
            yield from _fields(DeskSettings, (*path, "NAME"))
        else:
            yield path, field


def _meta(wanted: object) -> tuple[str, bool]:
    """(meaning, whether secret) of an annotated type."""
    for note in getattr(wanted, "__metadata__", ()):
        if isinstance(note, Meta) and note.description:
            return note.description, bool((note.extra or {}).get("secret"))
    return "", False


def _decode(wanted: type, value: object) -> object:
    if wanted is Path:
        return Path(str(value))
    raise NotImplementedError(wanted)


_WANTED = {
    "int": "setting_not_whole",
    "float": "setting_not_number",
    "bool": "setting_not_switch",
    "array": "setting_not_list",
}


def _bad_value(reason: str) -> BadSettings:
    """msgspec says "Expected `int`, got `str` - at `$.server.port`": name the key as it is
    written, and what it takes."""
    match = re.fullmatch(r"(.*?)(?: - at `\$\.?(.*)`)?", reason)
    assert match is not None
    said, key = match.groups()
    kind = re.match(r"Expected `(\w+)`(?: (>=|<=|>|<) ([\d.]+))?", said)
    if key == "store.url":
        return BadSettings("setting_not_postgresql", key=key)
    if not key or kind is None or kind[1] not in _WANTED:
        return BadSettings("setting_bad", reason=f"{key}: {said}" if key else said)
    if kind[2]:
        sign = kind[2].replace(">=", "≥").replace("<=", "≤")
        return BadSettings("setting_out_of_range", key=key, bound=f"{sign} {kind[3]}")
    return BadSettings(_WANTED[kind[1]], key=key)
