"""The server's log: each line says which question it belongs to, as text or as JSON.

What a line tells beside its message comes from `extra={"told": {...}}`. At info and above nothing
of what askers write is told, nor any secret: ids, levels, numbers and causes only.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TextIO

import msgspec

from dengmi.core.trace import worked_for

_ENCODER = msgspec.json.Encoder(enc_hook=str)

_STEERING = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")

LOUD = ("httpx", "httpcore", "asyncio", "uvicorn.error")
"""Loggers of others that tell at info what ours tell better; from warnings on they are heard."""


def begin_log(
    form: Literal["text", "json"],
    level: Literal["debug", "info", "warning", "error"],
    to: TextIO | None = None,
) -> None:
    """Write the log of this process, in place of what was set up before; to stderr, if nothing
    else is given."""
    handler = logging.StreamHandler(to or sys.stderr)
    handler.addFilter(_note)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if level == "info":
        for name in LOUD:
            logging.getLogger(name).setLevel(logging.WARNING)


class TextLines(logging.Formatter):
    """`2026-11-24T08:15:30.123Z INFO q_… answered level=quick took_ms=812.4`"""

    def format(self, record: logging.LogRecord) -> str:
        told = " ".join(f"{name}={_plain(value)}" for name, value in _told(record).items())
        message = _one_line(record.getMessage())
        parts = (_at(record), record.levelname, _question(record), message, told)
        trace = _trace(self, record)
        return " ".join(part for part in parts if part) + (f"\n{trace}" if trace else "")


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, process, question, text, what is told, trace."""

    def format(self, record: logging.LogRecord) -> str:
        shape: dict[str, object] = {
            "at": _at(record),
            "severity": record.levelname.lower(),
            "logger": record.name,
            "process": os.getpid(),
            "question": _question(record),
            "message": record.getMessage(),
            **_told(record),
        }
        if trace := _trace(self, record):
            shape["trace"] = trace
        return _ENCODER.encode(shape).decode()


def _note(record: logging.LogRecord) -> bool:
    """Write down, where the line is logged, which question the code works for."""
    record.question = worked_for()
    return True


def _question(record: logging.LogRecord) -> str:
    return str(getattr(record, "question", ""))


def _told(record: logging.LogRecord) -> Mapping[str, object]:
    told = getattr(record, "told", None)
    return told if isinstance(told, Mapping) else {}


def _trace(lines: logging.Formatter, record: logging.LogRecord) -> str:
    return lines.formatException(record.exc_info) if record.exc_info else ""


def _at(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _one_line(message: str) -> str:
    """A message without line breaks and what steers terminals: it may quote what others sent, and
    shall look like no other line."""
    return _STEERING.sub(lambda found: f"\\x{ord(found[0]):02x}", message)


def _plain(value: object) -> str:
    """A value without spaces or line breaks, so that a line stays a line."""
    words = str(value).lower() if isinstance(value, bool) else str(value)
    return (
        json.dumps(words, ensure_ascii=False) if any(c.isspace() for c in words) else words or "-"
    )
