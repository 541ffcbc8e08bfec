"""Markdown, HTML and plain-text files."""

import tracemalloc
from datetime import UTC, date, datetime

import pytest

from dengmi.core.errors import Unreadable
from dengmi.corpus.extract.dates import iso_date
from dengmi.corpus.extract.textfile import read_text_file


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2023-08-16", "2023-08-16"),
        ("2023-08-16T18:24:57+08:00", "2023-08-16T18:24:57"),
        ("2023年8月16日 18:24", "2023-08-16T18:24:00"),
        ("发布于 2023/8/6", "2023-08-06"),
        ("20230816", "2023-08-16"),
        ("Wed, 16 Aug 2023 18:24:57 GMT", "2023-08-16T18:24:57"),
        ("16 August 2023", "2023-08-16"),
        ("Aug. 6th, 2023", "2023-08-06"),
        ("2023-08", "2023-08"),
        (2023, "2023"),
        (1581517074, "2020-02-12T14:17:54"),
        ("1581517074000", "2020-02-12T14:17:54"),
        (date(2024, 5, 6), "2024-05-06"),
        (datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "2024-05-06T07:08:09"),
        ("2023-02-31", None),
        ("yesterday", None),
        (True, None),
        (None, None),
    ],
)
def test_dates(value: object, expected: str | None) -> None:
    assert iso_date(value) == expected


def test_yaml_head() -> None:
    raw = b'---\ntitle: "Hello: world"\ndate: 2024-05-06\nauthor: [Ann, Bob]\nlang: en # x\n'
    read = read_text_file(raw + b"url: https://example.com/a\n---\n# Hello: world\n\ntext", "a.md")
    assert (read.title, read.body, read.author) == ("Hello: world", "text", "Ann, Bob")
    assert (read.published, read.lang, read.url) == ("2024-05-06", "en", "https://example.com/a")


def test_toml_head_in_another_encoding() -> None:
    raw = "+++\ntitle = '天气很好'\ndate = 2024-05-06T10:00:00Z\n+++\n我们一起去公园吧。"
    read = read_text_file(raw.encode("gbk"), "a.md")
    assert (read.title, read.body) == ("天气很好", "我们一起去公园吧。")
    assert read.published == "2024-05-06T10:00:00"


@pytest.mark.parametrize(
    "head",
    [
        "number = " + "9" * 5000,
        "date = 9999-99-99",
        "x = " + "[" * 4000,
        "a." * 20_000 + "a = 1",  # 6 s and 1.6 GB, were it read
    ],
    ids=["number", "date", "nested", "dots"],
)
def test_a_hostile_toml_head_is_text(head: str) -> None:
    tracemalloc.start()
    try:
        read = read_text_file(f"+++\n{head}\n+++\nThe text.".encode(), "my-file.md")
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
    assert read.body.endswith("The text.")


def test_a_rule_at_the_top_is_no_head() -> None:
    read = read_text_file(b"---\n\nJust *words*\n\n---\nmore", "my-file.md")
    assert read.title == "my file" and "Just *words*" in read.body and "more" in read.body


@pytest.mark.parametrize("raw", [b"# T *x*\n\nabc", b"T x\n===\n\nabc"])
def test_the_first_heading_is_the_title(raw: bytes) -> None:
    read = read_text_file(raw, "a.md")
    assert (read.title, read.body) == ("T x", "abc")


def test_a_heading_further_down_stays_in_the_body() -> None:
    read = read_text_file(b"```\n# code\n```\n\n# Title\n\nabc", "a.md")
    assert read.title == "Title" and "# Title" in read.body


def test_plain_text_keeps_its_lines() -> None:
    read = read_text_file(b"A note\r\n\r\nFirst line\r\n# second", "notes.txt")
    assert (read.title, read.form) == ("A note", "text")
    assert read.body.splitlines() == ["A note", "", "First line", "# second"]


def test_wrapped_plain_text_is_unwrapped() -> None:
    words = "the quick brown fox jumps over the lazy dog and runs away again until it is dark "
    wrapped = "\n".join([words] * 5) + "\nEnd.\n\n" + "\n".join([words] * 4)
    read = read_text_file(wrapped.encode(), "a.txt")
    assert [len(line.split()) for line in read.body.splitlines()] == [86, 68]


def test_html_is_known_by_its_content() -> None:
    text = "Some sentence that is long enough to be an article, with words in it. " * 8
    page = (
        f"<!DOCTYPE html><html><head><title>Named</title></head><body><p>{text}</p></body></html>"
    )
    read = read_text_file(page.encode(), "saved.txt")
    assert read.title == "Named" and read.form == "markdown" and read.body.startswith("Some")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "file_empty"),
        (b" \n\t", "file_empty"),
        (bytes(range(1, 32)) * 40, "file_not_text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + "长文".encode("gbk") * 900, "file_not_text"),
        (b"PK\x03\x04\x14\0\x08\x08" + b"mimetype" * 900, "file_not_text"),
    ],
)
def test_files_without_text(raw: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_text_file(raw, "a.txt")
    assert caught.value.code == code
