"""`dengmi sources`: list, sync and remove the places that articles come from."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import click

from dengmi.cli.app import App
from dengmi.cli.failure import complain
from dengmi.cli.opening import has_store, opened_for_reading
from dengmi.cli.syncing import Syncs
from dengmi.cli.terminal import clean, print_json, table
from dengmi.cli.words import Verb, VerbGroup, app_of, desk_option, json_option
from dengmi.core.errors import DengmiError, NotFound
from dengmi.core.ports import Shelf
from dengmi.core.records import Source


@click.group(cls=VerbGroup, help="help_sources", invoke_without_command=True)
@desk_option("help_option_desk_sources")
@json_option
@click.pass_context
def sources(ctx: click.Context, desk: str | None, as_json: bool) -> None:
    """Without a further word: list."""
    if ctx.invoked_subcommand is None:
        _print_list(app_of(ctx), desk, as_json)


@sources.command("list", cls=Verb, help="help_sources_list")
@desk_option("help_option_desk_sources")
@json_option
@click.pass_obj
def list_sources(app: App, desk: str | None, as_json: bool) -> None:
    """List the sources."""
    _print_list(app, desk, as_json)


@sources.command("sync", cls=Verb, help="help_sources_sync")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@desk_option("help_option_desk_sources")
@json_option
@click.pass_obj
def sync_sources(app: App, ids: tuple[str, ...], desk: str | None, as_json: bool) -> int:
    """Sync the sources named, those of a desk, or all."""
    return asyncio.run(_sync(app, ids, desk, as_json))


@sources.command("remove", cls=Verb, help="help_sources_remove")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@json_option
@click.pass_obj
def remove_sources(app: App, ids: tuple[str, ...], as_json: bool) -> None:
    """Remove sources with their articles."""
    asyncio.run(_remove(app, ids, as_json))


def _print_list(app: App, desk: str | None, as_json: bool) -> None:
    found = asyncio.run(_list(app, desk))
    if as_json:
        from dengmi.server.shapes import source_json

        print_json({"sources": [source_json(source) for source in found]})
    elif not found:
        click.echo(app.say("cli_no_sources"))
    else:
        rows = [tuple(app.say("cli_source_columns").split("|"))]
        rows += [_row(app, source) for source in found]
        for line in table(rows):
            click.echo(line)


def _row(app: App, source: Source) -> tuple[str, ...]:
    synced = source.synced_at
    when = (
        datetime.fromtimestamp(synced).astimezone().strftime("%Y-%m-%d %H:%M")
        if synced
        else app.say("cli_never")
    )
    number = str(source.articles)
    return (source.id, source.desk, source.kind, number, when, clean(source.address))


async def _list(app: App, desk: str | None) -> Sequence[Source]:
    if desk is None and not has_store(app.settings):
        return []
    async with opened_for_reading(app) as parts:
        if desk is not None:
            desk = await parts.desks.resolve(desk)
        return await parts.store.sources(desk)


async def _sync(app: App, ids: tuple[str, ...], desk: str | None, as_json: bool) -> int:
    syncs = Syncs(app, as_json=as_json)
    async with opened_for_reading(app) as parts:
        if ids:
            chosen = [await _source(parts.store, source_id) for source_id in ids]
        else:
            chosen = list(await parts.store.sources(desk and await parts.desks.resolve(desk)))
        if not chosen and not as_json:
            complain(app.say("cli_no_sources"))
            return 1
        for source in chosen:
            try:
                await syncs.read(parts, source)
            except DengmiError as error:
                syncs.failed(source.address, error)
        await syncs.tell_vectors(parts)
    return syncs.finish()


async def _remove(app: App, ids: tuple[str, ...], as_json: bool) -> None:
    async with opened_for_reading(app) as parts:
        chosen = [await _source(parts.store, source_id) for source_id in ids]
        removed = []
        for source in chosen:
            articles = await parts.corpus.remove(source.id)
            removed.append({"id": source.id, "articles": articles})
            if not as_json:
                click.echo(
                    app.say("cli_source_removed", address=clean(source.address), articles=articles)
                )
    if as_json:
        print_json({"removed": removed})


async def _source(shelf: Shelf, source_id: str) -> Source:
    source = await shelf.source(source_id)
    if source is None:
        raise NotFound("source_unknown", source=source_id)
    return source
