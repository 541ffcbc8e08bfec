"""`dengmi load`: what the running server of this home has to do, drawn anew every second."""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from dengmi.cli.app import App
from dengmi.cli.listening import reached
from dengmi.cli.loadview import lines
from dengmi.cli.progress import fitting
from dengmi.cli.terminal import print_json, quiet
from dengmi.cli.words import Verb, json_option, option
from dengmi.core.errors import Unavailable

if TYPE_CHECKING:
    import httpx

EVERY = 1.0
"""Seconds between two looks."""

PATIENCE = 5.0
"""Seconds that a server may take to tell."""

REFUSED = {401: "cli_load_token", 403: "cli_load_refused"}

Look = Callable[[], dict[str, Any]]


@click.command(cls=Verb, help="help_load")
@option("--server", metavar="ADDRESS", help="help_option_server")
@option("--once", is_flag=True, help="help_option_once")
@json_option
@click.pass_obj
def load(app: App, server: str | None, once: bool, as_json: bool) -> int:
    """Look until Ctrl-C, or once; the exit status."""
    import httpx

    address = (server or reached(app.settings).address).rstrip("/")
    if "://" not in address:
        address = f"http://{address}"
    headers = {"Accept-Language": app.language}
    if token := app.settings.server.admin_token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        # The environment is read by the settings alone: no proxy named there stands in between.
        with httpx.Client(headers=headers, timeout=PATIENCE, trust_env=False) as client:
            watch(app, address, lambda: looked(client, address), once=once, as_json=as_json)
    except KeyboardInterrupt:
        return 0 if not once else 130
    return 0


def looked(client: "httpx.Client", address: str) -> dict[str, Any]:
    """What the server tells.

    Raises:
        Unavailable: nothing answers, or it does not tell us.
    """
    import httpx

    try:
        reply = client.get(f"{address}/api/v1/load")
    except (httpx.HTTPError, httpx.InvalidURL):
        raise Unavailable("cli_load_no_server", address=address) from None
    if reply.status_code != 200:
        raise Unavailable(REFUSED.get(reply.status_code, "cli_load_other"), address=address)
    try:
        told = reply.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or "levels" not in told:
        raise Unavailable("cli_load_other", address=address)
    return told


def watch(app: App, address: str, look: Look, *, once: bool, as_json: bool) -> None:
    """Show what there is, once or over and over. Raises Unavailable."""
    first = look()
    if once and as_json:
        print_json(first)
    elif once:
        click.echo("\n".join(lines(app, address, first, width())))
    elif as_json or not sys.stdout.isatty():
        _told(app, address, look, first, as_json=as_json)
    else:
        _drawn(app, address, look, first)


def _told(app: App, address: str, look: Look, now: dict[str, Any], *, as_json: bool) -> None:
    """One line of JSON, or the view and an empty line, every second."""
    while True:
        if as_json:
            click.echo(json.dumps(now, ensure_ascii=False))
        else:
            click.echo("\n".join(lines(app, address, now, width())) + "\n")
        sys.stdout.flush()
        time.sleep(EVERY)
        now = look()


def _drawn(app: App, address: str, look: Look, now: dict[str, Any]) -> None:
    """The view over the whole terminal. A server that is gone is waited for."""
    trouble = ""
    with _screen():
        while True:
            columns, rows = shutil.get_terminal_size()
            shown = [*lines(app, address, now, columns), "", trouble or app.say("cli_load_end")]
            fitted = [fitting(line, columns) for line in shown][:rows]
            fitted[-1] = quiet(fitted[-1])
            body = "\x1b[K\r\n".join(fitted)
            click.echo(f"\x1b[H{body}\x1b[J", nl=False)
            sys.stdout.flush()
            time.sleep(EVERY)
            try:
                now, trouble = look(), ""
            except Unavailable as error:
                trouble = app.say(error.code, **error.params)


@contextmanager
def _screen() -> Iterator[None]:
    """A second screen without a cursor; the first one comes back as it was."""
    click.echo("\x1b[?1049h\x1b[?25l", nl=False)
    try:
        yield
    finally:
        click.echo("\x1b[?25h\x1b[?1049l", nl=False)
        sys.stdout.flush()


def width() -> int:
    """Columns there are; wide where nobody looks."""
    return shutil.get_terminal_size((120, 40)).columns
