"""Bodies of WeChat's deliveries, in XML or in JSON, whichever the account is set to."""

import json
import re
from collections.abc import Mapping
from typing import Literal
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

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
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Malformed("xml") from None
    fields = _value(root, 0)
    if not isinstance(fields, dict):
        raise Malformed("xml")
    return fields


def _value(element: Element, depth: int) -> object:
    if not len(element):
        return element.text or ""
    if depth > _DEEPEST:
        raise Malformed("xml")
    fields: dict[str, object] = {}
    for child in element:
        value = _value(child, depth + 1)
        if child.tag in fields:  # repeated elements are a list
            before = fields[child.tag]
            fields[child.tag] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            fields[child.tag] = value
    return fields


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
