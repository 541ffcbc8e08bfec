"""`dengmi cost`: what answers cost, and what reuse, join and caches saved."""

import asyncio
import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import click

from dengmi.cli.app import App
from dengmi.cli.opening import opened_for_reading
from dengmi.cli.terminal import print_json, quiet, table
from dengmi.cli.words import Verb, json_option, option
from dengmi.core.charges import Outlay
from dengmi.core.errors import BadInput
from dengmi.gate.open import limits_of
from dengmi.gate.uses import Use, uses
from dengmi.language.money import amount
from dengmi.ledger.spending import QUARTER, By, Spending, spending, total

COLUMNS = ("key", "currency", "answers", "calls", "micros", "full", "cache", "reuse", "join")
MORE_COLUMNS = (*COLUMNS, "hit", "miss", "output", "lost")


@click.command(cls=Verb, help="help_cost")
@option(
    "--by",
    type=click.Choice(["day", "desk", "level", "model"]),
    default="day",
    help="help_option_by",
)
@option("--desk", metavar="DESK", help="help_option_desk_cost")
@option("--since", metavar="DAY", help="help_option_since_cost")
@option("--until", metavar="DAY", help="help_option_until_cost")
@option("--utc", is_flag=True, help="help_option_utc")
@option("--csv", "as_csv", is_flag=True, help="help_option_csv")
@json_option
@click.pass_obj
def cost(  # noqa: PLR0917 - one for each option
    app: App,
    by: By,
    desk: str | None,
    since: str | None,
    until: str | None,
    utc: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Sum up the ledger."""
    zone = UTC if utc else None
    first, last = _moment(since, 0, zone), _moment(until, 1, zone)
    if first is not None and last is not None and first >= last:
        raise BadInput("cli_days_turned", since=since or "", until=until or "")
    stretch = QUARTER if by == "day" else None
    outlays, budgets = asyncio.run(_read(app, desk, first, last, stretch))
    rows = spending(outlays, by, zone)
    if as_json:
        used = [{**asdict(use), "share": round(use.share, 4)} for use in budgets]
        print_json({"by": by, "rows": [_plain(row) for row in rows], "budgets": used})
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([by, *MORE_COLUMNS[1:]])
        writer.writerows([getattr(row, name) for name in MORE_COLUMNS] for row in rows)
    else:
        if rows:
            _show(app, by, rows)
        else:
            click.echo(app.say("cli_cost_none_then" if since or until else "cli_cost_none"))
        for use in budgets:
            click.echo(budget_line(app, use))


def budget_line(app: App, use: Use) -> str:
    """How much of a desk's budget is used today, in words."""
    return app.say(
        "cli_budget",
        desk=use.desk,
        used=amount(use.used, use.currency),
        most=amount(use.most, use.currency),
        percent=f"{use.share:.0%}",
        zone=use.zone,
    )


async def _read(
    app: App, desk: str | None, since: float | None, until: float | None, stretch: float | None
) -> tuple[Sequence[Outlay], Sequence[Use]]:
    """What the ledger adds up to, and today's budgets."""
    async with opened_for_reading(app) as parts:
        name = await parts.desks.resolve(desk) if desk else None
        outlays = await parts.store.outlays(
            desk=name, since=since or 0.0, until=until, stretch=stretch
        )
        limits = limits_of(parts.settings, parts.clock)
        budgets = await uses(parts.store, limits, parts.clock.now())
    return outlays, [use for use in budgets if name in (None, use.desk)]


def _moment(day: str | None, later: int, zone: tzinfo | None) -> float | None:
    """The begin of a day, or of the day after; of this computer's day without a zone."""
    if day is None:
        return None
    try:
        found = date.fromisoformat(day) + timedelta(days=later)
        return datetime.combine(found, time.min, zone).timestamp()
    except (ValueError, OverflowError, OSError):
        raise BadInput("cli_day_bad", day=day[:40]) from None


def _plain(row: Spending) -> dict[str, object]:
    return {name: getattr(row, name) for name in MORE_COLUMNS}


def _show(app: App, by: By, rows: Sequence[Spending]) -> None:
    names = (by, "answers", "paid", "full", "cache", "reuse", "join")
    lines = [tuple(app.say(f"cli_cost_{name}") for name in names)]
    for row in [*rows, *(total(rows) if len(rows) > 1 else ())]:
        sums = (row.micros, row.full, row.cache, row.reuse, row.join)
        lines.append(
            (
                row.key or app.say("cli_cost_total"),
                f"{row.answers:,}",
                *(amount(micros, row.currency) for micros in sums),
            )
        )
    for line in table(lines):
        click.echo(line)
    lost = sum(row.lost for row in rows)
    if lost:
        click.echo(quiet(app.say("cli_cost_lost", count=lost)))
