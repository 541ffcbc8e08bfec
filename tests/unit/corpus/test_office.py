"""Word, PowerPoint and Excel files: what they say, and what happens when they are bad."""

import io
import os
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dengmi.core.clock import SystemClock
from dengmi.core.errors import Unreadable
from dengmi.corpus.blocks import blocks
from dengmi.corpus.corpus import Corpus
from dengmi.corpus.extract.child import Reader
from dengmi.search.searcher import Searcher
from dengmi.settings.options import FileSettings, Settings
from dengmi.store.open import open_store
from tests.unit.corpus.conftest import fails

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits need a POSIX system")

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
M = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DOT = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xff"
    b"\xff?\0\5\xfe\2\xfe\r\xefF\xb8\0\0\0\0IEND\xaeB`\x82"
)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One child for the whole file, as in real use: it has to survive every bad file."""
    reader = Reader(FileSettings(timeout=20, memory=600_000_000, max_bytes=20_000_000))
    yield reader
    reader.close()


def package(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def changed(path: Path, parts: dict[str, bytes]) -> Path:
    """An office file with parts put in or exchanged."""
    with zipfile.ZipFile(path) as file:
        held: dict[str, str | bytes] = {name: file.read(name) for name in file.namelist()}
    return package(path, held | parts)


def word(path: Path) -> tuple[Any, Any]:
    """An open Word file, and the function that saves it."""
    from docx import Document

    file = Document()
    return file, lambda: file.save(str(path))


def plain_word(path: Path, text: str = "梨熟了。") -> Path:
    file, save = word(path)
    file.add_paragraph(text)
    save()
    return path


# --- Word ---------------------------------------------------------------------------------------


def test_word_headings_paragraphs_tables_and_links(reader: Reader, tmp_path: Path) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import parse_xml

    file, save = word(tmp_path / "a.docx")
    file.core_properties.author = "李梅"
    file.core_properties.created = datetime(2024, 5, 6, 7, 8, 9)
    file.add_heading("梨的书", 0)
    file.add_heading("Where", 1)
    line = file.add_paragraph("果园里有很多")
    line.add_run("梨").bold = True
    line.add_run("和")
    line.add_run("苹果").italic = True
    place = file.part.relate_to("https://example.org/", RELATIONSHIP_TYPE.HYPERLINK, True)
    link = f'<w:hyperlink xmlns:w="{W}" xmlns:r="{OFFICE}" r:id="{place}"><w:r><w:t>，见网站</w:t></w:r></w:hyperlink>'  # noqa: E501
    line._p.append(parse_xml(link))
    file.add_picture(io.BytesIO(DOT))
    file.add_heading("Prices", 2)
    table = file.add_table(2, 2)
    for cell, text in zip(table._cells, ("品种", "price", "Conference|big", "2 €"), strict=True):
        cell.text = text
    table._cells[2].paragraphs[0].add_run("，甜").bold = True
    save()
    found = reader.read(tmp_path / "a.docx")
    assert (found.title, found.author, found.published) == ("梨的书", "李梅", "2024-05-06T07:08:09")
    assert found.body == (
        "# Where\n\n果园里有很多梨和苹果，见网站\n\n## Prices\n\n"
        "| 品种 | price |\n| --- | --- |\n| Conference\\|big，甜 | 2 € |"
    )


def test_word_lists(reader: Reader, tmp_path: Path) -> None:
    """Lists of Word's own styles, and one with levels of numbers and bullets."""
    file, save = word(tmp_path / "a.docx")
    for text, style in (
        ("洗", "Number"),
        ("切", "Number"),
        ("ripe", "Bullet"),
        ("sweet", "Bullet"),
    ):
        file.add_paragraph(text, style=f"List {style}")
    save()
    found = items(reader, tmp_path / "a.docx")
    assert found == [("洗", 1, 1), ("切", 1, 2), ("ripe", 1, 0), ("sweet", 1, 0)]
    levels = (("采摘", 0), ("in September", 1), ("前面的", 2), ("清洗", 0))
    body = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="5"/></w:numPr></w:pPr>'
        f"<w:r><w:t>{text}</w:t></w:r></w:p>"
        for text, level in levels
    )
    shapes = "".join(
        f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{shape}"/></w:lvl>'
        for level, shape in enumerate(("chineseCounting", "bullet", "decimal"))
    )
    parts = word_parts(body) | {
        "word/_rels/document.xml.rels": relations(("numbering", "numbering.xml")),
        "word/numbering.xml": f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">'
        f'{shapes}</w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>'
        "</w:numbering>",
    }
    found = items(reader, package(tmp_path / "b.docx", parts))
    assert found == [("采摘", 1, 1), ("in September", 2, 0), ("前面的", 3, 1), ("清洗", 1, 2)]


def items(reader: Reader, path: Path) -> list[tuple[str, int, int]]:
    """(text, depth, number) of each list item."""
    body = blocks(reader.read(path).body, "markdown")
    return [(block.text, block.level, block.number) for block in body if block.kind == "item"]


def test_word_styles_that_make_headings(reader: Reader, tmp_path: Path) -> None:
    """By their outline level or by the style they build on; a table of contents is left out."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import parse_xml

    file, save = word(tmp_path / "a.docx")
    styles = file.styles
    own = styles.add_style("公文's 一级", WD_STYLE_TYPE.PARAGRAPH)
    own.element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl xmlns:w="{W}" w:val="0"/>'))
    styles.add_style("Built on", WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Heading 2"]
    styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    file.add_paragraph("第一章 5", style="toc 1")
    file.add_paragraph("Foreword.")
    file.add_paragraph("第一章", style="公文's 一级")
    file.add_paragraph("Part", style="Built on")
    file.add_paragraph("Words.")
    save()
    body = reader.read(tmp_path / "a.docx").body
    assert body == "Foreword.\n\n# 第一章\n\n## Part\n\nWords."


def word_parts(body: str, **more: str) -> dict[str, str | bytes]:
    """The least that makes a Word file."""
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Override '
        f'PartName="/word/document.xml" ContentType="{types}.document.main+xml"/></Types>',
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
        **more,
    }


def relations(*targets: tuple[str, str]) -> str:
    lines = (
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def test_word_notes_and_changes(reader: Reader, tmp_path: Path) -> None:
    """Notes come last as paragraphs, deleted text is left out, fields show their results."""

    def run(text: str) -> str:
        return f"<w:r><w:t>{text}</w:t></w:r>"

    body = (
        f"<w:p>{run('梨熟了')}<w:r><w:footnoteReference w:id='2'/></w:r>{run('。')}"
        f"<w:ins>{run('New.')}</w:ins><w:del><w:r><w:delText>Old.</w:delText></w:r></w:del></w:p>"
        f"<w:sdt><w:sdtContent><w:p>{run('Held')}</w:p></w:sdtContent></w:sdt>"
        "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>PAGE</w:instrText>"
        f"</w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>{run('7')}"
        "<w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>"
    )
    notes = f"<w:footnote w:id='2'><w:p>{run('九月。')}</w:p></w:footnote>"
    parts = word_parts(body) | {
        "word/_rels/document.xml.rels": relations(("footnotes", "footnotes.xml")),
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}">{notes}</w:footnotes>',
    }
    found = reader.read(package(tmp_path / "notes.docx", parts))
    assert found.body == "梨熟了。New.\n\nHeld\n\n7\n\n九月。"
    assert found.title == "notes"


# --- PowerPoint ---------------------------------------------------------------------------------


def test_slides(reader: Reader, tmp_path: Path) -> None:
    from pptx import Presentation
    from pptx.util import Inches

    file = Presentation()
    first = file.slides.add_slide(file.slide_layouts[0])
    first.shapes.title.text = "梨的一年"
    first.placeholders[1].text = "果园报告"
    second = file.slides.add_slide(file.slide_layouts[1])
    box = second.shapes.add_textbox(0, 0, Inches(1), Inches(1))  # set before the title
    box.text_frame.text = "free\vtext"
    second.shapes.title.text = "Autumn"
    frame = second.placeholders[1].text_frame
    frame.text = "采摘"
    below = frame.add_paragraph()
    below.text, below.level = "in September", 1
    second.notes_slide.notes_text_frame.text = "慢慢讲。"
    third = file.slides.add_slide(file.slide_layouts[5])
    third.shapes.title.text = "Prices"
    table = third.shapes.add_table(2, 2, 0, 0, Inches(4), Inches(1)).table
    for cell, text in zip(table.iter_cells(), ("kind", "价格", "pear", "2"), strict=True):
        cell.text = text
    group = third.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "in a group"
    third.shapes.add_picture(io.BytesIO(DOT), 0, 0)
    file.save(str(tmp_path / "a.pptx"))
    found = reader.read(tmp_path / "a.pptx")
    assert found.title == "梨的一年"
    assert found.body == (
        "果园报告\n\n## Autumn\n\n- 采摘\n  - in September\n\nfree text\n\n慢慢讲。\n\n"
        "## Prices\n\n| kind | 价格 |\n| --- | --- |\n| pear | 2 |\n\nin a group"
    )


# --- Excel --------------------------------------------------------------------------------------


def test_sheets(reader: Reader, tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    with Workbook(str(tmp_path / "a.xlsx")) as file:
        day = file.add_format({"num_format": "yyyy年m月d日"})
        moment = file.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        length = file.add_format({"num_format": "[h]:mm:ss"})
        prices = file.add_worksheet("价格")
        prices.write_row(1, 2, ["商品", "单价", "日期", "合计", "好"])
        prices.write_row(2, 2, ["梨\n(大)", 0.1 + 0.2])
        prices.write_datetime(2, 4, date(2024, 5, 6), day)
        prices.write_formula(2, 5, "=D3*10", None, 3)
        prices.write_boolean(2, 6, True)
        prices.write_rich_string(3, 2, "苹", file.add_format({"bold": True}), "果", "红")
        prices.write_number(3, 3, 12)
        prices.write_datetime(3, 4, datetime(2024, 5, 6, 7, 8), moment)
        prices.write_formula(3, 5, '="a"&"b"', None, "ab")
        file.add_worksheet("empty")
        chart = file.add_chart({"type": "bar"})
        chart.add_series({"values": "='价格'!$D$3:$D$4"})
        file.add_chartsheet("chart").set_chart(chart)
        other = file.add_worksheet("Other | sheet")
        other.write(0, 0, 1e21)
        other.write(0, 1, timedelta(hours=25, minutes=1), length)
        other.write(0, 3, 20240506123456)
    found = reader.read(tmp_path / "a.xlsx")
    assert found.title == "a"
    assert found.body == (
        "## 价格\n\n| 商品 | 单价 | 日期 | 合计 | 好 |\n| --- | --- | --- | --- | --- |\n"
        "| 梨 (大) | 0.3 | 2024-05-06 | 3 | TRUE |\n"
        "| 苹果红 | 12 | 2024-05-06 07:08:00 | ab |  |\n\n"
        "## Other | sheet\n\n| 1e+21 | 25:01:00 |  | 20240506123456 |\n| --- | --- | --- | --- |"
    )


def sheet_parts(rows: str, dimension: str = "A1") -> dict[str, str | bytes]:
    """The least that makes an Excel file."""
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Override '
        f'PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/></Types>',
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{M}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{M}"><dimension ref="{dimension}"/>'
        f"<sheetData>{rows}</sheetData></worksheet>",
    }


def cell(column: str, row: int, value: object = 1) -> str:
    return f'<row r="{row}"><c r="{column}{row}"><v>{value}</v></c></row>'


def test_a_sheet_that_declares_all_cells(reader: Reader, tmp_path: Path) -> None:
    """What is declared is nothing; the corners of what is used are what takes memory."""
    small = sheet_parts(cell("A", 1), "A1:XFD1048576")
    start = time.monotonic()
    assert reader.read(package(tmp_path / "a.xlsx", small)).body.startswith("## S\n\n| 1 |")
    corners = sheet_parts(cell("A", 1) + cell("XFD", 1_048_576), "A1:XFD1048576")
    assert fails(reader, package(tmp_path / "b.xlsx", corners)) == "file_out_of_memory"
    assert time.monotonic() - start < 10
    assert reader.read(tmp_path / "a.xlsx").title == "a"  # by a new child


def test_cells_far_apart(reader: Reader, tmp_path: Path) -> None:
    rows = "".join(cell("XFD" if row % 2 else "A", row, row) for row in range(1, 401))
    found = reader.read(package(tmp_path / "a.xlsx", sheet_parts(rows)))
    assert len(found.body) < 10_000
    assert "| 399 |\n| 400 |" in found.body


# --- Bad files ----------------------------------------------------------------------------------


def test_bad_office_files(reader: Reader, tmp_path: Path) -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    (tmp_path / "old.docx").write_bytes(old)
    (tmp_path / "locked.docx").write_bytes(old + "EncryptedPackage".encode("utf-16-le"))
    assert fails(reader, tmp_path / "old.docx") == "file_old_office"
    assert fails(reader, tmp_path / "locked.docx") == "file_encrypted"
    whole = plain_word(tmp_path / "whole.docx").read_bytes()
    for kind in ("docx", "pptx", "xlsx"):
        (tmp_path / f"noise.{kind}").write_bytes(os.urandom(3000))
        (tmp_path / f"cut.{kind}").write_bytes(whole[: len(whole) // 2])
        package(tmp_path / f"other.{kind}", {"hello.txt": "no office file"})
        assert fails(reader, tmp_path / f"noise.{kind}") == "file_broken"
        assert fails(reader, tmp_path / f"cut.{kind}") == "file_broken"
        assert fails(reader, tmp_path / f"other.{kind}") == "file_broken"
        if kind != "docx":
            (tmp_path / f"word.{kind}").write_bytes(whole)
            assert fails(reader, tmp_path / f"word.{kind}") == "file_broken"


def test_empty_office_files(reader: Reader, tmp_path: Path) -> None:
    from pptx import Presentation
    from xlsxwriter import Workbook

    Presentation().save(str(tmp_path / "a.pptx"))
    with Workbook(str(tmp_path / "a.xlsx")) as file:
        file.add_worksheet()
    for name in ("a.pptx", "a.xlsx"):
        assert fails(reader, tmp_path / name) == "file_empty"
    empty = package(tmp_path / "a.docx", word_parts("<w:p/>"))
    assert fails(reader, empty) == "file_empty"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx"])
def test_xml_bombs(reader: Reader, tmp_path: Path, kind: str, encoding: str) -> None:
    """Entities are refused before a library sees them, in any part and behind any comment."""
    names = "abcdefghij"
    each = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names))
    bomb = f'<!--{"x" * 9000}--><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">{each}]><w>&j;</w>'
    path = plain_word(tmp_path / f"bomb.{kind}")
    changed(path, {"customXml/any.part": bomb.encode(encoding)})
    assert fails(reader, path) == "file_broken"


def test_a_picture_with_a_declaration_is_no_bomb(reader: Reader, tmp_path: Path) -> None:
    path = plain_word(tmp_path / "a.docx")
    changed(path, {"word/media/image1.svg": b'<!DOCTYPE svg PUBLIC "a" "b"><svg/>'})
    assert reader.read(path).body == "梨熟了。"


def test_zip_bombs_are_not_unpacked(reader: Reader, tmp_path: Path) -> None:
    path = plain_word(tmp_path / "a.docx")
    whole = bytearray(path.read_bytes())
    entry = whole.index(b"PK\x01\x02")  # the directory says that this part unpacks to 4 GB
    whole[entry + 24 : entry + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    path.write_bytes(whole)
    assert fails(reader, path) == "file_unpacks_too_big"
    # One part of more than 150 MB, and one that unpacks to more than it declares.
    pressed = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = pressed.compress(b"<w:document/>" + b" " * 5_000_000) + pressed.flush()
    long = stored_as(tmp_path / "long.docx", "word/document.xml", raw, declared=160_000_000)
    assert fails(reader, long) == "file_unpacks_too_big"
    lying = stored_as(tmp_path / "lying.docx", "word/document.xml", raw, declared=13)
    assert fails(reader, lying) == "file_broken"


def stored_as(path: Path, name: str, raw: bytes, declared: int) -> Path:
    """A zip of one deflated part that declares a size of its own choosing."""
    sizes = struct.pack("<III", 1, len(raw), declared)
    common = struct.pack("<HHHHH", 20, 0, 8, 0, 0x21) + sizes + struct.pack("<HH", len(name), 0)
    local = b"PK\3\4" + common + name.encode() + raw
    entry = b"PK\1\2" + struct.pack("<H", 20) + common + bytes(14) + name.encode()
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local), 0)
    path.write_bytes(local + entry + end)
    return path


def test_deep_nesting(reader: Reader, tmp_path: Path) -> None:
    deep = "<w:p><w:r><w:t>end</w:t></w:r></w:p>"
    for _ in range(5000):
        deep = f"<w:tbl><w:tr><w:tc>{deep}</w:tc></w:tr></w:tbl>"
    path = package(tmp_path / "deep.docx", word_parts(deep))
    assert fails(reader, path) in ("file_broken", "file_reader_died")
    assert reader.read(plain_word(tmp_path / "a.docx")).body == "梨熟了。"


def test_limits_hold_with_the_libraries(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>梨</w:t></w:r></w:p>" * 60_000
    path = package(tmp_path / "long.docx", word_parts(body))
    slow = Reader(FileSettings(timeout=0.9))
    assert fails(slow, path) == "file_too_slow"
    slow.close()
    small = Reader(FileSettings(memory=130_000_000))
    assert fails(small, path) == "file_out_of_memory"
    small.close()


# --- Without the libraries ----------------------------------------------------------------------


MODULES = {"docx": "mammoth", "pptx": "pptx", "xlsx": "python_calamine"}


@pytest.fixture
def bare(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without the extra `office`, as a new child sees it."""
    folder = tmp_path_factory.mktemp("none")
    for module in MODULES.values():
        missing = f"raise ModuleNotFoundError(\"No module named '{module}'\", name='{module}')\n"
        (folder / f"{module}.py").write_text(missing, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])


@pytest.mark.parametrize("kind", MODULES)
def test_without_the_extra(bare: None, tmp_path: Path, kind: str) -> None:
    path = plain_word(tmp_path / f"a.{kind}")
    reader = Reader(FileSettings())
    with pytest.raises(Unreadable) as caught:
        reader.read(path)
    assert (caught.value.code, caught.value.params) == ("extra_missing", {"extra": "office"})
    reader.close()


async def test_a_sync_without_the_extra(bare: None, tmp_path: Path) -> None:
    """The office file is reported with the reason; the rest of the folder is there."""
    settings = Settings(home=tmp_path / "home", files=FileSettings(timeout=19.5))
    settings.home.mkdir()
    folder = tmp_path / "articles"
    folder.mkdir()
    plain_word(folder / "a.docx")
    (folder / "b.md").write_text("# 梨\n\n九月熟。\n", encoding="utf-8")
    store = open_store(settings.store_address)
    await store.open()
    search = Searcher(store, settings.index_folder, SystemClock())
    await search.open()
    corpus = Corpus(store, search, settings, SystemClock())
    report = await corpus.sync(await corpus.add("main", str(folder)))
    await search.close()
    await store.close()
    assert report.added == 1
    assert [(n.key, n.code, n.params) for n in report.failed] == [
        ("a.docx", "extra_missing", {"extra": "office"})
    ]
