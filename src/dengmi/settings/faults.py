"""Says which setting has a value that cannot be used, and what it takes: the words of the decoder
are for programmers, in English, and leave out the names that people gave their tables."""

import re
import typing
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Literal, get_args, get_origin

import msgspec
from msgspec import Struct

from dengmi.core.errors import BadSettings

_WANTED = {
    "int": "setting_not_whole",
    "float": "setting_not_number",
    "bool": "setting_not_switch",
    "array": "setting_not_list",
    "object": "setting_not_table",
    "str": "setting_not_text",
}

_PATTERNS = {
    "^https?://": "setting_not_address",
    "^(https?://.*)?$": "setting_not_address",
    "^wss?://": "setting_not_socket",
    r"^(\*|https?://[^/\s]+)$": "setting_not_site",
    "^@[^:]+:.+$": "setting_not_matrix_user",
    "^(postgres(ql)?://.*)?$": "setting_not_postgresql",
    "^[A-Z]{3}$": "setting_not_currency",
}
"""What is said of a text that does not fit the pattern of its setting."""

Converted = Callable[[Mapping[str, object]], object]


def bad_value(reason: str, table: Mapping[str, object], read: Converted, root: type) -> BadSettings:
    """The error for a value that was refused.

    Args:
        reason: what msgspec says, such as "Expected `int`, got `str` - at `$.server.port`".
        table: the settings as they are written.
        read: reads such a table, or raises msgspec.ValidationError.
        root: the type of the whole table.
    """
    match = re.fullmatch(r"(.*?)(?: - at `\$\.?(.*)`)?", reason, re.DOTALL)
    assert match is not None
    said, key = match.group(1), match.group(2) or ""
    wanted = _type_at(root, key)
    key = _named(key, reason, table, read)
    if not key:
        return BadSettings("setting_bad", reason=said)
    if choices := _choices(wanted):
        given = said.removeprefix("Invalid enum value ").strip("'\"") if "enum" in said else "–"
        return BadSettings("setting_not_one_of", key=key, choices=", ".join(choices), given=given)
    if pattern := re.search(r"matching regex '(.*)'", said):
        code = _PATTERNS.get(pattern[1].replace("\\\\", "\\"), "setting_bad")
        return BadSettings(code, key=key, reason=f"{key}: {said}")
    if missing := re.match(r"Object missing required field `(.+)`", said):
        return BadSettings("setting_missing", key=f"{key}.{missing[1]}")
    kind = re.match(r"Expected `(\w+)[^`]*`(?: (>=|<=|>|<) ([\d.]+))?", said)
    if kind is None or kind[1] not in _WANTED or (kind[1] == "str" and "length" in said):
        return BadSettings("setting_bad", reason=f"{key}: {said}")
    if kind[2]:
        sign = kind[2].replace(">=", "≥").replace("<=", "≤")
        return BadSettings("setting_out_of_range", key=key, bound=f"{sign} {kind[3]}")
    return BadSettings(_WANTED[kind[1]], key=key)


def _named(key: str, reason: str, table: Mapping[str, object], read: Converted) -> str:
    """The key with the name of its table, for which msgspec writes "[...]"."""
    first, unnamed, rest = key.partition("[...]")
    inner = table.get(first)
    if not unnamed or not isinstance(inner, Mapping):
        return key
    for name, value in inner.items():
        try:
            read({first: {name: value}})
        except msgspec.ValidationError as error:
            if str(error) == reason:
                return f"{first}.{name}{rest}"
    return key


def _type_at(wanted: object, key: str) -> object:
    """The type of the setting at a place such as "wecom[...].kind"; None where there is none."""
    for part in re.findall(r"\[\.\.\.\]|\[\d+\]|[^.\[\]]+", key):
        wanted = _bare(wanted)
        if part.startswith("["):
            inner = get_args(wanted)
            wanted = (inner[1] if part == "[...]" and len(inner) > 1 else inner[0]) if inner else None
        elif isinstance(wanted, type) and issubclass(wanted, Struct):
            types = {field.encode_name: field.type for field in msgspec.structs.fields(wanted)}
            wanted = types.get(part)
        else:
            return None
    return _bare(wanted)


def _bare(wanted: object) -> object:
    """A type without its notes, and without None."""
    while get_origin(wanted) is typing.Annotated:
        wanted = get_args(wanted)[0]
    if get_origin(wanted) in (typing.Union, UnionType):
        some = [each for each in get_args(wanted) if each is not type(None)]
        return _bare(some[0]) if len(some) == 1 else wanted
    return wanted


def _choices(wanted: object) -> tuple[str, ...]:
    """The words that a setting chooses from; none where it takes other values."""
    if get_origin(wanted) is not Literal:
        return ()
    return tuple(str(each) for each in get_args(wanted) if each != "")

