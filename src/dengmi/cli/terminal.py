"""What is printed: quotes with their matched words, lines that name an article, JSON."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import click

from dengmi.core.records import Cost, Head
from dengmi.language.money import amount

Span = tuple[int, int]

_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of writing: they can make a line read as another one."""


def clean(text: str) -> str:
    """The text without control characters and marks of direction, each replaced by a space.

    Articles are written by strangers: an escape sequence in one must not reach the terminal.
    Same length as the input, so marks stay valid. Newlines and tabs stay.
    """
    return "".join(
        " "
        if (unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t") or char in _TURNS
        else char
        for char in text
    )


def marked(text: str, marks: Iterable[Span]) -> str:
    """The text with the marked ranges standing out. Plain where stdout is not a terminal."""
    return "".join(_pieces(clean(text), marks))


def _pieces(text: str, marks: Iterable[Span]) -> Iterator[str]:
    at = 0
    for start, end in sorted(marks):
        if start < at:
            continue
        yield text[at:start]
        yield click.style(text[start:end], fg="red", bold=True)
        at = end
    yield text[at:]


def reference(head: Head) -> str:
    """Title — day — address of an article, leaving out what is not known."""
    parts = (head.title or head.id, (head.published or "")[:10], head.url)
    return clean(" — ".join(part for part in parts if part)).replace("\n", " ")


def quiet(text: str) -> str:
    """Text of second rank."""
    return click.style(text, dim=True)


def print_json(shape: object) -> None:
    """One JSON value on stdout: indented for a person, on one line for a program."""
    indent = 2 if sys.stdout.isatty() else None
    click.echo(json.dumps(shape, ensure_ascii=False, indent=indent))


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as aligned lines. Chinese characters count as two columns."""
    widths = [max(map(columns, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def columns(text: str) -> int:
    """Columns that a text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def money(cost: Cost) -> str:
    """An amount such as ¥0.0012; "" for nothing."""
    return amount(cost.micros, cost.currency) if cost.micros else ""
