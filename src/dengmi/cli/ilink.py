"""`dengmi ilink`: lets Dengmi into a person's own WeChat."""

import asyncio
import importlib.util

import click

from dengmi.cli.app import App
from dengmi.cli.terminal import clean
from dengmi.cli.words import Verb
from dengmi.core.errors import Conflict
from dengmi.settings.ilink import ILinkSettings

PAUSE = 1.0
"""Seconds between two questions how far the login is."""

_OVER = {"expired": "ilink_expired", "verify_code_blocked": "ilink_blocked"}


@click.command(cls=Verb, help="help_ilink")
@click.argument("name", default="mine")
@click.pass_obj
def ilink(app: App, name: str) -> int:
    """Show a code to scan, and print what to write into dengmi.toml; the exit status."""
    wanted = app.settings.ilink.get(name) or ILinkSettings()
    asyncio.run(_login(app, name, wanted))
    return 0


async def _login(app: App, name: str, wanted: ILinkSettings) -> None:
    from dengmi.channels.ilink.client import ILink

    client = ILink(wanted.api)
    try:
        scan = await client.scan()
        click.echo(app.say("ilink_scan", address=clean(scan.address)), err=True)
        _draw(scan.address)
        told = ""
        while (login := await client.login(scan)).status != "confirmed":
            if login.status in _OVER:
                raise Conflict(_OVER[login.status])
            if login.status == "scaned" and not told:  # so the platform spells it
                told = app.say("ilink_scanned")
                click.echo(told, err=True)
            await asyncio.sleep(PAUSE)
    finally:
        await client.close()
    click.echo(app.say("ilink_write", user=clean(login.user)), err=True)
    click.echo(f'[ilink.{name}]\ntoken = "{clean(login.token)}"')
    if login.base and login.base.rstrip("/") != ILinkSettings().api:
        click.echo(f'api = "{clean(login.base)}"')


def _draw(address: str) -> None:
    """The code in the terminal, where the library that draws it is installed."""
    if importlib.util.find_spec("segno") is None:
        return
    import segno

    segno.make(address).terminal(compact=True)
