"""`dengmi migrate`: brings the database to this version's schema."""

import asyncio
from collections.abc import Sequence

import click

from dengmi.cli.app import App
from dengmi.cli.words import Verb
from dengmi.core.home import make_home


@click.command(cls=Verb, help="help_migrate")
@click.pass_obj
def migrate(app: App) -> None:
    """Apply the migrations that are missing and name them."""
    names = asyncio.run(_migrate(app))
    for name in names:
        click.echo(app.say("cli_migrated", name=name))
    if not names:
        click.echo(app.say("cli_nothing_to_migrate"))


async def _migrate(app: App) -> Sequence[str]:
    from dengmi.store.open import open_store

    make_home(app.settings.home)
    store = open_store(app.settings.store_address)
    try:
        return await store.migrate()
    finally:
        await store.close()
