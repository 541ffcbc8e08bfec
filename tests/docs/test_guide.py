"""The guide says in both languages what there is: every command, option and setting."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import click
import pytest

from dengmi.cli.app import App
from dengmi.cli.root import VERBS, root
from dengmi.cli.words import Option
from dengmi.settings.options import option_rows

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide"
LANGUAGES = ("en", "zh")
PAGES = sorted(path.name for path in (GUIDE / "en").glob("*.md"))


def page(lang: str, name: str) -> str:
    return (GUIDE / lang / name).read_text(encoding="utf-8")


def lines_of(text: str) -> list[str]:
    """What kind of line each line is: heading with its level, fence, text or nothing."""
    kinds = []
    for line in text.splitlines():
        heading = re.match(r"#+ ", line)
        kinds.append(heading.group() if heading else line[:3] if line[:3] == "```" else "")
    return [kind for kind in kinds if kind]


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name."""
    with click.Context(root(), info_name="dengmi", obj=App()) as context:
        for verb in VERBS:
            command = root().get_command(context, verb)
            assert command is not None
            yield f"dengmi {verb}", command
            if isinstance(command, click.Group):
                for name, inner in command.commands.items():
                    yield f"dengmi {verb} {name}", inner


def test_both_languages_have_the_same_pages() -> None:
    assert sorted(path.name for path in (GUIDE / "zh").glob("*.md")) == PAGES
    assert len(PAGES) >= 14


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_headings(name: str) -> None:
    assert lines_of(page("en", name)) == lines_of(page("zh", name))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_front_matter_and_title(lang: str, name: str) -> None:
    match = re.match(r"---\ntitle: (.+)\ndate: \d{4}-\d\d-\d\d\n---\n\n# (.+)\n", page(lang, name))
    assert match
    assert match[1] == match[2]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_command_and_option_is_described(lang: str) -> None:
    text = page(lang, "commands.md")
    sections = {
        verb: part
        for part in text.split("\n## ")[1:]
        for verb in re.findall(r"dengmi (\w+)", part.splitlines()[0])
    }
    for name, command in commands():
        section = sections[name.split()[1]]
        assert f"`{name}" in section, name
        for param in command.params:
            if isinstance(param, Option) and not param.hidden:
                assert max(param.opts, key=len) in section, (name, param.opts)
    for option in ("--home", "--lang", "--debug", "--version", "--help"):
        assert option in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_setting_is_described(lang: str) -> None:
    text = page(lang, "settings.md")
    for key, *_ in option_rows():
        assert f"\n`{key}` " in text, key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_option_is_made_up(lang: str) -> None:
    known = {"--help", "--version"} | {
        name
        for _, command in commands()
        for param in command.params
        for name in (*param.opts, *param.secondary_opts)
    }
    style = files("dengmi.server.widget").joinpath("source", "style.css").read_text("utf-8")
    known |= set(re.findall(r"--dengmi-[a-z-]+", style))  # what sites may set
    for name in PAGES:
        for mentioned in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", page(lang, name)):
            assert mentioned in known, (name, mentioned)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_command_is_made_up(lang: str) -> None:
    for name in PAGES:
        for verb in re.findall(r"`dengmi ([a-z]+)", page(lang, name)):
            assert verb in VERBS, (name, verb)


def test_readmes_have_the_same_headings() -> None:
    english = (ROOT / "README.md").read_text(encoding="utf-8")
    chinese = (ROOT / "README.zh.md").read_text(encoding="utf-8")
    assert lines_of(english) == lines_of(chinese)
