"""Bodies of WeChat's deliveries, in XML or in JSON, whichever the account is set to."""

import json
import re
from collections.abc import Mapping
from typing import Literal
from xml.parsers import expat
from xml.sax.saxutils import escape

from dengmi.channels.errors import Malformed

Form = Literal["xml", "json"]
Fields = Mapping[str, object]

MOST_BYTES = 256_000
"""Longest body that is read; a text message has at most 2,048 bytes and compatible mode three
times as much."""

_DEEPEST = 6
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not have (section 2.2)."""


def read_body(body: bytes) -> tuple[Fields, Form]:
    """The fields of a body and the form it came in, which is that of the reply.

    Values are strings, mappings or lists. Raises Malformed.
    """
    if len(body) > MOST_BYTES:
        raise Malformed("too_long")
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        return _read_json(body), "json"
    if start == b"<":
        return _read_xml(body), "xml"
    raise Malformed("body")


def write_body(fields: Fields, form: Form) -> bytes:
    """Fields as a body. Numbers stay numbers in JSON; texts are CDATA in XML."""
    if form == "json":
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")
    return f"<xml>{_xml_of(fields)}</xml>".encode()


def text_of(fields: Fields, name: str) -> str:
    """A field as text; "" where it is missing or something else."""
    value = fields.get(name)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _read_json(body: bytes) -> Fields:
    try:
        fields = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("json") from None
    if not isinstance(fields, dict):
        raise Malformed("json")
    return fields


def _no_constant(_: str) -> object:
    raise ValueError


def _read_xml(body: bytes) -> Fields:
    reader = _Reader()
    try:
        fields = reader.read(body)
    except (expat.ExpatError, ValueError, LookupError):
        raise Malformed("xml") from None
    if not isinstance(fields, dict):
        raise Malformed("xml")
    return fields


class _Reader:
    """Elements as they come from expat, without a tree between: deliveries come by the hundred a
    second. What a document type could declare, entities above all, is refused with it."""

    def __init__(self) -> None:
        # One for each element that is open, from the root: what is in it, and its text so far.
        self._open: list[tuple[dict[str, object], list[str]]] = []
        self._root: object = None

    def read(self, body: bytes) -> object:
        """The root's value. Raises ExpatError, ValueError, LookupError or Malformed."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._say
        parser.Parse(body, True)
        return self._root

    def _refuse(self, *_: object) -> None:
        raise Malformed("xml")

    def _begin(self, *_: object) -> None:
        if len(self._open) > _DEEPEST + 1:
            raise Malformed("xml")
        self._open.append(({}, []))

    def _say(self, text: str) -> None:
        self._open[-1][1].append(text)

    def _end(self, name: str) -> None:
        fields, said = self._open.pop()
        value: object = fields or "".join(said)
        if not self._open:
            self._root = value
            return
        around = self._open[-1][0]
        if name in around:  # repeated elements are a list
            before = around[name]
            around[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            around[name] = value


def _xml_of(fields: Fields) -> str:
    return "".join(f"<{name}>{_xml_value(value)}</{name}>" for name, value in fields.items())


def _xml_value(value: object) -> str:
    if isinstance(value, Mapping):
        return _xml_of(value)
    if isinstance(value, int):
        return str(value)
    text = _FORBIDDEN.sub("", str(value))
    # "]]>" ends a CDATA section wherever it stands.
    return f"<![CDATA[{text}]]>" if "]]>" not in text else escape(text)
