"""Titles for texts that do not carry one."""

import re

LONGEST_TITLE = 80
"""Characters of a title taken from the text itself."""

_STAMP = re.compile(
    r"^\s*(?P<stamp>(?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[T\s]*\d{1,2}:\d{2}(?::\d{2})?)?)"
    r"[\s,，:：|]*(?:正文[:：])?\s*"
)
_END = re.compile(r"[。！？!?；;\n\r\v\f\u2028\u2029]|(?<=[a-z0-9)\]”\"'])\.(?=\s|$)")


def leading_stamp(text: str) -> str | None:
    """The date and time that a text begins with, as written, or None."""
    found = _STAMP.match(text[:120])
    return found["stamp"] if found else None


def first_line(text: str) -> str:
    """The first sentence or line of a text, without a leading date, at most 80 characters."""
    start = text[:2000].lstrip()
    if stamp := _STAMP.match(start):
        start = start[stamp.end() :] or start
    start = start.lstrip("#>*-= \t\u3000")
    end = _END.search(start)
    line = " ".join((start[: end.start()] if end else start).split())
    if len(line) <= LONGEST_TITLE:
        return line
    cut = line[:LONGEST_TITLE]
    space = cut.rfind(" ")
    return (cut[:space] if space > LONGEST_TITLE // 2 else cut[:-1]) + "…"
