"""Changes dengmi.toml in place: a table more, a table less, and everything else as it stands,
comments too.

The text is edited, and the result parsed and compared before it is written: where the file is
written in a way that this does not understand, nothing is changed.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from dengmi.core.errors import BadSettings
from dengmi.core.home import make_home

Value = str | int | float | bool | list[str]
_HEADER = re.compile(
    r"^[ \t]*\[{1,2}[ \t]*"
    r"(?P<path>(?:\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\]\"'#\n])+?)"
    r"[ \t]*\]{1,2}[ \t]*(#.*)?$",
    re.MULTILINE,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_text(path: Path) -> str:
    """What the file holds; "" where there is none. Raises BadSettings."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise BadSettings("settings_not_toml", path=str(path), reason=str(error)) from None
    except OSError as error:
        reason = error.strerror or ""
        raise BadSettings("settings_unreadable", path=str(path), reason=reason) from None


def with_table(text: str, table: str, name: str, values: Mapping[str, Value]) -> str:
    """The text with a table [table.name] below everything else.

    Raises:
        BadSettings: the text cannot be extended like this.
    """
    before = _parsed(text)
    lines = [f"[{_key(table)}.{_key(name)}]"]
    lines += [f"{_key(key)} = {_written(value)}" for key, value in values.items()]
    gap = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
    made = text + gap + "\n".join(lines) + "\n"
    wanted = {**before, table: {**_inner(before, table), name: dict(values)}}
    return _as_meant(made, wanted, f"{table}.{name}")


def without_table(text: str, table: str, name: str) -> str:
    """The text without the table [table.name] and what is below it. Comments right above the next
    table stay: they belong to that one.

    Raises:
        BadSettings: the table is written in a way that has to be changed by hand.
    """
    before = _parsed(text)
    kept, at = [], 0
    headers = list(_HEADER.finditer(text))
    for place, header in enumerate(headers):
        if _path(header["path"])[:2] != (table, name):
            continue
        end = headers[place + 1].start() if place + 1 < len(headers) else len(text)
        kept.append(text[at : header.start()])
        at = end - len(_comments_above(text[header.end() : end])) if end < len(text) else end
    made = "".join([*kept, text[at:]])
    inner = {key: value for key, value in _inner(before, table).items() if key != name}
    wanted = {**before, table: inner}
    if not inner:
        del wanted[table]
    return _as_meant(made.rstrip() + "\n" if made.strip() else "", wanted, f"{table}.{name}")


def write_text(path: Path, text: str) -> None:
    """Put a text in the place of the file, all of it or nothing. A new file is its owner's alone:
    it may hold secrets. Blocks. Raises BadSettings."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        make_home(path.parent)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        reason = error.strerror or ""
        raise BadSettings("settings_unwritable", path=str(path), reason=reason) from None


def _as_meant(made: str, wanted: Mapping[str, object], key: str) -> str:
    try:
        parsed = tomllib.loads(made)
    except tomllib.TOMLDecodeError:
        parsed = None
    if parsed is not None:
        parsed = {name: value for name, value in parsed.items() if value != {} or name in wanted}
    if parsed != wanted:
        raise BadSettings("settings_by_hand", key=key)
    return made


def _parsed(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings("settings_not_toml", path="dengmi.toml", reason=str(error)) from None


def _inner(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    inner = table.get(name)
    return inner if isinstance(inner, dict) else {}


def _path(header: str) -> tuple[str, ...]:
    """The keys of a header; empty for what is none."""
    try:
        table: object = tomllib.loads(f"[{header}]")
    except tomllib.TOMLDecodeError:
        return ()
    keys = []
    while isinstance(table, dict) and table:
        ((key, table),) = table.items()
        keys.append(key)
    return tuple(keys)


def _comments_above(text: str) -> str:
    """The comments at the end of a text, up to the last line that is none."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    place = len(lines)
    while place and lines[place - 1].lstrip().startswith("#"):
        place -= 1
    if place < len(lines) and place and not lines[place - 1].strip():
        place -= 1  # and the empty line that sets them apart
    return "".join(lines[place:])


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_written(each) for each in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
