"""Reads request bodies: bounded in size, decoded into typed values, every fault named."""

import asyncio
import difflib
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct
from starlette.requests import ClientDisconnect, Request

from dengmi.core.plain import clean as clean  # noqa: PLC0414 - read bodies, and clean them
from dengmi.server.problems import FieldProblem, Refusal

LIMIT = 64 * 1024
"""Bytes of the largest body that is read."""

PATIENCE = 20.0
"""Seconds a body has to arrive whole."""

S = TypeVar("S", bound=Struct)


async def read(request: Request, limit: int = LIMIT) -> bytes:
    """The whole body.

    Raises:
        Refusal: it is larger than `limit` bytes (413), broke off (400), or came too slowly (408).
    """
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limit:
        raise Refusal("body_too_large", 413, most=limit)
    whole = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                whole += piece
                if len(whole) > limit:
                    raise Refusal("body_too_large", 413, most=limit)
    except ClientDisconnect:
        raise Refusal("request_bad", 400) from None
    except TimeoutError:
        raise Refusal("body_too_slow", 408, headers={"Connection": "close"}) from None
    return bytes(whole)


def check_json(request: Request) -> None:
    """Refuse a body that does not say it is JSON. A page of another site cannot say so unasked.

    Raises:
        Refusal: 415.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and "+json" in kind):
        raise Refusal("media_type_wrong", 415, wanted="application/json")


async def read_json(request: Request, shape: type[S]) -> S:
    """The body as a value of a struct.

    Raises:
        Refusal: not sent as JSON (415), too large (413), not JSON (400), or not what is wanted
            (422, with the fields at fault).
    """
    check_json(request)
    raw = await read(request)
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError:
        pass
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal("json_bad", 400, reason=_plain(error)) from None
    except RecursionError:
        raise Refusal("json_deep", 400) from None
    raise Refusal("fields_bad", 422, fields=faults(raw, shape))


def faults(raw: bytes, shape: type[Struct]) -> list[FieldProblem]:
    """Everything that is wrong with a body: one entry for each field at fault."""
    try:
        table = msgspec.json.decode(raw)
    except RecursionError:
        raise Refusal("json_deep", 400) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal("json_bad", 400, reason=_plain(error)) from None
    if not isinstance(table, dict):
        return [FieldProblem("", "field_not_object")]
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    found = [_unknown(name, fields) for name in table if name not in fields]
    for name, field in fields.items():
        if name not in table:
            if field.required:
                found.append(FieldProblem(name, "field_missing"))
            continue
        try:
            msgspec.convert(table[name], field.type)
        except (msgspec.ValidationError, RecursionError):
            found.append(_wrong(name, field.type))
    return found


def _unknown(name: str, fields: Any) -> FieldProblem:
    shown = clean(name)[:60]
    near = difflib.get_close_matches(name[:60], fields, n=1)
    if near:
        return FieldProblem(shown, "field_unknown_near", {"near": near[0]})
    return FieldProblem(shown, "field_unknown", {"known": ", ".join(fields)})


def _wrong(name: str, wanted: Any) -> FieldProblem:
    low, high, choices, bare = _limits(wanted)
    if choices:
        return FieldProblem(name, "field_not_choice", {"choices": ", ".join(choices)})
    if bare is int or bare is float:
        return FieldProblem(name, "field_not_number", {"low": low, "high": high})
    if bare is str and _has_pattern(wanted):
        return FieldProblem(name, "field_not_date")
    if bare is str:
        return FieldProblem(name, "field_not_text", {"most": high})
    return FieldProblem(name, "field_not_object")


def _has_pattern(wanted: Any) -> bool:
    """Whether an annotated type takes text of one form; dates are the only one there is."""
    notes = getattr(wanted, "__metadata__", ())
    return any(isinstance(note, msgspec.Meta) and note.pattern for note in notes) or any(
        map(_has_pattern, get_args(wanted))
    )


def _limits(wanted: Any) -> tuple[float, float, tuple[str, ...], Any]:
    """(lowest, highest, choices, plain type) of an annotated field type."""
    low: float = 0
    high: float = LIMIT
    while True:
        for note in getattr(wanted, "__metadata__", ()):
            if isinstance(note, msgspec.Meta):
                low = note.ge if note.ge is not None else low
                high = next((v for v in (note.le, note.max_length) if v is not None), high)
        args = [arg for arg in get_args(wanted) if arg is not type(None)]
        if get_origin(wanted) is not None and args and all(isinstance(arg, str) for arg in args):
            return low, high, tuple(args), str
        if hasattr(wanted, "__metadata__"):
            wanted = wanted.__origin__
        elif args and not isinstance(wanted, type) and get_origin(wanted) is not dict:
            wanted = args[0]
        else:
            return low, high, (), wanted


def _plain(error: Exception) -> str:
    return str(error)[:200] if isinstance(error, msgspec.DecodeError) else "UTF-8"
