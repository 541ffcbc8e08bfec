"""`dengmi ilink`: lets Dengmi into a person's own WeChat."""

import asyncio
import importlib.util
from typing import TYPE_CHECKING

import click

from dengmi.cli.app import App
from dengmi.cli.terminal import clean
from dengmi.cli.words import Verb
from dengmi.core.errors import Conflict
from dengmi.settings.ilink import ILinkSettings

if TYPE_CHECKING:
    from dengmi.channels.ilink.client import ILink, Login, Scan

PAUSE = 1.0
"""Seconds between two questions how far the login is."""

_OVER = {
    "expired": "ilink_expired",
    "verify_code_blocked": "ilink_blocked",
    "binded_redirect": "ilink_bound",
}
"""What the platform says where there is nothing to wait for, and the text that says what to do."""


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
        await asyncio.to_thread(_draw, scan.address)  # the library is looked for on the disk
        login = await _scanned(app, client, scan)
    finally:
        await client.close()
    click.echo(app.say("ilink_write", user=clean(login.user)), err=True)
    click.echo(f'[ilink.{name}]\ntoken = "{clean(login.token)}"')
    if login.base and login.base.rstrip("/") != ILinkSettings().api:
        click.echo(f'api = "{clean(login.base)}"')


async def _scanned(app: App, client: "ILink", scan: "Scan") -> "Login":
    """Wait until the person has let the bot in. Raises Conflict where nobody can any more."""
    told, at, number = False, "", ""
    while (login := await client.login(scan, number=number, at=at)).status != "confirmed":
        number, at = "", login.elsewhere or at
        if login.status in _OVER:
            raise Conflict(_OVER[login.status])
        if login.status == "need_verifycode":
            number = await asyncio.to_thread(click.prompt, app.say("ilink_number"), err=True)
            continue
        if login.status.startswith("scaned") and not told:  # so the platform spells it
            told = True
            click.echo(app.say("ilink_scanned"), err=True)
        await asyncio.sleep(PAUSE)
    return login


def _draw(address: str) -> None:
    """The code in the terminal, where the library that draws it is installed."""
    if importlib.util.find_spec("segno") is None:
        return
    import segno

    segno.make(address).terminal(compact=True)
