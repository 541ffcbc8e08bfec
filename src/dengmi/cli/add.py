"""`dengmi add`: articles from folders, files and addresses."""

import asyncio
from collections.abc import Mapping
from typing import get_args

import click

from dengmi.cli.app import App
from dengmi.cli.opening import opened
from dengmi.cli.syncing import Syncs
from dengmi.cli.words import Verb, desk_option, json_option, option
from dengmi.core.errors import BadInput, DengmiError, Unreadable
from dengmi.core.records import SourceKind

KINDS = ("auto", *get_args(SourceKind))


@click.command(cls=Verb, help="help_add")
@click.argument("addresses", nargs=-1, required=True, metavar="PATH|URL...")
@desk_option()
@option("--kind", "-k", type=click.Choice(KINDS), default="auto", help="help_option_kind")
@option("--pages", type=click.IntRange(1), metavar="N", help="help_option_pages")
@option("--delay", type=click.FloatRange(0), metavar="SECONDS", help="help_option_delay")
@option("--allow-network", multiple=True, metavar="CIDR", help="help_option_allow_network")
@json_option
@click.pass_obj
def add(
    app: App,
    /,
    *,
    addresses: tuple[str, ...],
    desk: str | None,
    kind: str,
    pages: int | None,
    delay: float | None,
    allow_network: tuple[str, ...],
    as_json: bool,
) -> int:
    """Add sources and read them; the exit status says how it went."""
    given = {"pages": pages, "delay": delay, "allow_networks": list(allow_network) or None}
    options = {name: value for name, value in given.items() if value is not None}
    return asyncio.run(_add(app, addresses, desk, kind=kind, options=options, as_json=as_json))


async def _add(
    app: App,
    addresses: tuple[str, ...],
    desk: str | None,
    *,
    kind: str,
    options: Mapping[str, object],
    as_json: bool,
) -> int:
    syncs = Syncs(app, as_json=as_json)
    async with opened(app) as parts:
        name = await parts.desks.for_adding(desk)
        for address in addresses:
            try:
                source = await parts.corpus.add(name, address, kind, options)
                await syncs.read(parts, source)
            except DengmiError as error:
                if len(addresses) == 1 and _is_mistyped(error):
                    raise
                syncs.failed(address, error)
        await syncs.tell_vectors(parts)
    return syncs.finish()


def _is_mistyped(error: DengmiError) -> bool:
    """Whether the command was wrong (status 2), rather than what it points at (status 1)."""
    if error.code.startswith("path_"):
        return True
    return isinstance(error, BadInput) and not isinstance(error, Unreadable)
