"""`dengmi restore`: an empty home filled from a backup."""

import asyncio
from pathlib import Path

import click

from dengmi.cli.app import App
from dengmi.cli.words import Verb
from dengmi.core.errors import NotFound
from dengmi.core.home import make_home


@click.command(cls=Verb, help="help_restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.pass_obj
def restore(app: App, file: Path) -> None:
    """Fill the home from a backup; a home that holds anything is refused."""
    if not file.exists():
        raise NotFound("cli_backup_missing", path=str(file))
    articles = asyncio.run(_restore(app, file.absolute()))
    click.echo(app.say("cli_restored", articles=articles, home=str(app.settings.home)))


async def _restore(app: App, file: Path) -> int:
    from dengmi.store.backup import restore as fill
    from dengmi.store.open import open_store

    settings = app.settings
    make_home(settings.home)
    store = open_store(settings.store_address)
    await store.open()
    try:
        await fill(file, store, settings.index_folder)
        return (await store.counts()).get("articles", 0)
    finally:
        await store.close()
