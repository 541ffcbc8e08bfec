"""`dengmi search`: the passages that a question retrieves."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import click

from dengmi.cli.app import App
from dengmi.cli.opening import opened_for_reading
from dengmi.cli.terminal import marked, print_json, reference
from dengmi.cli.words import Verb, desk_option, json_option, option
from dengmi.core.errors import BadInput
from dengmi.core.records import Evidence, Hit, SearchQuery

SHOWN = 3
"""Sentences shown of a passage: those with most matched words."""


@click.command(cls=Verb, help="help_search")
@click.argument("words", nargs=-1, required=True, metavar="TEXT")
@desk_option("help_option_desk_ask")
@option(
    "--limit",
    "-n",
    type=click.IntRange(1, 100),
    default=10,
    metavar="N",
    help="help_option_limit",
)
@option("--source", metavar="ID", help="help_option_source")
@option("--since", metavar="DATE", help="help_option_since")
@option("--until", metavar="DATE", help="help_option_until")
@json_option
@click.pass_obj
def search(
    app: App,
    /,
    *,
    words: tuple[str, ...],
    desk: str | None,
    limit: int,
    source: str | None,
    since: str | None,
    until: str | None,
    as_json: bool,
) -> None:
    """Find passages."""
    query = SearchQuery(
        text=" ".join(words).encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        desk=desk or "",
        limit=limit,
        source_id=source,
        since=_date("--since", since),
        until=_date("--until", until),
    )
    evidence = asyncio.run(_search(app, query))
    if as_json:
        from dengmi.server.shapes import evidence_json

        print_json(evidence_json(evidence))
    elif evidence.hits:
        for hit in evidence.hits:
            _show(hit)
    else:
        click.echo(app.say("cli_nothing_found"))


async def _search(app: App, query: SearchQuery) -> Evidence:
    async with opened_for_reading(app) as parts:
        await parts.search.ready()
        desk = await parts.desks.resolve(query.desk or None)
        return await parts.search.search(replace(query, desk=desk))


def _show(hit: Hit) -> None:
    click.echo(f"{hit.rank}. {reference(hit.head)}")
    marks = hit.marks or ((),) * len(hit.passage.sentences)
    pairs = list(zip(hit.passage.sentences, marks, strict=True))
    matched = [pair for pair in pairs if pair[1]] or pairs[:1]
    best = sorted(matched, key=lambda pair: -len(pair[1]))[:SHOWN]
    for sentence, spans in sorted(best, key=lambda pair: pair[0].n):
        text = hit.passage.text[sentence.start : sentence.end]
        click.echo("   " + marked(text, spans).replace("\n", "\n   "))
    click.echo()


def _date(name: str, value: str | None) -> str | None:
    """A day, month or year as ISO text. Raises BadInput for anything else."""
    if value is None:
        return None
    for form in ("%Y-%m-%d", "%Y-%m", "%Y"):
        try:
            return datetime.strptime(value, form).replace(tzinfo=UTC).strftime(form)
        except ValueError:
            continue
    raise BadInput("cli_bad_date", option=name, value=value)
