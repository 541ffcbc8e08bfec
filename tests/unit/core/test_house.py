"""The house keeps its own rules: sizes, imports, and nothing done by importing."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src" / "dengmi"
FILES = sorted(SOURCE.rglob("*.py"))


def _named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", FILES, ids=_named)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 500
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= 50, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("path", FILES, ids=_named)
def test_the_environment_is_read_in_settings_only(path: Path) -> None:
    if path.parts[-2:] == ("settings", "load.py"):
        return
    text = path.read_text(encoding="utf-8")
    assert "os.environ" not in text
    assert "getenv" not in text


def test_importing_the_wiring_is_quick_and_quiet(tmp_path: Path) -> None:
    """What `dengmi ask` imports leaves the heavy libraries alone, and what only follow-ups and
    homes with a model need; it touches no file."""
    heavy = ("fastapi", "httpx", "trafilatura", "lxml", "pypdfium2", "feedparser", "numpy", "rich")
    later = tuple(
        f"dengmi.{name}"
        for name in (
            "answer.check",
            "answer.write",
            "answer.late.runner",
            "language.asking",
            "gate.gate",
        )
    )
    follow = tuple(f"dengmi.answer.follow.{name}" for name in ("english", "chinese"))
    names = (*heavy, *later, *follow)
    code = f"import sys, dengmi.wire\nprint([name for name in {names!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert done.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []
