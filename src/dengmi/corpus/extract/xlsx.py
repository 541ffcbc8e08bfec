"""Excel files: each sheet as a heading and its rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from dengmi.corpus.blocks import Block, row_text
from dengmi.corpus.extract.package import Package

MOST_CELLS = 2_000_000
_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_COLUMN = re.compile(r"[A-Z]{1,3}")


def xlsx_blocks(package: Package) -> tuple[str, list[Block]]:
    """("", the blocks of all sheets in their order)."""
    main = "xl/workbook.xml"
    related = package.related(main)
    strings = _strings(package.optional("xl/sharedStrings.xml"))
    dates = _date_styles(package.optional("xl/styles.xml"))
    found: list[Block] = []
    for sheet in package.tree(main).iter(f"{_M}sheet"):
        kind, part = related.get(sheet.get(f"{_R}id", ""), ("", ""))
        if kind != "worksheet" or part not in package.names:
            continue
        rows = list(_rows(package, part, strings, dates))
        if rows:
            name = " ".join(sheet.get("name", "").split())
            found += [Block("heading", name, 2)] if name else []
            found += [Block("row", row, int(not n)) for n, row in enumerate(rows)]
    return "", found


def _strings(root: Any) -> Sequence[str]:
    if root is None:
        return ()
    # Readings of East Asian words (rPh) are no part of the text.
    return [
        "".join(t.text or "" for t in item.iter(f"{_M}t") if t.getparent().tag != f"{_M}rPh")
        for item in root.iter(f"{_M}si")
    ]


def _date_styles(root: Any) -> frozenset[str]:
    """The numbers of the cell styles that show a number as a date."""
    if root is None:
        return frozenset()
    own = {
        form.get("numFmtId", ""): re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", form.get("formatCode", ""))
        for form in root.iter(f"{_M}numFmt")
    }
    styles = root.find(f"{_M}cellXfs")
    found = set()
    for number, style in enumerate(styles if styles is not None else ()):
        form = style.get("numFmtId", "0")
        builtin = form.isdecimal() and int(form) in _DATE_FORMATS
        if builtin or re.search(r"[ymdhs年月日]", own.get(form, ""), re.I):
            found.add(str(number))
    return frozenset(found)


def _rows(
    package: Package, part: str, strings: Sequence[str], dates: frozenset[str]
) -> Iterator[str]:
    """The text of each row that has any. Rows are dropped from memory as they are read."""
    from lxml import etree  # type: ignore[import-untyped]

    raw = package.read(part)
    if b"<!DOCTYPE" in raw[:4096] or b"<!ENTITY" in raw:
        raise package.broken()
    cells = 0
    try:
        for _, row in etree.iterparse(
            BytesIO(raw), tag=f"{_M}row", resolve_entities=False, no_network=True
        ):
            values: dict[int, str] = {}
            for cell in row.iter(f"{_M}c"):
                cells += 1
                if text := _cell(cell, strings, dates):
                    values[_column(cell.get("r", ""), len(values))] = text
            if values and (text := row_text(_in_order(values))):
                yield text
            row.clear(keep_tail=False)
            if cells > MOST_CELLS:
                return
    except etree.XMLSyntaxError as error:
        raise package.broken() from error


def _in_order(values: Mapping[int, str]) -> list[str]:
    """Cells by column, with empty ones between; far apart ones are drawn together."""
    last = max(values)
    if last > 4 * len(values) + 50:
        return [values[column] for column in sorted(values)]
    return [values.get(column, "") for column in range(min(values), last + 1)]


def _column(place: str, default: int) -> int:
    """The number of a column from 0: "C7" is 2."""
    found = _COLUMN.match(place)
    number = 0
    for letter in found[0] if found else "":
        number = number * 26 + ord(letter) - 64
    return number - 1 if number else default


def _cell(cell: Any, strings: Sequence[str], dates: frozenset[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        text = "".join(node.text or "" for node in cell.iter(f"{_M}t"))
    else:
        text = cell.findtext(f"{_M}v") or ""
    if kind == "s":
        text = strings[int(text)] if text.isdecimal() and int(text) < len(strings) else ""
    elif kind == "b":
        text = "TRUE" if text == "1" else "FALSE"
    elif kind == "n" and text:
        text = _number(text, cell.get("s", "") in dates)
    return " ".join(text.split())


def _number(text: str, is_date: bool) -> str:
    """A stored number as it is shown: days since 1899-12-30 as a date, no tail of rounding."""
    try:
        value = float(text)
        if is_date and 0 <= value < 2_958_466:
            moment = datetime(1899, 12, 30) + timedelta(seconds=round(value * 86_400))
            if value < 1:
                return moment.strftime("%H:%M:%S")
            return moment.date().isoformat() if value == int(value) else moment.isoformat(" ")
        short = f"{value:.15g}"
    except (ValueError, OverflowError):
        return text
    return short if "e" not in short else text
