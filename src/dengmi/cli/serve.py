"""`dengmi serve`: the web page and the HTTP interface."""

import asyncio
import errno
import socket
import sys

import click
from msgspec.structs import replace

from dengmi.cli.app import App
from dengmi.cli.listening import shown, told
from dengmi.cli.outward import unguarded
from dengmi.cli.words import Verb, option
from dengmi.core.errors import Conflict, Unavailable
from dengmi.settings.lacking import lacking

BACKLOG = 2048
"""Connections the system keeps waiting while all processes are busy."""


@click.command(cls=Verb, help="help_serve")
@option("--host", metavar="ADDRESS", help="help_option_host")
@option("--port", type=click.IntRange(0, 65535), metavar="PORT", help="help_option_port")
@option("--workers", type=click.IntRange(1, 64), metavar="N", help="help_option_workers")
@click.pass_obj
def serve(app: App, host: str | None, port: int | None, workers: int | None) -> int:
    """Serve until stopped; the exit status."""
    server = app.settings.server
    count = workers or server.workers
    # Each process takes its part of the slots, so the parts must know how many there are.
    settings = replace(app.settings, server=replace(server, workers=count))
    sockets = listen(host or server.host, server.port if port is None else port, count)
    for lack in lacking(settings):
        click.echo(app.say(lack.code, **lack.params), err=True)
    if key := unguarded(settings):
        click.echo(app.say("outward_unguarded", key=key), err=True)
    try:
        with told(settings.home, address_of(sockets[0])):
            if count == 1:
                from dengmi.cli.serving import serve_here

                asyncio.run(
                    serve_here(settings, sockets[0], lambda link: announce(app, sockets[0], link))
                )
                return 0
            from dengmi.cli.workers import Workers

            return Workers(app, settings, sockets).run(lambda link: announce(app, sockets[0], link))
    except KeyboardInterrupt:
        return 0  # Ctrl-C before the server was up: nothing had begun
    finally:
        for sock in sockets:
            sock.close()


def listen(host: str, port: int, count: int) -> list[socket.socket]:
    """One listening socket per process, all on the same port. Port 0 takes any free one.

    Where the system can share a port (SO_REUSEPORT) each process has a queue of its own, because
    processes that accept from one queue take connections very unevenly.

    Raises:
        Conflict: the port is taken.
        Unavailable: the address cannot be listened on.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = found[0]
        first = _bound(family, str(address[0]), port, shared=False)
        if count == 1 or not hasattr(socket, "SO_REUSEPORT") or sys.platform == "darwin":
            return [first, *(first.dup() for _ in range(count - 1))]
        port = first.getsockname()[1]
        first.close()
        return [_bound(family, str(address[0]), port, shared=True) for _ in range(count)]
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict("cli_port_taken", host=host, port=port) from None
        reason = error.strerror or str(error)
        raise Unavailable("cli_port_refused", host=host, port=port, reason=reason) from None


def _bound(family: socket.AddressFamily, host: str, port: int, *, shared: bool) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
        sock.set_inheritable(True)
    except OSError:
        sock.close()
        raise
    return sock


def address_of(sock: socket.socket) -> str:
    """Where this computer finds who listens on a socket."""
    host, port = sock.getsockname()[:2]
    return shown(host, port)


def announce(app: App, sock: socket.socket, link: str) -> None:
    """Tell where the server can be reached, and at which path the first operator gets in, if there
    is none."""
    address = address_of(sock)
    click.echo(app.say("cli_serving", address=address))
    if sock.getsockname()[0] in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        click.echo(app.say("cli_serving_all"))
    if link:
        public = app.settings.server.public_url.rstrip("/")
        click.echo(app.say("cli_console_first", link=f"{public or address}{link}"))
    sys.stdout.flush()
