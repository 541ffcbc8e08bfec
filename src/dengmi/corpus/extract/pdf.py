"""PDF to article. Runs in the child process (see child.py), never in the server itself."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from dengmi.core.errors import Unreadable
from dengmi.corpus.blocks import Block, joined
from dengmi.corpus.extract.clean import squeezed
from dengmi.corpus.extract.dates import iso_date
from dengmi.corpus.extract.extracted import Extracted
from dengmi.corpus.extract.markdown import to_markdown
from dengmi.corpus.extract.textfile import title_from_name
from dengmi.corpus.extract.titles import first_line

MOST_PAGES = 5_000
_LEAST_TEXT = 16
_HYPHENS = "\x02\ufffe\u00ad"
_PAGE_NUMBER = re.compile(
    r"^[\s\-–—·|]*(?:(?:page|p\.|第)\s*)?[\divxlc]{1,5}"
    r"(?:\s*(?:/|of|页|頁|共)\s*\d{0,5}\s*[页頁]?)?[\s\-–—·|]*$",
    re.I,
)
_ITEM = re.compile(
    r"^(?:[•●▪■◆○‣∙·*–—-]|\d{1,3}[.)、]|[（(]\d{1,3}[)）]|[（(]?[一二三四五六七八九十]{1,3}[)）、])\s*(?=\S)"
)
_LEADER = re.compile(r"(?:[.·…]\s?){5,}\s*[\divxlc]*\s*$", re.I)  # a line of a table of contents
_BULLET = re.compile(r"^[•●▪■◆○‣∙·*–—-]\s*")
_BAD_TITLE = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)\b|untitled|无标题|文档\d|slide 1$"
    r"|.*\.(?:docx?|pptx?|xlsx?|pdf|tex|dvi|indd|qxd)$)",
    re.I,
)
_PDF_DATE = re.compile(r"^D:(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?")


@dataclass(slots=True)
class Line:
    """One line of print: its text, left and right edge, top and bottom, and size of type."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float


def read_pdf(path: Path, name: str) -> Extracted:
    """The article in a PDF.

    Raises:
        Unreadable: "file_encrypted", "file_broken", or "file_no_text" when it is only pictures.
    """
    import pypdfium2  # type: ignore[import-untyped]

    try:
        pdf = pypdfium2.PdfDocument(path)
        count = len(pdf)
        pages = [list(_lines(pdf[number])) for number in range(min(count, MOST_PAGES))]
        facts = pdf.get_metadata_dict()
    except pypdfium2.PdfiumError as error:
        code = "file_encrypted" if "password" in str(error).lower() else "file_broken"
        raise Unreadable(code, name=name, kind="PDF") from error
    kept = _without_edges(pages)
    letters = sum(len(line.text) for page in kept for line in page)
    if letters < _LEAST_TEXT:
        raise Unreadable("file_no_text", name=name)
    body = list(_blocks(kept))
    title, body = _title(facts.get("Title", ""), kept, body, name)
    return Extracted(
        title=title,
        body=to_markdown(body),
        author=" ".join(facts.get("Author", "").split())[:200],
        published=_pdf_date(facts.get("CreationDate", "")),
    )


def _lines(page: Any) -> Iterator[Line]:
    """The lines of a page in reading order, as pdfium finds them."""
    from pypdfium2 import raw

    text = page.get_textpage()
    count = text.count_chars()
    start, letters = 0, list[int]()
    for index in range(count + 1):
        code = raw.FPDFText_GetUnicode(text.raw, index) if index < count else 10
        if code in (10, 13):
            if line := _line(text, letters, start):
                yield line
            letters = []
            continue
        if not letters:
            start = index
        letters.append(code)
        if code == 2:  # pdfium's mark for a hyphen at the end of a line, which it then runs on
            if line := _line(text, letters, start):
                yield line
            letters = []
    text.close()
    page.close()


def _line(text: Any, letters: Sequence[int], start: int) -> Line | None:
    from pypdfium2 import raw

    said = "".join(map(_char, letters))
    if not said.strip() or _LEADER.search(said):
        return None
    first = start + len(said) - len(said.lstrip())
    last = start + len(said.rstrip()) - 1
    left, low, _, high = text.get_charbox(first)
    _, low2, right, high2 = text.get_charbox(last)
    middle = (first + last) // 2
    size = raw.FPDFText_GetFontSize(text.raw, middle) or 0.0
    height = max(high, high2) - min(low, low2)
    # Some files scale the page instead of the font: a size of 1 says nothing, the letters do.
    return Line(
        said.rstrip(), left, right, max(high, high2), min(low, low2), size if size > 3 else height
    )


def _char(code: int) -> str:
    if code in (2, 0xFFFE):
        return "\x02"
    return chr(code) if code >= 32 and not 0xD800 <= code <= 0xDFFF else " "


def _without_edges(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without page numbers and the lines that most pages begin or end with."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_shape(line.text) for line in (*page[:2], *page[-2:])})
    least = max(3, 0.4 * len(pages))
    smallest = min((line.size for page in pages for line in page), default=0.0)

    def is_edge(line: Line, number: int) -> bool:
        # The title that the other pages repeat in small type stays where it is printed large.
        large = number == 0 and line.size > 1.3 * smallest
        if len(line.text) > 60 and line.text[-1] in ".。!?！？":
            return False
        repeated = len(pages) >= 3 and seen[_shape(line.text)] >= least
        return (repeated and not large) or (
            len(pages) > 1 and _PAGE_NUMBER.match(line.text) is not None
        )

    kept = []
    for number, page in enumerate(pages):
        start, end = 0, len(page)
        while start < min(2, end) and is_edge(page[start], number):
            start += 1
        while end > max(start, len(page) - 2) and is_edge(page[end - 1], number):
            end -= 1
        kept.append(page[start:end])
    return kept


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.split()))


def _blocks(pages: list[list[Line]]) -> Iterator[Block]:
    """Paragraphs and headings: lines joined until one ends early or the next stands apart."""
    every = [line for page in pages for line in page]
    sizes = Counter(round(line.size, 1) for line in every for _ in range(len(line.text)))
    usual = sizes.most_common(1)[0][0]
    gap: list[Line] = []
    for page in pages:
        width = max((line.right for line in page), default=0.0)
        steps = [a.top - b.top for a, b in pairwise(page) if a.top > b.top]
        step = median(steps) if steps else 0.0
        for line in page:
            if gap and _breaks(gap[-1], line, usual, width, step):
                yield _block(gap, usual)
                gap = []
            gap.append(line)
    if gap:
        yield _block(gap, usual)


def _breaks(before: Line, line: Line, usual: float, width: float, step: float) -> bool:
    """Whether a new block begins with `line`."""
    if abs(before.size - line.size) > 0.12 * max(before.size, line.size):
        return True
    if before.text[-1] in _HYPHENS:
        return False
    if _ITEM.match(line.text):
        return True
    down = before.top - line.top
    if down > 0 and step > 0 and down > 1.45 * step:
        return True
    ends = before.text.rstrip()[-1] in ".!?。！？…”’」』:：；;"
    short = before.right < width - 4 * usual
    indented = line.left > before.left + 0.9 * usual and down > 0
    if before.size > 1.15 * usual:
        return down < 0
    return (ends and (short or indented)) or (short and before.right < 0.7 * width and down > 0)


def _block(lines: Sequence[Line], usual: float) -> Block:
    texts: list[str] = []
    for line in lines:
        text = line.text.strip()
        if texts and texts[-1][-1] in "-\x02" and text[:1].islower():
            # A word cut in two by the end of the line.
            texts[-1] = texts[-1][:-1] + text
        else:
            texts.append(text)
    whole = joined([text.replace("\x02", "-") for text in texts])
    size = median(line.size for line in lines)
    if size > 1.15 * usual and len(whole) < 160:
        return Block("heading", whole, 1 if size > 1.6 * usual else 2 if size > 1.3 * usual else 3)
    if _BULLET.match(whole) and len(whole) > 2:
        return Block("item", _BULLET.sub("", whole), 1)
    return Block("paragraph", whole)


def _title(
    said: str, pages: list[list[Line]], body: list[Block], name: str
) -> tuple[str, list[Block]]:
    """The title and the body without it: the file's own, else the first heading, else a line."""
    said = " ".join(said.split())
    first = next((block for block in body[:3] if block.kind == "heading"), None)
    top = squeezed("".join(line.text for page in pages[:1] for line in page))
    odd = _BAD_TITLE.match(said) or not re.search(r"[^\W\d_]{2}", said)
    if not said or odd or (first and squeezed(said) not in top):
        said = first.text if first else ""
    if not said and pages[0]:
        largest = max(pages[0], key=lambda line: line.size)
        said = first_line(body[0].text) if largest.size <= pages[0][0].size else largest.text
    if body[0].text == said and len(body) > 1:
        body = body[1:]
    return said.strip() or title_from_name(name), body


def _pdf_date(said: str) -> str | None:
    found = _PDF_DATE.match(said)
    if not found:
        return None
    year, month, day, *time = found.groups()
    clock = ":".join(time) if time[0] else ""
    return iso_date(f"{year}-{month}-{day} {clock}".strip())
