"""Draws an answer as a picture: "tall" to forward in a chat, "wide" beside a link. Needs Pillow and
segno; takes about a tenth of a second and is called in a thread."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import segno
from PIL import Image, ImageDraw

from dengmi.core.records import Answer
from dengmi.server.picture.fonts import Fonts
from dengmi.server.picture.rows import Row, Types, rows_of
from dengmi.server.picture.text import Line, Type, lines_of
from dengmi.server.picture.words import Run, body_of, sources_of
from dengmi.server.ui.page import Frame
from dengmi.server.ui.preview import WIDE

PAPER, CARD, INK, SOFT = "#faf7f2", "#fffdfa", "#221e1a", "#6d655c"
LINE, RED, WASH = "#e8e1d7", "#b93325", "#fbe9e3"

WIDTH = 1_080
TALLEST = 3_200
"""Pixels of the tall picture: how wide it is, and how tall at the most."""

_EDGE = 72
_LINES = 30  # of the answer, in the tall picture
_SOURCES = 5


@dataclass(slots=True)
class _Sheet:
    """A picture that is drawn from top to bottom."""

    image: Image.Image
    at: float = 0.0
    pen: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        self.pen = ImageDraw.Draw(self.image)

    def box(self, where: tuple[float, float, float, float], radius: int, fill: str) -> None:
        """A box with round corners, its edge smooth."""
        wide, tall = round(where[2] - where[0]), round(where[3] - where[1])
        mask = Image.new("L", (wide * 2, tall * 2), 0)
        corner = (wide * 2 - 1, tall * 2 - 1)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, *corner), radius * 2, 255)
        mask = mask.resize((wide, tall), Image.Resampling.LANCZOS)
        self.image.paste(fill, (round(where[0]), round(where[1])), mask)

    def line(self, x: float, line: Line, types: Types) -> None:
        """One line of words, its foot at `at`."""
        for piece in line.pieces:
            kind = types[piece.style]
            if piece.style == "cite":
                self._cite(x, piece.words, piece.width, types)
            else:
                colour = {"soft": SOFT, "note": RED}.get(piece.style, INK)
                self.words(x, piece.words, kind, colour)
            x += piece.width

    def words(self, x: float, words: str, kind: Type, colour: str) -> None:
        """Words on the line at `at`."""
        for face, run in kind.runs(words):
            self.pen.text((x, self.at), run, font=face, fill=colour, anchor="ls")
            x += face.getlength(run)

    def _cite(self, x: float, number: str, width: float, types: Types) -> None:
        kind, base = types["cite"], types["plain"].size
        top = self.at - base * 0.92
        gap = kind.size * 0.12
        self.box((x + gap, top, x + width - gap, top + kind.size * 1.35), kind.size // 3, WASH)
        kept, self.at = self.at, top + kind.size * 1.05
        self.words(x + (width - kind.width(number)) / 2, number, kind, RED)
        self.at = kept


def draw(frame: Frame, answer: Answer, fonts: Fonts, address: str, shape: str) -> bytes:
    """The picture as PNG.

    Args:
        address: of the answer's page, which the picture names and encodes.
        shape: "tall" or "wide".

    Raises:
        Unavailable: the operator's font cannot be read.
    """
    image = (
        _wide(frame, answer, fonts, address)
        if shape == "wide"
        else _tall(frame, answer, fonts, address)
    )
    out = io.BytesIO()
    image.quantize(96, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


def _tall(frame: Frame, answer: Answer, fonts: Fonts, address: str) -> Image.Image:
    sheet = _Sheet(Image.new("RGB", (WIDTH, TALLEST), PAPER), at=_EDGE + 40)
    _brand(sheet, frame, fonts, 38)
    asked = _question(answer, fonts, 50)
    lines, _ = lines_of([(answer.question, "bold")], asked, WIDTH - 2 * _EDGE, 5)
    sheet.at += 44
    for line in lines:
        sheet.at += 70
        sheet.line(_EDGE, line, asked)
    sheet.at += 48
    _answer(sheet, frame, answer, fonts)
    _foot(sheet, frame, fonts, address)
    return sheet.image.crop((0, 0, WIDTH, min(TALLEST, round(sheet.at))))


def _answer(sheet: _Sheet, frame: Frame, answer: Answer, fonts: Fonts) -> None:
    """The answer on a card of its own, its sources below it."""
    inner, left = WIDTH - 2 * _EDGE - 80, _EDGE + 40
    types = _types(fonts, 36)
    rows = rows_of(body_of(frame, answer), types, inner, _LINES)
    named = sources_of(frame, answer)
    small = _types(fonts, 27)
    told = [lines_of(_source(*row), small, inner, 2)[0] for row in named[:_SOURCES]]
    tall = 100 + sum(row.height for row in rows) + 36
    if named:
        tall += 50 + 44 * sum(len(lines) for lines in told) + (44 if named[_SOURCES:] else 0)
    top = sheet.at
    sheet.box((_EDGE - 1, top - 1, WIDTH - _EDGE + 1, top + tall + 1), 33, LINE)
    sheet.box((_EDGE, top, WIDTH - _EDGE, top + tall), 32, CARD)
    sheet.at = top + 64
    sheet.words(left, _label(frame, answer), small["plain"], RED)
    sheet.at = top + 84
    _set(sheet, rows, left, types)
    if named:
        sheet.at += 36
        sheet.pen.line((left, sheet.at, left + inner, sheet.at), LINE, 2)
        sheet.at += 10
        for lines in told:
            for line in lines:
                sheet.at += 44
                sheet.line(left, line, small)
        if more := len(named[_SOURCES:]):
            sheet.at += 44
            sheet.words(left, frame.say("card_more", count=more), small["plain"], SOFT)
    sheet.at = top + tall


def _foot(sheet: _Sheet, frame: Frame, fonts: Fonts, address: str) -> None:
    """The address, for eyes and for cameras."""
    side, top = 190, sheet.at + 48
    code = _code(address, side)
    sheet.image.paste(code, (WIDTH - _EDGE - code.width, round(top)))
    small = _types(fonts, 30)
    width = WIDTH - 2 * _EDGE - side - 48
    sheet.at = top + 62
    sheet.words(_EDGE, frame.say("card_scan"), small["plain"], INK)
    tiny = _types(fonts, 24)
    bare = address.partition("://")[2]
    for line in lines_of([(bare, "soft")], tiny, width, 3)[0]:
        sheet.at += 40
        sheet.line(_EDGE, line, tiny)
    sheet.at = top + max(code.height, sheet.at - top) + _EDGE


def _wide(frame: Frame, answer: Answer, fonts: Fonts, address: str) -> Image.Image:
    sheet = _Sheet(Image.new("RGB", WIDE, PAPER), at=64 + 36)
    width = WIDE[0] - 2 * 64
    _brand(sheet, frame, fonts, 36, left=64)
    asked = _question(answer, fonts, 52)
    lines, _ = lines_of([(answer.question, "bold")], asked, width, 3)
    sheet.at += 26
    for line in lines:
        sheet.at += 70
        sheet.line(64, line, asked)
    types = _types(fonts, 32)
    sheet.at += 22
    room = int((WIDE[1] - 92 - sheet.at) // 52)
    _set(sheet, rows_of(body_of(frame, answer), types, width, room, tight=True), 64, types)
    sheet.at = WIDE[1] - 40
    small = _types(fonts, 24)
    sheet.words(64, _label(frame, answer), small["plain"], RED)
    host = address.partition("://")[2].partition("/")[0]
    sheet.words(WIDE[0] - 64 - small["plain"].width(host), host, small["plain"], SOFT)
    sheet.box((0, 0, WIDE[0], 10), 0, RED)
    return sheet.image


def _set(sheet: _Sheet, rows: Sequence[Row], left: float, types: Types) -> None:
    pitch = types["plain"].size * 1.62
    for row in rows:
        sheet.at += row.height
        if row.bar:
            reach = pitch * 0.78 if row.first else pitch
            sheet.pen.rectangle((left, sheet.at - reach, left + 4, sheet.at + pitch * 0.2), RED)
        sheet.line(left + row.inset, row.line, types)


def _brand(sheet: _Sheet, frame: Frame, fonts: Fonts, size: int, left: float = _EDGE) -> None:
    """The lantern and the desk's name, on the line at `at`."""
    _lantern(sheet, left - size * 0.15, sheet.at - size * 1.18, size * 1.7)
    kind = Type([fonts.bold, fonts.latin], size)
    room = sheet.image.width - 2 * left - size * 1.8
    line = lines_of([(frame.name, "bold")], {"bold": kind, "plain": kind}, room, 1)[0][:1]
    for one in line:
        sheet.line(left + size * 1.8, one, {"bold": kind, "plain": kind})


def _lantern(sheet: _Sheet, x: float, y: float, side: float) -> None:
    """The mark, drawn four times as large and made smaller, so that its lines are smooth."""
    whole = round(side * 4)
    unit = whole / 24
    mask = Image.new("L", (whole, whole), 0)
    pen = ImageDraw.Draw(mask)
    thick = max(4, round(1.5 * unit))
    for points in (
        ((12, 2), (12, 5)),
        ((9, 5), (15, 5)),
        ((9, 17), (15, 17)),
        ((12, 17), (12, 22)),
    ):
        pen.line([(px * unit, py * unit) for px, py in points], 255, thick)
    for wide in (8, 3.2):
        box = ((12 - wide) * unit, 5 * unit, (12 + wide) * unit, 17 * unit)
        pen.ellipse(box, outline=255, width=thick)
    small = mask.resize((round(side), round(side)), Image.Resampling.LANCZOS)
    sheet.image.paste(RED, (round(x), round(y)), small)


def _code(address: str, side: int) -> Image.Image:
    """The address as a QR code (ISO/IEC 18004) about so large, its quiet zone included."""
    code = segno.make(address, error="m", micro=False)
    scale = max(3, side // code.symbol_size(border=2)[0])
    out = io.BytesIO()
    code.save(out, kind="png", scale=scale, border=2, dark=INK, light=PAPER)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def _label(frame: Frame, answer: Answer) -> str:
    """How the answer was made."""
    if not answer.grounded:
        return frame.say("ui_level_none")
    if answer.greets:
        return ""
    if answer.level == "quote":
        return frame.say("card_label_quote")
    checked = any(claim.verdict for claim in answer.claims)
    return frame.say("card_label_written" if checked else "card_label_unchecked")


def _source(numbers: str, words: str) -> list[Run]:
    cites: list[Run] = [(number, "cite") for number in numbers.split()]
    return [*cites, (f" {words}", "soft")]


def _question(answer: Answer, fonts: Fonts, size: int) -> Types:
    """Long questions are set smaller."""
    kind = Type([fonts.bold, fonts.latin], size if len(answer.question) < 80 else size - 10)
    return {"bold": kind, "plain": kind}


def _types(fonts: Fonts, size: int) -> Types:
    plain = Type([fonts.han, fonts.latin], size)
    return {
        "plain": plain,
        "soft": plain,
        "bold": Type([fonts.bold, fonts.latin], size),
        "note": Type([fonts.han, fonts.latin], round(size * 0.75)),
        "cite": Type([fonts.bold, fonts.latin], round(size * 0.6)),
    }
