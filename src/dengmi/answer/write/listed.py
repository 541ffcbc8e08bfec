"""What list items and table rows say: an item says it under its lead-in, a cell of its row's label
and under the head of its column.

"Children" is no claim, "Free of charge: Children" is one; and where the head of a column says
"Allowed", a cell says as much with "no" as a sentence does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dengmi.answer.check.judge import states_fact
from dengmi.answer.check.reading import read
from dengmi.answer.check.states import labels
from dengmi.answer.write.draft import FENCE, Sentenced
from dengmi.language.detect import language_of

MOST_CELLS = 12
"""Cells of a row that are judged one by one; a longer row is judged as one text."""

_ITEM = re.compile(r"[ \t]*(?P<mark>[-*+•]|\d{1,2}[.)、])[ \t]")
_LEADS = re.compile(
    r"[:：]\W*$|\b(?:the following|as follows)\b|如下|以下(?=[几各这内项人是为情])", re.IGNORECASE
)
_BECAUSE = re.compile(r"[,，]|\s(?:for|because|due to|as|on)\b(?=\s+\w)", re.IGNORECASE)
"""What a lead-in says of its list begins here: "is closed for these reasons"."""
_ENDS = re.compile(r"[.。!！?？…]\W*$")
_SAYS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|can|may|must)\b|n['’]t\b|[是已仍将]|了\W*$",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"\*\*|__|`")
_RULE = re.compile(r"[\s|:+-]*-[\s|:+-]*")
_BARE = re.compile(r"[\d.,\s]+")
_YES = frozenset(
    ("yes", "y", "true", "✓", "✔", "✅", "√", "☑", "是", "有", "可", "可以", "能", "对")
)
_NO = frozenset(
    (
        "no",
        "n",
        "false",
        "none",
        "✗",
        "✘",
        "❌",
        "×",
        "x",
        "☒",
        "否",
        "无",
        "不",
        "不可",
        "不可以",
        "不能",
        "没有",
    )
)
_LONGEST = 120
"""Characters of a lead-in or head at the most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is judged as one claim. `whole`: the same with its lead-in or head, where that tells
    something too; "" where it does not."""

    text: str
    whole: str = ""


class Lists:
    """Follows the lists and tables of an answer, sentence by sentence.

    Attributes:
        head: whether the sentence seen last holds the heads of a table.
    """

    def __init__(self) -> None:
        self.head = False
        self._lead = ""
        self._list = ""
        self._heads: tuple[str, ...] | None = None

    def see(self, sentence: Sentenced) -> tuple[Piece, ...]:
        """What a sentence says, as claims; none where it states nothing, like a heading."""
        self.head = sentence.row and self._heads is None
        if sentence.row:
            return self._row(cells(sentence.text))
        self._heads = None
        text = sentence.text
        if sentence.code:
            return () if FENCE.match(text) else (Piece(text),)
        words = _SIGNS.sub("", text).strip()
        heading = _is_heading(sentence)
        if heading or (_LEADS.search(words) and len(words) < _LONGEST):
            self._lead, self._list = words.rstrip(" :：.。"), ""
            return self._led(text, label=heading and _is_label(words))
        item = _ITEM.match(sentence.lead)
        self._follow(sentence.gap, item["mark"] if item else "")
        if not states_fact(text):
            return ()
        return (Piece(text, _joined(self._lead, words) if item and _tells(self._lead) else ""),)

    def headless(self, sentence: Sentenced) -> str:
        """The row of heads without the cells that have numbers: nothing bears these out, and
        without such a row no reader shows a table."""
        self._heads = tuple("" if _numbered(head) else head for head in self._heads or ())
        row = sentence.text
        return "|".join(" " if _numbered(cell) else cell for cell in row.split("|"))

    def _led(self, text: str, *, label: bool) -> tuple[Piece, ...]:
        """What a lead-in says itself: "the garden is closed for these reasons" says a lot."""
        if states_fact(text):
            return () if label else (Piece(text),)
        said = _BECAUSE.split(self._lead)[0]
        return (Piece(said),) if _SAYS.search(said) and labels(read(said)) else ()

    def _follow(self, gap: str, mark: str) -> None:
        """Whether what was led in to goes on: not behind a line of other text, nor in a list that
        is marked otherwise."""
        kind = "1" if mark[:1].isdigit() else mark
        if "\n" not in gap:
            return
        if not kind or (self._list and kind != self._list):
            self._lead = ""
        self._list = kind

    def _row(self, row: Sequence[str]) -> tuple[Piece, ...]:
        if self._heads is None:
            self._heads = tuple(row)
            return tuple(Piece(cell) for cell in row if _numbered(cell))
        if all(_RULE.fullmatch(cell) for cell in row):
            return ()
        if len(row) > MOST_CELLS:
            return (Piece(" ".join(row)),)
        return tuple(self._cells(row))

    def _cells(self, row: Sequence[str]) -> Iterator[Piece]:
        assert self._heads is not None
        label = row[0]
        heads = (*self._heads, *[""] * len(row))
        for cell, head in zip(row[1:], heads[1:], strict=False):
            if not re.search(r"\w|[✓✔✅√☑✗✘❌×☒]", cell):
                continue
            said = _answered(cell, head)
            if said != cell or _BARE.fullmatch(cell):
                yield Piece(_joined(label, said if said != cell else f"{head} {cell}".strip()))
            else:
                under = f"{head} {label}".strip()
                yield Piece(_joined(label, cell), _joined(under, cell) if _tells(head) else "")
        if len(row) == 1 and states_fact(label):
            yield Piece(label, _joined(heads[0], label) if _tells(heads[0]) else "")
        elif _tells(heads[0]) and label:
            yield Piece(_joined(heads[0], label))


def cells(row: str) -> list[str]:
    """What stands in a row's cells, without its outer marks and those of Markdown."""
    inner = row.strip().removeprefix("|").removesuffix("|")
    return [_SIGNS.sub("", cell).strip() for cell in inner.split("|")]


def _answered(cell: str, head: str) -> str:
    """A cell that says yes or no to the head of its column, in words."""
    word = cell.lower().strip(" .。")
    if word in _YES and head:
        return head
    if word not in _NO or not head:
        return cell
    states = bool(labels(read(head)))
    if language_of(head) == "zh":
        return f"{'不' if states else '没有'}{head}"
    return f"{'not' if states else 'no'} {head[:1].lower()}{head[1:]}"


def _tells(lead: str) -> bool:
    """Whether a lead-in or head says something of what stands below it, and is no mere label: a
    state, a denial, a bound, a day of the week or an hour."""
    if not lead:
        return False
    text = read(lead)
    facts = text.facts
    measured = any(one.bound or one.measure not in ("", "nth") for one in facts.amounts)
    return bool(labels(text) or text.cues or text.soft or facts.week or facts.clocks or measured)


def _joined(lead: str, text: str) -> str:
    if not lead:
        return text
    return f"{lead}：{text}" if language_of(lead + text) == "zh" else f"{lead}: {text}"


def _is_heading(sentence: Sentenced) -> bool:
    """Whether a sentence is a line of its own that heads what follows: "## Prices"."""
    if "#" in sentence.lead:
        return True
    bold = sentence.lead.endswith(("**", "__")) and _ITEM.match(sentence.lead) is None
    return bold and sentence.text.rstrip().endswith(("**", "__")) and len(sentence.text) < 64


def _is_label(text: str) -> bool:
    """Whether a heading only names what follows."""
    return not (_numbered(text) or _ENDS.search(text) or _SAYS.search(text))


def _numbered(text: str) -> bool:
    return re.search(r"\d", text) is not None
