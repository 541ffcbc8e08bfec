"""`dengmi backup`: everything in one file."""

import asyncio
from pathlib import Path

import click

from dengmi.cli.app import App
from dengmi.cli.opening import has_store
from dengmi.cli.words import Verb
from dengmi.core.errors import Conflict, NotFound


@click.command(cls=Verb, help="help_backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.pass_obj
def backup(app: App, file: Path) -> None:
    """Write a backup; a file that is there already is left alone."""
    if file.exists():
        raise Conflict("cli_backup_exists", path=str(file))
    if not has_store(app.settings):
        raise NotFound("desk_none", desk="", known="")
    asyncio.run(_backup(app, file.absolute()))
    megabytes = f"{file.stat().st_size / 1e6:.1f}"
    click.echo(app.say("cli_backed_up", path=str(file), size=megabytes))


async def _backup(app: App, file: Path) -> None:
    from dengmi.store.backup import backup as write
    from dengmi.store.open import open_store

    store = open_store(app.settings.store_address)
    await store.open()
    try:
        await write(store, app.settings.index_folder, file)
    finally:
        await store.close()
