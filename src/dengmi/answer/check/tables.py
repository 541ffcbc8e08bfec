"""Rows of tables: which row names the columns, and whether a claim took a number from the wrong one.

A row is a sentence like "Single visit | €5.50 | €3.00"; what its cells mean is in the first row of
its table: "Ticket | Adults | Children". The words of a claim about it stand in both.
"""

import re
from collections.abc import Sequence

from dengmi.core.records import Passage
from dengmi.language.words import terms

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_ROUND = re.compile(r"(?:[.:]0+)$")


def header_of(passage: Passage, n: int) -> int | None:
    """The number of the row that names the columns of row n (from 1); None where n is no row, or
    the first of its table."""
    if passage.sentences[n - 1].kind != "row":
        return None
    first = passage.first_of_run(n)
    return first if first < n else None


def wrong_column(claim: str, rows: Sequence[tuple[str, str]], others: Sequence[str] = ()) -> bool:
    """Whether a claim names one column and has a number that stands in other columns alone.

    Args:
        claim: what is said.
        rows: (header, row) of each row that it cites.
        others: other sentences that it cites: a number of theirs is no wrong one.
    """
    said = frozenset(terms(claim))
    mine = _numbers(claim)
    right = {number for other in others for number in _numbers(other)}
    wrong: set[str] = set()
    for header, row in rows:
        names, cells = header.split("|"), row.split("|")
        if len(names) != len(cells):
            continue
        named = _named(names, cells, said)
        right |= _numbers(cells[0])
        if len(named) != 1:
            right |= _numbers(row)
            continue
        (column,) = named
        right |= _numbers(names[column]) | _numbers(cells[column])
        wrong |= _numbers(row)
    return bool(mine & (wrong - right))


def _named(names: Sequence[str], cells: Sequence[str], said: frozenset[str]) -> list[int]:
    """The columns that a claim names with a word that no other column and no label has."""
    words = [frozenset(terms(name)) for name in names]
    label = frozenset(terms(cells[0]))
    found = []
    for at, own in enumerate(words[1:], 1):
        shared = label.union(*(other for n, other in enumerate(words) if n != at))
        if (own - shared) & said:
            found.append(at)
    return found


def _numbers(text: str) -> set[str]:
    """The numbers of a text, 9:00 as 9 and 3.00 as 3."""
    return {_ROUND.sub("", number) for number in _NUMBER.findall(text)}
