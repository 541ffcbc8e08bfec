"""Tables: as a page shows them, and as a file of comma-separated values."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.responses import Response

from dengmi.core.review import Place
from dengmi.server.console.visit import Visit
from dengmi.server.ui.markup import Child, Html, el

T = TypeVar("T")

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column: its name, what it says of a row as text, and how a page shows that where it is
    more than text. `number`: whether it stands on the right."""

    name: str
    said: Callable[[T], str]
    shown: Callable[[T], Child] | None = None
    number: bool = False


def table(visit: Visit, columns: Sequence[Column[T]], rows: Iterable[T]) -> Html:
    """A table; on a narrow screen each row becomes a small card."""
    head = el("tr", [el("th", each.name, scope="col", class_=_class(each)) for each in columns])
    body = [
        el(
            "tr",
            [
                el("td", (each.shown or each.said)(row), class_=_class(each), data_name=each.name)
                for each in columns
            ],
        )
        for row in rows
    ]
    if not body:
        return el("p", visit.say("con_nothing"), class_="soft")
    whole = el("table", el("thead", head), el("tbody", body), class_="list")
    return el("div", whole, class_="wide", tabindex="0", role="region",
              aria_label=visit.say("con_table"))  # fmt: skip


def wants_csv(visit: Visit) -> bool:
    """Whether the table is asked for as a file."""
    return visit.query("csv") == "1"


def csv_of(name: str, columns: Sequence[Column[T]], rows: Iterable[T]) -> Response:
    """A table as a file. What a spreadsheet would take for a formula gets an apostrophe in front:
    askers write these texts."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([each.name for each in columns])
    for row in rows:
        writer.writerow([_safe(each.said(row), number=each.number) for each in columns])
    return Response(
        "\ufeff" + out.getvalue(),
        media_type="text/csv",
        headers={
            "content-disposition": f'attachment; filename="dengmi-{name}.csv"',
            "cache-control": "no-store",
        },
    )


def place_of(words: str) -> Place | None:
    """Where a list goes on, from an address; None for its beginning."""
    at, _, id_ = words.partition("_")
    try:
        return float(at), id_
    except ValueError:
        return None


def place_words(place: Place) -> str:
    """Where a list goes on, for an address."""
    return f"{place[0]!r}_{place[1]}"


def _class(column: Column[T]) -> str | None:
    return "number" if column.number else None


def _safe(words: str, *, number: bool) -> str:
    return f"'{words}" if not number and words.startswith(_FORMULA) else words
