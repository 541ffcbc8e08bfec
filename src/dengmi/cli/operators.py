"""`dengmi operators`: who may use the console, and a way back in for those who cannot."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime

import click

from dengmi.cli.app import App
from dengmi.cli.opening import opened
from dengmi.cli.terminal import clean, print_json, table
from dengmi.cli.words import Verb, VerbGroup, app_of, json_option, option
from dengmi.core.errors import NotFound
from dengmi.core.operators import ROLES, Deed, Invite, Operator, Role

LASTS = 86_400.0
"""Seconds that a link works."""


@click.group(cls=VerbGroup, help="help_operators", invoke_without_command=True)
@json_option
@click.pass_context
def operators(ctx: click.Context, as_json: bool) -> None:
    """Without a further word: list."""
    if ctx.invoked_subcommand is None:
        _print_list(app_of(ctx), as_json)


@operators.command("list", cls=Verb, help="help_operators_list")
@json_option
@click.pass_obj
def list_operators(app: App, as_json: bool) -> None:
    """List the operators."""
    _print_list(app, as_json)


@operators.command("link", cls=Verb, help="help_operators_link")
@click.argument("name", required=False)
@option("--role", type=click.Choice(ROLES), default="owner", help="help_option_role")
@json_option
@click.pass_obj
def link_operator(app: App, name: str | None, role: Role, as_json: bool) -> None:
    """Print a link that works once."""
    link = asyncio.run(_link(app, name, role))
    if as_json:
        print_json({"link": link})
    else:
        click.echo(app.say("cli_operator_link", link=link))


def _print_list(app: App, as_json: bool) -> None:
    found = asyncio.run(_list(app))
    if as_json:
        shapes = [
            {"name": each.name, "role": each.role, "made_at": each.made_at, "seen_at": each.seen_at}
            for each in found
        ]
        print_json({"operators": shapes})
    elif not found:
        click.echo(app.say("cli_no_operators"))
    else:
        rows = [tuple(app.say("cli_operator_columns").split("|"))]
        rows += [(clean(each.name), each.role, _when(app, each)) for each in found]
        for line in table(rows):
            click.echo(line)


def _when(app: App, operator: Operator) -> str:
    if operator.seen_at is None:
        return app.say("cli_never")
    return datetime.fromtimestamp(operator.seen_at).astimezone().strftime("%Y-%m-%d %H:%M")


async def _list(app: App) -> Sequence[Operator]:
    async with opened(app) as parts:
        return await parts.store.operators().operators()


async def _link(app: App, name: str | None, role: Role) -> str:
    """The address of a fresh link. Raises NotFound."""
    from dengmi.core.ids import new_id
    from dengmi.server.console.door import hashed

    async with opened(app) as parts:
        people, now = parts.store.operators(), parts.clock.now()
        operator = await people.operator(name) if name else None
        if name and operator is None:
            raise NotFound("console_operator_unknown", name=name[:60])
        token = secrets.token_urlsafe(24)
        await people.put_invite(
            Invite(
                id=hashed(token),
                role=operator.role if operator else role,
                operator=operator.id if operator else "",
                made_at=now,
                until=now + LASTS,
            )
        )
        code = "linked" if operator else "invited"
        subject = operator.name if operator else role
        await people.note(Deed(id=new_id("d"), at=now, operator="", code=code, subject=subject))
    server = app.settings.server
    host = f"[{server.host}]" if ":" in server.host else server.host
    base = server.public_url.rstrip("/") or f"http://{host}:{server.port}"
    return f"{base}/console/join/{token}"
