"""`dengmi askers`: what is kept of somebody who asked, and how to delete it."""

import asyncio
from dataclasses import asdict

import click

from dengmi.cli.app import App
from dengmi.cli.opening import opened_for_reading
from dengmi.cli.terminal import clean, print_json
from dengmi.cli.words import Verb, VerbGroup, json_option
from dengmi.core.errors import BadInput
from dengmi.core.review import Person


@click.group(cls=VerbGroup, help="help_askers")
def askers() -> None:
    """Needs a further word."""


@askers.command("show", cls=Verb, help="help_askers_show")
@click.argument("asker")
@json_option
@click.pass_obj
def show_asker(app: App, asker: str, as_json: bool) -> None:
    """Show what is kept of an asker."""
    person = asyncio.run(_person(app, asker))
    if as_json:
        print_json(asdict(person))
        return
    counts = {"questions": len(person.questions), "thumbs": len(person.thumbs)}
    click.echo(app.say("cli_asker_has", asker=clean(asker), **counts))
    for question, _ in person.questions:
        click.echo(f"{clean(question.id)}  {clean(question.text)}")


@askers.command("delete", cls=Verb, help="help_askers_delete")
@click.argument("asker")
@json_option
@click.pass_obj
def delete_asker(app: App, asker: str, as_json: bool) -> None:
    """Delete everything that is kept of an asker."""
    count = asyncio.run(_delete(app, asker))
    if as_json:
        print_json({"questions": count})
    else:
        click.echo(app.say("cli_asker_deleted", asker=clean(asker), questions=count))


async def _person(app: App, asker: str) -> Person:
    async with opened_for_reading(app) as parts:
        return await parts.store.review().person(_named(asker))


async def _delete(app: App, asker: str) -> int:
    """How many questions went. The log of deeds does not say of whom. Raises BadInput."""
    from dengmi.core.ids import new_id
    from dengmi.core.operators import Deed

    async with opened_for_reading(app) as parts:
        count = await parts.store.forget_asker(_named(asker))
        deed = Deed(
            id=new_id("d"),
            at=parts.clock.now(),
            operator="",
            code="asker_deleted",
            params={"questions": count},
        )
        await parts.store.operators().note(deed)
    return count


def _named(asker: str) -> str:
    """The name as it was given. Raises BadInput where it is empty: that is nobody."""
    if not asker.strip():
        raise BadInput("cli_asker_missing")
    return asker
