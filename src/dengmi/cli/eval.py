"""`dengmi eval`: asks the questions of a file and measures search and answers."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click
import msgspec
from msgspec import Struct

from dengmi.answer.evaluation import Expected, compare, measures, summary
from dengmi.cli.app import App
from dengmi.cli.opening import opened_for_reading
from dengmi.cli.progress import meter
from dengmi.cli.terminal import print_json, quiet, table
from dengmi.cli.words import Verb, desk_option, json_option, option
from dengmi.core.errors import BadInput, Unreadable
from dengmi.core.events import Done
from dengmi.core.records import Question, SearchQuery, Wanted

LEVELS = tuple(level for level in get_args(Wanted) if level != "reuse")
_FILE = click.Path(path_type=Path)
_PLAIN = frozenset(("questions", "median_ms", "p95_ms", "micros", "full_micros"))


class Line(Struct, kw_only=True):
    """One line of a question file."""

    question: str
    answers: list[str] = []
    articles: list[str] = []
    desk: str = ""


class Row(Struct, kw_only=True):
    """A question with its measures."""

    question: str
    text: str
    level: str
    measures: dict[str, float]


class Run(Struct, kw_only=True):
    """A whole run, as it is kept."""

    level: str
    rows: list[Row]


@click.command("eval", cls=Verb, help="help_eval")
@click.argument("file", type=_FILE, metavar="FILE")
@desk_option("help_option_desk_ask")
@option("--level", "-l", type=click.Choice(LEVELS), default="auto", help="help_option_level")
@option("--limit", type=click.IntRange(min=1), help="help_option_eval_limit")
@option("--out", type=_FILE, metavar="FILE", help="help_option_eval_out")
@option("--compare", "other", type=_FILE, metavar="FILE", help="help_option_eval_compare")
@json_option
@click.pass_obj
def eval(  # noqa: A001, PLR0917 - the name of the verb; one for each option
    app: App,
    file: Path,
    desk: str | None,
    level: Wanted,
    limit: int | None,
    out: Path | None,
    other: Path | None,
    as_json: bool,
) -> int:
    """Ask, measure, and compare with an earlier run. FILE may be an earlier run itself."""
    bad: list[str] = []
    earlier = _run(other) if other else None
    found = _maybe_run(file)
    if found is None:
        lines = _lines(app, file, bad)[: limit or None]
        found = asyncio.run(_asked(app, lines, desk, level))
    if out is not None:
        out.write_bytes(msgspec.json.encode(found))
    means = summary([row.measures for row in found.rows])
    if as_json:
        shape: dict[str, object] = {"level": found.level, "summary": means, "bad_lines": bad}
        if earlier:
            shape["compared"] = _compared(earlier, found)
        print_json(shape)
    else:
        _show(app, means, _compared(earlier, found) if earlier else {})
    for line in bad:
        click.echo(line, err=True)
    return 3 if bad else 0


async def _asked(app: App, lines: Sequence[Expected], desk: str | None, level: Wanted) -> Run:
    """Ctrl-C keeps what was measured until then."""
    run = Run(level=level, rows=[])
    async with opened_for_reading(app) as parts:
        with meter(app) as bar:
            for n, expected in enumerate(lines):
                name = await parts.desks.resolve(desk or expected.desk or None)
                query = SearchQuery(text=expected.question, desk=name, limit=20, marked=False)
                evidence = await parts.search.search(query)
                question = Question(
                    id="", desk=name, text=expected.question, wanted=level, channel="cli"
                )
                try:
                    async for event in parts.ladder.ask(question):
                        if isinstance(event, Done):
                            answer = event.answer
                            row = measures(expected, evidence, answer)
                            run.rows.append(
                                Row(
                                    question=expected.question,
                                    text=answer.text,
                                    level=answer.level,
                                    measures=row,
                                )
                            )
                except asyncio.CancelledError:
                    break
                bar.tell(n + 1, len(lines))
    return run


def _lines(app: App, file: Path, bad: list[str]) -> list[Expected]:
    try:
        raw = file.read_text("utf-8", "replace")
    except OSError as error:
        raise Unreadable("file_unreadable", name=str(file), reason=error.strerror or "") from None
    found = []
    for n, text in enumerate(raw.splitlines(), 1):
        if not text.strip():
            continue
        try:
            line = msgspec.json.decode(text, type=Line)
        except msgspec.DecodeError as error:
            bad.append(app.say("cli_eval_bad_line", line=n, reason=str(error)))
            continue
        if line.question.strip():
            found.append(
                Expected(
                    question=line.question,
                    answers=tuple(line.answers),
                    articles=tuple(line.articles),
                    desk=line.desk,
                )
            )
    if not found:
        raise BadInput("cli_eval_empty", file=str(file))
    return found


def _maybe_run(file: Path) -> Run | None:
    """An earlier run, where the file is one."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Run)
    except (OSError, msgspec.DecodeError):
        return None


def _run(file: Path) -> Run:
    found = _maybe_run(file)
    if found is None:
        raise Unreadable("cli_eval_no_run", file=str(file))
    return found


def _compared(earlier: Run, run: Run) -> dict[str, tuple[float, float, float]]:
    """By measure: the change since the earlier run, with its interval; questions of both only."""
    before = {row.question: row.measures for row in earlier.rows}
    both = [(before[row.question], row.measures) for row in run.rows if row.question in before]
    if not both:
        return {}
    one, other = zip(*both, strict=True)
    names = dict.fromkeys(name for row in other for name in row)
    return {name: compare(one, other, name) for name in names}


def _show(
    app: App, means: dict[str, float], compared: dict[str, tuple[float, float, float]]
) -> None:
    rows = []
    for name, value in means.items():
        shown = f"{value:.0f}" if name in _PLAIN else f"{value:.3f}"
        change = compared.get(name)
        told = f"{change[0]:+.3f} [{change[1]:+.3f}, {change[2]:+.3f}]" if change else ""
        rows.append((name, shown, told))
    for line in table(rows):
        click.echo(line)
    if compared:
        click.echo(quiet(app.say("cli_eval_compared")))
