"""Excel files: each sheet as a heading and its rows, with the values that were last shown."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dengmi.corpus.blocks import Block, row_text
from dengmi.corpus.extract.package import Package


def xlsx_blocks(package: Package) -> tuple[str, list[Block]]:
    """("", the blocks of all sheets in their order)."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    found: list[Block] = []
    with CalamineWorkbook.from_path(package.path) as book:
        for number, sheet in enumerate(book.sheets_metadata):
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            rows = (_row(row) for row in book.get_sheet_by_index(number).iter_rows())
            texts = [text for text in rows if text]
            if texts:
                name = " ".join(sheet.name.split())
                found += [Block("heading", name, 2)] if name else []
                found += [Block("row", text, int(not n)) for n, text in enumerate(texts)]
    return "", found


def _row(values: Sequence[object]) -> str:
    """The text of a row. Cells that are far apart are drawn together."""
    filled = [value for value in values if value != ""]
    kept = filled if len(values) > 4 * len(filled) + 50 else values
    return row_text([_shown(value) for value in kept])


def _shown(value: object) -> str:
    """A value as it is shown: numbers without a tail of rounding, dates as in ISO 8601."""
    match value:
        case bool():
            return str(value).upper()
        case float():
            short = f"{value:.15g}"
            return short if "e" not in short else str(value)
        case datetime():
            return value.isoformat(" ", "seconds")
        case timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return " ".join(str(value).split())
