"""`dengmi eval`: questions of a file, measured at `quote` and with a model that plays a script."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Command

SCRIPT = """
[[answer]]
match = "borrow"
text = "A reader may borrow twelve books at the same time. [1.1] Every loan lasts four weeks."

[[answer]]
match = "parked"
fail = "down"

[[answer]]
match = "slowly"
first = 0.3
text = "The library opens at nine in the morning. [1.1]"
"""
LINES = [
    {
        "question": "How many books may a reader borrow?",
        "answers": ["twelve"],
        "articles": ["Borrowing books"],
    },
    {"question": "When does the library open?", "answers": ["nine", "9"], "articles": ["hours.md"]},
    {"question": "学生可以免费参观博物馆吗？", "answers": ["免费参观"], "lang": "zh"},
    {"question": "How deep is the ocean trench?", "answers": ["never said"]},
]


def write(path: Path, *lines: dict[str, Any] | str) -> Path:
    rows = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "questions.jsonl", *LINES)


def test_works_with_quotes_alone(asking: Command, file: Path) -> None:
    found = asking("eval", str(file), "--json").json
    means = found["summary"]
    assert means["questions"] == 4
    assert means["ndcg@10"] == means["hit@1"] == 0.5  # a path is no id, address or title
    assert means["contains"] == 0.75
    assert means["declined"] == 0.25
    assert means["failed"] == 0
    assert 0 < means["f1"] < 1
    assert found["levels"] == {"quote": 4}
    assert found["cost"] == []
    assert found["whole"] is True
    again = asking("eval", str(file), "--json").json["summary"]
    assert {name: value for name, value in again.items() if not name.endswith("_ms")} == {
        name: value for name, value in means.items() if not name.endswith("_ms")
    }


def test_the_table_in_both_languages(asking: Command, file: Path) -> None:
    said = asking("eval", str(file))
    assert said.status == 0, said.err
    assert "Answer holds an expected one  0.750" in said.out
    assert " ms" in said.out
    assert "答案含预期内容" in asking("eval", str(file), "--limit", "1", lang="zh_CN.UTF-8").out


def test_written_answers_are_made_anew_and_serve_nobody(desk: Command, file: Path) -> None:
    asked = LINES[0]["question"]
    desk("ask", asked)
    for _ in range(2):
        found = desk("eval", str(file), "--limit", "1", "--json").json
        assert found["levels"] == {"quick": 1}
        (cost,) = found["cost"]
        assert cost["currency"] == "CNY"
        assert cost["micros"] > 0
        means = found["summary"]
        assert means["cite_precision"] == means["cite_recall"] == 1.0
    origin = desk("ask", "--json", asked).json["origin"]
    assert origin
    (row,) = desk("cost", "--by", "level", "--json").json["rows"]
    assert (row["calls"], row["answers"]) == (3, 4)
    shown = desk("eval", str(file), "--limit", "1").out
    assert "quick 1" in shown
    assert "¥0.00" in shown


def test_a_model_that_fails_is_told_by_the_level(desk: Command, tmp_path: Path) -> None:
    file = write(
        tmp_path / "q.jsonl", {"question": "Where are bicycles parked?", "answers": ["courtyard"]}
    )
    found = desk("eval", str(file), "--json").json
    assert found["levels"] == {"quote": 1}
    assert found["summary"]["contains"] == 1.0


def test_bad_lines_are_named_and_left_out(asking: Command, tmp_path: Path) -> None:
    file = write(
        tmp_path / "q.jsonl",
        "\ufeff" + json.dumps(LINES[0]),
        "{broken",
        "",
        {"question": " "},
        {"question": "Separators\u2028inside"},
        {"question": "x", "answers": "no list"},
        {"question": "why " * 1000},
        {"question": "Who?", "desk": "nowhere"},
    )
    found = asking("eval", str(file), "--json")
    assert found.status == 3
    assert [each["line"] for each in found.json["left_out"]] == [2, 4, 6, 7, 8]
    assert found.json["summary"]["questions"] == 2
    for line in (2, 4, 6, 7, 8):
        assert f"Line {line} was left out" in found.err
    assert "“nowhere”" in found.err


def test_files_that_are_no_use(asking: Command, tmp_path: Path, file: Path) -> None:
    missing = asking("eval", str(tmp_path / "nothing.jsonl"))
    assert missing.status == 2
    assert "nothing.jsonl" in missing.err
    empty = asking("eval", str(write(tmp_path / "empty.jsonl", "", "{")))
    assert empty.status == 2
    assert "no question" in empty.err
    assert "Line 2" in empty.err
    for place in (tmp_path, tmp_path / "no" / "run.json"):
        refused = asking("eval", str(file), "--out", str(place))
        assert refused.status == 2
        assert "cannot be written" in refused.err
    unknown = asking("eval", str(file), "--compare", str(file))
    assert unknown.status == 2
    assert "not a run" in unknown.err


def test_two_runs_are_compared(desk: Command, file: Path, tmp_path: Path, home: Path) -> None:
    before, now = tmp_path / "before.json", tmp_path / "now.json"
    assert desk("eval", str(file), "--out", str(before)).status == 0
    (home / "script.toml").write_text(SCRIPT.replace("twelve", "many"))
    shown = desk("eval", str(file), "--out", str(now), "--compare", str(before))
    assert shown.status == 0, shown.err
    assert "Worse, by Answer holds an expected one: 1" in shown.out
    assert "How many books may a reader borrow?" in shown.out
    found = desk("eval", str(now), "--compare", str(before), "--json").json
    assert found["by"] == "contains"
    assert (found["better"], found["worse"]) == ([], [LINES[0]["question"]])
    change = found["compared"]["contains"]
    assert (change["before"], change["now"], change["change"]) == (0.75, 0.5, -0.25)
    assert change["low"] <= -0.25 <= change["high"] <= 0
    assert found["compared"]["hit@1"]["change"] == 0
    assert desk("eval", str(now), "--compare", str(before), "--json").json == found
    turned = desk("eval", str(before), "--compare", str(now), "--json").json
    assert turned["better"] == [LINES[0]["question"]]
    assert list(tmp_path.glob(".*")) == []


def test_ctrl_c_keeps_what_was_measured(
    desk: Command, home: Path, start_in, tmp_path: Path
) -> None:
    asked = [{"question": f"When does library number {n} slowly open?"} for n in range(200)]
    file, out = write(tmp_path / "q.jsonl", *asked), tmp_path / "run.json"
    process = start_in(home, "eval", str(file), "--out", str(out), "--json")
    assert process.stderr is not None
    process.stderr.readline()  # the first line about progress, after some seconds
    process.send_signal(signal.SIGINT)
    said, err = process.communicate(timeout=60)
    assert process.returncode == 130, (said, err)
    assert b"Traceback" not in err
    found = json.loads(said)
    assert found["whole"] is False
    kept = json.loads(out.read_bytes())
    assert 0 < len(kept["rows"]) == found["summary"]["questions"] < 200


def test_lines_that_are_no_questions_are_told_in_the_language_of_the_run(
    asking: Command, tmp_path: Path
) -> None:
    lines = ("no json", "[1]", '{"question": 5}', '{"question": "How?", "answers": "nine"}')
    file = write(tmp_path / "broken.jsonl", LINES[0], *lines)
    said = asking("eval", str(file), lang="zh_CN.UTF-8")
    assert said.status == 3
    assert [line.partition("：")[2] for line in said.err.splitlines()] == [
        "不是 JSON。",
        "不是含有“question”的 JSON 对象。",
        "“question”应为带引号的文字。",
        '“answers”应为文字的列表，例如 ["…"]。',
    ]
    missing = asking("eval", str(tmp_path / "none.jsonl"), lang="zh_CN.UTF-8")
    assert "没有这个文件" in missing.err


def test_a_desk_that_is_not_there_is_told_once(asking: Command, file: Path, tmp_path: Path) -> None:
    said = asking("eval", str(file), "--desk", "attic")
    assert (said.status, said.out) == (2, "")
    assert said.err.count("attic") == 1
    lines = write(tmp_path / "elsewhere.jsonl", {"question": "How?", "desk": "attic"})
    alone = asking("eval", str(lines))
    assert (alone.status, alone.out) == (1, "")
    assert "Line 1" in alone.err
