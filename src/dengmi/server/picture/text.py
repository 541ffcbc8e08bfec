"""Measures and breaks lines for a card, Chinese and Latin mixed, with fonts that stand in for each
other. Needs Pillow."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from dengmi.core.errors import Unavailable
from dengmi.language.scripts import HAN
from dengmi.server.picture.words import Run, Style

_NO_START = "」』）】》〉〕，。、；：？！…—～·%‰”’),.;:?!]}"
"""What may not begin a line (GB/T 15834; W3C clreq, section 3.1.6)."""

_NO_END = "「『（【《〈〔“‘([{"
"""What may not end one."""

_PIECE = re.compile(rf"\s+|[{HAN}\u3000-\u30ff\uff00-\uffef]|[^\s{HAN}\u3000-\u30ff\uff00-\uffef]+")

_PLAIN = ImageFont.Layout.BASIC
"""Letter after letter, which works on every system and for every text: what shapes letters by their
neighbours is not everywhere, and fails at some texts."""

_FACES = 12
"""Faces of one file that are looked at."""

Face = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one style that stay together, and how wide they are."""

    words: str
    style: Style
    width: float


@dataclass(slots=True)
class Line:
    """Pieces beside each other."""

    pieces: list[Piece] = field(default_factory=list)
    width: float = 0.0

    def add(self, pieces: Sequence[Piece]) -> None:
        """Put pieces at the end."""
        self.pieces += pieces
        self.width += sum(piece.width for piece in pieces)


class Type:
    """Faces of one size, the first one that has a letter writes it.

    Args:
        files: font files in order; what the library brings follows them.
        size: in pixels.
    """

    def __init__(self, files: Sequence[Path | None], size: int) -> None:
        self.size = size
        self._faces: list[Face] = [opened(file, size) for file in files if file is not None]
        self._faces.append(_brought(size))
        self._of = lru_cache(maxsize=4_096)(self._face_of)
        self._missing = [_drawn(face, "\U0010fffe") for face in self._faces]

    def runs(self, words: str) -> Iterator[tuple[Face, str]]:
        """Words parted by the face that writes them; letters that no font here has are left out."""
        face, run = None, ""
        for char in words:
            own = self._of(char)
            if own is None:
                continue
            if own is not face and run and face is not None:
                yield face, run
                run = ""
            face, run = own, run + char
        if run and face is not None:
            yield face, run

    def width(self, words: str) -> float:
        """How wide words are."""
        return sum(face.getlength(run) for face, run in self.runs(words))

    def _face_of(self, char: str) -> Face | None:
        if char.isspace():
            return self._faces[0]
        if unicodedata.category(char)[0] == "C":  # controls, and what turns the direction round
            return None
        for face, missing in zip(self._faces, self._missing, strict=True):
            if _drawn(face, char) != missing:
                return face
        return None


def lines_of(
    runs: Sequence[Run], types: "dict[Style, Type]", width: float, most: int
) -> tuple[list[Line], bool]:
    """(runs broken into lines, whether all of it fitted); what was cut ends with an ellipsis.

    Args:
        width: of a line.
        most: lines at the most.
    """
    lines = [Line()]
    for unit in _units(runs, types):
        wide = sum(piece.width for piece in unit)
        if lines[-1].pieces and lines[-1].width + wide > width:
            lines.append(Line())
        kept = unit if lines[-1].pieces else _without_space(unit)
        for part in _fitting(kept, types, width):
            if lines[-1].pieces and lines[-1].width + sum(p.width for p in part) > width:
                lines.append(Line())
            lines[-1].add(part)
        if len(lines) > most:
            return [*lines[: most - 1], _cut(lines[most - 1], types, width)], False
    return [line for line in lines if line.pieces], True


def opened(file: Path, size: int) -> ImageFont.FreeTypeFont:
    """A font file's face, of several in it the one for Simplified Chinese.

    Raises:
        Unavailable: it cannot be read.
    """
    try:
        index = _face_index(file)
        return ImageFont.truetype(str(file), size, index=index, layout_engine=_PLAIN)
    except OSError:
        raise Unavailable("card_font_bad", path=str(file)) from None


def _brought(size: int) -> Face:
    """The face that the library brings."""
    face = ImageFont.load_default(size)
    if isinstance(face, ImageFont.FreeTypeFont):
        return face.font_variant(layout_engine=_PLAIN)
    return face


@lru_cache(maxsize=8)
def _face_index(file: Path) -> int:
    """Which face of a collection is the one for Simplified Chinese; 0 for a single face."""
    if file.suffix.lower() != ".ttc":
        return 0
    for index in range(_FACES):
        try:
            name = ImageFont.truetype(str(file), 10, index=index).getname()[0] or ""
        except OSError:
            return 0
        if name.endswith((" SC", " GB", " CN")):
            return index
    return 0


def _units(runs: Sequence[Run], types: "dict[Style, Type]") -> Iterator[list[Piece]]:
    """Pieces that no line may part."""
    unit: list[Piece] = []
    joins = False
    for words, style in runs:
        for part in [words] if style == "cite" else _PIECE.findall(words):
            clings = style == "cite" or part[0] in _NO_START
            if unit and not joins and not clings:
                yield unit
                unit = []
            shown = " " if part.isspace() else part
            extra = types[style].size * 0.7 if style == "cite" else 0.0
            unit.append(Piece(shown, style, types[style].width(shown) + extra))
            joins = part[-1] in _NO_END
    if unit:
        yield unit


def _fitting(unit: list[Piece], types: "dict[Style, Type]", width: float) -> Iterator[list[Piece]]:
    """A unit, letter by letter where it is wider than a line."""
    if sum(piece.width for piece in unit) <= width:
        yield unit
        return
    for piece in unit:
        for char in piece.words:
            yield [Piece(char, piece.style, types[piece.style].width(char))]


def _without_space(unit: list[Piece]) -> list[Piece]:
    return unit[1:] if unit and unit[0].words == " " else unit


def _cut(line: Line, types: "dict[Style, Type]", width: float) -> Line:
    """A line with an ellipsis at its end."""
    dots = Piece("…", "plain", types["plain"].width("…"))
    cut = Line()
    for piece in line.pieces:
        for char in piece.words if piece.style != "cite" else [piece.words]:
            wide = piece.width if piece.style == "cite" else types[piece.style].width(char)
            if cut.width + wide + dots.width > width:
                break
            cut.add([Piece(char, piece.style, wide)])
    while cut.pieces and cut.pieces[-1].words in (" ", "，", "、", ","):
        cut.width -= cut.pieces.pop().width
    cut.add([dots])
    return cut


def _drawn(face: Face, char: str) -> bytes:
    """What a face draws for a letter; the same for all that it does not have."""
    mask = face.getmask(char)
    return b"%d,%d:" % mask.size + bytes(mask)
