"""`dengmi matrix`: the registration of an account as an appservice."""

import secrets

import click

from dengmi.channels.matrix.appservice import Registration
from dengmi.cli.app import App
from dengmi.cli.words import Verb, option
from dengmi.core.errors import BadSettings, NotFound


@click.command(cls=Verb, help="help_matrix")
@click.argument("name")
@option("--url", metavar="ADDRESS", help="help_option_matrix_url")
@click.pass_obj
def matrix(app: App, name: str, url: str | None) -> int:
    """Print it; the exit status."""
    wanted = app.settings.matrix.get(name)
    if wanted is None:
        raise NotFound("matrix_unknown", name=name)
    if not (wanted.token and wanted.hs_token):
        made = (secrets.token_hex(24), secrets.token_hex(24))
        raise BadSettings("matrix_tokens_missing", name=name, token=made[0], hs_token=made[1])
    base = (url or app.settings.server.public_url).rstrip("/")
    if not base:
        raise BadSettings("matrix_url_missing")
    registration = Registration(
        name=name,
        url=f"{base}/matrix/{name}",
        user=wanted.user,
        token=wanted.token,
        hs_token=wanted.hs_token,
    )
    click.echo(registration.yaml(), nl=False)
    return 0
