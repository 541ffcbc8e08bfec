"""`dengmi add`: what it says and the status it leaves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNTS = ("added", "changed", "unchanged", "skipped", "removed")


def counts(outcome) -> tuple[int, ...]:
    report = outcome.json["sources"][0]["report"]
    return (*(report[name] for name in COUNTS), len(report["failed"]))


def test_counts_of_a_folder(dengmi, articles: Path) -> None:
    outcome = dengmi("add", str(articles))
    assert outcome.status == 0
    assert outcome.out.startswith("4 added, 0 changed, 0 unchanged, 0 skipped, 0 removed, 0 failed")
    again = dengmi("add", str(articles), lang="zh_CN.UTF-8")
    assert again.status == 0
    assert again.out.startswith("新增 0，更新 0，未变 4")


def test_only_what_changed(dengmi, articles: Path) -> None:
    assert counts(dengmi("add", str(articles), "--json")) == (4, 0, 0, 0, 0, 0)
    (articles / "loans.md").write_text("# Borrowing books\n\nA reader may borrow fifteen books.\n")
    (articles / "parking.md").unlink()
    (articles / "new.txt").write_text("Concerts\n\nA concert is given on every first Friday.\n")
    assert counts(dengmi("add", str(articles), "--json")) == (1, 1, 2, 0, 1, 0)
    assert "fifteen" in dengmi("ask", "How many books may a reader borrow?").out


def test_source_in_json(dengmi, articles: Path) -> None:
    shape = dengmi("add", str(articles), "--desk", "library", "--json").json["sources"][0]
    assert shape["source"]["desk"] == "library"
    assert shape["source"]["kind"] == "folder"
    assert shape["source"]["address"] == str(articles)
    assert shape["source"]["articles"] == 4
    assert shape["report"]["complete"] is True


def test_part_failed_is_status_3(dengmi, tmp_path: Path) -> None:
    lines = tmp_path / "articles.jsonl"
    lines.write_text('{"title": "Good", "text": "The good line is kept."}\nnot json at all\n')
    outcome = dengmi("add", str(lines))
    assert outcome.status == 3
    assert "1 added" in outcome.out
    assert "1 failed" in outcome.out
    assert "failed: " in outcome.err
    assert "2" in outcome.err  # the number of the bad line


def test_nothing_usable_is_status_1(dengmi, tmp_path: Path) -> None:
    lines = tmp_path / "articles.jsonl"
    lines.write_text("not json at all\n")
    outcome = dengmi("add", str(lines))
    assert outcome.status == 1
    assert "No article could be used" in outcome.err


def test_empty_folder_is_status_1(dengmi, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    outcome = dengmi("add", str(tmp_path / "empty"))
    assert outcome.status == 1
    assert "Traceback" not in outcome.err


def test_missing_path_is_status_2_in_both_languages(dengmi, tmp_path: Path) -> None:
    english = dengmi("add", str(tmp_path / "nowhere"))
    chinese = dengmi("add", str(tmp_path / "nowhere"), lang="zh_CN.UTF-8")
    assert english.status == chinese.status == 2
    assert "There is no file or folder" in english.err
    assert "没有文件或文件夹" in chinese.err


def test_one_missing_path_does_not_stop_the_others(dengmi, articles: Path, tmp_path: Path) -> None:
    outcome = dengmi("add", str(tmp_path / "nowhere"), str(articles))
    assert outcome.status == 3
    assert "There is no file or folder" in outcome.err
    assert "4 added" in outcome.out


def test_private_address_is_refused_with_status_1(dengmi) -> None:
    outcome = dengmi("add", "http://127.0.0.1:8000/page")
    assert outcome.status == 1
    assert "private network" in outcome.err
    assert "Traceback" not in outcome.err


def test_bad_desk_name(dengmi, articles: Path) -> None:
    outcome = dengmi("add", str(articles), "--desk", "a b")
    assert outcome.status == 2
    assert "cannot be the name of a desk" in outcome.err


def test_bar_on_a_terminal(home: Path, articles: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("pseudo-terminals are for Unix")
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "dengmi", "--home", str(home), "add", str(articles)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, timeout=60, check=True)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(theirs)
    assert "─" * 10 in shown
    assert shown.endswith("\r\x1b[2K")
    assert done.stdout.startswith(b"4 added")


def test_file_with_an_odd_name(dengmi, tmp_path: Path) -> None:
    path = tmp_path / "odd\x1b[31m name.txt"
    path.write_text("The odd file tells that lanterns are red.\n")
    outcome = dengmi("add", str(path))
    assert outcome.status == 0
    assert "\x1b" not in outcome.out + outcome.err
