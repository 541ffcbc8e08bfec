"""Says which setting has a value that cannot be used, and what it takes: the words of the decoder
are for programmers, in English, and leave out the names that people gave their tables."""

import re
import typing
from collections.abc import Callable, Mapping, Sequence
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

Read = Callable[[Mapping[str, object]], object]


def bad_value(
    reason: str,
    prefix: str = "",
    *,
    kind: type | None = None,
    written: Mapping[str, object] | None = None,
    read: Read | None = None,
) -> BadSettings:
    """The error for a value that was refused.

    Args:
        reason: what msgspec says, such as "Expected `int`, got `str` - at `$.server.port`".
        prefix: what stands in front of the key where a part of the settings was converted.
        kind: the type that was wanted; it knows the words that a setting chooses from.
        written: the table that was converted, and `read`, which converts such a table or raises
            msgspec.ValidationError: they know the names of entries.
    """
    match = re.fullmatch(r"(.*?)(?: - at `\$\.?(.*)`)?", reason, re.DOTALL)
    assert match is not None
    said, place = match.group(1), match.group(2) or ""
    if not place:
        return BadSettings("setting_bad", reason=said)
    key = prefix + (_named(place, reason, written, read) if written and read else place)
    code, params = _what(said, _choices(_type_at(kind, place)))
    if code == "setting_missing":
        key = f"{key}.{params.pop('name')}"
    elif code == "setting_bad":
        params["reason"] = f"{key}: {said}"
    return BadSettings(code, key=key, **params)


def _what(said: str, choices: Sequence[str]) -> tuple[str, dict[str, str | int | float]]:
    """The code of what msgspec says, and what fills its text beside the key."""
    code, params = "setting_bad", dict[str, str | int | float]()
    if given := re.match(r"Invalid enum value '?(.*?)'?$", said):
        code, params = "setting_not_offered", {"given": given[1][:60]}
        if choices:
            code, params = "setting_not_one_of", {**params, "choices": ", ".join(choices)}
    elif pattern := re.search(r"matching regex '(.*)'", said):
        code = _PATTERNS.get(pattern[1].replace("\\\\", "\\"), code)
    elif missing := re.match(r"Object missing required field `(.+)`", said):
        code, params = "setting_missing", {"name": missing[1]}
    elif most := re.match(r"Expected `str` of length <= (\d+)", said):
        code, params = "setting_too_long", {"most": int(most[1])}
    elif kind := re.match(r"Expected `(\w+)[^`]*`(?: (>=|<=|>|<) ([\d.]+))?", said):
        code = _WANTED.get(kind[1], code)
        if kind[2] and kind[1] in _WANTED:
            sign = kind[2].replace(">=", "≥").replace("<=", "≤")
            code, params = "setting_out_of_range", {"bound": f"{sign} {kind[3]}"}
    return code, params


def _named(key: str, reason: str, table: Mapping[str, object], read: Read) -> str:
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
            # Of a mapping the values; of a tuple the items, whatever "..." stands behind them.
            inner = [each for each in get_args(wanted) if each is not ...]
            wanted = inner[-1] if inner else None
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
