"""JSONL files: one article a line, and a bad line costs only itself."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.errors import Unreadable
from dengmi.core.records import Draft
from dengmi.corpus.extract import jsonl
from dengmi.corpus.extract.jsonl import Failure, read_jsonl


def read(path: Path, *lines: str | bytes) -> list[Draft | Failure]:
    raw = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    path.write_bytes(raw)
    return list(read_jsonl(path))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "articles.jsonl"


def test_all_fields(file: Path) -> None:
    line = {
        "id": 7,
        "title": "A  title",
        "text": "First.\nSecond.",
        "url": "https://example.com/7",
        "author": "Ann",
        "published": "2024年5月6日 10:30",
        "lang": "en",
        "unknown": [1],
    }
    assert read(file, json.dumps(line)) == [
        Draft(
            key="7",
            id="7",
            title="A title",
            body="First.\nSecond.",
            form="text",
            url="https://example.com/7",
            author="Ann",
            published="2024-05-06T10:30:00",
            lang="en",
        )
    ]


def test_title_and_date_out_of_the_text(file: Path) -> None:
    text = "2023-08-16 18:24:57，正文：新版本发布了。它更快。"
    [draft] = read(file, json.dumps({"_id": "a-1", "text": text}))
    assert isinstance(draft, Draft)
    assert (draft.id, draft.title, draft.body) == ("a-1", "新版本发布了", text)
    assert draft.published == "2023-08-16T18:24:57"


def test_markdown_and_html(file: Path) -> None:
    page = "<html><head><title>A page</title></head><body><p>" + "Words of it, many. " * 20
    first, second = read(file, '{"markdown": "# T\\n\\nx"}', json.dumps({"id": 2, "html": page}))
    assert isinstance(first, Draft) and first.form == "markdown" and first.title == "T"
    assert isinstance(second, Draft) and second.title == "A page" and "Words of it" in second.body


def test_bad_lines_fail_alone(file: Path) -> None:
    good = '{"id": "ok", "text": "fine"}'
    found = read(file, "{broken", "[1]", '{"id": 1}', '{"text": ["no"]}', "", "[" * 5000, good)
    assert [(f.key, f.code) for f in found if isinstance(f, Failure)] == [
        ("line 1", "jsonl_bad_line"),
        ("line 2", "jsonl_bad_line"),
        ("line 3", "jsonl_no_text"),
        ("line 4", "jsonl_no_text"),
        ("line 6", "jsonl_bad_line"),
    ]
    assert [d.id for d in found if isinstance(d, Draft)] == ["ok"]


def test_the_last_of_an_id_wins(file: Path) -> None:
    found = read(file, '{"id": 1, "text": "old"}', '{"id": "1", "text": "new"}')
    assert isinstance(found[0], Failure) and found[0].skipped
    assert found[0].code == "jsonl_repeated_id" and found[0].params["last"] == 2
    assert isinstance(found[1], Draft) and found[1].body == "new"


def test_without_ids_the_address_or_the_content_is_the_key(file: Path) -> None:
    found = read(
        file,
        '{"url": "http://a/1", "text": "x"}',
        '{"url": "http://a/2", "text": "y"}',
        '{"url": "http://a/2", "text": "z"}',
        '{"text": "same"}',
        '{"text": "same"}',
    )
    keys = [draft.key for draft in found if isinstance(draft, Draft)]
    assert keys[0] == "http://a/1" and len(set(keys)) == 4
    assert isinstance(found[4], Failure) and found[4].skipped


def test_a_huge_line_is_not_held(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 1000)
    found = read(file, json.dumps({"text": "x" * 5000}), '{"text": "small"}')
    assert isinstance(found[0], Failure) and found[0].code == "jsonl_line_too_long"
    assert isinstance(found[1], Draft)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_other_encodings(file: Path, encoding: str) -> None:
    lines = '{"text": "他说今天的天气很好"}\n{"text": "我们一起去公园"}\n'
    file.write_bytes(lines.encode(encoding))
    bodies = [draft.body for draft in read_jsonl(file) if isinstance(draft, Draft)]
    assert bodies == ["他说今天的天气很好", "我们一起去公园"]


def test_broken_bytes_lose_one_character(file: Path) -> None:
    [first, second] = read(file, b'{"text": "ab\xff cd"}', r'{"text": "x\ud800y"}')
    assert isinstance(first, Draft) and first.body.endswith(" cd")
    assert isinstance(second, Draft) and second.body == "x?y"


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        list(read_jsonl(tmp_path / "none.jsonl"))
    assert caught.value.code == "file_unreadable"


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip)


@given(articles=st.dictionaries(WORDS, st.tuples(WORDS, WORDS), max_size=6))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, articles: dict[str, tuple[str, str]]
) -> None:
    file = tmp_path_factory.mktemp("jsonl") / "a.jsonl"
    unique = {key.strip(): value for key, value in articles.items()}
    lines = [{"id": key, "title": t, "text": x} for key, (t, x) in unique.items()]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = [draft for draft in read_jsonl(file) if isinstance(draft, Draft)]
    assert {d.id: d.body for d in found} == {k: x.strip() for k, (_, x) in unique.items()}
