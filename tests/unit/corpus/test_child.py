# ruff: noqa: E501
"""PDF and office files in the child process: what they say, and what happens when they are bad."""

import os
import signal
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dengmi.core.errors import Unreadable
from dengmi.corpus.extract.child import Reader, extract_apart
from dengmi.settings import FileSettings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits need a POSIX system")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One child for the whole file, as in real use: it has to survive every bad file."""
    reader = Reader(FileSettings(timeout=10, memory=600_000_000, max_bytes=20_000_000))
    yield reader
    reader.close()


def fails(reader: Reader, path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        reader.read(path)
    return caught.value.code


def pdf(path: Path, *contents: bytes, extra: bytes = b"", packed: bool = False) -> Path:
    """A PDF of one page for each content stream, in Helvetica."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    kids = []
    for content in contents:
        body = zlib.compress(content, 1) if packed else content
        form = b"/Filter/FlateDecode" if packed else b""
        objects.append(b"<<%s/Length %d>>stream\n%s\nendstream" % (form, len(body), body))
        number = len(objects)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>>>>>" % number
        )
        kids.append(b"%d 0 R" % (number + 1))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    raw, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(raw))
        raw += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    start = len(raw)
    raw += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    raw += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (size, extra, start)
    path.write_bytes(raw)
    return path


def lines(*said: tuple[int, int, str]) -> bytes:
    """A content stream: (size of type, height on the page, text) of each line."""
    shown = (f"/F {size} Tf 1 0 0 1 72 {height} Tm ({text}) Tj" for size, height, text in said)
    return ("BT " + "\n".join(shown) + " ET").encode()


PARAGRAPH = (
    (12, 650, "Pears are ripe when they give way a little to the pressure of a thumb, and that"),
    (12, 636, "happens in the second week of September in most years of this century, inter-"),
    (12, 622, "estingly."),
)


def page(number: int) -> bytes:
    return lines(
        (9, 760, "The Orchard Book"),
        *(((24, 700, "All About Pears"),) if number == 1 else ()),
        *PARAGRAPH,
        (12, 580, f"Another paragraph stands here on page {number}, apart from the first one."),
        (9, 40, f"Page {number}"),
    )


def test_a_pdf(reader: Reader, tmp_path: Path) -> None:
    found = reader.read(pdf(tmp_path / "pears.pdf", *(page(n) for n in (1, 2, 3))))
    assert found.title == "All About Pears"
    assert "that happens in the second week" in found.body
    assert "interestingly." in found.body
    assert "Orchard Book" not in found.body and "Page 2" not in found.body
    assert found.body.count("\n\nAnother paragraph") == 3


def test_bad_pdfs(reader: Reader, tmp_path: Path) -> None:
    whole = pdf(tmp_path / "a.pdf", page(1)).read_bytes()
    (tmp_path / "cut.pdf").write_bytes(whole[:200])
    (tmp_path / "noise.pdf").write_bytes(os.urandom(5000))
    (tmp_path / "empty.pdf").write_bytes(b"")
    locked = b"/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4/O<%s>/U<%s>>>/ID[<aa><aa>]"
    extra = locked % (b"ab" * 32, b"cd" * 32)
    assert fails(reader, tmp_path / "cut.pdf") == "file_broken"
    assert fails(reader, tmp_path / "noise.pdf") == "file_broken"
    assert fails(reader, tmp_path / "empty.pdf") == "file_empty"
    assert fails(reader, pdf(tmp_path / "b.pdf", page(1), extra=extra)) == "file_encrypted"
    assert fails(reader, pdf(tmp_path / "c.pdf", b"0 0 100 100 re f")) == "file_no_text"


def test_a_pdf_that_expands(tmp_path: Path) -> None:
    """Half a megabyte that unpacks to hundreds: the limits on memory and time hold."""
    content = b"BT /F 9 Tf " + b"(word) Tj " * 12_000_000 + b"ET"
    path = pdf(tmp_path / "bomb.pdf", content, packed=True)
    reader = Reader(FileSettings(timeout=20, memory=150_000_000))
    start = time.monotonic()
    assert fails(reader, path) in (
        "file_out_of_memory",
        "file_too_slow",
        "file_reader_died",
        "file_no_text",
    )
    assert time.monotonic() - start < 25
    reader.close()


def test_too_slow_and_too_big(tmp_path: Path) -> None:
    content = b"BT /F 9 Tf " + b"(word) Tj 1 0 0 1 9 9 Tm " * 400_000 + b"ET"
    path = pdf(tmp_path / "slow.pdf", content, packed=True)
    slow = Reader(FileSettings(timeout=0.6, memory=1_000_000_000))
    assert fails(slow, path) == "file_too_slow"
    small = Reader(FileSettings(max_bytes=1000))
    assert fails(small, path) == "file_too_big"
    slow.close()


def test_a_child_that_dies_is_replaced(reader: Reader, tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", page(1))
    first = reader.read(path)
    assert reader.child is not None
    os.kill(reader.child.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert reader.read(path) == first


def test_threads_share_a_child(reader: Reader, tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", page(1))
    titles: list[str] = []
    threads = [
        threading.Thread(target=lambda: titles.append(reader.read(path).title)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert titles == ["All About Pears"] * 4


def test_the_child_gets_no_secrets(reader: Reader, tmp_path: Path) -> None:
    reader.read(pdf(tmp_path / "a.pdf", page(1)))
    assert reader.child is not None
    names = Path(f"/proc/{reader.child.pid}/environ")
    if not names.exists():
        pytest.skip("no /proc here")
    kept = {entry.partition(b"=")[0] for entry in names.read_bytes().split(b"\0") if entry}
    assert kept <= {b"PYTHONPATH", b"MALLOC_ARENA_MAX", b"LC_CTYPE"}


def package(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return path


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLES = f"""<w:styles {W}><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="T"><w:name w:val="Title"/></w:style></w:styles>"""
NUMBERS = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">
<w:numFmt w:val="decimal"/></w:lvl></w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num></w:numbering>"""


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def word(path: Path, body: str, **more: str) -> Path:
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    parts = {
        "word/document.xml": document,
        "word/styles.xml": STYLES,
        "word/numbering.xml": NUMBERS,
    }
    return package(path, parts | more)


def test_a_word_file(reader: Reader, tmp_path: Path) -> None:
    item = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr>'
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    body = (
        paragraph("梨的书", '<w:pStyle w:val="T"/>')
        + paragraph("Where", '<w:pStyle w:val="1"/>')
        + paragraph("果园里有很多梨。")
        + paragraph("wash", item)
        + paragraph("eat", item)
        + "<w:tbl>"
        + row.format(paragraph("kind"), paragraph("price"))
        + row.format(paragraph("Conference"), paragraph("2"))
        + "</w:tbl>"
    )
    found = reader.read(word(tmp_path / "a.docx", body))
    assert found.title == "梨的书"
    assert found.body == (
        "# Where\n\n果园里有很多梨。\n\n1. wash\n2. eat\n\n"
        "| kind | price |\n| --- | --- |\n| Conference | 2 |"
    )


M = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATED = "http://schemas.openxmlformats.org/package/2006/relationships"


def test_a_sheet(reader: Reader, tmp_path: Path) -> None:
    parts = {
        "xl/workbook.xml": f'<workbook {M} xmlns:r="{R}"><sheets><sheet name="价格" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATED}"><Relationship Id="r1" '
        f'Type="{R}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/sharedStrings.xml": f"<sst {M}><si><t>商品</t></si><si><t>日期</t></si></sst>",
        "xl/styles.xml": f'<styleSheet {M}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet {M}><sheetData><row><c r="A1" t="s"><v>0</v></c>'
        '<c r="B1" t="s"><v>1</v></c></row><row><c r="A2"><v>0.30000000000000004</v></c>'
        '<c r="B2" s="1"><v>45418</v></c></row></sheetData></worksheet>',
    }
    found = reader.read(package(tmp_path / "a.xlsx", parts))
    assert found.title == "a"
    assert found.body == "## 价格\n\n| 商品 | 日期 |\n| --- | --- |\n| 0.3 | 2024-05-06 |"


def test_bad_office_files(reader: Reader, tmp_path: Path) -> None:
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><w>&b;</w>'
    package(tmp_path / "bomb.docx", {"word/document.xml": bomb})
    package(tmp_path / "other.docx", {"hello.txt": "no word file"})
    (tmp_path / "old.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    locked = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    (tmp_path / "locked.docx").write_bytes(locked)
    (tmp_path / "noise.docx").write_bytes(os.urandom(3000))
    word(tmp_path / "empty.docx", "")
    assert fails(reader, tmp_path / "bomb.docx") == "file_broken"
    assert fails(reader, tmp_path / "other.docx") == "file_broken"
    assert fails(reader, tmp_path / "old.docx") == "file_old_office"
    assert fails(reader, tmp_path / "locked.docx") == "file_encrypted"
    assert fails(reader, tmp_path / "noise.docx") == "file_broken"
    assert fails(reader, tmp_path / "empty.docx") == "file_empty"


def test_a_zip_bomb_is_not_unpacked(reader: Reader, tmp_path: Path) -> None:
    path = word(tmp_path / "bomb.docx", paragraph("small"))
    raw = bytearray(path.read_bytes())
    entry = raw.index(b"PK\x01\x02")  # the directory says that this part unpacks to 4 GB
    raw[entry + 24 : entry + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    path.write_bytes(raw)
    assert fails(reader, path) == "file_unpacks_too_big"


def test_the_shared_reader(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", page(1))
    assert extract_apart(path, FileSettings()).title == "All About Pears"
