"""PDF files in the child process: what they say, and what happens when they are bad."""

import os
import signal
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dengmi.corpus.extract.child import Reader, extract_apart
from dengmi.settings.options import FileSettings
from tests.unit.corpus.conftest import fails

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits need a POSIX system")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One child for the whole file, as in real use: it has to survive every bad file."""
    reader = Reader(FileSettings(timeout=10, memory=600_000_000, max_bytes=20_000_000))
    yield reader
    reader.close()


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
    content = b"BT /F 9 Tf " + b"(word) Tj 1 0 0 1 9 9 Tm " * 1_500_000 + b"ET"
    path = pdf(tmp_path / "slow.pdf", content, packed=True)
    slow = Reader(FileSettings(timeout=0.4, memory=1_500_000_000))
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


def test_the_shared_reader(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", page(1))
    assert extract_apart(path, FileSettings()).title == "All About Pears"
