"""`dengmi operators`: who may use the console, and a way back in for those who cannot."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime

import click

from dengmi.cli.app import App
from dengmi.cli.listening import reached
from dengmi.cli.opening import opened
from dengmi.cli.terminal import clean, print_json, table
from dengmi.cli.words import Verb, VerbGroup, app_of, json_option, option
from dengmi.core.errors import BadInput, NotFound
from dengmi.core.ids import new_id
from dengmi.core.operators import ROLES, Deed, Invite, Operator, Operators, Role, made_by

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
    path = asyncio.run(_link(app, name, role))
    found = reached(app.settings)
    public = app.settings.server.public_url.rstrip("/")
    link = f"{public or found.address}{path}"
    if as_json:
        print_json({"link": link})
        return
    click.echo(app.say("cli_operator_link", link=link))
    if not public and not found.running:
        click.echo(app.say("cli_operator_link_later"), err=True)


@operators.command("remove", cls=Verb, help="help_operators_remove")
@click.argument("name")
@option("--keys/--no-keys", default=None, help="help_option_operators_keys")
@json_option
@click.pass_obj
def remove_operator(app: App, name: str, keys: bool | None, as_json: bool) -> None:
    """Remove an operator, and what that one's keys open."""
    operator, made = asyncio.run(_remove(app, name, keys))
    if as_json:
        print_json({"removed": operator.name, "keys": made, "keys_removed": bool(keys)})
        return
    click.echo(app.say("cli_operator_removed", name=clean(operator.name)))
    if made:
        said = "cli_operator_keys_removed" if keys else "cli_operator_keys_kept"
        click.echo(app.say(said, names=clean(app.say("list_comma").join(made))))


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


async def _remove(app: App, name: str, keys: bool | None) -> tuple[Operator, Sequence[str]]:
    """Remove an operator, and where `keys` says so the keys that one made: the operator, and their
    names. Raises NotFound, Conflict, and BadInput where there are keys and nobody said what
    becomes of them."""
    async with opened(app) as parts:
        people = parts.store.operators()
        operator = await people.operator(name)
        if operator is None:
            raise NotFound("console_operator_unknown", name=name[:60])
        made = [key.name for key in made_by(operator, await people.access_keys())]
        if made and keys is None:
            names = app.say("list_comma").join(made)
            raise BadInput("operator_keys_undecided", name=operator.name, names=names)
        await people.remove_operator(operator.id)
        await _noted(people, parts.clock.now(), "removed", operator.name)
        for key in made if keys else ():
            if await people.remove_key(key):
                await _noted(people, parts.clock.now(), "key_removed", key)
    return operator, made


async def _noted(people: Operators, now: float, code: str, subject: str) -> None:
    await people.note(Deed(id=new_id("d"), at=now, operator="", code=code, subject=subject))


async def _link(app: App, name: str | None, role: Role) -> str:
    """The path of a fresh link. Raises NotFound."""
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
        await _noted(people, now, code, subject)
    return f"/console/join/{token}"
