"""Help, versions and mistyped commands, in both languages."""

import subprocess
import sys
from pathlib import Path

import pytest

from dengmi import __version__
from dengmi.cli.root import VERBS

ZH = "zh_CN.UTF-8"
HEAVY = {"rich", "fastapi", "httpx", "tantivy", "rjieba", "lxml", "trafilatura", "asyncio"}


def test_version(dengmi) -> None:
    assert dengmi("--version").out == f"dengmi {__version__}\n"


def test_help_names_every_verb(dengmi) -> None:
    outcome = dengmi("--help")
    assert outcome.status == 0
    for verb in VERBS:
        assert f"\n  {verb} " in outcome.out


@pytest.mark.parametrize("verb", [*VERBS, "sources list", "sources sync", "sources remove"])
def test_help_of_a_verb_in_both_languages(dengmi, verb: str) -> None:
    english = dengmi(*verb.split(), "--help")
    chinese = dengmi(*verb.split(), "--help", lang=ZH)
    assert english.status == chinese.status == 0
    assert english.out.startswith("Usage: dengmi")
    assert chinese.out.startswith("用法： dengmi")
    assert "help_" not in english.out + chinese.out
    assert "Show this help." in english.out
    assert "显示本帮助。" in chinese.out


@pytest.mark.parametrize("verb", ["eval", "models pull", "sources remove"])
def test_help_lists_options_alone(dengmi, verb: str) -> None:
    said = dengmi(*verb.split(), "--help").out
    assert said.count("Show this help.") == 1
    assert "INTEGER" not in said


def test_lang_option_wins_over_the_system(dengmi) -> None:
    assert "命令" in dengmi("--lang", "zh", "--help").out
    assert "Commands" in dengmi("--lang", "en", "--help", lang=ZH).out
    assert "用法" in dengmi("ask", "--lang", "zh", "--help").out


def test_nothing_heavy_is_imported_for_help(home: Path) -> None:
    code = (
        "import sys; from dengmi.cli.root import run; run(['--help']); "
        "print('|'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stderr.strip().split("|"))


@pytest.mark.parametrize(
    ("args", "english", "chinese"),
    [
        (["aks", "x"], "Did you mean “ask”?", "是不是“ask”？"),
        (["ask", "--dek", "a", "x"], "Did you mean “--desk”?", "是不是“--desk”？"),
        (["ask"], "QUESTION is missing.", "缺少 QUESTION。"),
        (["eval", "x", "--limit", "0"], "--limit must be a number, 1 or more.", "不小于 1 的数"),
        (["ask", "--level", "best", "x"], "--level must be one of", "--level 只能是"),
        (["search", "--limit", "0", "x"], "a number from 1 to 100", "1 到 100 之间的数"),
        (["search", "--limit"], "--limit needs a value", "--limit 后面缺少值"),
        (["search", "--since", "soon", "x"], "--since needs a date", "--since 需要"),
        (["add", "--kind", "book", "x"], "--kind must be one of", "--kind 只能是"),
        (["serve", "--port", "99999"], "--port must be a number", "--port 应为"),
    ],
)
def test_mistyped(dengmi, args: list[str], english: str, chinese: str) -> None:
    for lang, words in (("en_US.UTF-8", english), (ZH, chinese)):
        outcome = dengmi(*args, lang=lang)
        assert outcome.status == 2
        assert words in outcome.err
        assert outcome.out == ""
        assert "Traceback" not in outcome.err
        assert len(outcome.err.splitlines()) <= 2


def test_bare_command_shows_help(dengmi) -> None:
    outcome = dengmi()
    assert outcome.status == 2
    assert "Usage: dengmi" in outcome.err


def test_bad_settings_name_the_nearest_key(dengmi, home: Path) -> None:
    home.mkdir()
    (home / "dengmi.toml").write_text("[server]\nprot = 9000\n")
    outcome = dengmi("ask", "anything")
    assert outcome.status == 2
    assert "server.port" in outcome.err


def test_language_of_the_settings_is_spoken(dengmi, home: Path) -> None:
    home.mkdir()
    (home / "dengmi.toml").write_text('language = "zh"\n')
    assert "这里还没有文章" in dengmi("ask", "anything").err
