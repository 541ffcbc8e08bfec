"""JSONL: one article per line.

    {"id"?, "title"?, "text" | "markdown" | "html", "url"?, "author"?, "published"?, "lang"?}

`_id` is accepted for `id`; other keys are ignored. The file is read twice, line by line: once for
the ids, so that of several lines with one id only the last is used, and once for the articles.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from dengmi.core.errors import DengmiError, Unreadable
from dengmi.core.ids import stable_id
from dengmi.core.records import Draft, Form
from dengmi.corpus.encoding import decode, detect
from dengmi.corpus.extract.dates import iso_date
from dengmi.corpus.extract.titles import first_line, leading_stamp

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of one line; longer ones fail alone, without being held in memory."""

LONGEST_ID = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An item of a source that gave no article.

    `key` says which ("line 17"), `code` and `params` why, as a text of the catalogue. With
    `skipped` nothing is lost: count it as skipped, not as failed.
    """

    key: str
    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    skipped: bool = False


class _Line(msgspec.Struct):
    id: object = None
    other_id: object = msgspec.field(default=None, name="_id")
    title: object = None
    text: object = None
    markdown: object = None
    html: object = None
    url: object = None
    author: object = None
    published: object = None
    lang: object = None


class _Name(msgspec.Struct):
    id: object = None
    other_id: object = msgspec.field(default=None, name="_id")
    url: object = None


_LINES = msgspec.json.Decoder(_Line)
_NAMES = msgspec.json.Decoder(_Name)


def read_jsonl(path: Path) -> Iterator[Draft | Failure]:
    """The articles of a JSONL file in order, and a Failure for each line that is none.

    Keys of drafts are unique: the id, else the address where only one line has it, else a hash of
    the line's content. Raises Unreadable when the file cannot be opened or read.
    """
    names: dict[str, int] = {}
    urls: dict[str, int] = {}
    for number, raw in _raw_lines(path):
        line = _named(raw)
        if line is None:
            continue
        if name := _text(line.id) or _text(line.other_id):
            names[name] = number
        elif url := _text(line.url):
            urls[url] = urls.get(url, 0) + 1
    hashes: set[str] = set()
    for number, raw in _raw_lines(path):
        if raw is not None and not raw.strip():
            continue
        yield _one(raw, number, names, urls, hashes)


def _named(raw: bytes | None) -> _Name | None:
    try:
        return _NAMES.decode(raw) if raw and not raw.isspace() else None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        line = _parsed(raw) if raw else None
        if isinstance(line, _Line):
            return _Name(line.id, line.other_id, line.url)
        return None


def _one(  # noqa: PLR0911 - one return for each way a line can fail
    raw: bytes | None,
    number: int,
    names: Mapping[str, int],
    urls: Mapping[str, int],
    hashes: set[str],
) -> Draft | Failure:
    def failed(code: str, skipped: bool = False, **params: str | int | float) -> Failure:
        return Failure(
            key=f"line {number}", code=code, params={"line": number, **params}, skipped=skipped
        )

    if raw is None:
        return failed("jsonl_line_too_long", most=LONGEST_LINE >> 20)
    line = _parsed(raw)
    if isinstance(line, str):
        return failed("jsonl_bad_line", reason=line)
    name = _text(line.id) or _text(line.other_id)
    if len(name) > LONGEST_ID:
        return failed("jsonl_id_too_long", most=LONGEST_ID)
    if (last := names.get(name, number)) != number:
        return failed("jsonl_repeated_id", skipped=True, id=name, last=last)
    try:
        draft = _draft(line, name, urls)
    except DengmiError as error:
        return Failure(
            key=f"line {number}", code=error.code, params={"line": number} | error.params
        )
    if not name and draft.key in hashes:
        return failed("jsonl_repeated_line", skipped=True)
    hashes.add("" if name else draft.key)
    return draft


def _parsed(raw: bytes) -> _Line | str:
    """The line, or why it cannot be read."""
    try:
        return _LINES.decode(raw)
    except RecursionError:
        return "nested too deeply"
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = str(error)
    # Slowly and leniently: broken bytes, control characters, half a surrogate pair.
    try:
        found = json.loads(decode(raw), strict=False)
    except (ValueError, RecursionError):
        return reason
    if not isinstance(found, dict):
        return reason
    found["other_id"] = found.get("_id")
    return _Line(**{name: _whole(found.get(name)) for name in _Line.__struct_fields__})


def _whole(value: object) -> object:
    """Without lone surrogates, which no encoding can store."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _draft(line: _Line, name: str, urls: Mapping[str, int]) -> Draft:
    url, title, author = _text(line.url), _text(line.title), _text(line.author)
    published, lang = iso_date(line.published), _text(line.lang)
    form: Form = "markdown"
    if body := _text(line.markdown):
        pass
    elif markup := _text(line.html):
        from dengmi.corpus.extract.page import page

        read = page(markup, url)
        body = read.body
        title, author = title or read.title, author or read.author
        published, lang = published or read.published, lang or read.lang
    else:
        body, form = _text(line.text), "text"
    if not body:
        raise Unreadable("jsonl_no_text")
    if published is None and (stamp := leading_stamp(body)):
        published = iso_date(stamp)
    alone = url if urls.get(url) == 1 else stable_id("line", url, title, body)
    return Draft(
        key=name or alone,
        id=name or None,
        title=" ".join(title.split()) or first_line(body),
        body=body,
        form=form,
        url=url,
        author=author,
        published=published,
        lang=lang,
    )


def _text(value: object) -> str:
    """A value as text: strings trimmed, whole numbers without a point, nothing for the rest."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    if isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else ""


def _raw_lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """(number from 1, UTF-8 bytes of the line), with None for a line that is too long."""
    try:
        with path.open("rb") as file:
            encoding, skip = detect(file.read(65_536))
            file.seek(skip)
            if encoding == "utf-8":
                number = 0
                while raw := file.readline(LONGEST_LINE + 1):
                    number += 1
                    if len(raw) <= LONGEST_LINE:
                        yield number, raw
                        continue
                    while raw and not raw.endswith(b"\n"):
                        raw = file.readline(LONGEST_LINE)
                    yield number, None
                return
        with path.open("r", encoding=encoding, errors="replace", newline="\n") as text:
            number = 0
            while line := text.readline(LONGEST_LINE):
                number += 1
                whole = len(line) < LONGEST_LINE or line.endswith("\n")
                while line and not line.endswith("\n"):
                    last, line = line, text.readline(LONGEST_LINE)
                    if not line:
                        line = last
                        break
                yield number, line.lstrip("\ufeff").encode("utf-8", "replace") if whole else None
    except OSError as error:
        raise Unreadable(
            "file_unreadable", name=path.name, reason=error.strerror or "input/output error"
        ) from error
