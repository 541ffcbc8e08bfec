"""Markdown, HTML and plain-text files to articles."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import PurePath
from typing import Literal

from dengmi.core.errors import Unreadable
from dengmi.corpus.encoding import decode
from dengmi.corpus.extract.dates import iso_date
from dengmi.corpus.extract.extracted import Extracted
from dengmi.corpus.extract.frontmatter import split_front_matter
from dengmi.corpus.extract.titles import first_line, leading_stamp

TextKind = Literal["markdown", "html", "text"]

_KINDS: Mapping[str, TextKind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".shtml": "html",
}
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html\b)", re.I | re.S
)
_ATX = re.compile(r"^ {0,3}#(?!#)[ \t]+(?P<title>.+?)[ \t]*#*[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}=+[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_NEW_LINE = re.compile(r"^(?:\s|[-*•·+>|#]|\d{1,3}[.)、]|[（(]?[一二三四五六七八九十]{1,3}[、)）])")
_WRAP = (50, 100)
_BINARY = 0.1
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_NO_TEXT = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"\0\0\1\0"),  # pictures
    *(b"PK\3\4", b"PK\5\6", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!"),  # packages
    *(b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3"),  # sound, films
    *(b"\x7fELF", b"MZ", b"SQLite format 3", b"\xd0\xcf\x11\xe0"),
)
"""How files begin that hold no text, whatever their bytes may decode to."""


def read_text_file(raw: bytes, name: str, hint: str | None = None) -> Extracted:
    """The article in a Markdown, HTML or plain-text file.

    Args:
        raw: the whole file.
        name: its name; the ending tells the kind, unless the content is plainly HTML.
        hint: a declared encoding, if any.

    Raises:
        Unreadable: the file is not text ("file_not_text") or holds none ("file_empty").
    """
    text = decode(raw, hint)
    if _is_binary(text) or (raw.startswith(_NO_TEXT) and _CONTROL.search(text[:512])):
        raise Unreadable("file_not_text", name=name)
    if not text.strip():
        raise Unreadable("file_empty", name=name)
    kind = _KINDS.get(PurePath(name).suffix.lower(), "text")
    if kind == "html" or _HTML_START.match(text[:4096]):
        return _html(text, name)
    return _markdown(text, name) if kind == "markdown" else _plain(text, name)


def title_from_name(name: str) -> str:
    """A file's name without folders and ending, with spaces for underscores and dashes."""
    stem = PurePath(name).stem
    return " ".join(re.sub(r"[_\-]+", " ", stem).split()) or name


def _is_binary(text: str) -> bool:
    """Whether too much of the start is what no text holds: control characters, unreadable bytes."""
    start = text[:8192]
    bad = len(_CONTROL.findall(start))
    return bad > 8 and bad > _BINARY * len(start)


def _html(text: str, name: str) -> Extracted:
    from dengmi.corpus.extract.page import page

    read = page(text, "")
    return replace(read, title=read.title or title_from_name(name))


def _markdown(text: str, name: str) -> Extracted:
    values, body = split_front_matter(text)
    body = body.strip("\ufeff\r\n")
    heading, rest = _leading_title(body)
    title = _word(values.get("title"))
    if not title or title == heading:
        title, body = heading or title, rest
    if not body.strip() and not title:
        raise Unreadable("file_empty", name=name)
    return Extracted(
        title=title or title_from_name(name),
        body=body.strip("\r\n"),
        author=_word(values.get("author") or values.get("authors")),
        published=_first_date(values, "date", "published", "pubdate", "publishdate", "created"),
        url=_address(values),
        lang=_word(values.get("lang") or values.get("language") or values.get("locale")),
    )


def _leading_title(body: str) -> tuple[str, str]:
    """(plain text of the first level-1 heading, the body without it).

    The heading leaves the body only when nothing stands above it: the article shows it as title.
    """
    from dengmi.corpus.blocks import blocks

    lines = body.splitlines(keepends=True)
    fence = ""
    for number, line in enumerate(lines[:400]):
        if found := _FENCE.match(line):
            fence = "" if fence and line.lstrip().startswith(fence) else fence or found[1]
            continue
        if fence:
            continue
        setext = number + 1 < len(lines) and line.strip() and _SETEXT.match(lines[number + 1])
        if setext or _ATX.match(line.rstrip("\r\n")):
            used = 2 if setext else 1
            found_blocks = blocks("".join(lines[number : number + used]), "markdown")
            if not found_blocks or found_blocks[0].kind != "heading":
                continue
            above = "".join(lines[:number])
            rest = "".join(lines[number + used :]) if not above.strip() else body
            return found_blocks[0].text, rest
    return "", body


def _plain(text: str, name: str) -> Extracted:
    lines = text.strip("\ufeff\r\n\f ").splitlines()
    first = " ".join(lines[0].split()) if lines else ""
    body = "\n".join(_unwrapped(lines))
    headed = first and len(first) <= 80 and len(lines) > 1 and first[-1] not in "。.,，;；:："
    title = first if headed else title_from_name(name)
    stamp = leading_stamp(text)
    return Extracted(
        title=title or first_line(text),
        body=body,
        form="text",
        published=iso_date(stamp) if stamp else None,
    )


def _unwrapped(lines: list[str]) -> list[str]:
    """Paragraphs, one a line, of a text that was wrapped at a fixed width; other texts unchanged.

    A text counts as wrapped when most lines that another line follows end near the same width.
    """
    from dengmi.corpus.blocks import joined

    followed = [
        len(line.rstrip())
        for line, after in pairwise(lines)
        if line.strip() and after.strip() and not _NEW_LINE.match(after)
    ]
    width = max(followed, default=0)
    full = sum(length > width * 0.8 for length in followed)
    if not _WRAP[0] <= width <= _WRAP[1] or len(followed) < 3 or full < 0.7 * len(followed):
        return [line.rstrip() for line in lines]
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if not line.strip():
            paragraphs += [[], []]
        elif _NEW_LINE.match(line) or (
            paragraphs[-1] and len(paragraphs[-1][-1].rstrip()) < width * 0.6
        ):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    return [joined(part) for part in paragraphs if part]


def _first_date(values: Mapping[str, object], *names: str) -> str | None:
    return next((found for name in names if (found := iso_date(values.get(name)))), None)


def _address(values: Mapping[str, object]) -> str:
    """An http(s) address from the head; site-relative ones say nothing here."""
    for name in ("url", "link", "canonical", "canonical_url", "source"):
        value = values.get(name)
        if isinstance(value, str) and re.match(r"https?://\S+$", value):
            return value
    return ""


def _word(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_word, value)))
    return "" if value is None or isinstance(value, dict) else " ".join(str(value).split())
