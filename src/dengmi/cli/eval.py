"""`dengmi eval`: asks the questions of a file and measures search and answers."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from dengmi.cli.app import App
from dengmi.cli.failure import INTERRUPTED, complain
from dengmi.cli.progress import meter
from dengmi.cli.terminal import clean, print_json, table
from dengmi.cli.words import Verb, desk_option, json_option, option
from dengmi.core.errors import BadInput, PartFailed, Unreadable
from dengmi.core.records import Wanted
from dengmi.language.money import amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dengmi.cli.evaluating import Asking, Run, Trouble

LEVELS = tuple(level for level in get_args(Wanted) if level != "reuse")
LISTED = 10
"""Questions listed that became better, and that became worse."""

_FILE = click.Path(path_type=Path)


@click.command("eval", cls=Verb, help="help_eval")
@click.argument("file", type=_FILE, metavar="FILE")
@desk_option("help_option_desk_ask")
@option("--level", "-l", type=click.Choice(LEVELS), default="auto", help="help_option_level")
@option("--limit", type=click.IntRange(1), metavar="N", help="help_option_eval_limit")
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
    from dengmi.cli.evaluating import Asking, Run, check_writable, read_run

    earlier = _earlier(other) if other else None
    kept = read_run(file)
    asking = Asking(kept or Run(wanted=level))
    if kept is None:
        if out is not None:
            check_writable(out)
        _ask(app, asking, file, desk, level, limit, out)
    _complain_of(app, asking.troubles)
    run = asking.run
    none = bool(asking.troubles) and not run.rows
    if as_json:
        print_json(_shape(asking, earlier))
    elif none:
        pass  # there is nothing to measure
    elif earlier is None:
        _show(app, run)
    else:
        _show_changes(app, earlier, run)
    if kept is None and not run.whole:
        return INTERRUPTED
    return 1 if none else PartFailed.exit_code if asking.troubles else 0


def _complain_of(app: App, troubles: "Sequence[Trouble]") -> None:
    for trouble in troubles:
        complain(clean(app.say("eval_bad_line", line=trouble.line, reason=trouble.reason)))


def _earlier(file: Path) -> "Run":
    from dengmi.cli.evaluating import read_run

    found = read_run(file)
    if found is None:
        raise Unreadable("eval_no_run", file=str(file))
    return found


def _ask(  # noqa: PLR0917 - the options
    app: App,
    asking: "Asking",
    file: Path,
    desk: str | None,
    level: Wanted,
    limit: int | None,
    out: Path | None,
) -> None:
    from dengmi.cli.evaluating import ask_all, read_questions, write_run

    questions, troubles = read_questions(app, file)
    asking.troubles += troubles
    if not questions:
        _complain_of(app, troubles)
        raise BadInput("eval_empty", file=str(file))
    run, chosen = asking.run, questions[:limit]
    try:
        with meter(app, "questions") as bar:
            asyncio.run(ask_all(app, asking, chosen, desk, level, bar))
    finally:
        if out is not None and run.rows:
            write_run(out, run)
    if not run.whole:
        complain(app.say("eval_interrupted", done=len(run.rows), total=len(chosen)))


def _means(run: "Run") -> dict[str, float]:
    from dengmi.answer.evaluation import summary

    return summary([row.measures for row in run.rows])


def _levels(run: "Run") -> dict[str, int]:
    return dict(Counter(row.level for row in run.rows if row.level))


def _costs(run: "Run") -> list[dict[str, object]]:
    """By currency: answers that cost something, and what, and without a cache."""
    found = []
    for currency in sorted({row.currency for row in run.rows if row.currency}):
        own = [row.measures for row in run.rows if row.currency == currency]
        sums = {name: sum(int(row[name]) for row in own) for name in ("micros", "full_micros")}
        found.append({"currency": currency, "answers": len(own), **sums})
    return found


def _shape(asking: "Asking", earlier: "Run | None") -> dict[str, object]:
    run = asking.run
    shape: dict[str, object] = {
        "level": run.wanted,
        "whole": run.whole,
        "summary": _means(run),
        "levels": _levels(run),
        "cost": _costs(run),
        "left_out": [{"line": each.line, "reason": each.reason} for each in asking.troubles],
    }
    if earlier is not None:
        from dengmi.cli.comparing import changes, moved, pairs_of

        pairs = pairs_of(earlier, run)
        name, better, worse = moved(pairs)
        shape["compared"] = {
            name: {
                "before": change.before,
                "now": change.now,
                "change": change.mean,
                "low": change.low,
                "high": change.high,
                "questions": change.questions,
            }
            for name, change in changes(pairs).items()
        }
        shape["by"] = name
        shape["better"] = [row.question for row in better]
        shape["worse"] = [row.question for row in worse]
    return shape


def _show(app: App, run: "Run") -> None:
    rows = [(_label(app, name), _value(app, name, v)) for name, v in _means(run).items()]
    levels = ", ".join(f"{level} {count:,}" for level, count in _levels(run).items())
    rows.insert(1, (app.say("eval_of_levels"), levels))
    for each in _costs(run):
        currency, answers = str(each["currency"]), int(str(each["answers"]))
        for name in ("micros", "full_micros"):
            mean = round(int(str(each[name])) / answers)
            rows.append((_label(app, name), amount(mean, currency)))
        rows.append((app.say("eval_of_paid"), amount(int(str(each["micros"])), currency)))
    for line in table(rows):
        click.echo(line)


def _show_changes(app: App, earlier: "Run", run: "Run") -> None:
    from dengmi.cli.comparing import changes, currency_of, moved, pairs_of

    pairs = pairs_of(earlier, run)
    if not pairs:
        click.echo(app.say("eval_no_pairs"))
        return
    rows = [tuple(app.say(f"eval_{name}") for name in ("measure", "before", "now", "change"))]
    currency = currency_of(pairs)
    for name, change in changes(pairs).items():
        told = [_value(app, name, each, currency) for each in (change.before, change.now)]
        shown = [_value(app, name, x, currency) for x in (change.mean, change.low, change.high)]
        sign = "+" if change.mean > 0 else ""
        rows.append((_label(app, name), *told, f"{sign}{shown[0]} [{shown[1]}, {shown[2]}]"))
    rows.append((app.say("eval_pairs"), "", f"{len(pairs):,}", ""))
    for line in table(rows):
        click.echo(line)
    name, better, worse = moved(pairs)
    for key, moved_rows in (("eval_better", better), ("eval_worse", worse)):
        if moved_rows:
            measure = _label(app, name)
            click.echo("\n" + app.say(key, measure=measure, count=len(moved_rows)))
            for row in moved_rows[:LISTED]:
                click.echo(f"  · {clean(row.question)}".replace("\n", " "))


def _label(app: App, name: str) -> str:
    """What a measure is called."""
    return app.say(f"eval_of_{name.replace('@', '_at_')}")


def _value(app: App, name: str, value: float, currency: str = "") -> str:
    if name == "questions":
        return f"{value:,.0f}"
    if name.endswith("_ms"):
        return app.say("eval_ms", ms=f"{value:.1f}" if abs(value) < 100 else f"{value:.0f}")
    if name.endswith("micros"):
        return amount(round(value), currency)
    return f"{value:.3f}"
