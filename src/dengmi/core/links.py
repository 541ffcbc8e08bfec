"""Addresses of articles' originals, which come from outside."""

import re
from urllib.parse import urlsplit

_UNSAFE = re.compile(r"[\s()<>\"'\\^`{|}\x00-\x1f\x7f]")


def outside(address: str) -> str:
    """An address that a browser may open, and that stands safely in HTML, Markdown and plain text;
    "" for any other."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return ""
    return _UNSAFE.sub(lambda found: _percent(found.group()), address)


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "replace"))
