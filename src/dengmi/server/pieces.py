"""What a making gives, and how it fails, as lines between the processes of a server."""

from collections.abc import Mapping

import msgspec

from dengmi.answer.write.writer import Out, Written
from dengmi.core.errors import ModelFailed, NoRoom, OverLimit, Trouble
from dengmi.core.events import Cited, Notice, Text, Thinking

_KINDS: Mapping[str, type[Out]] = {
    "thinking": Thinking,
    "text": Text,
    "citation": Cited,
    "notice": Notice,
    "written": Written,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}

_FAILED = "failed"

Params = Mapping[str, str | int | float]


class _Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ModelFailed; `room` or `limit` where it is more than that."""

    trouble: Trouble
    model: str
    retry_after: float | None = None
    params: Params = {}
    room: tuple[int, float, str, bool] | None = None
    limit: tuple[str, str, float, Params] | None = None


def line_of(piece: Out) -> bytes:
    """A piece as a line."""
    return msgspec.json.encode((_NAMES[type(piece)], piece)) + b"\n"


def failure_line(error: ModelFailed) -> bytes:
    """Why nothing more comes, as a line."""
    params = {name: each for name, each in error.params.items() if name != "model"}
    failure = _Failure(
        trouble=error.trouble,
        model=error.model,
        retry_after=error.retry_after,
        params=params,
        room=(error.position, error.wait, error.holder, error.background)
        if isinstance(error, NoRoom)
        else None,
        limit=(error.notice, error.holder, error.until, error.told)
        if isinstance(error, OverLimit)
        else None,
    )
    return msgspec.json.encode((_FAILED, failure)) + b"\n"


def piece_of(line: bytes) -> Out:
    """The piece of a line.

    Raises:
        ModelFailed: that is what the line says.
        ValueError: it says nothing that is known here.
    """
    name, raw = msgspec.json.decode(line, type=tuple[str, msgspec.Raw])
    if name == _FAILED:
        raise _error(msgspec.json.decode(raw, type=_Failure))
    if name not in _KINDS:
        raise ValueError(name)
    return msgspec.json.decode(raw, type=_KINDS[name])


def _error(failure: _Failure) -> ModelFailed:
    if failure.room is not None:
        position, wait, holder, background = failure.room
        refused = NoRoom(failure.model, position=position, wait=wait)
        refused.holder, refused.background = holder, background
        return refused
    if failure.limit is not None:
        notice, holder, until, told = failure.limit
        return OverLimit(failure.model, notice=notice, holder=holder, until=until, params=told)
    return ModelFailed(failure.trouble, failure.model, failure.retry_after, **failure.params)
